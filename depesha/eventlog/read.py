"""Events on behalf of a person: the only way to them besides sync.

A place in a room's timeline is a gap between events, told as `t<n>`: after room order n.
A sync token names the gap at its position. Spec: client-server API, "Room history visibility".
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from depesha.base.canonical import decode, encode
from depesha.base.errors import MatrixError, forbidden, invalid_param, not_found
from depesha.base.ids import is_room_id
from depesha.eventlog import store
from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Logged, parse_token
from depesha.eventlog.load import load_logged, load_state_at, logged_of
from depesha.eventlog.state import MEMBER, Membership, Room, StateEntry
from depesha.events.visible import SeenEvent, may_see
from depesha.io.tx import Tx

END = 2**62
"""A room order beyond every event's."""

FRESH_EVENT_MS = 10_000
"""An event younger than this is served without `age`."""

_SCANNED_AT_MOST = 5_000
_VISIBILITY = "m.room.history_visibility"

Line = Sequence[tuple[int, str]]
"""Room orders at which a value began, oldest first."""


class _Said(NamedTuple):
    """An event that is no state."""

    type: str = "m.room.message"
    state_key: str | None = None


_SAID = _Said()


def _at(line: Line, room_order: int, default: str) -> str:
    """The value in force after the event at `room_order`."""
    index = bisect_right(line, room_order, key=lambda point: point[0])
    return line[index - 1][1] if index else default


@dataclass(frozen=True, slots=True)
class Vision:
    """What one user sees of one room, at every point of its line."""

    user_id: str
    visibility: Line
    memberships: Line
    now_ms: int

    def membership_at(self, room_order: int) -> str:
        """The user's membership just after the event at `room_order`."""
        return _at(self.memberships, room_order, "leave")

    @property
    def stay(self) -> int | None:
        """Room order at which the user was last in the room; `END`: now, None: never.

        Invitations and requests to be let in are no stay, and a ban makes none longer.
        """
        last: int | None = None
        for at, membership in self.memberships:
            if membership == "join":
                last = END
            elif last == END:
                last = at
        return last

    def edge(self, room_order: int, *, forward: bool) -> int | None:
        """Where, from an event that is hidden, the next is that may not be; None: nowhere.

        `forward` or else backward.
        """
        changes = {at for at, _ in (*self.visibility, *self.memberships)}
        if room_order in changes:
            return room_order + (1 if forward else -1)
        if forward:
            return min((at for at in changes if at > room_order), default=None)
        return max((at for at in changes if at < room_order), default=None)

    def may_see(self, logged: Logged) -> bool:
        if logged.is_over:
            return False
        if self.may_see_at(logged.room_order, logged.event):
            return True
        # MSC4354: whoever is in the room may see what sticks
        return bool(logged.event.sticks_for(self.now_ms)) and self.stay == END

    def may_see_at(self, order: int, event: SeenEvent = _SAID) -> bool:
        """Whether the user may see a message, or the event given, that stands there."""
        before = _at(self.memberships, order - 1, "leave")
        if before == "join":
            # Enough under any visibility, and what most events are to who asks for them.
            return True
        joins = (at for at, membership in self.memberships if membership == "join")
        return may_see(
            event,
            self.user_id,
            visibility_before=_at(self.visibility, order - 1, "shared"),
            visibility_after=_at(self.visibility, order, "shared"),
            membership_before=before,
            membership_after=self.membership_at(order),
            joined_later=any(at > order for at in joins),
        )


async def vision(log: EventLog, user_id: str, room: Room) -> Vision:
    """How the user sees the room."""
    now_ms = log.clock.now_ms()
    return await log.db.read(_select_vision, log.institution.id, user_id, room, now_ms)


async def _select_vision(
    tx: Tx, institution_id: int, user_id: str, room: Room, now_ms: int
) -> Vision:
    async def line(type_: str, state_key: str, key: str) -> Line:
        rows = await store.select_state_line(tx, institution_id, room.nid, type_, state_key)
        return [(row.position, _text(row.body, key)) for row in rows]

    return Vision(
        user_id,
        visibility=await line(_VISIBILITY, "", "history_visibility"),
        memberships=await line(MEMBER, user_id, "membership"),
        now_ms=now_ms,
    )


def _text(body: bytes, key: str) -> str:
    found = decode(body)["content"].get(key)
    return found if isinstance(found, str) else ""


# --- serving -------------------------------------------------------------------------


