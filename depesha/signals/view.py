"""How the unread counts in memory follow the log."""

from depesha.eventlog.changes import Entry, Logged
from depesha.eventlog.state import MEMBER
from depesha.profile import ACCOUNT_DATA
from depesha.signals.note import HEARING
from depesha.signals.receipts import PRIVATE_RECEIPT, RECEIPT
from depesha.signals.record import Signals


def view(signals: Signals, entry: Entry) -> None:
    """Take in one committed entry of the log."""
    counts = signals.counts
    if isinstance(entry, Logged):
        event = entry.event
        counts.take_in(entry)
        if event.type == MEMBER and event.state_key is not None:
            counts.drop_tally(event.state_key, event.room_id)
    elif entry.user_id is None:
        return
    elif entry.kind in {RECEIPT, PRIVATE_RECEIPT} and entry.room_id is not None:
        counts.drop_tally(entry.user_id, entry.room_id)
    elif entry.kind == HEARING or (
        entry.kind == ACCOUNT_DATA and entry.item == "m.ignored_user_list"
    ):
        counts.drop_tallies(entry.user_id)
