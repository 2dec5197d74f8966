"""Signals between people: receipts, typing, presence, unread counts.

Requirements M1, G15's ground. Spec: client-server API, "Receipts", "Typing Notifications",
"Presence", "Receiving notifications".
"""

from depesha.signals.be_present import keep_presence as keep_presence
from depesha.signals.be_present import set_presence as set_presence
from depesha.signals.candidates import select_candidates as select_candidates
from depesha.signals.forget import forget_counts as forget_counts
from depesha.signals.note import Particular as Particular
from depesha.signals.note import note_event as note_event
from depesha.signals.note import uncount_event as uncount_event
from depesha.signals.note import write_hearing as write_hearing
from depesha.signals.presence import PRESENCE as PRESENCE
from depesha.signals.receipts import PRIVATE_RECEIPT as PRIVATE_RECEIPT
from depesha.signals.receipts import RECEIPT as RECEIPT
from depesha.signals.receipts import select_read_orders as select_read_orders
from depesha.signals.receipts import select_readers as select_readers
from depesha.signals.record import Signals as Signals
from depesha.signals.rules import Hears as Hears
from depesha.signals.rules import Unread as Unread
from depesha.signals.rules import Weight as Weight
from depesha.signals.rules import predict as predict
from depesha.signals.typing import TYPING as TYPING
from depesha.signals.unread import read_up_to as read_up_to
from depesha.signals.unread import unread as unread
from depesha.signals.view import view as view
from depesha.signals.watch import presence_since as presence_since
from depesha.signals.watch import select_receipt_content as select_receipt_content
from depesha.signals.watch import typing_since as typing_since
