"""State resolution: one state out of the states that a room's forks arrived at.

Spec: room version 2, "State resolution" (versions 2 to 11), and room version 12 (2.1), which
starts from an empty state and takes in what lies between conflicting events. One body does both.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from heapq import heapify, heappop, heappush
from typing import NamedTuple, Protocol

from depesha.events.auth import check_auth
from depesha.events.power import power_of
from depesha.events.state import AuthEvent, CheckedEvent, State, state_of
from depesha.events.versions import RoomVersion

Key = tuple[str, str]
"""Type and state key."""
StateMap = Mapping[Key, str]
"""A state of a room: the event id of every key."""


class StateEvent(CheckedEvent, Protocol):
    """What resolution reads of an event beyond what the rules read; an `Event` is one."""

    @property
    def auth_events(self) -> tuple[str, ...]: ...
    @property
    def origin_server_ts(self) -> int: ...


Events = Mapping[str, StateEvent]

_POWER_KEYS = (("m.room.power_levels", ""), ("m.room.join_rules", ""))


def resolve(
    state_sets: Sequence[StateMap],
    events: Events,
    version: RoomVersion,
    *,
    difference: Set[str] | None = None,
    rejected: Collection[str] = frozenset(),
) -> dict[Key, str]:
    """The state that the states resolve to.

    `events` holds every event of the states with its auth chain, and the create event.
    `difference` is the states' auth difference, where the caller has a quicker way to it than
    `auth_difference`. `rejected` holds the ids of rejected events.
    """
    agreed, conflicted = _separate(state_sets)
    if not conflicted:
        return agreed
    disputed = conflicted | (
        auth_difference(state_sets, events) if difference is None else difference
    )
    if version.state_resolution == "v2.1":
        disputed |= conflicted_subgraph(conflicted, events)
    room = _Room(events, version, rejected)
    first = _with_ancestors(filter(room.is_power_event, disputed), disputed, events)
    start = {} if version.state_resolution == "v2.1" else agreed
    partial = room.apply(start, room.power_order(first))
    mainline = room.mainline(partial.get(("m.room.power_levels", "")))
    resolved = room.apply(partial, room.mainline_order(disputed - first, mainline))
    return resolved | agreed


def _separate(state_sets: Sequence[StateMap]) -> tuple[dict[Key, str], set[str]]:
    """The unconflicted state map and the conflicted state set."""
    agreed: dict[Key, str] = {}
    conflicted: set[str] = set()
    for key in set().union(*state_sets):
        ids = {state.get(key) for state in state_sets}
        event_id = next(iter(ids))
        if len(ids) == 1 and event_id is not None:
            agreed[key] = event_id
        else:
            conflicted.update(each for each in ids if each is not None)
    return agreed, conflicted


def auth_chain(event_ids: Iterable[str], events: Events) -> set[str]:
    """The union of the events' auth chains; an event itself only if another one leads to it."""
    chain: set[str] = set()
    ahead = [auth_id for event_id in event_ids for auth_id in events[event_id].auth_events]
    while ahead:
        event_id = ahead.pop()
        if event_id not in chain:
            chain.add(event_id)
            ahead.extend(events[event_id].auth_events)
    return chain


def auth_difference(state_sets: Sequence[StateMap], events: Events) -> set[str]:
    """Events in the auth chain of some of the states, but not of all.

    Walks whole chains, so `events` must hold every event of the states.
    COMPAT(Synapse, 1.163): the events of a state count as of its chain, which the definition
    does not say. A server alone with its reading would come to another state in such rooms.
    """
    chains = [auth_chain(state.values(), events).union(state.values()) for state in state_sets]
    return set().union(*chains) - chains[0].intersection(*chains[1:])


def conflicted_subgraph(conflicted: Set[str], events: Events) -> set[str]:
    """Events on the paths of auth events from one conflicted event to another, ends included."""
    cited_by: dict[str, list[str]] = {}
    for event_id in auth_chain(conflicted, events) | conflicted:
        for auth_id in events[event_id].auth_events:
            cited_by.setdefault(auth_id, []).append(event_id)
    # Everything in there is reached from a conflicted event; what also reaches one is between.
    between = {event_id for event_id in conflicted if event_id in cited_by}
    ahead = list(between)
    while ahead:
        for above in cited_by.get(ahead.pop(), ()):
            if above not in between:
                between.add(above)
                ahead.append(above)
    return between


