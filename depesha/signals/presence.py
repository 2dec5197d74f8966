"""Presence: coarse, in memory, told to those who share a room.

That somebody comes, goes or falls idle wakes nobody: it goes along with what comes next. Only
a status that is set by hand is told at once, and not through large rooms.
Spec: client-server API, "Presence".
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from depesha.base.canonical import Content, encode
from depesha.base.errors import invalid_param
from depesha.signals import store
from depesha.spine import Spine

ONLINE, UNAVAILABLE, OFFLINE = "online", "unavailable", "offline"
STATES = (ONLINE, UNAVAILABLE, OFFLINE)

IDLE_MS = 5 * 60_000
"""Without activity for so long somebody is unavailable."""
GONE_MS = 60_000
"""Without a sync for so long, and none parked, somebody is offline."""
SWEEP_SECONDS = 15.0
SAME_MS = 1_000
MOST_WOKEN = 500
"""Members of a room up to which a status wakes the others."""
_REMEMBERED = 20_000


@dataclass(slots=True)
class Person:
    """One person's presence: as the clients asked for it, and as it was last told.

    Times in milliseconds.
    """

    asked: str = OFFLINE
    status_msg: str | None = None
    active_ts: int = 0
    seen_ts: int = 0
    told: str = OFFLINE
    event: bytes = b""
    """The `m.presence` event as it was at `event_ts`; empty once it has changed."""
    event_ts: int = 0

    def presence(self, now_ms: int, *, is_parked: bool) -> str:
        """The presence now: without syncs offline, without activity unavailable."""
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
            person = Person() if row is None else Person(OFFLINE, row.status_msg, row.active_ts)
            person = self._people.setdefault(user_id, person)
        return person

    def here(self) -> frozenset[str]:
        """Who is not offline, or was not a moment ago."""
        return frozenset(self._here)

    def changed(self, spine: Spine, user_id: str, *, at_once: bool = False) -> None:
        """Note that there is something to tell of the person."""
        person = self._people[user_id]
        person.told, person.event = current(spine, user_id, person), b""
        self._here.add(user_id)
        rooms = _small_rooms(spine, user_id) if at_once else ()
        self._changes.append((spine.log.nudge([user_id], rooms), user_id))

    def changed_since(self, position: int) -> frozenset[str]:
        """Of whom there is something to tell after an ephemeral position."""
        found: set[str] = set()
        for changed_at, user_id in reversed(self._changes):
            if changed_at <= position:
                break
            found.add(user_id)
        return frozenset(found)

    def sweep(self, spine: Spine) -> None:
        """Notice who has gone or fallen idle."""
        for user_id in list(self._here):
            person = self._people[user_id]
            now = current(spine, user_id, person)
            if now != person.told:
                self.changed(spine, user_id)
            elif now == OFFLINE:
                self._here.discard(user_id)


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
