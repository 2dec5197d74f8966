"""One room's result in a sliding sync.

Spec: MSC4186, "Room results", `RoomResult`, "Lazy loaded memberships".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from depesha.base.canonical import Content, encode
from depesha.eventlog.changes import Logged
from depesha.eventlog.read import Vision, gap, load_room_at, served_state, stripped, vision
from depesha.eventlog.state import MEMBER, Key, StateEntry
from depesha.signals import unread
from depesha.sync.encode import encode_stripped_events, find_heroes, keeper, serve_timeline
from depesha.sync.record import Sync
from depesha.sync.room import State, Timeline, Window, load_state, load_timeline
from depesha.sync.sliding.ask import RoomConfig
from depesha.sync.sliding.connection import SentRoom
from depesha.sync.sliding.lists import Candidate


@dataclass(frozen=True, slots=True)
class RoomAsk:
    """What is asked of one room: `sent` is what the client has of it."""

    user_id: str
    device_id: str
    candidate: Candidate
    config: RoomConfig
    sent: SentRoom | None
    since: int
    """The connection's last position: what came after it is live."""
    until: int
    lists: list[str]
    is_stable: bool
    counts_changed: bool
    mine: list[StateEntry]
    """The user's own member event."""

    @property
    def dm_changed(self) -> bool:
        return self.sent is not None and self.sent.is_dm is not self.candidate.is_dm


@dataclass(frozen=True, slots=True)
class RoomResult:
    """The encoded result (None when there is nothing to tell), and what the client then has."""

    body: bytes | None
    sent: SentRoom
    stuck: tuple[int, ...] = ()
    """Positions of what sticks and is in the timeline."""


