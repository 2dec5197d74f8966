"""Which thread an event belongs to. Spec: client-server API, "Threaded read receipts"."""

from depesha.eventlog.load import load_logged
from depesha.events.event import Event
from depesha.io.tx import Tx
from depesha.signals.rules import MAIN
from depesha.timeline import THREAD, read_relation

_HOPS = 3
"""How far relations are followed, as the specification recommends."""


async def find_thread(tx: Tx, institution_id: int, event: Event) -> str:
    """The root of the event's thread, or `MAIN`."""
    for hop in range(_HOPS + 1):
        relation = read_relation(event.content)
        if relation is None or not relation.parent_id.startswith("$"):
            return MAIN
        if relation.rel_type == THREAD:
            return relation.parent_id
        if hop == _HOPS:
            break
        parent = await load_logged(tx, institution_id, relation.parent_id, event.room_id)
        if parent is None:
            return MAIN
        event = parent.event
    return MAIN
