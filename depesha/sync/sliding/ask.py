"""What a sliding sync asks, in one form for both of the wire's.

Spec: MSC4186; its appendix lists how the unstable form differs.
"""

from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from depesha.base.canonical import Json
from depesha.base.errors import invalid_param
from depesha.base.ids import is_opaque
from depesha.eventlog.state import MEMBER

MOST_LISTS = 100
MOST_SUBSCRIPTIONS = 100
MOST_TIMELINE = 100
MOST_CONN_ID = 64

Pattern = tuple[str | None, str | None]
"""Type and state key to match; None matches every one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which state of a room is wanted."""

    include: frozenset[Pattern] = frozenset()
    exclude: frozenset[Pattern] = frozenset()
    lazy: bool = False

    def allows(self, type_: str, state_key: str) -> bool:
        """True when the state entry is wanted by itself, not for lazy loading."""
        if self.lazy and type_ == MEMBER:
            return not self.include.isdisjoint({(MEMBER, state_key), (MEMBER, None)})
        return _matches(self.include, type_, state_key) and not _matches(
            self.exclude, type_, state_key
        )


def _matches(patterns: frozenset[Pattern], type_: str, state_key: str) -> bool:
    return bool(patterns) and (
        (type_, state_key) in patterns
        or (type_, None) in patterns
        or (None, None) in patterns
        or (None, state_key) in patterns
    )


@dataclass(frozen=True, slots=True)
class RoomConfig:
    """How much of a room is wanted: the union of what its rules ask."""

    timeline_limit: int
    wanted: frozenset[Wanted]

    def allows(self, type_: str, state_key: str) -> bool:
        return any(each.allows(type_, state_key) for each in self.wanted)

    @property
    def is_lazy(self) -> bool:
        """True when members are wanted as the timeline needs them."""
        return any(each.lazy for each in self.wanted)

    def combine(self, other: "RoomConfig") -> "RoomConfig":
        """The superset of both. Spec: MSC4186, "Combining room configs"."""
        limit = max(self.timeline_limit, other.timeline_limit)
        return RoomConfig(limit, self.wanted | other.wanted)


class Filters(msgspec.Struct, frozen=True):
    """Which rooms a list has; None means no restriction."""

    is_dm: bool | None = None
    spaces: list[str] | None = None
    is_encrypted: bool | None = None
    is_invited: bool | None = None
    is_invite: bool | None = None
    room_types: list[str | None] | None = None
    not_room_types: list[str | None] | None = None
    tags: list[str] | None = None
    not_tags: list[str] | None = None


@dataclass(frozen=True, slots=True)
class ListAsk:
    """A list: its filters, the ranges of its rooms (None: all), and what is wanted of them."""

    ranges: tuple[tuple[int, int], ...] | None
    filters: Filters
    config: RoomConfig


class Extension(msgspec.Struct, frozen=True):
    """The configuration of any extension."""

    enabled: bool = False
    since: str | None = None
    limit: int = 100
    lists: list[str] | None = None
    rooms: list[str] | None = None
    fields: list[str] | None = None
    """Of profiles; None: all."""


@dataclass(frozen=True, slots=True)
class SlidingAsk:
    """One request."""

    conn_id: str
    pos: str | None
    timeout_ms: int
    set_presence: str
    lists: dict[str, ListAsk]
    subscriptions: dict[str, RoomConfig]
    extensions: dict[str, Extension] = field(default_factory=dict)
    is_stable: bool = False


# --- the wire ------------------------------------------------------------------------

Limit = Annotated[int, msgspec.Meta(ge=0)]
Index = Annotated[int, msgspec.Meta(ge=0)]


class Element(msgspec.Struct, frozen=True):
    """One element of a stable `required_state`."""

    type: str | None = None
    state_key: str | None = None


class StableState(msgspec.Struct, frozen=True):
    """`required_state` as the accepted form has it."""

    include: list[Element] = []
    exclude: list[Element] = []
    lazy_members: bool = False


class StableRoom(msgspec.Struct, frozen=True):
    """A room subscription of the accepted form."""

    timeline_limit: Limit
    required_state: StableState


class StableList(msgspec.Struct, frozen=True):
    """A list of the accepted form."""

    timeline_limit: Limit
    required_state: StableState
    range: tuple[Index, Index] | None = None
    filters: Filters = Filters()


class StableBody(msgspec.Struct, frozen=True):
    """The body of `POST /v4/sync`."""

    conn_id: str = ""
    pos: str | None = None
    timeout: Limit = 0
    set_presence: str = "online"
    lists: dict[str, StableList] = {}
    room_subscriptions: dict[str, StableRoom] = {}
    extensions: dict[str, Json] = {}


