"""Rooms and memberships in memory: current state, members, and the end of each room's line.

A `Room` is valid to a log position and advances when the log says so. A `Tip` is what a room
will be once the plans of the present batch are committed.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from depesha.base.canonical import Content
from depesha.eventlog.changes import Logged
from depesha.events.event import ROOM_VERSIONS, Event, RoomVersion

Key = tuple[str, str]
"""Type and state key."""

MEMBER = "m.room.member"

BUMP_TYPES = (
    "m.room.create",
    "m.room.message",
    "m.room.encrypted",
    "m.sticker",
    "m.call.invite",
    "m.poll.start",
    "m.beacon_info",
)
"""Events that count as activity. Spec: MSC4186, `bump_stamp`."""


@dataclass(frozen=True, slots=True)
class StateEntry:
    """A state event as rules need it; `position` finds its bytes."""

    position: int
    event_id: str
    room_id: str
    type: str
    state_key: str
    sender: str
    content: Content
    origin_server_ts: int

    @property
    def prev_events(self) -> tuple[str, ...]:
        """Not kept: no rule asks them of a state event."""
        return ()

    @property
    def membership(self) -> str:
        found = self.content.get("membership")
        return found if isinstance(found, str) else "leave"


def state_entry(event: Event, position: int) -> StateEntry:
    """The entry of a state event."""
    return StateEntry(
        position,
        event.event_id,
        event.room_id,
        event.type,
        event.state_key or "",
        event.sender,
        event.content,
        event.origin_server_ts,
    )


@dataclass(slots=True)
class Room:
    """The committed state of one room."""

    nid: int
    room_id: str
    version: RoomVersion
    position: int = 0
    """Position of the last event in the room's timeline."""
    bump: int = 0
    """Position of the last event that counts as activity to people."""
    state_id: int = 0
    depth: int = 0
    extremities: tuple[str, ...] = ()
    state: dict[Key, StateEntry] = field(default_factory=dict)
    members: dict[str, StateEntry] = field(default_factory=dict)
    """Member events by user, whatever the membership."""
    joined: set[str] = field(default_factory=set)
    invited: set[str] = field(default_factory=set)

    def find(self, type_: str, state_key: str = "") -> StateEntry | None:
        """The current state event, or None."""
        if type_ == MEMBER:
            return self.members.get(state_key)
        return self.state.get((type_, state_key))

    def content(self, type_: str, state_key: str = "") -> Content:
        """The content of the current state event, or `{}`."""
        entry = self.find(type_, state_key)
        return entry.content if entry else {}

    def text(self, type_: str, key: str, default: str = "") -> str:
        """A string inside the content of the state event with an empty state key."""
        found = self.content(type_).get(key)
        return found if isinstance(found, str) else default

    def membership(self, user_id: str) -> str:
        """The membership of a user; "leave" when there never was one."""
        entry = self.members.get(user_id)
        return entry.membership if entry else "leave"

    def entries(self) -> Iterator[StateEntry]:
        """The whole current state."""
        yield from self.state.values()
        yield from self.members.values()

    def set_state(self, entry: StateEntry) -> None:
        if entry.type != MEMBER:
            self.state[entry.type, entry.state_key] = entry
            return
        user_id, membership = entry.state_key, entry.membership
        self.members[user_id] = entry
        (self.joined.add if membership == "join" else self.joined.discard)(user_id)
        (self.invited.add if membership == "invite" else self.invited.discard)(user_id)

    def advance(self, logged: Logged) -> None:
        """Take in the next event of the room's line."""
        event = logged.event
        self.position = logged.position
        if event.type in BUMP_TYPES:
            self.bump = logged.position
        self.state_id = logged.state_id
        self.depth = max(self.depth, event.depth)
        self.extremities = (event.event_id,)
        if event.state_key is not None:
            self.set_state(state_entry(event, logged.position))

    @property
    def weight(self) -> int:
        return 1 + len(self.state) + len(self.members)


