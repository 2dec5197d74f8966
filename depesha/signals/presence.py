"""Presence: coarse, in memory, told to those who share a room.

That somebody comes, goes or falls idle wakes nobody: it goes along with what comes next. Only
a status that is set by hand is told at once, and not through large rooms. Each worker tells the
others how its own people are, when that changes and at every sweep; the liveliest counts.
Spec: client-server API, "Presence".
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from depesha.base.canonical import Content, Json, encode
from depesha.base.errors import invalid_param
from depesha.signals import store
from depesha.spine import Spine

ONLINE, UNAVAILABLE, OFFLINE = "online", "unavailable", "offline"
STATES = (ONLINE, UNAVAILABLE, OFFLINE)
"""From the liveliest on."""

PRESENCE = "presence"
"""Kind of whisper: how people are at another worker."""

IDLE_MS = 5 * 60_000
"""Without activity for so long somebody is unavailable."""
GONE_MS = 60_000
"""Without a sync for so long, and none parked, somebody is offline."""
SWEEP_SECONDS = 15.0
SAME_MS = 1_000
MOST_WOKEN = 500
"""Members of a room up to which a status wakes the others."""
_REMEMBERED = 20_000
HEARD_MS = 40_000
"""How long holds what another worker has told: it tells it again at every sweep."""
_MOST_BYTES = 6_000
"""How much is told to other workers in one message."""


class There(msgspec.Struct, frozen=True, array_like=True):
    """How a person is at one worker, as it tells the others."""

    user_id: str
    presence: Literal["online", "unavailable", "offline"]
    active_ts: int
    status_msg: str | None
    status_ts: int


class Told(msgspec.Struct, frozen=True):
    """What one worker tells the others of presence."""

    worker: str
    people: list[There]


@dataclass(slots=True)
class Person:
    """One person's presence: as the clients asked for it, and as it was last told.

    Times in milliseconds.
    """

    asked: str = OFFLINE
    status_msg: str | None = None
    status_ts: int = 0
    """When the status was set: of several the latest holds."""
    active_ts: int = 0
    seen_ts: int = 0
    told: str = OFFLINE
    event: bytes = b""
    """The `m.presence` event as it was at `event_ts`; empty once it has changed."""
    event_ts: int = 0
    said: str = OFFLINE
    """What the other workers were last told."""
    elsewhere: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By worker: the presence there, and until when (ms) that holds."""

    def presence(self, now_ms: int, *, is_parked: bool) -> str:
        """The presence now, at whichever worker the person is liveliest."""
        here = self.here(now_ms, is_parked=is_parked)
        there = (presence for presence, until in self.elsewhere.values() if until > now_ms)
        return min((here, *there), key=STATES.index) if self.elsewhere else here

    def here(self, now_ms: int, *, is_parked: bool) -> str:
        """The presence at this worker: without syncs offline, without activity unavailable."""
        if self.asked == OFFLINE or not (is_parked or now_ms - self.seen_ts <= GONE_MS):
            return OFFLINE
        if self.asked == ONLINE and now_ms - self.active_ts > IDLE_MS:
            return UNAVAILABLE
        return self.asked

    def content(self, presence: str, now_ms: int) -> Content:
        """The content of `m.presence`."""
        content: Content = {"presence": presence}
        if self.active_ts:
            content["last_active_ago"] = max(0, now_ms - self.active_ts)
        if presence == ONLINE:
            content["currently_active"] = True
        if self.status_msg is not None:
            content["status_msg"] = self.status_msg
        return content


