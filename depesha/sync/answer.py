"""One answer of `/sync`: which rooms it has, each room's part, and the sections of the slices.

Spec: client-server API, "Syncing"; `GET /_matrix/client/v3/sync`.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from depesha.base.canonical import encode
from depesha.eventlog.changes import Logged, Token, encode_token
from depesha.eventlog.filter import Filter
from depesha.eventlog.read import Vision, gap, load_room_at, served_state, vision
from depesha.eventlog.section import Section, SyncAsk
from depesha.eventlog.state import MEMBER, Membership, Room, StateEntry
from depesha.events.event import STICKY
from depesha.keys import TO_DEVICE, find_told
from depesha.profile import ignored_users, invite_rules
from depesha.rooms import notices_sender
from depesha.signals import unread
from depesha.sync.changed import Changed, find_changed
from depesha.sync.encode import encode_stripped_events, find_heroes, keeper, serve_timeline
from depesha.sync.form import form_state, form_timeline
from depesha.sync.profiles import USERS, encode_users
from depesha.sync.record import Sync
from depesha.sync.room import (
    State,
    Timeline,
    Window,
    lazy_state,
    load_state,
    load_timeline,
)
from depesha.sync.shared import Piece, sent_by
from depesha.sync.sift import sift
from depesha.timeline import StuckAsk, find_stuck, relations_of

TO_DEVICE_KINDS = frozenset({TO_DEVICE})

_DEFAULT_LIMIT = 10
_ROOMS_A_TURN = 20
"""Rooms of one answer that are encoded before others have their turn: a millisecond or two."""
_NO_SUMMARY = b'"summary":{}'


class Asked(NamedTuple):
    """A request of `/sync`, decoded; `since` is 0 for a first one."""

    user_id: str
    device_id: str
    since: int
    to_device_since: int
    ephemeral_since: int
    filter: Filter
    full_state: bool
    state_after: str
    """The key of the state after the timeline, or empty: the state before it is asked for."""

    def is_at(self, now: Token) -> bool:
        """True when the client has everything up to `now`."""
        return (
            self.since == self.to_device_since == now.position
            and self.ephemeral_since == now.ephemeral
        )

    def moved_to(self, now: Token) -> "Asked":
        """The same question, of what comes after `now`."""
        return self._replace(
            since=now.position,
            to_device_since=now.position,
            ephemeral_since=now.ephemeral,
        )


@dataclass(slots=True)
class Rooms:
    """The encoded rooms of an answer."""

    join: list[bytes] = field(default_factory=list)
    invite: list[bytes] = field(default_factory=list)
    knock: list[bytes] = field(default_factory=list)
    leave: list[bytes] = field(default_factory=list)

    def encoded(self) -> bytes:
        parts = [
            b'"%b":{%b}' % (name, b",".join(rooms))
            for name, rooms in (
                (b"join", self.join),
                (b"invite", self.invite),
                (b"knock", self.knock),
                (b"leave", self.leave),
            )
            if rooms
        ]
        return b'"rooms":{' + b",".join(parts) + b"}"

    @property
    def is_empty(self) -> bool:
        return not (self.join or self.invite or self.knock or self.leave)


async def build_answer(
    sync: Sync, asked: Asked, now: Token, *, may_wait: bool = False
) -> bytes | None:
    """The response's body, or None when there is nothing to tell yet.

    With `may_wait` it is empty when there is something, but nothing to end a parked request by.
    """
    log, user_id = sync.spine.log, asked.user_id
    places = await log.rooms_of(user_id)
    if asked.since and not asked.full_state:
        changed = await find_changed(log, sync.spans, user_id, asked.device_id, places, asked.since)
    else:
        changed = _everything(places)
    if asked.ephemeral_since == now.ephemeral and asked.to_device_since == asked.since:
        if changed.is_nothing:
            return None
        if may_wait and changed.may_wait:
            return b""
        if asked.since and changed.is_events_alone and not asked.full_state:
            plain = await _events_alone(sync, asked, now, changed.rooms)
            if plain is not None:
                return plain
    wanted = _wanted(asked, places, changed)
    section = await _ask_sections(sync, asked, now, changed, wanted)
    rooms = Rooms(join=await _joined_rooms(sync, asked, now, wanted, section, changed))
    if changed.places:
        await _other_rooms(sync, asked, now, changed, rooms)
    if names := asked.filter.profile_fields.ids:
        told = (asked.user_id, asked.since, now.position, names, changed.kinds)
        if users := await encode_users(sync, *told):
            section.top[USERS] = users
    return _encode(asked, now, rooms, section)


def _everything(places: dict[str, Membership]) -> Changed:
    joined = frozenset(r for r, place in places.items() if place.membership == "join")
    return Changed(joined, joined, frozenset(places), None)


def _wanted(asked: Asked, places: dict[str, Membership], changed: Changed) -> dict[str, int]:
    """Joined rooms that may have something to tell, each with its own since."""
    wanted: dict[str, int] = {}
    candidates = changed.rooms | changed.touched | changed.places
    if changed.kinds is None:
        candidates = frozenset(places)
    for room_id in candidates:
        place = places.get(room_id)
        if place is None or place.membership != "join" or not asked.filter.room.allows(room_id):
            continue
        is_new = place.since_position > asked.since
        wanted[room_id] = 0 if is_new or asked.since == 0 else asked.since
    return wanted


async def _ask_sections(
    sync: Sync, asked: Asked, now: Token, changed: Changed, wanted: dict[str, int]
) -> Section:
    """All slices' parts, merged."""
    ask = SyncAsk(
        asked.user_id,
        asked.device_id,
        asked.since,
        now.position,
        asked.ephemeral_since,
        wanted if asked.ephemeral_since == now.ephemeral else await _all_joined(sync, asked),
        changed.kinds,
    )
    whole = Section()
    moved = asked.ephemeral_since != now.ephemeral
    fresh = 0 in ask.rooms.values()
    for part in sync.sections:
        if part.is_asked(ask.kinds, moved=moved, fresh=fresh):
            whole.add(await part.section(ask))
    if asked.to_device_since != asked.since or ask.may_have(TO_DEVICE_KINDS):
        whole.add(await sync.to_device(ask._replace(since=asked.to_device_since)))
    sift(whole, asked.filter)
    for room_id in ask.rooms.keys() & {*whole.room_account_data, *whole.ephemeral}:
        wanted.setdefault(room_id, ask.rooms[room_id])
    return whole