@dataclass(slots=True)
class Tip:
    """A room with the events of the batch in work on top of it."""

    room: Room
    state_id: int
    depth: int
    extremities: tuple[str, ...]
    state: dict[Key, StateEntry] = field(default_factory=dict)
    """State events of the batch, over the room's own."""

    @classmethod
    def of(cls, room: Room) -> "Tip":
        return cls(room, room.state_id, room.depth, room.extremities)

    def copy(self) -> "Tip":
        return replace(self, state=dict(self.state))

    @property
    def room_id(self) -> str:
        return self.room.room_id

    @property
    def version(self) -> RoomVersion:
        return self.room.version

    def find(self, type_: str, state_key: str = "") -> StateEntry | None:
        """The state event as it will be, or None."""
        return self.state.get((type_, state_key)) or self.room.find(type_, state_key)

    def content(self, type_: str, state_key: str = "") -> Content:
        entry = self.find(type_, state_key)
        return entry.content if entry else {}

    def membership(self, user_id: str) -> str:
        entry = self.find(MEMBER, user_id)
        return entry.membership if entry else "leave"

    def strip(self, logged: Logged) -> None:
        """Take in the redacted form of a state event that is in force."""
        event = logged.event
        found = self.find(event.type, event.state_key) if event.state_key is not None else None
        if found is not None and found.position == logged.position:
            self.state[found.type, found.state_key] = state_entry(event, logged.position)

    def advance(self, logged: Logged) -> None:
        event = logged.event
        self.state_id = logged.state_id
        self.depth = event.depth
        self.extremities = (event.event_id,)
        if event.state_key is not None:
            self.state[event.type, event.state_key] = state_entry(event, logged.position)


def room_version(name: str) -> RoomVersion:
    """The traits of a stored room's version."""
    return ROOM_VERSIONS[name]


class RoomCache:
    """Rooms in memory, least recently used first, bounded by their state entries."""

    def __init__(self, most_entries: int) -> None:
        self._most = most_entries
        self._rooms: OrderedDict[str, Room] = OrderedDict()
        self._weight = 0

    def __len__(self) -> int:
        return len(self._rooms)

    def get(self, room_id: str) -> Room | None:
        room = self._rooms.get(room_id)
        if room is not None:
            self._rooms.move_to_end(room_id)
        return room

    def peek(self, room_id: str) -> Room | None:
        """Like `get`, without counting as a use."""
        return self._rooms.get(room_id)

    def put(self, room: Room) -> None:
        old = self._rooms.pop(room.room_id, None)
        self._weight += room.weight - (old.weight if old else 0)
        self._rooms[room.room_id] = room
        while self._weight > self._most and len(self._rooms) > 1:
            _, oldest = self._rooms.popitem(last=False)
            self._weight -= oldest.weight

    def grown(self, entries: int) -> None:
        """A room in the cache has got so many state entries more."""
        self._weight += entries

    def clear(self) -> None:
        self._rooms.clear()
        self._weight = 0


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's place in one room."""

    membership: str
    position: int
    """Of the member event in force."""
    since_position: int
    """Of the first member event of the present membership: later ones changed a name only."""
    sender: str
    forgotten: bool = False


class Memberships:
    """The rooms of local users, loaded as they are asked for; least recently used first."""

    def __init__(self, most_users: int = 50_000) -> None:
        self._most = most_users
        self._users: OrderedDict[str, dict[str, Membership]] = OrderedDict()

    def get(self, user_id: str) -> dict[str, Membership] | None:
        """Room id → membership, or None when the user is not loaded."""
        rooms = self._users.get(user_id)
        if rooms is not None:
            self._users.move_to_end(user_id)
        return rooms

    def put(self, user_id: str, rooms: dict[str, Membership]) -> None:
        self._users[user_id] = rooms
        if len(self._users) > self._most:
            self._users.popitem(last=False)

    def advance(self, entry: StateEntry) -> None:
        """Take in a member event."""
        rooms = self._users.get(entry.state_key)
        if rooms is None:
            return
        before = rooms.get(entry.room_id)
        kept = before is not None and before.membership == entry.membership
        rooms[entry.room_id] = Membership(
            entry.membership,
            entry.position,
            before.since_position if kept and before else entry.position,
            entry.sender,
            forgotten=False,
        )

    def forget(self, user_id: str, room_id: str) -> None:
        rooms = self._users.get(user_id)
        if rooms is not None and (found := rooms.get(room_id)) is not None:
            rooms[room_id] = replace(found, forgotten=True)

    def clear(self) -> None:
        self._users.clear()
