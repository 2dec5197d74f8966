"""Signals as an application service is told of them: by room or person, not by receiver.

Spec: application service API, "Pushing ephemeral data".
"""

from collections.abc import Callable

from depesha.base.canonical import Content, decode
from depesha.io.tx import Tx
from depesha.signals import store
from depesha.signals.presence import presence_event
from depesha.signals.record import Signals
from depesha.signals.rules import PRIVATE


def typing_since(signals: Signals, ephemeral: int) -> dict[str, Content]:
    """The `m.typing` events of rooms in which typing changed after an ephemeral position."""
    changed = signals.typing.changed_since(ephemeral)
    return {room_id: decode(event) for room_id, event in changed.items()}


def presence_since(signals: Signals, ephemeral: int) -> dict[str, Content]:
    """The `m.presence` events of people whose presence changed after an ephemeral position."""
    found = ((user, signals.people.find(user)) for user in signals.people.changed_since(ephemeral))
    return {
        user_id: decode(presence_event(signals.spine, user_id, person))
        for user_id, person in found
        if person is not None
    }


async def select_receipt_content(
    tx: Tx, institution_id: int, room_id: str, since: int, is_own: Callable[[str], bool]
) -> Content:
    """The content of `m.receipt` with a room's receipts set after a position.

    Private ones are told of a service's own users alone.
    """
    content: Content = {}
    for row in await store.select_receipts(tx, institution_id, room_id, since):
        if row.type == PRIVATE and not is_own(row.user_id):
            continue
        receipt: Content = {"ts": row.ts}
        if row.thread_id:
            receipt["thread_id"] = row.thread_id
        content.setdefault(row.event_id, {}).setdefault(row.type, {})[row.user_id] = receipt
    return content