async def _all_joined(sync: Sync, asked: Asked) -> dict[str, int]:
    """Ephemeral changes name no rooms beforehand: any joined room may have some."""
    places = await sync.spine.log.rooms_of(asked.user_id)
    return {
        room_id: 0 if place.since_position > asked.since else asked.since
        for room_id, place in places.items()
        if place.membership == "join" and asked.filter.room.allows(room_id)
    }


async def _events_alone(sync: Sync, asked: Asked, now: Token, rooms: Iterable[str]) -> bytes | None:
    """The answer where nothing but events came to rooms that the user was in all along.

    That is what nearly every answer is, so no slice is asked for more than always comes along.
    None when a room is told otherwise to this viewer than to others.
    """
    join: list[bytes] = []
    for room_id in filter(asked.filter.room.allows, rooms):
        room = await sync.spine.log.find_room(room_id)
        shared = await _shared(sync, asked, now, room, asked.since) if room else None
        if room is None or shared is None:
            return None
        unread = await _encode_unread(sync, asked, room)
        join.append(_encode_room(room, shared, (), (), unread, _NO_SUMMARY))
    if not join:
        return None
    told = await find_told(sync.keys, asked.user_id, asked.device_id) if asked.device_id else {}
    top = b"".join(b'"%b":%b,' % (name.encode(), value) for name, value in told.items())
    return b'{"next_batch":"%b",%b"rooms":{"join":{%b}}}' % (
        encode_token(now),
        top,
        b",".join(join),
    )


# --- joined rooms --------------------------------------------------------------------


async def _joined_rooms(
    sync: Sync,
    asked: Asked,
    now: Token,
    wanted: dict[str, int],
    section: Section,
    changed: Changed,
) -> list[bytes]:
    found: list[bytes] = []
    for number, (room_id, since) in enumerate(wanted.items(), 1):
        part = await _joined(sync, asked, now, room_id, since, section, changed)
        if part is not None:
            found.append(part)
        if number % _ROOMS_A_TURN == 0:
            await asyncio.sleep(0)
    return found


