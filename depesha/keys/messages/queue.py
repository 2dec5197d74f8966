"""The messages that wait for a device: an append-only queue by position in the log.

A message leaves the queue only when the device comes back with a token that covered it.
Spec: client-server API, "Send-to-Device messaging".
"""

from typing import TYPE_CHECKING, NamedTuple

from depesha.accounts import DEVICE
from depesha.eventlog.changes import Change, Entry
from depesha.io.tx import Tx
from depesha.keys.kinds import TO_DEVICE
from depesha.keys.messages import store

if TYPE_CHECKING:
    from depesha.keys.record import Keys

MOST_AT_ONCE = 100
"""Messages in one response."""


class Span(NamedTuple):
    """Positions of the first and the last message of a queue; both 0 when it is empty."""

    first: int
    last: int


EMPTY = Span(0, 0)


class Queues:
    """Where the queue of each device begins and ends, so that an idle one costs no read."""

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._spans: dict[tuple[str, str], Span] = {}
        self.changes = 0
        """Grows with the log: what was read before is not to be kept."""

    def get(self, user_id: str, device_id: str) -> Span | None:
        return self._spans.get((user_id, device_id))

    def put(self, user_id: str, device_id: str, span: Span) -> None:
        if len(self._spans) >= self._most:
            del self._spans[next(iter(self._spans))]
        self._spans[user_id, device_id] = span

    def cut(self, user_id: str, device_id: str, until: int) -> None:
        """The messages up to `until` have left the queue."""
        span = self._spans.get((user_id, device_id))
        if span is not None:
            rest = EMPTY if span.last <= until else Span(max(span.first, until + 1), span.last)
            self._spans[user_id, device_id] = rest

    def view(self, entry: Entry) -> None:
        """Take in a message that has been queued, or the end of a device."""
        if not isinstance(entry, Change) or not entry.user_id:
            return
        key = (entry.user_id, entry.item)
        if entry.kind == TO_DEVICE:
            self.changes += 1
            span = self._spans.get(key)
            if span is not None:
                self._spans[key] = Span(span.first or entry.position, entry.position)
        elif entry.kind == DEVICE:
            self.changes += 1
            self._spans.pop(key, None)


class Waiting(NamedTuple):
    """Messages as JSON, oldest first; `until` is the last one's position when more wait."""

    messages: list[bytes]
    until: int


NONE_WAITING = Waiting([], 0)


async def find_span(keys: "Keys", user_id: str, device_id: str) -> Span:
    """The ends of a device's queue."""
    queues = keys.queues
    span = queues.get(user_id, device_id)
    if span is None:
        changes = queues.changes
        ends = await keys.spine.db.read(store.select_ends, keys.institution_id, user_id, device_id)
        span = Span(ends.first or 0, ends.last or 0)
        if changes == queues.changes:
            queues.put(user_id, device_id, span)
    return span


async def find_waiting(
    keys: "Keys", user_id: str, device_id: str, since: int, until: int, most: int = MOST_AT_ONCE
) -> Waiting:
    """The first messages in (since, until]; they stay in the queue."""
    if (await find_span(keys, user_id, device_id)).last <= since:
        return NONE_WAITING
    rows = await keys.spine.db.read(
        store.select_messages, keys.institution_id, user_id, device_id, since, until, most + 1
    )
    more = len(rows) > most
    return Waiting([row.body for row in rows[:most]], rows[most - 1].position if more else 0)


class Address(NamedTuple):
    """Where a waiting message is."""

    user_id: str
    device_id: str
    position: int


async def find_messages(keys: "Keys", addresses: list[Address]) -> dict[Address, bytes]:
    """Those of the messages that still wait, as JSON."""
    if not addresses:
        return {}
    positions = [address.position for address in addresses]
    users = list({address.user_id for address in addresses})
    rows = await keys.spine.db.read(
        store.select_queued, keys.institution_id, users, min(positions) - 1, max(positions)
    )
    found = {Address(row.user_id, row.device_id, row.position): row.body for row in rows}
    return {address: found[address] for address in addresses if address in found}


async def remove_messages(tx: Tx, institution_id: int, addresses: list[Address]) -> None:
    """Take messages out of their queues, in the transaction that passes them on."""
    for address in addresses:
        await store.delete_message(tx, institution_id, *address)


async def acknowledge(keys: "Keys", user_id: str, device_id: str, until: int) -> None:
    """The device has everything up to the position `until`: it leaves the queue."""
    if not device_id:
        return
    span = await find_span(keys, user_id, device_id)
    if not span.first or span.first > until:
        return
    await keys.spine.db.write(
        store.delete_messages,
        keys.institution_id,
        user_id,
        device_id,
        until,
        then=lambda _: keys.queues.cut(user_id, device_id, until),
    )
