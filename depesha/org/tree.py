"""The institution's tree in memory: levels with their intervals, and where everyone stands.

Levels are numbered so that a level and all below it are one interval; a question about two people
compares a few numbers, and no table of pairs is kept. What a change touches is reckoned anew when
the next question comes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from typing import NamedTuple


class Right(IntFlag):
    """What people of a level may do."""

    WRITE_UPWARD = 1
    """Begin a conversation with the level's manager."""
    CREATE_GROUPS = 2
    CALL = 4
    SEND_FILES = 8
    SEND_URGENT = 16


RIGHT_NAMES = {right.name.lower(): right for right in Right if right.name}
USUAL = Right.WRITE_UPWARD | Right.CREATE_GROUPS | Right.CALL | Right.SEND_FILES
"""The rights of a level where neither it nor one above says anything."""
ALL = USUAL | Right.SEND_URGENT

KINDS = ("organisation", "unit", "rank", "position")
PERSON, MANAGER = "person", "manager"
"""Who accepts requests for contact with people of a level."""


class Level(NamedTuple):
    """A level of the tree: an organisation, a unit, a rank or a position.

    `parent` is 0 for an organisation. `rights` None and `accepts` empty: as the level above.
    """

    unit_id: int
    parent: int
    kind: str
    name: str
    manager: str | None = None
    rights: int | None = None
    accepts: str = ""


class Absence(NamedTuple):
    """Somebody's deputy, from one time until another; milliseconds since the epoch."""

    deputy: str
    since: int
    until: int


@dataclass(slots=True, eq=False)
class Node:
    """A level with what is reckoned of its place."""

    level: Level
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)
    members: set[str] = field(default_factory=set)
    low: int = 0
    high: int = 0
    """The level and all below it are numbered from `low` to below `high`."""
    chief: str | None = None
    """The nearest manager, of this level or one above."""
    above: str | None = None
    """The nearest manager above this level who is not its own."""
    peers: frozenset[str] = frozenset()
    """The managers of the levels beside this one, and its own."""
    rights: int = USUAL
    accepts: str = PERSON


@dataclass(slots=True, eq=False)
class Place:
    """Where one person stands: levels of which they are, and levels that they manage."""

    posts: tuple[Node, ...] = ()
    manages: tuple[Node, ...] = ()
    all: tuple[Node, ...] = ()
    absences: tuple[Absence, ...] = ()
    stands_for: tuple[str, ...] = ()
    """Whose deputy this person is, now or at another time."""