def _with_ancestors(event_ids: Iterable[str], within: Set[str], events: Events) -> set[str]:
    """The events, and those of their auth chains that are reached inside the set.

    COMPAT(Synapse, 1.163): the specification would also take in events of the set that are
    reached through events outside it. That makes a difference in versions 2 to 11 only, and there
    a server alone with its reading would have another state than the others in the room.
    """
    found: set[str] = set()
    ahead = list(event_ids)
    while ahead:
        event_id = ahead.pop()
        if event_id not in found:
            found.add(event_id)
            ahead.extend(each for each in events[event_id].auth_events if each in within)
    return found


class _Room(NamedTuple):
    """What is known of the room whose state is in dispute."""

    events: Events
    version: RoomVersion
    rejected: Collection[str]

    def is_power_event(self, event_id: str) -> bool:
        """True for an event that might take from someone the ability to do something.

        COMPAT(Synapse, 1.163; ruma): power levels and join rules of a state key are none, which
        the definition does not say. No rule reads them.
        """
        event = self.events[event_id]
        if event.type == "m.room.member":
            removed = event.content.get("membership") in ("leave", "ban")
            return removed and event.sender != event.state_key
        return (event.type, event.state_key) in _POWER_KEYS

    def cited_by(self, event: StateEvent, without: Collection[str] = ()) -> State:
        """The state made of the event's own auth events, and the create event in any version."""
        ids = event.auth_events
        if self.version.hashed_room_id:
            ids = (*ids, "$" + event.room_id[1:])
        return state_of(self.events[auth_id] for auth_id in ids if auth_id not in without)

    def power_order(self, event_ids: Set[str]) -> Iterator[str]:
        """The reverse topological power ordering, by Kahn's algorithm."""
        waits_for = {
            event_id: {each for each in self.events[event_id].auth_events if each in event_ids}
            for event_id in event_ids
        }
        unlocks: dict[str, list[str]] = {event_id: [] for event_id in event_ids}
        for event_id, auth_ids in waits_for.items():
            for auth_id in auth_ids:
                unlocks[auth_id].append(event_id)
        ready = [self.power_rank(event_id) for event_id in event_ids if not waits_for[event_id]]
        heapify(ready)
        while ready:
            event_id = heappop(ready)[-1]
            yield event_id
            for after in unlocks[event_id]:
                waits_for[after].remove(event_id)
                if not waits_for[after]:
                    heappush(ready, self.power_rank(after))

    def power_rank(self, event_id: str) -> tuple[int, int, str]:
        """The greater the sender's power at the event, the earlier.

        Rejected auth events count here as for the mainline: only the checks leave them out.
        """
        event = self.events[event_id]
        power = power_of(event.sender, self.cited_by(event), self.version)
        return -power, event.origin_server_ts, event_id

    def apply(self, start: StateMap, order: Iterable[str]) -> dict[Key, str]:
        """The iterative auth checks: the state after each event that it allows, in this order."""
        state = dict(start)
        for event_id in order:
            event = self.events[event_id]
            cited = self.cited_by(event, self.rejected)
            if check_auth(event, self.view(state, cited), self.version) is None:
                state[event.type, event.state_key or ""] = event_id
        return state

    def view(self, state: StateMap, cited: State) -> State:
        """The state, and where it has nothing the events cited."""

        def look(event_type: str, state_key: str) -> AuthEvent | None:
            event_id = state.get((event_type, state_key))
            return cited(event_type, state_key) if event_id is None else self.events[event_id]

        return look

    def mainline(self, event_id: str | None) -> dict[str, int]:
        """Positions of the power levels, those that they came from, and so on to the first."""
        positions: dict[str, int] = {}
        while event_id is not None:
            positions[event_id] = len(positions)
            event_id = self.levels_before(event_id)
        return positions

    def levels_before(self, event_id: str) -> str | None:
        """The power levels among an event's auth events."""
        for auth_id in self.events[event_id].auth_events:
            if self.events[auth_id].type == "m.room.power_levels":
                return auth_id
        return None

    def mainline_order(self, event_ids: Set[str], mainline: Mapping[str, int]) -> list[str]:
        """The events from the oldest power levels to the newest, by time and id among equals."""

        def rank(event_id: str) -> tuple[int, int, str]:
            levels = self.levels_before(event_id)
            while levels is not None and levels not in mainline:
                levels = self.levels_before(levels)
            position = len(mainline) if levels is None else mainline[levels]
            return -position, self.events[event_id].origin_server_ts, event_id

        return sorted(event_ids, key=rank)
