"""Taking in employees from a table or a directory, and keeping in step with it (requirement O1).

The table is the truth for whom it names: what is in it is added, moved and changed, and whoever an
earlier table brought and this one does not name has left (O9). Taking in the same table again
changes nothing. People whom an administrator appointed by hand are left alone, and so are those of
another source.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from depesha.accounts import NewUser, Standing, let_in, register, select_standings, shut_out
from depesha.audit import act_of, record
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.http.caller import Caller
from depesha.io.tx import Tx
from depesha.org import store
from depesha.org.levels import Wanted, write_level, write_new_level
from depesha.org.people import Card, write_card, write_leaver, write_posts
from depesha.org.record import BY_TABLE, Org
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
    disabled: list[str] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    sessions_ended: int = 0
    refused: set[str] = field(default_factory=set)
    """Who is named and cannot be taken in."""

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
            "disabled": self.disabled,
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
    managers = {row.path: org.user_id(row.login) for row in rows if row.is_manager}
    batch = _Batch(rows, faults, BY_TABLE, managers)
    before, report = await _look(org, batch)
    if is_dry:
        return report.body(is_dry=True)
    if report.faults:
        raise _unfit("The table has faults; nothing was changed", report)
    if _are_many(report, before, BY_TABLE) and not is_forced:
        raise _unfit("So many people would leave by this table that it must be forced", report)
    await _apply(org, caller, batch, before, report)
    return report.body(is_dry=False)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is to be taken in.

    Accounts of the `disabled` are shut; the `spared` stay as they are.
    """

    rows: Sequence[Row]
    faults: Sequence[Fault]
    source: int
    managers: Mapping[Path, str]
    disabled: AbstractSet[str] = frozenset()
    spared: AbstractSet[str] = frozenset()


async def import_people(
    org: Org,
    caller: Caller,
    rows: Sequence[Row],
    faults: Sequence[Fault],
    source: int,
    *,
    managers: Mapping[Path, str],
    disabled: AbstractSet[str],
    spared: AbstractSet[str],
    is_dry: bool,
    is_forced: bool,
) -> Content:
    """Take in what a source has that goes on by itself; the report.

    `managers` are user ids by units. What cannot be taken in is told and left out. When more than a
    fifth would leave, nobody does unless that is forced.
    """
    batch = _Batch(rows, faults, source, managers, disabled, spared)
    before, report = await _look(org, batch)
    if _are_many(report, before, source) and not is_forced:
        report.faults.append(Fault(0, f"{len(report.leavers)} people would leave: force it"))
        report.leavers = []
    if not is_dry:
        await _apply(org, caller, batch, before, report)
    return report.body(is_dry=is_dry)


async def _look(org: Org, batch: _Batch) -> tuple[_Before, Report]:
    """What there is, and what the batch would change of it."""
    before = await org.spine.db.scan(_select_before, org.spine.institution.id)
    report = _compare(org, batch, before)
    report.faults = [*batch.faults, *report.faults]
    return before, report


