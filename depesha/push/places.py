"""What moves on a map calls nobody, also where what it says is sealed.

Whoever shares where they are tells of it every few seconds. In an encrypted room all that can be
seen of such an event is that it refers to its sender's own `beacon_info`, which is in clear.
Requirement M3. Spec: MSC3489, MSC3672; "Forming relationships between events".
"""

from depesha.eventlog.load import load_logged
from depesha.events.event import Event
from depesha.events.group import MENTIONS
from depesha.events.urgent import URGENT
from depesha.io.tx import Tx
from depesha.timeline import read_relation

_INFOS = frozenset({"m.beacon_info", "org.matrix.msc3672.beacon_info"})
_CALLS = frozenset({"m.mentions", MENTIONS, URGENT})


async def tells_place(tx: Tx, institution_id: int, event: Event) -> bool:
    """True for a sealed event that can only tell where its sender is now."""
    if event.type != "m.room.encrypted" or not _CALLS.isdisjoint(event.content):
        return False
    relation = read_relation(event.content)
    if relation is None or relation.rel_type != "m.reference":
        return False
    found = await load_logged(tx, institution_id, relation.parent_id, event.room_id)
    if found is None:
        return False
    begun = found.event
    is_info = begun.type in _INFOS and begun.state_key is not None
    return is_info and begun.sender == event.sender
