"""History: pages, context, relations, threads.

Requirement M1. Spec: client-server API, "Getting events for a room", "Forming relationships
between events", "Threading", "Event context".
"""

from depesha.timeline.aggregate import relations_of as relations_of
from depesha.timeline.record import Timelines as Timelines