def served(
    logged: Logged,
    user_id: str,
    device_id: str,
    membership: str,
    now_ms: int,
    relations: bytes = b"",
) -> bytes:
    """The event as JSON for one viewer, with `unsigned`.

    `membership` is the viewer's at the event; `relations` is the JSON of `m.relations`.
    """
    event = logged.event
    age, sticks_for = now_ms - event.origin_server_ts, event.sticks_for(now_ms)
    mine = (
        event.sender == user_id
        and logged.sent_by is not None
        and logged.sent_by.startswith(device_id + " ")
    )
    is_plain = membership == "join" and not (mine or relations or sticks_for)
    if is_plain and age < FRESH_EVENT_MS:
        if not logged.plain:
            logged.plain = logged.head + _unsigned(logged, "join", [])
        return logged.plain
    parts: list[bytes] = []
    # COMPAT(matrix-js-sdk): without `age` an event counts as new, so a young one may go without,
    # and be the same bytes for everyone.
    if age >= FRESH_EVENT_MS:
        parts.append(b'"age":%d' % age)
    if sticks_for:
        parts.append(b'"msc4354_sticky_duration_ttl_ms":%d' % sticks_for)
    if mine and logged.sent_by:
        parts.append(b'"transaction_id":' + encode(logged.sent_by.partition(" ")[2]))
    if relations:
        parts.append(b'"m.relations":' + relations)
    return logged.head + _unsigned(logged, membership, parts)


def _unsigned(logged: Logged, membership: str, parts: list[bytes]) -> bytes:
    """`,"unsigned":{…}}`. Spec: client-server API, "UnsignedData"."""
    parts.append(b'"membership":"' + membership.encode() + b'"')
    if logged.prev_content is not None:
        parts.append(b'"prev_content":' + encode(logged.prev_content))
    if logged.redacted_because is not None:
        parts.append(b'"redacted_because":' + logged.redacted_because)
    return b',"unsigned":{' + b",".join(parts) + b"}}"


def served_state(entry: StateEntry) -> bytes:
    """A state event as JSON in client form, without `unsigned`."""
    return encode(
        {
            "content": entry.content,
            "event_id": entry.event_id,
            "origin_server_ts": entry.origin_server_ts,
            "room_id": entry.room_id,
            "sender": entry.sender,
            "state_key": entry.state_key,
            "type": entry.type,
        }
    )


def stripped(entry: StateEntry) -> bytes:
    """A state event as JSON in stripped form; the create event whole (room version 12)."""
    if entry.type == "m.room.create":
        return served_state(entry)
    return encode(
        {
            "content": entry.content,
            "sender": entry.sender,
            "state_key": entry.state_key,
            "type": entry.type,
        }
    )


# --- access --------------------------------------------------------------------------


async def find_place(log: EventLog, user_id: str, room_id: str) -> Membership | None:
    """The user's place in the room, unless there is none or it was forgotten."""
    place = (await log.rooms_of(user_id)).get(room_id)
    return None if place is None or place.forgotten else place


async def access_joined(log: EventLog, user_id: str, room_id: str) -> Room:
    """The room, which the user has joined; else 403 M_FORBIDDEN."""
    place = (await log.rooms_of(user_id)).get(room_id)
    room = await log.find_room(room_id) if place and place.membership == "join" else None
    if room is None:
        raise forbidden("You are not joined to this room")
    return room


async def access_room(log: EventLog, user_id: str, room_id: str) -> Room:
    """The room, of which the user may read something: joined, left, banned, or world-readable.

    What of it may be read is for `vision` to say. Else 403 M_FORBIDDEN.
    """
    if not is_room_id(room_id):
        raise invalid_param("Not a room id")
    room = await _find_readable(log, user_id, room_id)
    if room is None:
        raise _not_a_member()
    return room


async def access_present(log: EventLog, user_id: str, room_id: str) -> Room:
    """The room as it is now, for who is in it, or where it is open to all; else 403 M_FORBIDDEN."""
    room = await access_room(log, user_id, room_id)
    if room.membership(user_id) != "join" and not _is_open(log, room):
        raise _not_a_member()
    return room


async def access_known(log: EventLog, user_id: str, room_id: str) -> Room:
    """The room's state as the user may know it: now, or as it was when they left.

    403 M_FORBIDDEN, also for who was invited or asked to be let in, and never came in.
    """
    room = await access_room(log, user_id, room_id)
    place = await find_place(log, user_id, room_id)
    if place is None or place.membership == "join":
        return room
    stay = (await vision(log, user_id, room)).stay
    if stay is not None:
        return await load_room_at(log, room, stay)
    if not _is_open(log, room):
        raise _not_a_member()
    return room


