"""Rooms made of real events, for the tests of the rules."""

from dataclasses import dataclass, field

from depesha.base.canonical import Content
from depesha.events.auth import auth_keys
from depesha.events.event import ROOM_VERSIONS, Draft, Event, RoomVersion, build_event
from depesha.events.resolve import Key
from depesha.events.sign import Signer

ALICE = "@alice:here"
BOB = "@bob:here"
CAROL = "@carol:here"
DAVE = "@dave:there"
SIGNER = Signer("here", "ed25519:1", b"s" * 32)
VERSIONS = tuple(ROOM_VERSIONS.values())


@dataclass
class Room:
    """A room and one state of it; `fork` gives another end of the same room."""

    version: RoomVersion
    events: dict[str, Event] = field(default_factory=dict)
    state: dict[Key, str] = field(default_factory=dict)
    room_id: str = ""
    now: int = 1000

    def fork(self) -> "Room":
        return Room(self.version, self.events, dict(self.state), self.room_id, self.now)

    def find(self, event_type: str, state_key: str) -> Event | None:
        event_id = self.state.get((event_type, state_key))
        return None if event_id is None else self.events[event_id]

    def current(self, event_type: str, state_key: str = "") -> Event:
        return self.events[self.state[event_type, state_key]]

    def build(
        self,
        event_type: str,
        content: Content,
        sender: str = ALICE,
        state_key: str | None = None,
        *,
        at: int | None = None,
        prev: tuple[str, ...] = ("$before",),
        redacts: str | None = None,
    ) -> Event:
        keys = auth_keys(event_type, sender, state_key, content, self.version)
        return build_event(
            Draft(event_type, content, sender, self.room_id, state_key, redacts),
            self.version,
            prev_events=prev,
            auth_events=[self.state[key] for key in keys if key in self.state],
            depth=len(self.events) + 1,
            origin_server_ts=self.now if at is None else at,
            signer=SIGNER,
        )

    def put(
        self,
        event_type: str,
        content: Content,
        sender: str = ALICE,
        state_key: str = "",
        *,
        at: int | None = None,
        prev: tuple[str, ...] = ("$before",),
    ) -> str:
        """Add a state event without asking the rules; its id."""
        self.now += 1
        event = self.build(event_type, content, sender, state_key, at=at, prev=prev)
        self.events[event.event_id] = event
        self.state[event_type, state_key] = event.event_id
        return event.event_id

    def member(
        self, user: str, membership: str = "join", by: str | None = None, at: int | None = None
    ) -> str:
        content = {"membership": membership}
        return self.put("m.room.member", content, by or user, user, at=at)


def create_room(version: RoomVersion, **content: object) -> Room:
    """A room with nothing but its create event, by Alice."""
    room = Room(version, room_id="" if version.hashed_room_id else "!room:here")
    whole: Content = {"room_version": version.id, **content}
    if not version.sender_is_creator:
        whole = {"creator": ALICE, **whole}
    create = room.events[room.put("m.room.create", whole, prev=())]
    room.room_id = create.room_id
    return room


def levels(version: RoomVersion, **changes: object) -> Content:
    """Alice 100 (or infinite), Bob 50, everybody else 0."""
    users = {BOB: 50} if version.privileged_creators else {ALICE: 100, BOB: 50}
    extra = changes.pop("users", {})
    assert isinstance(extra, dict)
    return {"users": {**users, **extra}, **changes}