async def _joined(
    sync: Sync,
    asked: Asked,
    now: Token,
    room_id: str,
    since: int,
    section: Section,
    changed: Changed,
) -> bytes | None:
    log = sync.spine.log
    room = await log.find_room(room_id)
    if room is None:
        return None
    has_events = changed.kinds is None or room_id in changed.rooms or since == 0
    if has_events and (shared := await _shared(sync, asked, now, room, since)):
        return await _encode_joined(sync, asked, room, section, shared, _NO_SUMMARY)
    sight = await vision(log, asked.user_id, room) if since == 0 else None
    window = await _window(sync, asked, room, since, now.position, sight)
    timeline = await load_timeline(log, window) if has_events else Timeline([], False)
    state: State = {}
    if has_events or asked.full_state:
        state = await load_state(
            log,
            window,
            timeline,
            after=bool(asked.state_after),
            full=asked.full_state,
            lazy=_is_lazy(asked),
        )
    heroes = _find_heroes(asked, window, timeline, state)
    shown = _shown_state(sync, asked, window, timeline, state, heroes or ())
    stuck = await _encode_stuck(sync, asked, window, timeline)
    told = bool(
        timeline.events
        or shown
        or stuck
        or room_id in section.ephemeral
        or room_id in section.room_account_data
        or since == 0
        or timeline.limited
    )
    if not (told or "unread" in (changed.kinds or ()) or room_id in changed.touched):
        return None
    body = b"%b,%b%b" % (
        await _encode_timeline(sync, asked, window, timeline),
        await _encode_state(sync, asked, shown),
        stuck,
    )
    summary = _NO_SUMMARY if heroes is None else _encode_summary(room, heroes)
    return await _encode_joined(sync, asked, room, section, body, summary)


async def _encode_joined(
    sync: Sync, asked: Asked, room: Room, section: Section, body: bytes, summary: bytes
) -> bytes:
    """The room with what belongs to the viewer alone."""
    return _encode_room(
        room,
        body,
        section.ephemeral.get(room.room_id, ()),
        section.room_account_data.get(room.room_id, ()),
        await _encode_unread(sync, asked, room),
        summary,
    )


def _encode_room(
    room: Room,
    body: bytes,
    ephemeral: Iterable[bytes],
    account_data: Iterable[bytes],
    unread: bytes,
    summary: bytes,
) -> bytes:
    return b'"%b":{%b,"ephemeral":{"events":[%b]},"account_data":{"events":[%b]},%b,%b}' % (
        room.room_id.encode(),
        body,
        b",".join(ephemeral),
        b",".join(account_data),
        unread,
        summary,
    )


async def _shared(sync: Sync, asked: Asked, now: Token, room: Room, since: int) -> bytes | None:
    """The encoded timeline and state, where this viewer gets what others get; else None."""
    wanted, log = asked.filter.room, sync.spine.log
    if since == 0 or asked.full_state or not (wanted.timeline.is_open and wanted.state.is_open):
        return None
    if not (wanted.timeline.allows_room(room.room_id) and wanted.state.allows_room(room.room_id)):
        return None
    if not asked.filter.has_usual_form:
        return None
    if log.tail.start > since or await ignored_users(sync.profile, asked.user_id):
        return None
    limit = wanted.timeline.count(_DEFAULT_LIMIT)
    pieces, key = sync.pieces.at(now.position), (room.room_id, since, limit, asked.state_after)
    piece = pieces.get(key)
    if piece is None:
        window = await _window(sync, asked, room, since, now.position, None)
        piece = pieces[key] = await _build_piece(sync, asked, window)
    if not piece.body or (asked.user_id, asked.device_id) in piece.sent_by:
        return None
    if _is_lazy(asked):
        lacks = sync.sent_members.lacks(
            asked.user_id, asked.device_id, room.room_id, piece.senders, since
        )
        if lacks:
            return None
    return piece.body


async def _build_piece(sync: Sync, asked: Asked, window: Window) -> Piece:
    """Empty where members moved, events stick or have children: viewers are told differently."""
    log = sync.spine.log
    timeline = await load_timeline(log, window)
    if timeline.limited or any(map(_differs, timeline.events)):
        return Piece(b"")
    if await relations_of(sync.timeline, asked.user_id, window.room, timeline.events):
        return Piece(b"")
    state = await load_state(log, window, timeline, after=bool(asked.state_after), full=False)
    nobody = asked._replace(user_id="", device_id="")
    encoded = await _encode_timeline(sync, nobody, window, timeline)
    senders = tuple({logged.event.sender for logged in timeline.events})
    body = b"%b,%b" % (encoded, await _encode_state(sync, asked, list(state.values())))
    return Piece(body, senders, sent_by(timeline.events))


def _differs(logged: Logged) -> bool:
    """True for what is told differently to each viewer, or a moment later."""
    return logged.event.type == MEMBER or logged.event.sticky_ms is not None


async def _window(
    sync: Sync, asked: Asked, room: Room, since: int, until: int, sight: Vision | None
) -> Window:
    wanted = asked.filter.room.timeline
    keep = await keeper(sync, asked.user_id, room.room_id, wanted)
    return Window(room, since, until, wanted.count(_DEFAULT_LIMIT), keep, sight)