class People:
    """Everybody's presence, as far as anybody was there since the start."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._here: set[str] = set()
        self._changes: deque[tuple[int, str]] = deque(maxlen=_REMEMBERED)
        """Ephemeral position and user of what changed, oldest first."""

    def find(self, user_id: str) -> Person | None:
        return self._people.get(user_id)

    async def access(self, spine: Spine, user_id: str) -> Person:
        """The person, with what was stored of them."""
        person = self._people.get(user_id)
        if person is None:
            row = await spine.db.read(store.select_presence, spine.institution.id, user_id)
            person = Person()
            if row is not None:
                person.status_msg = row.status_msg
                person.status_ts = person.active_ts = row.active_ts
            person = self._people.setdefault(user_id, person)
        return person

    def here(self) -> frozenset[str]:
        """Who is not offline, or was not a moment ago."""
        return frozenset(self._here)

    def changed(self, spine: Spine, user_id: str, *, at_once: bool = False) -> None:
        """Note that there is something to tell of the person, here and at other workers."""
        self._note(spine, user_id, at_once=at_once)
        if at_once or _here(spine, user_id, self._people[user_id]) != self._people[user_id].said:
            self._tell(spine, [user_id])

    def _note(self, spine: Spine, user_id: str, *, at_once: bool) -> None:
        person = self._people[user_id]
        person.told, person.event = current(spine, user_id, person), b""
        self._here.add(user_id)
        rooms = _small_rooms(spine, user_id) if at_once else ()
        self._changes.append((spine.log.nudge([user_id], rooms), user_id))

    def _tell(self, spine: Spine, user_ids: Iterable[str]) -> None:
        """Tell the other workers how these people are at this one."""
        log, told, size = spine.log, list[Json](), 0
        for user_id in user_ids:
            person = self._people[user_id]
            person.said = _here(spine, user_id, person)
            status = (person.status_msg, person.status_ts)
            there = [user_id, person.said, person.active_ts, *status]
            size += len(encode(there))
            if size > _MOST_BYTES and told:
                log.whispers.tell(PRESENCE, {"worker": log.worker, "people": told})
                told, size = [], len(encode(there))
            told.append(there)
        if told:
            log.whispers.tell(PRESENCE, {"worker": log.worker, "people": told})

    def hear(self, spine: Spine, message: bytes) -> None:
        """Take in what another worker tells."""
        told, until = msgspec.json.decode(message, type=Told), spine.clock.now_ms() + HEARD_MS
        for there in told.people:
            person = self._people.setdefault(there.user_id, Person())
            person.elsewhere[told.worker] = (there.presence, until)
            is_new = there.status_ts > person.status_ts
            if is_new:
                person.status_msg, person.status_ts = there.status_msg, there.status_ts
            person.active_ts = max(person.active_ts, there.active_ts)
            if is_new or current(spine, there.user_id, person) != person.told:
                self._note(spine, there.user_id, at_once=is_new)

    def changed_since(self, position: int) -> frozenset[str]:
        """Of whom there is something to tell after an ephemeral position."""
        found: set[str] = set()
        for changed_at, user_id in reversed(self._changes):
            if changed_at <= position:
                break
            found.add(user_id)
        return frozenset(found)

    def sweep(self, spine: Spine) -> None:
        """Notice who has gone or fallen idle, and tell the other workers who is here."""
        now_ms, mine = spine.clock.now_ms(), list[str]()
        for user_id in list(self._here):
            person = self._people[user_id]
            person.elsewhere = {w: t for w, t in person.elsewhere.items() if t[1] > now_ms}
            now = current(spine, user_id, person)
            if now != person.told:
                self.changed(spine, user_id)
            elif now == OFFLINE:
                self._here.discard(user_id)
            if person.said != OFFLINE:
                mine.append(user_id)
        if spine.log.whispers.send is not None:
            self._tell(spine, mine)


def _small_rooms(spine: Spine, user_id: str) -> Iterator[str]:
    """Rooms in which a status wakes the others, as far as they are in memory."""
    log = spine.log
    for room_id, place in (log.memberships.get(user_id) or {}).items():
        if place.membership == "join":
            room = log.rooms.peek(room_id)
            if room is not None and len(room.joined) <= MOST_WOKEN:
                yield room_id


def current(spine: Spine, user_id: str, person: Person) -> str:
    """The presence of a person now."""
    return person.presence(spine.clock.now_ms(), is_parked=user_id in spine.log.waiters)


def _here(spine: Spine, user_id: str, person: Person) -> str:
    return person.here(spine.clock.now_ms(), is_parked=user_id in spine.log.waiters)


def presence_event(spine: Spine, user_id: str, person: Person) -> bytes:
    """The `m.presence` event as JSON, at most `SAME_MS` old.

    When all come at once, each is told of all: so it is encoded for many.
    """
    now = spine.clock.now_ms()
    if not person.event or now - person.event_ts > SAME_MS:
        content = encode(person.content(current(spine, user_id, person), now))
        person.event = b'{"type":"m.presence","sender":%b,"content":%b}' % (
            encode(user_id),
            content,
        )
        person.event_ts = now
    return person.event


def check_presence(presence: str) -> None:
    """Raise 400 for what is no presence."""
    if presence not in STATES:
        raise invalid_param(f"presence must be one of {', '.join(STATES)}")
