"""One room's part of a sync: its timeline, and the state that goes with it.

Spec: client-server API, "Syncing"; MSC4222 (`state_after`), "Lazy-loading room members".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from depesha.eventlog import store
from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Logged
from depesha.eventlog.load import entry_of, logged_of
from depesha.eventlog.read import Vision, find_events
from depesha.eventlog.state import MEMBER, Key, Room, StateEntry, state_entry

State = dict[Key, StateEntry]
Keep = Callable[[Logged], bool]

_MOST_PAGES = 20
"""Times the limit: so many events are looked at for a timeline of which most is not shown."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a room's line is asked for: (since, until]; since 0 is all of it.

    `sight` is None when the viewer was joined all through the window.
    """

    room: Room
    since: int
    until: int
    limit: int
    keep: Keep
    sight: Vision | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest events of a window, oldest first; `limited` when older ones were left out."""

    events: list[Logged]
    limited: bool

    def before(self, window: Window) -> int:
        """The gap before the first event: where to page back from."""
        return self.events[0].room_order - 1 if self.events else window.until


async def load_timeline(log: EventLog, window: Window) -> Timeline:
    """The newest events that the viewer may see and the filter keeps.

    From the tail when it reaches back far enough: its events are decoded, and mostly encoded.
    """
    tail, found = log.tail, list[Logged]()
    for looked_at, logged in enumerate(tail.room_back(window.room.room_id)):
        if logged.position <= window.since or len(found) > window.limit:
            break
        if looked_at == _MOST_PAGES * (window.limit + 1):
            return _newest(found, window.limit, more=True)
        if logged.position <= window.until and _is_shown(logged, window):
            found.append(logged)
    is_whole = tail.start <= window.since or tail.start < window.room.nid
    if is_whole or len(found) > window.limit:
        return _newest(found, window.limit, more=False)
    return await _load_back(log, window)


async def _load_back(log: EventLog, window: Window) -> Timeline:
    found, before, want = list[Logged](), window.until + 1, window.limit + 1
    for _ in range(_MOST_PAGES):
        rows = await log.db.read(
            store.select_page_back,
            log.institution.id,
            window.room.nid,
            before,
            window.since,
            want,
        )
        for logged in map(logged_of, rows):
            before = logged.room_order
            if _is_shown(logged, window):
                found.append(logged)
        if len(rows) < want:
            return _newest(found, window.limit, more=False)
        if len(found) > window.limit:
            break
    return _newest(found, window.limit, more=True)


def _is_shown(logged: Logged, window: Window) -> bool:
    if logged.is_over or not window.keep(logged):
        return False
    sight, event = window.sight, logged.event
    if sight is None or sight.may_see(logged):
        return True
    # Whoever refuses an invitation, or is put out after leaving, is told of that, too.
    return event.type == MEMBER and event.state_key == sight.user_id


def _newest(found: list[Logged], limit: int, *, more: bool) -> Timeline:
    """`found` is newest first."""
    return Timeline(found[:limit][::-1], more or len(found) > limit)


async def load_state(
    log: EventLog,
    window: Window,
    timeline: Timeline,
    *,
    after: bool,
    full: bool,
    lazy: bool = False,
) -> State:
    """The state that the viewer needs beside the timeline.

    With `after`: changes up to the end of the window. Else: up to the start of the timeline.
    `full` or a window from 0: the whole state, not changes; when `lazy`, of the members those
    alone who were another since: there may be thousands, and most viewers are told of a few.
    """
    if window.since == 0 or full:
        state = await load_whole_state(log, window.room, window.until, lazy=lazy)
        return state if after else await _roll_back(log, state, timeline.events)
    changes = await _load_changes(log, window)
    if after:
        return changes
    shown = {logged.position for logged in timeline.events}
    in_timeline = {_key(logged) for logged in timeline.events}
    start = timeline.before(window)
    return {
        key: entry
        for key, entry in changes.items()
        if entry.position not in shown and (entry.position <= start or key not in in_timeline)
    } | await _hidden_before(log, window, timeline, changes)


def _key(logged: Logged) -> Key:
    return logged.event.type, logged.event.state_key or ""