@dataclass(frozen=True, slots=True)
class Told:
    """The rooms of an answer that have something to tell, encoded; what the client has then."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    sent: dict[str, SentRoom] = field(default_factory=dict)
    stuck: set[int] = field(default_factory=set)
    """Positions of what sticks and is in the timelines."""


async def build_room(sync: Sync, ask: RoomAsk) -> RoomResult:
    """The room as it is to be told."""
    room, place = ask.candidate.room, ask.candidate.place
    if place.membership == "join":
        return await _inside(sync, ask, None)
    if place.membership in {"invite", "knock"} or place.forgotten:
        return _outside(ask)
    sight = await vision(sync.spine.log, ask.user_id, room)
    if sight.stay is None:
        return _outside(ask)
    past = await load_room_at(sync.spine.log, room, sight.stay)
    return await _inside(sync, replace(ask, candidate=replace(ask.candidate, room=past)), sight)


def _outside(ask: RoomAsk) -> RoomResult:
    """A room that one is invited to or knocks at: its stripped state. Else that this is over."""
    room, place = ask.candidate.room, ask.candidate.place
    sent = SentRoom(ask.until, ask.config, frozenset(), place.membership, ask.candidate.is_dm)
    if ask.sent is not None and ask.sent.position >= place.position:
        return RoomResult(None, sent)
    key = b"stripped_state" if ask.is_stable else b"invite_state"
    if place.membership in {"invite", "knock"}:
        events = encode_stripped_events(room, ask.user_id)
    elif ask.sent is None:
        return RoomResult(None, sent)
    elif ask.is_stable:
        events = b",".join(map(stripped, ask.mine))
    else:
        # COMPAT(matrix-rust-sdk): whatever has `invite_state` counts as an invitation.
        key, events = b"required_state", b",".join(map(served_state, ask.mine))
    fields: Content = {"initial": True, "bump_stamp": ask.candidate.bump_stamp}
    fields |= _common(ask)
    return RoomResult(encode(fields)[:-1] + b',"%b":[%b]}' % (key, events), sent)


def _common(ask: RoomAsk) -> Content:
    """Fields of the accepted form alone."""
    if not ask.is_stable:
        return {}
    fields: Content = {"membership": ask.candidate.place.membership}
    if ask.lists:
        fields["lists"] = ask.lists
    return fields


# --- rooms that the user is or was in --------------------------------------------------


async def _inside(sync: Sync, ask: RoomAsk, sight: Vision | None) -> RoomResult:
    """A room that one is in, or was: then `sight` is given, and the room is as it was then."""
    log, room, place = sync.spine.log, ask.candidate.room, ask.candidate.place
    initial = ask.sent is None or ask.sent.membership in {"invite", "knock"} or _rejoined(ask)
    since = 0 if initial or ask.sent is None else ask.sent.position
    expanded = (
        not initial
        and ask.sent is not None
        and ask.config.timeline_limit > ask.sent.config.timeline_limit
    )
    if sight is None and (initial or expanded):
        sight = await vision(log, ask.user_id, room)
    window = Window(
        room,
        0 if expanded else since,
        ask.until if place.membership == "join" else place.position,
        max(1, ask.config.timeline_limit),
        await keeper(sync, ask.user_id, room.room_id),
        sight,
    )
    nothing = Timeline([], limited=False)
    wants = ask.config.timeline_limit > 0
    timeline = await load_timeline(log, window) if wants else nothing
    stay = replace(window, since=since, until=min(window.until, room.position))
    moved = await load_state(log, stay, timeline, after=True, full=False)
    known = frozenset[str]() if initial or ask.sent is None else ask.sent.members
    state, members = _wanted_state(ask, moved, timeline, known, initial=initial)
    sent = SentRoom(ask.until, _grown(ask), members, place.membership, ask.candidate.is_dm)
    told = bool(timeline.events or state or initial or expanded)
    if not (told or ask.dm_changed or (ask.counts_changed and not ask.is_stable)):
        return RoomResult(None, sent)
    fields = _fields(ask, window, timeline, moved, initial=initial, expanded=expanded)
    if not ask.is_stable:
        is_in = place.membership == "join"
        counts = (await unread(sync.signals, ask.user_id, room)).total if is_in else (0, 0)
        fields["notification_count"], fields["highlight_count"] = counts
    events = await serve_timeline(sync, ask.user_id, ask.device_id, window, timeline)
    if place.membership != "join":
        # COMPAT(matrix-rust-sdk): a room counts as joined unless one's own event says otherwise.
        state = [e for e in state if (e.type, e.state_key) != (MEMBER, ask.user_id)] + ask.mine
    body = encode(fields)[:-1] + b',"required_state":[%b],"timeline":[%b]}' % (
        b",".join(map(served_state, state)),
        b",".join(events),
    )
    stuck = tuple(e.position for e in timeline.events if e.event.sticky_ms is not None)
    return RoomResult(body, sent, stuck)


def _rejoined(ask: RoomAsk) -> bool:
    """True when the user came in since: what was said in their absence may not be for them."""
    place, sent = ask.candidate.place, ask.sent
    return sent is not None and place.membership == "join" and place.since_position > sent.position


_MOST_WANTED = 20


def _grown(ask: RoomAsk) -> RoomConfig:
    """What has been sent of the room by now: a smaller ask later does not unsend it.

    Of a client that asks for ever new state only the last is remembered.
    """
    grown = ask.config if ask.sent is None else ask.config.combine(ask.sent.config)
    return grown if len(grown.wanted) <= _MOST_WANTED else ask.config


def _wanted_state(
    ask: RoomAsk, moved: State, timeline: Timeline, known: frozenset[str], *, initial: bool
) -> tuple[list[StateEntry], frozenset[str]]:
    """The state to send, and the lazily loaded members that the client then has."""
    room, config = ask.candidate.room, ask.config
    chosen: dict[Key, StateEntry] = {
        key: entry for key, entry in moved.items() if config.allows(*key)
    }
    before = ask.sent.config if ask.sent is not None and not initial else None
    if before is not None and not config.wanted <= before.wanted:
        for entry in room.entries():
            key = entry.type, entry.state_key
            if config.allows(*key) and not before.allows(*key):
                chosen.setdefault(key, entry)
    if not config.is_lazy:
        return list(chosen.values()), known
    changed = {state_key for type_, state_key in moved if type_ == MEMBER}
    known -= changed
    needed = set(_named(timeline.events)) - known
    if not (initial or timeline.limited):
        needed |= changed
    for member in needed:
        member_entry = room.find(MEMBER, member)
        if member_entry is not None:
            chosen[MEMBER, member] = member_entry
    return list(chosen.values()), known | needed


def _named(events: Iterable[Logged]) -> Iterable[str]:
    """Senders of events, and the members that member events are about."""
    for logged in events:
        yield logged.event.sender
        if logged.event.type == MEMBER and logged.event.state_key is not None:
            yield logged.event.state_key


def _fields(
    ask: RoomAsk, window: Window, timeline: Timeline, moved: State, *, initial: bool, expanded: bool
) -> Content:
    room = ask.candidate.room
    fields: Content = {
        "bump_stamp": ask.candidate.bump_stamp,
        "prev_batch": gap(timeline.before(window)),
        "limited": timeline.limited,
        "num_live": sum(logged.position > ask.since > 0 for logged in timeline.events),
    }
    fields |= _common(ask)
    if initial:
        fields["initial"] = True
    if expanded:
        fields["expanded_timeline" if ask.is_stable else "unstable_expanded_timeline"] = True
    if ask.candidate.is_dm or ask.dm_changed:
        fields["is_dm"] = ask.candidate.is_dm
    changed = {type_ for type_, _ in moved}
    if initial or MEMBER in changed:
        fields["joined_count"], fields["invited_count"] = len(room.joined), len(room.invited)
    name = room.text("m.room.name", "name") or None
    is_renamed = not initial and "m.room.name" in changed
    if (initial and name) or (is_renamed and (name or ask.is_stable)):
        fields["name"] = name
    avatar = room.text("m.room.avatar", "url") or None
    if (initial and avatar) or (not initial and "m.room.avatar" in changed):
        fields["avatar"] = avatar
    if name is None and (initial or changed & {MEMBER, "m.room.name"}):
        fields["heroes"] = [_hero(ask, member) for member in find_heroes(room, ask.user_id)]
    return fields


def _hero(ask: RoomAsk, member: str) -> Content:
    entry = ask.candidate.room.find(MEMBER, member)
    hero: Content = {"user_id": member}
    for name in ("displayname", "avatar_url"):
        value = entry.content.get(name) if entry else None
        if isinstance(value, str):
            hero[name] = value
    return hero
