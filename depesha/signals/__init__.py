"""Signals between people: receipts, typing, presence, unread counts.

Requirements M1, G15's ground. Spec: client-server API, "Receipts", "Typing Notifications",
"Presence", "Receiving notifications".
"""

from depesha.signals.count import unread as unread
from depesha.signals.presence import set_presence as set_presence
from depesha.signals.record import Signals as Signals
from depesha.signals.unread import Unread as Unread
