"""Signals between people: receipts, typing, presence, unread counts.

Requirements M1, G15's ground. Spec: client-server API, "Receipts", "Typing Notifications",
"Presence", "Receiving notifications".
"""

from depesha.signals.count import read_up_to as read_up_to
from depesha.signals.count import unread as unread
from depesha.signals.presence import set_presence as set_presence
from depesha.signals.receipts import PRIVATE_RECEIPT as PRIVATE_RECEIPT
from depesha.signals.receipts import RECEIPT as RECEIPT
from depesha.signals.record import Signals as Signals
from depesha.signals.unread import Unread as Unread
from depesha.signals.watch import presence_since as presence_since
from depesha.signals.watch import select_receipt_content as select_receipt_content
from depesha.signals.watch import typing_since as typing_since
