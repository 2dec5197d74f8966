"""Unread counts, as arithmetic: how many countable events came after what one has read.

A room's countable events are kept as sorted positions, of the timeline and of each thread, shared
by everyone in it; nothing is stored per reader.
Spec: client-server API, "Receiving notifications", "Threaded read receipts".
"""

from bisect import bisect_right, insort
from collections import OrderedDict
from dataclasses import dataclass, field

from depesha.base.canonical import Content
from depesha.eventlog import store as eventlog_store
from depesha.eventlog.changes import Entry, Logged
from depesha.eventlog.load import logged_of
from depesha.eventlog.state import Room
from depesha.io.tx import Tx
from depesha.signals import store

MAIN = "main"
MOST_KEPT = 1_000
"""Events of a room that are looked at: more unread ones than these are not counted."""

COUNTABLE = frozenset(
    {
        "m.room.message",
        "m.room.encrypted",
        "m.sticker",
        "m.poll.start",
        "org.matrix.msc3381.poll.start",
    }
)

Counts = tuple[int, int]
"""Notifications and, among them, highlights."""


@dataclass(frozen=True, slots=True)
class Unread:
    """What a user has not read of a room: in its main timeline, in each thread, and in all."""

    main: Counts
    threads: dict[str, Counts]

    @property
    def total(self) -> Counts:
        notified, highlighted = self.main
        for counts in self.threads.values():
            notified, highlighted = notified + counts[0], highlighted + counts[1]
        return notified, highlighted


def is_countable(type_: str, content: Content) -> bool:
    """True for what notifies by the default push rules: no edits, no notices."""
    if type_ not in COUNTABLE or content.get("msgtype") == "m.notice":
        return False
    relation = content.get("m.relates_to")
    return not (isinstance(relation, dict) and relation.get("rel_type") == "m.replace")


def thread_of(content: Content) -> str:
    """The thread that an event belongs to: its root, or "main"."""
    relation = content.get("m.relates_to")
    if isinstance(relation, dict) and relation.get("rel_type") == "m.thread":
        root = relation.get("event_id")
        return root if isinstance(root, str) else MAIN
    return MAIN


EVERYONE = "@room"


def mentioned(content: Content) -> list[str]:
    """Who is mentioned: user ids, and `EVERYONE`. Spec: "User and room mentions"."""
    mentions = content.get("m.mentions")
    if not isinstance(mentions, dict):
        return []
    users = mentions.get("user_ids")
    found = [each for each in users if isinstance(each, str)] if isinstance(users, list) else []
    return [*found[:100], *([EVERYONE] if mentions.get("room") is True else [])]


@dataclass(slots=True)
class Line:
    """Positions of countable events, all and by sender."""

    positions: list[int] = field(default_factory=list)
    by_sender: dict[str, list[int]] = field(default_factory=dict)
    mentions: dict[str, list[int]] = field(default_factory=dict)
    """Those that mention somebody, by user; all of the room under `EVERYONE`."""

    def add(self, position: int, sender: str, mentioned: list[str]) -> None:
        insort(self.positions, position)
        insort(self.by_sender.setdefault(sender, []), position)
        for user_id in mentioned:
            if user_id != sender:
                insort(self.mentions.setdefault(user_id, []), position)

    def counts(self, after: int, user_id: str) -> Counts:
        """Notifications and highlights after a position."""
        unread = self.count(after, user_id)
        if not unread or not self.mentions:
            return unread, 0
        mine = self.mentions.get(user_id, ())
        ours = self.mentions.get(EVERYONE, ())
        own = self.by_sender.get(user_id, ())
        found = {*mine[bisect_right(mine, after) :], *ours[bisect_right(ours, after) :]}
        return unread, len(found.difference(own))

    def count(self, after: int, user_id: str) -> int:
        """Events of others after a position."""
        unread = len(self.positions) - bisect_right(self.positions, after)
        own = self.by_sender.get(user_id)
        if unread and own:
            unread -= len(own) - bisect_right(own, after)
        return unread


@dataclass(slots=True)
class RoomCounts:
    """The countable events of a room, and how far each has read: by user and thread."""

    position: int
    lines: dict[str, Line] = field(default_factory=dict)
    read: dict[str, dict[str, int]] = field(default_factory=dict)
    """User → thread ("" for unthreaded) → room order read up to."""

    def add(self, logged: Logged) -> None:
        event = logged.event
        if event.state_key is None and is_countable(event.type, event.content):
            line = self.lines.setdefault(thread_of(event.content), Line())
            line.add(logged.position, event.sender, mentioned(event.content))

    def note_read(self, user_id: str, thread_id: str, read_order: int) -> None:
        threads = self.read.setdefault(user_id, {})
        threads[thread_id] = max(read_order, threads.get(thread_id, 0))

    def unread(self, user_id: str, joined_at: int) -> Unread:
        read = self.read.get(user_id, {})
        everywhere = max(read.get("", 0), joined_at)
        main = self.lines.get(MAIN)
        after_main = max(everywhere, read.get(MAIN, 0))
        in_main = main.counts(after_main, user_id) if main else (0, 0)
        threads: dict[str, Counts] = {}
        for root, line in self.lines.items():
            after = max(everywhere, read.get(root, 0))
            if root != MAIN and (counts := line.counts(after, user_id))[0]:
                threads[root] = counts
        return Unread(in_main, threads)

    def read_up_to(self, user_id: str, joined_at: int) -> int:
        """The room order up to which the user has read the main timeline."""
        read = self.read.get(user_id, {})
        return max(read.get("", 0), read.get(MAIN, 0), joined_at)


class CountsCache:
    """Counts of rooms lately asked for, bounded in rooms; true by what the log tells."""

    def __init__(self, most_rooms: int = 5_000) -> None:
        self._most = most_rooms
        self._rooms: OrderedDict[str, RoomCounts] = OrderedDict()

    def get(self, room_id: str) -> RoomCounts | None:
        return self._rooms.get(room_id)

    def put(self, room_id: str, counts: RoomCounts) -> None:
        self._rooms[room_id] = counts
        if len(self._rooms) > self._most:
            self._rooms.popitem(last=False)

    def view(self, entry: Entry) -> None:
        """Take in an event or a receipt."""
        if isinstance(entry, Logged):
            counts = self._rooms.get(entry.event.room_id)
            if counts is not None and entry.position > counts.position:
                counts.position = entry.position
                if entry.event.type == "m.room.redaction":
                    self._rooms.pop(entry.event.room_id)
                else:
                    counts.add(entry)
        elif entry.kind in {"receipt", "private_receipt"}:
            counts = self._rooms.get(entry.room_id or "")
            if counts is not None and entry.user_id is not None:
                order, _, thread_id = entry.item.partition(" ")
                counts.note_read(entry.user_id, thread_id, int(order))


async def load_counts(tx: Tx, institution_id: int, room: Room) -> RoomCounts:
    """The counts of a room from its latest events and its receipts."""
    rows = await eventlog_store.select_page_back(tx, institution_id, room.nid, 2**62, -1, MOST_KEPT)
    counts = RoomCounts(rows[0].position if rows else 0)
    for row in reversed(rows):
        counts.add(logged_of(row))
    for receipt in await store.select_receipts(tx, institution_id, room.room_id, -1):
        if receipt.type != "m.fully_read":
            counts.note_read(receipt.user_id, receipt.thread_id, receipt.read_order)
    return counts
