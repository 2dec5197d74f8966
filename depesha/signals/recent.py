"""The latest receipts, in memory, so that they are encoded once and not for each receiver.

Spec: client-server API, "Receipts", "Server behaviour".
"""

from collections import OrderedDict, deque
from collections.abc import Iterable

from depesha.base.canonical import Content, encode
from depesha.signals.rules import PRIVATE
from depesha.signals.store import ReceiptRow

_MOST_A_ROOM = 500
_MOST_ROOMS = 10_000


def encode_receipts(receipts: Iterable[ReceiptRow]) -> list[bytes]:
    """`m.receipt` events as JSON, one a thread; a later receipt replaces an earlier one."""
    threads: dict[str, Content] = {}
    for row in receipts:
        receipt: Content = {"ts": row.ts}
        if row.thread_id:
            receipt["thread_id"] = row.thread_id
        types = threads.setdefault(row.thread_id, {}).setdefault(row.event_id, {})
        types.setdefault(row.type, {})[row.user_id] = receipt
    return [b'{"type":"m.receipt","content":%b}' % encode(content) for content in threads.values()]


def newest(receipts: Iterable[ReceiptRow]) -> list[ReceiptRow]:
    """The last receipt of each user, type and thread, in order."""
    last = {(row.user_id, row.type, row.thread_id): row for row in receipts}
    return sorted(last.values(), key=lambda row: row.position)


class _Room:
    """One room's latest receipts, complete for positions above `start`."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.public: deque[ReceiptRow] = deque()
        self.private: deque[ReceiptRow] = deque()
        self.encoded: tuple[int, int, list[bytes]] = (-1, -1, [])

    def add(self, row: ReceiptRow) -> None:
        kept = self.private if row.type == PRIVATE else self.public
        kept.append(row)
        if len(kept) > _MOST_A_ROOM:
            self.start = max(self.start, kept.popleft().position)


class Recent:
    """Receipts of rooms lately active."""

    def __init__(self) -> None:
        self._rooms: OrderedDict[str, _Room] = OrderedDict()
        self._start: int | None = None

    def begin(self, position: int) -> None:
        """Note from where on the log has been followed."""
        if self._start is None:
            self._start = position

    def add(self, room_id: str, row: ReceiptRow) -> None:
        room = self._access(room_id)
        if room is not None:
            room.add(row)

    def _access(self, room_id: str) -> _Room | None:
        room = self._rooms.get(room_id)
        if room is None and self._start is not None:
            room = self._rooms[room_id] = _Room(self._start)
            if len(self._rooms) > _MOST_ROOMS:
                _, dropped = self._rooms.popitem(last=False)
                last = [rows[-1].position for rows in (dropped.public, dropped.private) if rows]
                self._start = max(self._start, *last, dropped.start)
        return room

    def find(self, room_id: str, user_id: str, after: int, until: int) -> list[bytes] | None:
        """Events about receipts in (after, until] as one user may know them.

        None when that is not remembered so far back.
        """
        if self._start is None:
            return None
        room = self._rooms.get(room_id)
        if room is None:
            return [] if after >= self._start else None
        if after < room.start:
            return None
        own = [r for r in _within(room.private, after, until) if r.user_id == user_id]
        return self._public(room, after, until) + encode_receipts(newest(own))

    def _public(self, room: _Room, after: int, until: int) -> list[bytes]:
        rows = _within(room.public, after, until)
        if not rows:
            return []
        first, last = rows[0].position, rows[-1].position
        if room.encoded[:2] != (first, last):
            room.encoded = (first, last, encode_receipts(newest(rows)))
        return room.encoded[2]


def _within(rows: deque[ReceiptRow], after: int, until: int) -> list[ReceiptRow]:
    """Those set in (after, until], oldest first; askers want the end."""
    found: list[ReceiptRow] = []
    for row in reversed(rows):
        if row.position <= after:
            break
        if row.position <= until:
            found.append(row)
    found.reverse()
    return found
