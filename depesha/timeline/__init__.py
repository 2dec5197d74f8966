"""History: pages, context, relations, threads.

Requirement M1. Spec: client-server API, "Getting events for a room", "Forming relationships
between events", "Threading", "Event context"; MSC4306, MSC4308, MSC4354.
"""

from depesha.timeline.aggregate import relations_of as relations_of
from depesha.timeline.history import Viewer as Viewer
from depesha.timeline.history import load_page as load_page
from depesha.timeline.history import serve_events as serve_events
from depesha.timeline.project import forget_relation as forget_relation
from depesha.timeline.record import Timelines as Timelines
from depesha.timeline.relations import select_related as select_related
from depesha.timeline.rules import THREAD as THREAD
from depesha.timeline.rules import read_relation as read_relation
from depesha.timeline.sticky import StuckAsk as StuckAsk
from depesha.timeline.sticky import find_stuck as find_stuck
from depesha.timeline.sticky import load_sticky as load_sticky
from depesha.timeline.subscriptions import SUBSCRIPTION as SUBSCRIPTION
from depesha.timeline.subscriptions import find_subscription_changes as find_subscription_changes
from depesha.timeline.subscriptions import follow_subscriber as follow_subscriber
from depesha.timeline.subscriptions import select_subscribers as select_subscribers