class Tree:
    """The tree, kept true by the log. Empty: an installation without one."""

    def __init__(self) -> None:
        self.posts: dict[str, bool] = {}
        """Users that are posts, not people; True for those that serve all levels below theirs."""
        self._nodes: dict[int, Node] = {}
        self._places: dict[str, Place] = {}
        self._managers: frozenset[str] = frozenset()
        self._ordered: list[Node] = []
        self._is_reckoned = True

    @property
    def is_empty(self) -> bool:
        return not self._nodes

    # --- taking in -------------------------------------------------------------------

    def put_level(self, level: Level) -> None:
        """A level is new, or has another name, place, manager or policy."""
        node = self._nodes.get(level.unit_id)
        if node is None:
            self._nodes[level.unit_id] = Node(level)
        else:
            node.level = level
        self._is_reckoned = False

    def drop_level(self, unit_id: int) -> None:
        if self._nodes.pop(unit_id, None) is not None:
            self._is_reckoned = False

    def put_posts(self, user_id: str, unit_ids: Iterable[int]) -> None:
        """The person is of these levels, and of no others."""
        place = self._places.setdefault(user_id, Place())
        for node in place.posts:
            node.members.discard(user_id)
        found = (self._nodes.get(unit_id) for unit_id in unit_ids)
        place.posts = tuple(node for node in found if node is not None)
        for node in place.posts:
            node.members.add(user_id)
        self._settle(user_id, place)

    def put_absences(self, user_id: str, absences: Iterable[Absence]) -> None:
        """Who stands in for the person, and when."""
        place = self._places.setdefault(user_id, Place())
        for absence in place.absences:
            deputy = self._places.get(absence.deputy)
            if deputy is not None:
                deputy.stands_for = tuple(u for u in deputy.stands_for if u != user_id)
        place.absences = tuple(absences)
        for absence in place.absences:
            deputy = self._places.setdefault(absence.deputy, Place())
            if user_id not in deputy.stands_for:
                deputy.stands_for += (user_id,)

    def _settle(self, user_id: str, place: Place) -> None:
        place.all = (*place.posts, *(n for n in place.manages if n not in place.posts))
        if not (place.all or place.absences or place.stands_for):
            self._places.pop(user_id, None)

    # --- reckoning -------------------------------------------------------------------

    def _reckon(self) -> None:
        self._is_reckoned = True
        for node in self._nodes.values():
            node.parent, node.children = self._nodes.get(node.level.parent), []
        for node in self._nodes.values():
            if node.parent is not None:
                node.parent.children.append(node)
        roots = [node for node in self._nodes.values() if node.parent is None]
        _share(roots)
        for node in self._nodes.values():
            _share(node.children)
        managed: dict[str, tuple[Node, ...]] = {}
        self._ordered = _number(roots)
        for node in self._ordered:
            _reckon_node(node)
            if node.level.manager is not None:
                managed[node.level.manager] = (*managed.get(node.level.manager, ()), node)
        for user_id in self._managers | managed.keys():
            place = self._places.setdefault(user_id, Place())
            place.manages = managed.get(user_id, ())
            self._settle(user_id, place)
        self._managers = frozenset(managed)

    def _ready(self) -> None:
        if not self._is_reckoned:
            self._reckon()

    # --- asking ----------------------------------------------------------------------

    def node(self, unit_id: int) -> Node | None:
        self._ready()
        return self._nodes.get(unit_id)

    def nodes(self) -> list[Node]:
        """All levels, each before those below it; not to be changed."""
        self._ready()
        return self._ordered

    def at_and_below(self, node: Node) -> list[Node]:
        """The level and all below it."""
        return self.nodes()[node.low : node.high]

    def people_of(self, unit_ids: Collection[int]) -> set[str]:
        """The people of levels and of all below them, and who manages these; no posts."""
        found = set[str]()
        for node in map(self.node, unit_ids):
            for each in self.at_and_below(node) if node is not None else ():
                found |= each.members
                if each.level.manager is not None:
                    found.add(each.level.manager)
        return found - self.posts.keys()

    def place(self, user_id: str) -> Place | None:
        """Where somebody stands, or None for who has no part in the tree."""
        return self.places().get(user_id)

    def places(self) -> Mapping[str, Place]:
        """Everyone who has a part in the tree, and where they stand; not to be changed."""
        if not self._is_reckoned:
            self._reckon()
        return self._places


def _share(beside: list[Node]) -> None:
    """Put levels beside each other in order, and tell each of the managers among them."""
    leads = frozenset(n.level.manager for n in beside if n.level.manager is not None)
    beside.sort(key=lambda node: (node.level.name, node.level.unit_id))
    for node in beside:
        node.peers = leads


def _number(roots: list[Node]) -> list[Node]:
    """Number levels so that what is below one comes directly behind it; the levels in order."""
    ahead: list[tuple[Node, bool]] = [(node, False) for node in reversed(roots)]
    found: list[Node] = []
    while ahead:
        node, is_passed = ahead.pop()
        if is_passed:
            node.high = len(found)
            continue
        node.low = len(found)
        found.append(node)
        ahead.append((node, True))
        ahead += [(child, False) for child in reversed(node.children)]
    return found


def _reckon_node(node: Node) -> None:
    """What a level has of those above it, which have been reckoned."""
    level, parent = node.level, node.parent
    node.chief = level.manager or (parent.chief if parent else None)
    node.above = parent.chief if parent else None
    if node.above is not None and node.above == level.manager:
        node.above = parent.above if parent else None
    node.rights = level.rights if level.rights is not None else (parent.rights if parent else USUAL)
    node.accepts = level.accepts or (parent.accepts if parent else PERSON)
