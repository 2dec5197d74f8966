"""Taking in a table of employees, and keeping in step with it (requirement O1).

The table is the truth for whom it names: what is in it is added, moved and changed, and whoever an
earlier table brought and this one does not name has left (O9). Taking in the same table again
changes nothing. People whom an administrator appointed by hand are left alone.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from depesha.accounts import NewUser, Standing, let_in, register, select_standings
from depesha.audit import act_of, record
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.http.caller import Caller
from depesha.io.tx import Tx
from depesha.org import store
from depesha.org.levels import Wanted, write_level, write_new_level
from depesha.org.people import Card, write_card, write_leaver, write_posts
from depesha.org.record import Org
from depesha.org.table import Fault, Row, read_table

T = TypeVar("T")

PEOPLE_AT_ONCE = 25
"""People who are written down in one transaction: others' work goes on between two of them."""
MOST_TOLD = 500
"""Entries of each list of a report."""
FEW_LEAVERS, SHARE_OF_LEAVERS = 5, 5

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Person:
    """An employee as the table has them."""

    user_id: str
    card: Card
    posts: dict[Path, str]


@dataclass(slots=True)
class Report:
    """What an import does, or would do."""

    units: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    moved: list[Content] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    managers: list[Content] = field(default_factory=list)
    leavers: list[str] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    sessions_ended: int = 0

    def body(self, *, is_dry: bool) -> Content:
        """The report as JSON; of each list there are its length and its first entries."""
        lists: Content = {
            "units": self.units,
            "added": self.added,
            "returned": self.returned,
            "moved": self.moved,
            "changed": self.changed,
            "managers": self.managers,
            "leavers": self.leavers,
            "faults": [{"line": fault.line, "message": fault.message} for fault in self.faults],
        }
        told: Content = {
            name: {"count": len(found), "first": found[:MOST_TOLD]} for name, found in lists.items()
        }
        return {
            **told,
            "unchanged": self.unchanged,
            "sessions_ended": self.sessions_ended,
            "dry_run": is_dry,
        }


@dataclass(slots=True)
class _Before:
    """What there is, by path and by user."""

    unit_ids: dict[Path, int]
    managers: dict[int, str | None]
    people: dict[str, store.PersonRow]
    posts: dict[str, dict[int, str]]
    accounts: dict[str, Standing]