async def load_room_at(log: EventLog, room: Room, room_order: int) -> Room:
    """The room with the state that it had after the event at `room_order`; `END`: as it is now."""
    if room_order >= room.position:
        return room
    past = Room(room.nid, room.room_id, room.version, room_order)
    at = await log.db.scan(load_state_at, log.institution.id, room, room_order)
    for entry in at.values():
        past.set_state(entry)
    return past


def _not_a_member() -> MatrixError:
    return forbidden("You are not a member of this room")


async def _find_readable(log: EventLog, user_id: str, room_id: str) -> Room | None:
    """The room, if the user may read something of it."""
    place = await find_place(log, user_id, room_id)
    room = await log.find_room(room_id)
    if room is None:
        return None
    if place is not None and place.membership in {"join", "leave", "ban"}:
        return room
    return room if _is_open(log, room) else None


def _is_open(log: EventLog, room: Room) -> bool:
    """True where people outside may read."""
    visibility = room.text(_VISIBILITY, "history_visibility", "shared")
    return visibility == "world_readable" and log.hooks.may_peek()


async def access_event(log: EventLog, user_id: str, room_id: str, event_id: str) -> Logged:
    """The event, if it is in this room and the user may see it; else 404 M_NOT_FOUND.

    Another refusal for a room that is closed to the user would tell which events are in it.
    """
    logged = await find_event(log, room_id, event_id)
    room = await _find_readable(log, user_id, room_id)
    if logged is None or room is None or not (await vision(log, user_id, room)).may_see(logged):
        raise not_found("Event not found")
    return logged


async def find_event(log: EventLog, room_id: str, event_id: str) -> Logged | None:
    """The event of this room, whoever may see it; for decisions, never to be shown."""
    return await log.db.read(load_logged, log.institution.id, event_id, room_id)


async def find_events(log: EventLog, positions: list[int]) -> dict[int, Logged]:
    """Events by position, whoever may see them."""
    rows = await log.db.scan(store.select_events, log.institution.id, positions)
    return {row.position: logged_of(row) for row in rows}


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a room's timeline, in the direction of reading.

    `end` is the gap to read on from, or None when nothing is left.
    """

    events: list[Logged]
    start: int
    end: int | None
    vision: Vision


def gap(room_order: int) -> str:
    """The token of the gap after `room_order`."""
    return f"t{room_order}"


def check_gap(text: str) -> int:
    """The room order of a token, ours or of a sync; 400 M_INVALID_PARAM."""
    number = text[1:]
    if text[:1] == "t" and number.isascii() and number.isdigit() and len(number) < 19:
        return int(number)
    token = parse_token(text)
    if token is None:
        raise invalid_param("Unknown pagination token")
    return token.position


def everything(logged: Logged) -> bool:
    return True


async def access_page(
    log: EventLog,
    user_id: str,
    room: Room,
    *,
    start: int | None,
    stop: int | None,
    backward: bool,
    limit: int,
    keep: Callable[[Logged], bool] = everything,
) -> Page:
    """Up to `limit` events that the user may see and `keep` keeps, from gap `start`.

    The room comes from `access_room`. Without `start`: from the room's end, or its beginning.
    """
    sight = await vision(log, user_id, room)
    at = start if start is not None else (END if backward else 0)
    begin, found, scanned = at, list[Logged](), 0
    while len(found) < limit and scanned < _SCANNED_AT_MOST:
        want = min(500, 2 * (limit - len(found)) + 10)
        rows = await _page(log, room, at, stop, backward, want)
        scanned += len(rows)
        for logged in rows:
            at = logged.room_order - 1 if backward else logged.room_order
            if sight.may_see(logged) and keep(logged):
                found.append(logged)
                if len(found) == limit:
                    return Page(found, begin, at, sight)
        if len(rows) < want:
            return Page(found, begin, None, sight)
    return Page(found, begin, at, sight)


async def _page(
    log: EventLog, room: Room, at: int, stop: int | None, backward: bool, limit: int
) -> list[Logged]:
    institution_id = log.institution.id
    read = log.db.read if limit <= 100 else log.db.scan
    if backward:
        rows = await read(
            store.select_page_back, institution_id, room.nid, at + 1, stop or -1, limit
        )
    else:
        before = END if stop is None else stop + 1
        rows = await read(store.select_page_forward, institution_id, room.nid, at, before, limit)
    return [logged_of(row) for row in rows]