class UnstableRoom(msgspec.Struct, frozen=True):
    """A room subscription of the form before acceptance."""

    timeline_limit: Limit = 0
    required_state: list[tuple[str, str]] = []


class UnstableList(msgspec.Struct, frozen=True):
    """A list of the form before acceptance."""

    timeline_limit: Limit = 0
    required_state: list[tuple[str, str]] = []
    ranges: list[tuple[Index, Index]] | None = None
    range: tuple[Index, Index] | None = None
    filters: Filters | None = None


class UnstableBody(msgspec.Struct, frozen=True):
    """The body of the unstable endpoint; `pos` and `timeout` are in its query."""

    conn_id: str = ""
    lists: dict[str, UnstableList] = {}
    room_subscriptions: dict[str, UnstableRoom] = {}
    extensions: dict[str, Json] = {}


def of_stable(body: StableBody) -> SlidingAsk:
    """The request in the accepted form; raises 400 M_INVALID_PARAM."""
    if body.set_presence not in {"online", "offline", "unavailable"}:
        raise invalid_param("set_presence must be online, offline or unavailable")
    return _checked(
        SlidingAsk(
            body.conn_id,
            body.pos,
            body.timeout,
            body.set_presence,
            {
                name: ListAsk(
                    None if each.range is None else (each.range,),
                    each.filters,
                    _stable_config(each),
                )
                for name, each in body.lists.items()
            },
            {room_id: _stable_config(each) for room_id, each in body.room_subscriptions.items()},
            _extensions(body.extensions),
            is_stable=True,
        )
    )


def of_unstable(
    body: UnstableBody, user_id: str, pos: str | None, timeout_ms: int, set_presence: str
) -> SlidingAsk:
    """The request in the form that clients speak today; raises 400 M_INVALID_PARAM."""
    lists: dict[str, ListAsk] = {}
    for name, each in body.lists.items():
        ranges = each.ranges if each.ranges is not None else each.range and [each.range]
        lists[name] = ListAsk(
            None if ranges is None else tuple(ranges),
            each.filters or Filters(),
            _unstable_config(each, user_id),
        )
    subscriptions = {
        room_id: _unstable_config(each, user_id)
        for room_id, each in body.room_subscriptions.items()
    }
    extensions = _extensions(body.extensions)
    return _checked(
        SlidingAsk(body.conn_id, pos, timeout_ms, set_presence, lists, subscriptions, extensions)
    )


def _stable_config(rule: StableRoom | StableList) -> RoomConfig:
    state = rule.required_state
    wanted = Wanted(
        frozenset((each.type, each.state_key) for each in state.include),
        frozenset((each.type, each.state_key) for each in state.exclude),
        state.lazy_members,
    )
    return RoomConfig(min(rule.timeline_limit, MOST_TIMELINE), frozenset({wanted}))


def _unstable_config(rule: UnstableRoom | UnstableList, user_id: str) -> RoomConfig:
    """`*` matches all, `$ME` is the user, `$LAZY` asks for lazily loaded members."""
    include: set[Pattern] = set()
    lazy = False
    for type_, state_key in rule.required_state:
        if type_ == MEMBER and state_key == "$LAZY":
            lazy = True
            continue
        key = user_id if state_key == "$ME" else state_key
        include.add((None if type_ == "*" else type_, None if key == "*" else key))
    wanted = Wanted(frozenset(include), frozenset(), lazy)
    return RoomConfig(min(rule.timeline_limit, MOST_TIMELINE), frozenset({wanted}))


def _extensions(raw: dict[str, Json]) -> dict[str, Extension]:
    try:
        found = {name: msgspec.convert(value, Extension) for name, value in raw.items()}
    except msgspec.ValidationError as error:
        raise invalid_param(f"extensions: {error}") from None
    return {name: each for name, each in found.items() if each.enabled}


def _checked(ask: SlidingAsk) -> SlidingAsk:
    if len(ask.lists) > MOST_LISTS:
        raise invalid_param(f"At most {MOST_LISTS} lists")
    if len(ask.subscriptions) > MOST_SUBSCRIPTIONS:
        raise invalid_param(f"At most {MOST_SUBSCRIPTIONS} room subscriptions")
    if len(ask.conn_id) > MOST_CONN_ID:
        raise invalid_param("conn_id is too long")
    if ask.is_stable and not all(is_opaque(name) for name in ask.lists):
        raise invalid_param("A list's key must be an opaque identifier")
    for each in ask.lists.values():
        if any(low > high for low, high in each.ranges or ()):
            raise invalid_param("A range must not end before its begin")
    return ask