async def import_table(
    org: Org, caller: Caller, text: str, *, is_dry: bool, is_forced: bool
) -> Content:
    """Take in a table, or only say what that would do; the report.

    Raises 400 M_INVALID_PARAM, with the report, for a table with faults, and for one by which more
    than a fifth of those whom tables brought would leave, unless that is forced.
    """
    rows, faults = read_table(text)
    people = _people(org, rows)
    before = await org.spine.db.scan(_select_before, org.spine.institution.id)
    report = _compare(org, rows, people, before)
    report.faults = [*faults, *report.faults]
    if is_dry:
        return report.body(is_dry=True)
    if report.faults:
        raise _unfit("The table has faults; nothing was changed", report)
    known = sum(person.is_imported for person in before.people.values())
    is_many = len(report.leavers) > max(FEW_LEAVERS, known // SHARE_OF_LEAVERS)
    if is_many and not is_forced:
        raise _unfit("So many people would leave by this table that it must be forced", report)
    await _apply(org, caller, people, rows, before, report)
    return report.body(is_dry=False)


def _unfit(message: str, report: Report) -> MatrixError:
    return MatrixError(
        400, "M_INVALID_PARAM", message, {"org.depesha.report": report.body(is_dry=True)}
    )


def _people(org: Org, rows: Iterable[Row]) -> dict[str, _Person]:
    people: dict[str, _Person] = {}
    for row in rows:
        user_id = org.user_id(row.login)
        card = Card(row.number, row.name, row.room, row.phone)
        person = people.setdefault(user_id, _Person(user_id, card, {}))
        person.posts[row.path] = row.title
    return people


async def _select_before(tx: Tx, institution_id: int) -> _Before:
    units = {unit.unit_id: unit for unit in await store.select_units(tx, institution_id)}
    posts: dict[str, dict[int, str]] = {}
    for post in await store.select_posts(tx, institution_id):
        posts.setdefault(post.user_id, {})[post.unit_id] = post.title
    return _Before(
        {_path(units, unit): unit.unit_id for unit in units.values()},
        {unit.unit_id: unit.manager for unit in units.values()},
        {person.user_id: person for person in await store.select_people(tx, institution_id)},
        posts,
        await select_standings(tx, institution_id),
    )


def _path(units: dict[int, store.UnitRow], unit: store.UnitRow) -> Path:
    names = [unit.name]
    at = units.get(unit.parent_id)
    while at is not None:
        names.append(at.name)
        at = units.get(at.parent_id)
    return tuple(reversed(names))


# --- what it does --------------------------------------------------------------------


def _compare(org: Org, rows: Sequence[Row], people: dict[str, _Person], before: _Before) -> Report:
    report = Report(units=["/".join(path) for path in _new_paths(rows, before)])
    for user_id, person in people.items():
        owner = org.accounts.appservices.find_owner(user_id)
        if owner is not None:
            report.faults.append(Fault(0, f"{user_id} belongs to an application service"))
        elif before.accounts.get(user_id) == "ended":
            report.faults.append(Fault(0, f"The account {user_id} has ended for ever"))
        elif user_id not in before.accounts:
            report.added.append(user_id)
        else:
            _compare_person(person, before, report)
    for path, manager in _managers(org, rows).items():
        unit_id = before.unit_ids.get(path)
        if unit_id is None or before.managers[unit_id] != manager:
            report.managers.append({"unit": "/".join(path), "user_id": manager})
    gone = (row.user_id for row in before.people.values() if row.is_imported)
    report.leavers = sorted(user_id for user_id in gone if user_id not in people)
    report.faults += (
        Fault(0, f"{user_id} would leave, who has a role")
        for user_id in report.leavers
        if before.accounts.get(user_id) == "role"
    )
    return report


def _compare_person(person: _Person, before: _Before, report: Report) -> None:
    user_id = person.user_id
    posts = before.posts.get(user_id, {})
    after = {before.unit_ids.get(path, path): title for path, title in person.posts.items()}
    row = before.people.get(user_id)
    card = person.card
    told = (row.number, row.name, row.room, row.phone) if row and row.is_imported else None
    is_told = told == (card.number, card.name, card.room, card.phone)
    is_locked = before.accounts[user_id] == "locked"
    if is_locked:
        report.returned.append(user_id)
    if posts.keys() != after.keys():
        paths = {unit_id: path for path, unit_id in before.unit_ids.items()}
        old = sorted("/".join(paths[unit_id]) for unit_id in posts)
        new = sorted("/".join(path) for path in person.posts)
        report.moved.append({"user_id": user_id, "from": old, "to": new})
    elif posts != after or not is_told:
        report.changed.append(user_id)
    elif not is_locked:
        report.unchanged += 1


def _new_paths(rows: Iterable[Row], before: _Before) -> list[Path]:
    """The levels that are missing, each behind those above it."""
    paths = dict.fromkeys(row.path[:end] for row in rows for end in range(1, len(row.path) + 1))
    return [path for path in paths if path not in before.unit_ids]


def _managers(org: Org, rows: Iterable[Row]) -> dict[Path, str]:
    return {row.path: org.user_id(row.login) for row in rows if row.is_manager}


# --- doing it ------------------------------------------------------------------------


async def _apply(
    org: Org,
    caller: Caller,
    people: dict[str, _Person],
    rows: Sequence[Row],
    before: _Before,
    report: Report,
) -> None:
    log = org.spine.log
    unit_ids = before.unit_ids

    async def make_units(w: Writing) -> None:
        told = {"added": len(report.added), "leavers": report.leavers[:MOST_TOLD]}
        await record(w, act_of(caller, "org.import", "", moved=len(report.moved), **told))
        for path in _new_paths(rows, before):
            above = unit_ids[path[:-1]] if path[:-1] else 0
            unit_ids[path] = await write_new_level(w, Wanted(parent=above, name=path[-1]), None)

    await log.commit(make_units)
    for piece in _pieces(report.added):
        await asyncio.gather(*(register(org.accounts, NewUser(u, None, None)) for u in piece))
    idle = report.unchanged == len(people)
    for persons in _pieces(() if idle else people.values()):

        async def place(w: Writing, persons: Sequence[_Person] = persons) -> None:
            for person in persons:
                await _write_person(w, person, unit_ids, before)

        await log.commit(place)

    async def set_managers(w: Writing) -> None:
        units = {unit.unit_id: unit for unit in await store.select_units(w.tx, w.institution.id)}
        for path, manager in _managers(org, rows).items():
            unit = units[unit_ids[path]]
            if unit.manager != manager:
                await write_level(w, unit._replace(manager=manager))

    await log.commit(set_managers)
    for leavers in _pieces(report.leavers):

        async def leave(w: Writing, leavers: Sequence[str] = leavers) -> int:
            return sum([await write_leaver(w, user_id) for user_id in leavers])

        report.sessions_ended += await log.commit(leave)


async def _write_person(
    w: Writing, person: _Person, unit_ids: dict[Path, int], before: _Before
) -> None:
    user_id = person.user_id
    await write_card(w, user_id, person.card, is_imported=True)
    posts = [store.PostRow(user_id, unit_ids[path], title) for path, title in person.posts.items()]
    await write_posts(w, user_id, posts)
    if before.accounts.get(user_id) == "locked":
        await let_in(w, user_id)


def _pieces(items: Iterable[T]) -> Iterator[list[T]]:
    ahead = iter(items)
    while piece := list(islice(ahead, PEOPLE_AT_ONCE)):
        yield piece