def _shown_state(
    sync: Sync,
    asked: Asked,
    window: Window,
    timeline: Timeline,
    state: State,
    heroes: Iterable[str] = (),
) -> list[StateEntry]:
    """The state as the filter wants it, with lazily loaded members."""
    wanted, room = asked.filter.room.state, window.room
    if not wanted.allows_room(room.room_id):
        return []
    if _is_lazy(asked):
        state = _lazily(sync, asked, window, timeline, state, heroes)
    if wanted.is_open:
        return list(state.values())
    return [e for e in state.values() if wanted.allows(e.type, e.sender, e.content)]


def _is_lazy(asked: Asked) -> bool:
    wanted = asked.filter.room
    return wanted.timeline.lazy_load_members or wanted.state.lazy_load_members


def _lazily(
    sync: Sync,
    asked: Asked,
    window: Window,
    timeline: Timeline,
    state: State,
    heroes: Iterable[str],
) -> State:
    room, whole = window.room, window.since == 0 or asked.full_state
    rest, members = lazy_state(state, timeline, asked.user_id, heroes, whole=whole)
    sent, user_id, device_id = sync.sent_members, asked.user_id, asked.device_id
    if whole:
        sent.start(user_id, device_id, room.room_id)
    wanted = asked.filter.room
    if not (wanted.timeline.include_redundant_members or wanted.state.include_redundant_members):
        members = sent.missing(
            user_id, device_id, room.room_id, members, window.since, window.until
        )
    in_timeline = {
        logged.event.state_key
        for logged in timeline.events
        if logged.event.type == MEMBER and not asked.state_after
    }
    lazy = dict(rest)
    for member in members:
        entry = state.get((MEMBER, member)) or room.find(MEMBER, member)
        if entry is not None and (member not in in_timeline or (MEMBER, member) in state):
            lazy[MEMBER, member] = entry
    return lazy


async def _encode_timeline(sync: Sync, asked: Asked, window: Window, timeline: Timeline) -> bytes:
    events = await serve_timeline(sync, asked.user_id, asked.device_id, window, timeline)
    if not asked.filter.has_usual_form:
        events = form_timeline(asked.filter, timeline.events, events)
    return b'"timeline":{"events":[%b],"limited":%b,"prev_batch":"%b"}' % (
        b",".join(events),
        b"true" if timeline.limited else b"false",
        gap(timeline.before(window)).encode(),
    )


async def _encode_stuck(sync: Sync, asked: Asked, window: Window, timeline: Timeline) -> bytes:
    """What sticks and is not in the timeline (MSC4354), with a comma before it; or nothing."""
    question = StuckAsk(asked.user_id, window.room.room_id, window.since, window.until)
    shown = {logged.position for logged in timeline.events}
    stuck = [e for e in await find_stuck(sync.timeline, question) if e.position not in shown]
    if not stuck:
        return b""
    part = Timeline(stuck, limited=False)
    events = await serve_timeline(sync, asked.user_id, asked.device_id, window, part)
    if not asked.filter.has_usual_form:
        events = form_timeline(asked.filter, stuck, events)
    return b',"%b":{"events":[%b]}' % (STICKY.encode(), b",".join(events))


async def _encode_state(sync: Sync, asked: Asked, state: list[StateEntry]) -> bytes:
    name = asked.state_after.encode() or b"state"
    if asked.filter.has_usual_form:
        return b'"%b":{"events":[%b]}' % (name, b",".join(map(served_state, state)))
    events = await form_state(sync.spine.log, asked.filter, state)
    return b'"%b":{"events":[%b]}' % (name, b",".join(events))


async def _encode_unread(sync: Sync, asked: Asked, room: Room) -> bytes:
    counts = await unread(sync.signals, asked.user_id, room)
    by_thread = asked.filter.room.timeline.unread_thread_notifications
    main = counts.main if by_thread else counts.total
    parts = b'"unread_notifications":{"notification_count":%d,"highlight_count":%d}' % main
    if not by_thread or not counts.threads:
        return parts
    threads = {
        root: {"notification_count": notified, "highlight_count": highlighted}
        for root, (notified, highlighted) in counts.threads.items()
    }
    return parts + b',"unread_thread_notifications":' + encode(threads)


def _find_heroes(
    asked: Asked, window: Window, timeline: Timeline, state: State
) -> list[str] | None:
    """Whom to name the room by; None when neither they nor the counts can have changed."""
    is_new = window.since == 0 or asked.full_state
    moved = any(key[0] == MEMBER for key in state) or any(
        logged.event.type == MEMBER for logged in timeline.events
    )
    return find_heroes(window.room, asked.user_id) if is_new or moved else None


