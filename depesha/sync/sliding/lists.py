"""Which rooms a sliding sync shows: the user's rooms by activity, through each list's filters.

Spec: MSC4186, "Lists", "Activity ordering", `SlidingRoomFilter`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from depesha.eventlog.state import Membership, Room
from depesha.sync.sliding.ask import Filters, ListAsk, RoomConfig

SPACE_CHILD = "m.space.child"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A room that may be shown, with what filters ask of it."""

    room: Room
    place: Membership
    is_dm: bool
    tags: frozenset[str]

    @property
    def activity(self) -> int:
        """Position of the last thing that happened, as far as the user may know."""
        return self.room.position if self.place.membership == "join" else self.place.position

    @property
    def bump_stamp(self) -> int:
        return self.room.bump if self.place.membership == "join" else self.place.position


def is_listed(place: Membership, user_id: str, *, was_sent: bool) -> bool:
    """Rooms one has left oneself are listed only where the client still shows them."""
    has_left = place.membership == "leave" and place.sender == user_id
    return was_sent or not (has_left or place.forgotten)


def find_space_children(
    spaces: list[str], places: Mapping[str, Membership], rooms: Mapping[str, Room]
) -> frozenset[str]:
    """Rooms directly inside the given spaces, of those the user has joined."""
    found: set[str] = set()
    for space_id in spaces:
        place, space = places.get(space_id), rooms.get(space_id)
        if place is None or place.membership != "join" or space is None:
            continue
        found.update(
            key
            for (type_, key), entry in space.state.items()
            if type_ == SPACE_CHILD and entry.content.get("via")
        )
    return frozenset(found)


def passes(candidate: Candidate, filters: Filters, children: frozenset[str] | None) -> bool:
    """True when the room passes; `children` are those of the spaces asked for, if any were."""
    room = candidate.room
    room_type = room.content("m.room.create").get("type")
    invited = filters.is_invite if filters.is_invited is None else filters.is_invited
    return (
        (filters.is_dm is None or filters.is_dm is candidate.is_dm)
        and (children is None or room.room_id in children)
        and (
            filters.is_encrypted is None
            or filters.is_encrypted is (room.find("m.room.encryption") is not None)
        )
        and (invited is None or invited is (candidate.place.membership == "invite"))
        and (filters.room_types is None or room_type in filters.room_types)
        and (filters.not_room_types is None or room_type not in filters.not_room_types)
        and (filters.tags is None or not candidate.tags.isdisjoint(filters.tags))
        and (filters.not_tags is None or candidate.tags.isdisjoint(filters.not_tags))
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """The rooms of a response with the config of each, the lists they are in, and counts."""

    configs: dict[str, RoomConfig]
    lists_of: dict[str, list[str]]
    counts: dict[str, int]
    members: dict[str, list[str]]
    """Rooms of each list within its ranges."""
    matched: dict[str, Membership]
    """Rooms of all lists, also beyond their ranges, and those subscribed to."""


def show(
    lists: Mapping[str, ListAsk],
    subscriptions: Mapping[str, RoomConfig],
    candidates: list[Candidate],
    children: Mapping[str, frozenset[str] | None],
) -> Shown:
    """Apply the lists and subscriptions; `candidates` are by activity, latest first."""
    shown = Shown({}, {}, {}, {}, {})
    for name, each in lists.items():
        passing = [c for c in candidates if passes(c, each.filters, children.get(name))]
        shown.counts[name] = len(passing)
        shown.members[name] = []
        shown.matched.update((c.room.room_id, c.place) for c in passing)
        for index, candidate in enumerate(passing):
            if each.ranges is None or any(low <= index <= high for low, high in each.ranges):
                room_id = candidate.room.room_id
                shown.members[name].append(room_id)
                shown.lists_of.setdefault(room_id, []).append(name)
                _add(shown.configs, room_id, each.config)
    known = {candidate.room.room_id: candidate.place for candidate in candidates}
    for room_id, config in subscriptions.items():
        if room_id in known:
            _add(shown.configs, room_id, config)
            shown.matched[room_id] = known[room_id]
    return shown


def _add(configs: dict[str, RoomConfig], room_id: str, config: RoomConfig) -> None:
    before = configs.get(room_id)
    configs[room_id] = config if before is None else before.combine(config)