async def _hidden_before(
    log: EventLog, window: Window, timeline: Timeline, changes: State
) -> State:
    """Changes before a limited timeline of keys that the timeline changes once more."""
    if not timeline.limited:
        return {}
    start = timeline.before(window)
    again = {_key(logged) for logged in timeline.events if logged.event.state_key is not None}
    if not again & changes.keys():
        return {}
    rows = await log.db.read(
        store.select_state_between, log.institution.id, window.room.nid, window.since, start
    )
    entries = (entry_of(row, window.room.version) for row in rows)
    return {(e.type, e.state_key): e for e in entries if (e.type, e.state_key) in again}


async def _load_changes(log: EventLog, window: Window) -> State:
    """The last change of each key within the window."""
    if log.tail.start <= window.since:
        line: Iterable[StateEntry] = (
            state_entry(logged.event, logged.position)
            for logged in log.tail.room_since(window.room.room_id, window.since)
            if logged.event.state_key is not None and logged.position <= window.until
        )
    else:
        rows = await log.db.read(
            store.select_state_between,
            log.institution.id,
            window.room.nid,
            window.since,
            window.until,
        )
        line = (entry_of(row, window.room.version) for row in rows)
    return {(entry.type, entry.state_key): entry for entry in line}


async def load_whole_state(log: EventLog, room: Room, until: int, *, lazy: bool = False) -> State:
    """The room's state at `until`, a position of a moment ago; `lazy` as for `load_state`."""
    state = dict(room.state)
    if not lazy:
        state |= {(MEMBER, user_id): entry for user_id, entry in room.members.items()}
    if room.position <= until:
        return state
    return await _roll_back(log, state, log.tail.room_since(room.room_id, until))


async def _roll_back(log: EventLog, state: State, events: list[Logged]) -> State:
    """The state before `events`, given the state after them."""
    undone = [logged for logged in reversed(events) if logged.event.state_key is not None]
    if not undone:
        return state
    first = {_key(logged): logged for logged in undone}
    wanted = [logged.replaces for logged in first.values() if logged.replaces is not None]
    before = await find_events(log, wanted) if wanted else {}
    for key, logged in first.items():
        state.pop(key, None)
        if logged.replaces is not None and (old := before.get(logged.replaces)) is not None:
            state[key] = state_entry(old.event, old.position)
    return state


class SentMembers:
    """Which member events each device has been sent, for lazy loading.

    An entry counts once the device comes back with a token at or after the one it was sent with.
    Bounded: what is forgotten is sent again.
    """

    def __init__(self, most: int = 200_000) -> None:
        self._most = most
        self._sent: dict[tuple[str, str, str], dict[str, int]] = {}
        self._count = 0

    def start(self, user_id: str, device_id: str, room_id: str) -> None:
        """The device knows nothing of the room."""
        self._count -= len(self._sent.pop((user_id, device_id, room_id), ()))

    def lacks(
        self, user_id: str, device_id: str, room_id: str, members: Iterable[str], since: int
    ) -> bool:
        """True when the device cannot be relied on to have all of `members`."""
        sent = self._sent.get((user_id, device_id, room_id))
        return sent is None or any(sent.get(member, since + 1) > since for member in members)

    def missing(
        self,
        user_id: str,
        device_id: str,
        room_id: str,
        members: Iterable[str],
        since: int,
        until: int,
    ) -> list[str]:
        """Those of `members` that the device cannot be relied on to have; noted as sent."""
        if self._count > self._most:
            self._sent.clear()
            self._count = 0
        sent = self._sent.setdefault((user_id, device_id, room_id), {})
        lacking = [member for member in members if sent.get(member, until + 1) > since]
        self._count -= len(sent)
        for member in lacking:
            sent[member] = until
        self._count += len(sent)
        return lacking


def lazy_state(
    state: State, timeline: Timeline, user_id: str, heroes: Iterable[str], *, whole: bool
) -> tuple[State, list[str]]:
    """The state without members, and the members that its timeline and its name need.

    When the state is one of changes, the changed members stay.
    """
    needed = [*(logged.event.sender for logged in timeline.events), *heroes]
    if not whole:
        return state, list(dict.fromkeys(needed))
    rest = {key: entry for key, entry in state.items() if key[0] != MEMBER}
    return rest, list(dict.fromkeys([*needed, user_id]))