def _encode_summary(room: Room, heroes: list[str]) -> bytes:
    return b'"summary":' + encode(
        {
            "m.heroes": heroes,
            "m.joined_member_count": len(room.joined),
            "m.invited_member_count": len(room.invited),
        }
    )


# --- other rooms ---------------------------------------------------------------------


async def _other_rooms(
    sync: Sync, asked: Asked, now: Token, changed: Changed, rooms: Rooms
) -> None:
    """Invitations, knocks, and rooms left."""
    ignored = await ignored_users(sync.profile, asked.user_id)
    rules = await invite_rules(sync.profile, asked.user_id)
    places = await sync.spine.log.rooms_of(asked.user_id)
    for room_id, place in [(r, places[r]) for r in changed.places if r in places]:
        if not asked.since < place.position <= now.position or place.membership == "join":
            continue
        if not asked.filter.room.allows(room_id):
            continue
        room = await sync.spine.log.find_room(room_id)
        if room is None:
            continue
        is_taken = rules.takes(place.sender) or place.sender == notices_sender(sync.spine)
        if place.membership == "invite" and is_taken and place.sender not in ignored:
            rooms.invite.append(_encode_stripped(room, asked.user_id, b"invite_state"))
        elif place.membership == "knock":
            rooms.knock.append(_encode_stripped(room, asked.user_id, b"knock_state"))
        elif place.membership in {"leave", "ban"} and _shows_left(asked, place):
            rooms.leave.append(await _left(sync, asked, room, place))


def _shows_left(asked: Asked, place: Membership) -> bool:
    return asked.since > 0 or (asked.filter.room.include_leave and not place.forgotten)


def _encode_stripped(room: Room, user_id: str, key: bytes) -> bytes:
    events = encode_stripped_events(room, user_id)
    return encode(room.room_id) + b':{"%b":{"events":[%b]}}' % (key, events)


async def _left(sync: Sync, asked: Asked, room: Room, place: Membership) -> bytes:
    """A room up to the event with which the user left it; that alone of one that was forgotten."""
    log = sync.spine.log
    sight = await vision(log, asked.user_id, room)
    stay = 0 if place.forgotten else sight.stay or 0
    room = await load_room_at(log, room, stay)
    since = asked.since
    if place.forgotten:
        since = place.position - 1
    elif stay > since and sight.membership_at(since) != "join":
        since = 0  # They came since, and are gone again.
    window = await _window(sync, asked, room, since, place.position, sight)
    timeline = await load_timeline(log, window)
    state: State = {}
    if stay > asked.since:
        known = replace(window, until=stay)
        state = await load_state(
            log, known, timeline, after=bool(asked.state_after), full=asked.full_state
        )
    parts = [
        await _encode_timeline(sync, asked, window, timeline),
        await _encode_state(sync, asked, _shown_state(sync, asked, window, timeline, state)),
        b'"account_data":{"events":[]}',
    ]
    return encode(room.room_id) + b":{" + b",".join(parts) + b"}"


# --- the whole -----------------------------------------------------------------------


def _encode(asked: Asked, now: Token, rooms: Rooms, section: Section) -> bytes | None:
    token = now._replace(to_device=section.to_device_until)
    parts = [b'"next_batch":"%b"' % encode_token(token)]
    for name, events in (
        (b"account_data", section.account_data),
        (b"presence", section.presence),
        (b"to_device", section.to_device),
    ):
        if events:
            parts.append(b'"%b":{"events":[%b]}' % (name, b",".join(events)))
    news = {"device_lists", USERS}
    told = len(parts) > 1 or not rooms.is_empty or not news.isdisjoint(section.top)
    if asked.since and not asked.full_state and not told:
        return None
    parts += (encode(name) + b":" + value for name, value in section.top.items())
    parts.append(rooms.encoded())
    return b"{" + b",".join(parts) + b"}"


async def encode_nothing(sync: Sync, asked: Asked, now: Token) -> bytes:
    """The answer when its time is over and nothing came: a token, and the device's key counts."""
    kinds = frozenset[str]()
    ask = SyncAsk(
        asked.user_id, asked.device_id, now.position, now.position, now.ephemeral, {}, kinds
    )
    section = Section()
    for part in sync.sections:
        if part.is_always:
            section.top.update((await part.section(ask)).top)
    parts = [b'"next_batch":"%b"' % encode_token(now)]
    parts += (encode(name) + b":" + value for name, value in section.top.items())
    return b"{" + b",".join(parts) + b"}"