def _are_many(report: Report, before: _Before, source: int) -> bool:
    known = sum(person.is_imported == source for person in before.people.values())
    return len(report.leavers) > max(FEW_LEAVERS, known // SHARE_OF_LEAVERS)


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


def _compare(org: Org, batch: _Batch, before: _Before) -> Report:
    rows, people = batch.rows, _people(org, batch.rows)
    report = Report(units=["/".join(path) for path in _new_paths(rows, before)])
    for user_id, person in people.items():
        owner = org.accounts.appservices.find_owner(user_id)
        if owner is not None:
            report.refused.add(user_id)
            report.faults.append(Fault(0, f"{user_id} belongs to an application service"))
        elif before.accounts.get(user_id) == "ended":
            report.refused.add(user_id)
            report.faults.append(Fault(0, f"The account {user_id} has ended for ever"))
        elif user_id not in before.accounts:
            report.added.append(user_id)
        else:
            _compare_person(person, batch, before, report)
    for path, manager in batch.managers.items():
        unit_id = before.unit_ids.get(path)
        if unit_id is None or before.managers[unit_id] != manager:
            report.managers.append({"unit": "/".join(path), "user_id": manager})
    source = batch.source
    gone = (row.user_id for row in before.people.values() if row.is_imported == source)
    stay = people.keys() | batch.spared
    report.leavers = sorted(user_id for user_id in gone if user_id not in stay)
    report.faults += (
        Fault(0, f"{user_id} would leave, who has a role")
        for user_id in (*report.leavers, *report.disabled)
        if before.accounts.get(user_id) == "role"
    )
    if source != BY_TABLE:
        for kept in (report.leavers, report.disabled):
            kept[:] = [u for u in kept if before.accounts.get(u) != "role"]
    return report


def _compare_person(person: _Person, batch: _Batch, before: _Before, report: Report) -> None:
    user_id = person.user_id
    posts = before.posts.get(user_id, {})
    after = {before.unit_ids.get(path, path): title for path, title in person.posts.items()}
    row = before.people.get(user_id)
    card = person.card
    told = row and (row.is_imported, row.number, row.name, row.room, row.phone)
    is_told = told == (batch.source, card.number, card.name, card.room, card.phone)
    is_locked, is_out = before.accounts[user_id] == "locked", user_id in batch.disabled
    if is_locked and not is_out:
        report.returned.append(user_id)
    elif is_out and not is_locked:
        report.disabled.append(user_id)
    if posts.keys() != after.keys():
        paths = {unit_id: path for path, unit_id in before.unit_ids.items()}
        old = sorted("/".join(paths[unit_id]) for unit_id in posts)
        new = sorted("/".join(path) for path in person.posts)
        report.moved.append({"user_id": user_id, "from": old, "to": new})
    elif posts != after or not is_told:
        report.changed.append(user_id)
    elif is_locked == is_out:
        report.unchanged += 1


def _new_paths(rows: Iterable[Row], before: _Before) -> list[Path]:
    """The levels that are missing, each behind those above it."""
    paths = dict.fromkeys(row.path[:end] for row in rows for end in range(1, len(row.path) + 1))
    return [path for path in paths if path not in before.unit_ids]


# --- doing it ------------------------------------------------------------------------


async def _apply(org: Org, caller: Caller, batch: _Batch, before: _Before, report: Report) -> None:
    """Do it, those first who may not be here any more."""
    log, rows, unit_ids = org.spine.log, batch.rows, before.unit_ids
    idle = Report(unchanged=report.unchanged, faults=report.faults, refused=report.refused)
    if report == idle:
        return

    async def note(w: Writing) -> None:
        told = {"added": len(report.added), "leavers": report.leavers[:MOST_TOLD]}
        await record(w, act_of(caller, "org.import", "", moved=len(report.moved), **told))

    await log.commit(note)
    await _end(org, caller, report)

    async def make_units(w: Writing) -> None:
        for path in _new_paths(rows, before):
            above = unit_ids[path[:-1]] if path[:-1] else 0
            unit_ids[path] = await write_new_level(w, Wanted(parent=above, name=path[-1]), None)

    await log.commit(make_units)
    for piece in _pieces(report.added):
        await asyncio.gather(*(register(org.accounts, NewUser(u, None, None)) for u in piece))
    refused = report.refused
    people = [each for u, each in _people(org, rows).items() if u not in refused]
    for persons in _pieces(people):

        async def place(w: Writing, persons: Sequence[_Person] = persons) -> None:
            for person in persons:
                await _write_person(w, person, batch, before)

        await log.commit(place)

    async def set_managers(w: Writing) -> None:
        units = {unit.unit_id: unit for unit in await store.select_units(w.tx, w.institution.id)}
        for path, manager in batch.managers.items():
            unit = units[unit_ids[path]]
            if unit.manager != manager and manager not in refused:
                await write_level(w, unit._replace(manager=manager))

    await log.commit(set_managers)


async def _end(org: Org, caller: Caller, report: Report) -> None:
    """Show out who has left, and shut out who may not sign in; each with a receipt (G17)."""
    for people, act, write in (
        (report.leavers, "org.leave", write_leaver),
        (report.disabled, "org.disable", shut_out),
    ):
        for piece in _pieces(people):

            async def end(
                w: Writing,
                piece: Sequence[str] = piece,
                act: str = act,
                write: Callable[[Writing, str], Awaitable[int]] = write,
            ) -> int:
                ended = 0
                for user_id in piece:
                    count = await write(w, user_id)
                    await record(w, act_of(caller, act, user_id, sessions_ended=count))
                    ended += count
                return ended

            report.sessions_ended += await org.spine.log.commit(end)


async def _write_person(w: Writing, person: _Person, batch: _Batch, before: _Before) -> None:
    user_id, unit_ids = person.user_id, before.unit_ids
    await write_card(w, user_id, person.card, batch.source)
    posts = [store.PostRow(user_id, unit_ids[path], title) for path, title in person.posts.items()]
    await write_posts(w, user_id, posts)
    if before.accounts.get(user_id) == "locked" and user_id not in batch.disabled:
        await let_in(w, user_id)


def _pieces(items: Iterable[T]) -> Iterator[list[T]]:
    ahead = iter(items)
    while piece := list(islice(ahead, PEOPLE_AT_ONCE)):
        yield piece
