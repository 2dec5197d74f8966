"""The slice's record: the tree in memory, and who has talked to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from depesha.accounts import Accounts
from depesha.base.canonical import decode, encode
from depesha.eventlog.changes import Change, Entry
from depesha.io.tx import Tx
from depesha.org import store
from depesha.org.tree import Absence, Level, Tree
from depesha.spine import Spine

UNIT = "org_unit"
"""Kind of change: a level; `item` is its JSON, or its number alone when it is gone."""
PERSON = "org_person"
"""Kind of change: the positions of the user named; `item` is "before>after", unit ids by commas."""
ABSENCE = "org_absence"
"""Kind of change: who stands in for the user named; `item` is JSON."""
DEPUTY = "org_deputy"
"""Kind of change: whom the user named stands in for is different."""
CARD = "org_card"
"""Kind of change: what the card of the user named tells."""
KNOWN = "org_known"
"""Kind of change: the user named and the user `item` have talked."""
NAMED = "org_named"
"""Kind of change: the institution calls the user named `item`. Profiles follow it."""
PICTURED = "org_pictured"
"""Kind of change: the institution's picture of the user named is `item`. Profiles follow it."""
LEFT = "org_left"
"""Kind of change: the user named has left the institution. Rooms follow it."""

BY_TABLE, BY_DIRECTORY, BY_SCIM = 1, 2, 3
"""Sources that keep people: whom one brought only it shows out. 0 is an administrator's hand."""


class Known:
    """Who has talked to whom, directly; in memory as a whole."""

    def __init__(self) -> None:
        self._others: dict[str, set[str]] = {}

    def of(self, user_id: str) -> frozenset[str] | set[str]:
        return self._others.get(user_id, _NOBODY)

    def add(self, user_id: str, other: str) -> None:
        self._others.setdefault(user_id, set()).add(other)
        self._others.setdefault(other, set()).add(user_id)


_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Org:
    """The tree of one institution, its people, and who sees whom.

    `residents` are people without a place in the tree whom all may see and write to, and who see
    all: those in whose name the server itself speaks.
    """

    spine: Spine
    accounts: Accounts
    residents: frozenset[str] = frozenset()
    tree: Tree = field(default_factory=Tree)
    known: Known = field(default_factory=Known)

    def user_id(self, name: str) -> str:
        """The full id of a local user, by it or by the localpart."""
        return name if name.startswith("@") else self.accounts.user_id(name)

    def view(self, entry: Entry) -> None:
        """Take in one committed entry of the log."""
        if not isinstance(entry, Change):
            return
        if entry.kind == UNIT:
            _take_unit(self.tree, entry.item)
        elif entry.user_id is None:
            return
        elif entry.kind == PERSON:
            self.tree.put_posts(entry.user_id, units_of(entry)[1])
        elif entry.kind == ABSENCE:
            rows = (Absence(*row) for row in decode(entry.item))
            self.tree.put_absences(entry.user_id, rows)
        elif entry.kind == KNOWN:
            self.known.add(entry.user_id, entry.item)


def _take_unit(tree: Tree, item: str) -> None:
    if item.isdigit():
        tree.drop_level(int(item))
    else:
        tree.put_level(Level(*decode(item)))


def unit_item(row: store.UnitRow) -> str:
    """What the log says of a level."""
    item: str = encode(list(row)).decode()
    return item


def units_of(change: Change) -> tuple[list[int], list[int]]:
    """The levels of a person before and after a change of kind PERSON."""
    before, _, after = change.item.partition(">")
    return _numbers(before), _numbers(after)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def unit_of(change: Change) -> int:
    """The level that a change of kind UNIT is about."""
    return int(change.item) if change.item.isdigit() else int(decode(change.item)[0])


async def load_org(org: Org) -> None:
    """Fill the memory from the tables; what the log says meanwhile may be taken in again."""
    loaded = await org.spine.db.scan(_select_all, org.spine.institution.id)
    for unit in loaded.units:
        org.tree.put_level(Level(*unit))
    for user_id, unit_ids in loaded.posts.items():
        org.tree.put_posts(user_id, unit_ids)
    for user_id, absences in loaded.absences.items():
        org.tree.put_absences(user_id, absences)
    for row in loaded.known:
        org.known.add(row.user_id, row.other_id)


@dataclass(frozen=True, slots=True)
class _Loaded:
    units: list[store.UnitRow]
    posts: Mapping[str, list[int]]
    absences: Mapping[str, list[Absence]]
    known: list[store.KnownRow]


async def _select_all(tx: Tx, institution_id: int) -> _Loaded:
    posts: dict[str, list[int]] = {}
    for post in await store.select_posts(tx, institution_id):
        posts.setdefault(post.user_id, []).append(post.unit_id)
    absences: dict[str, list[Absence]] = {}
    for row in await store.select_absences(tx, institution_id):
        absence = Absence(row.deputy, row.since_ts, row.until_ts)
        absences.setdefault(row.user_id, []).append(absence)
    return _Loaded(
        await store.select_units(tx, institution_id),
        posts,
        absences,
        await store.select_known(tx, institution_id),
    )
