"""Calls: the institution's own relay.

Requirement C1 (the ground of it). Spec: client-server API, "Voice over IP".
"""

from depesha.calls.api import Calls as Calls
