"""How the slice's memory follows the log."""

from depesha.eventlog.append import ERASED
from depesha.eventlog.changes import Entry, Logged
from depesha.eventlog.state import MEMBER
from depesha.profile import ACCOUNT_DATA
from depesha.signals.be_present import note_act
from depesha.signals.note import HEARING
from depesha.signals.receipts import PRIVATE_RECEIPT, RECEIPT, receipt_of
from depesha.signals.record import Signals


def view(signals: Signals, entry: Entry) -> None:
    """Take in one committed entry of the log."""
    counts = signals.counts
    signals.recent.begin(entry.position - 1)
    if isinstance(entry, Logged):
        event = entry.event
        counts.take_in(entry)
        if event.type == MEMBER and event.state_key is not None:
            counts.drop_tally(event.state_key, event.room_id)
            if event.content.get("membership") != "join":
                signals.typing.set(signals.spine.log, event.state_key, event.room_id, 0)
        note_act(signals, event.sender)
    elif entry.kind == ERASED:
        counts.drop_line(entry.room_id or "")
    elif entry.user_id is None:
        return
    elif entry.kind in {RECEIPT, PRIVATE_RECEIPT} and entry.room_id is not None:
        signals.recent.add(entry.room_id, receipt_of(entry))
        counts.drop_tally(entry.user_id, entry.room_id)
        note_act(signals, entry.user_id)
    elif entry.kind == HEARING or (
        entry.kind == ACCOUNT_DATA and entry.item == "m.ignored_user_list"
    ):
        counts.drop_tallies(entry.user_id)
