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
from depesha.signals.typing import typing_event


def typing_since(signals: Signals, ephemeral: int) -> dict[str, Content]:
    """The `m.typing` events of rooms in which typing changed after an ephemeral position."""
    return {
        room_id: decode(typing_event(signals, room_id))
        for room_id, changed_at in signals.typing.changed_at.items()
        if changed_at > ephemeral
    }


def presence_since(signals: Signals, ephemeral: int) -> dict[str, Content]:
    """The `m.presence` events of people whose presence changed after an ephemeral position."""
    return {
        user_id: decode(presence_event(signals, user_id))
        for user_id, state in signals.presence.items()
        if state.position > ephemeral
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
