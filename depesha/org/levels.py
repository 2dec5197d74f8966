"""Levels of the tree: making, changing, moving and removing them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from depesha.audit import act_of, record
from depesha.base.canonical import Content
from depesha.base.errors import invalid_param
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.caller import Caller
from depesha.org import store
from depesha.org.access import access_employee, no_unit
from depesha.org.record import UNIT, Org, unit_item
from depesha.org.tree import KINDS, MANAGER, PERSON, RIGHT_NAMES

MOST_NAME = 255
MOST_LEVELS = 50_000
MOST_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to change of a level; None: it stays. An empty manager is none.

    `rights` are names, or empty with `inherits`: those of the level above.
    """

    parent: int | None = None
    kind: str | None = None
    name: str | None = None
    manager: str | None = None
    rights: tuple[str, ...] | None = None
    inherits: bool = False
    accepts: str | None = None


def _told(wanted: Wanted) -> Content:
    """What the log of acts keeps of a change."""
    told: Content = {
        "parent": wanted.parent,
        "kind": wanted.kind,
        "name": wanted.name,
        "manager": wanted.manager,
        "rights": None if wanted.rights is None else list(wanted.rights),
        "inherits": wanted.inherits or None,
        "accepts": wanted.accepts,
    }
    return {name: value for name, value in told.items() if value is not None}


def rights_of(names: Iterable[str]) -> int:
    """The rights as a number; 400 M_INVALID_PARAM for a name that is none."""
    found = 0
    for name in names:
        if name not in RIGHT_NAMES:
            raise invalid_param(f"A right is one of {', '.join(RIGHT_NAMES)}")
        found |= RIGHT_NAMES[name]
    return found


async def create_level(org: Org, caller: Caller, wanted: Wanted) -> int:
    """Make a level; its number. 400 M_INVALID_PARAM, 404 M_NOT_FOUND for parent or manager."""
    manager = await _manager(org, wanted)

    async def plan(w: Writing) -> int:
        unit_id = await write_new_level(w, wanted, manager)
        await record(w, act_of(caller, "org.create", str(unit_id), **_told(wanted)))
        return unit_id

    return await org.spine.log.commit(plan)


async def write_new_level(w: Writing, wanted: Wanted, manager: str | None) -> int:
    """Within a plan: make a level; its number."""
    units = {unit.unit_id: unit for unit in await store.select_units(w.tx, w.institution.id)}
    if len(units) >= MOST_LEVELS:
        raise invalid_param(f"A tree has at most {MOST_LEVELS} levels")
    new = store.UnitRow(
        w.position + 1, 0, "unit" if wanted.parent else "organisation", "", None, None, ""
    )
    row = _changed(new, wanted, manager)
    _check(row, units)
    await write_level(w, row)
    return row.unit_id


async def write_level(w: Writing, row: store.UnitRow) -> None:
    """Within a plan: keep a level and say so."""
    await store.upsert_unit(w.tx, w.institution.id, row)
    await w.change(Change(UNIT, Reach.ALL_SOON, item=unit_item(row)))


async def change_level(org: Org, caller: Caller, unit_id: int, wanted: Wanted) -> None:
    """Rename or move a level, give it a manager, rights or a policy.

    400 M_INVALID_PARAM, also for a place below itself; 404 M_NOT_FOUND.
    """
    manager = await _manager(org, wanted)

    async def plan(w: Writing) -> None:
        units = {unit.unit_id: unit for unit in await store.select_units(w.tx, w.institution.id)}
        if unit_id not in units:
            raise no_unit()
        row = _changed(units[unit_id], wanted, manager)
        _check(row, units)
        if row == units[unit_id]:
            return
        await write_level(w, row)
        await record(w, act_of(caller, "org.change", str(unit_id), **_told(wanted)))
        old = units.get(units[unit_id].parent_id)
        if old is not None and old.unit_id != row.parent_id:
            # Whoever sees only the place that it had must learn that it has gone from there.
            await w.change(Change(UNIT, Reach.ALL_SOON, item=unit_item(old)))

    await org.spine.log.commit(plan)


async def _manager(org: Org, wanted: Wanted) -> str | None:
    """The account of the manager that is wanted; 404 M_NOT_FOUND."""
    if not wanted.manager:
        return None
    return await access_employee(org, wanted.manager)


def _changed(row: store.UnitRow, wanted: Wanted, manager: str | None) -> store.UnitRow:
    if wanted.parent is not None:
        row = row._replace(parent_id=wanted.parent)
    if wanted.kind is not None:
        row = row._replace(kind=wanted.kind)
    if wanted.name is not None:
        row = row._replace(name=wanted.name.strip())
    if wanted.manager is not None:
        row = row._replace(manager=manager)
    if wanted.rights is not None:
        row = row._replace(rights=rights_of(wanted.rights))
    if wanted.inherits:
        row = row._replace(rights=None)
    if wanted.accepts is not None:
        row = row._replace(accepts=wanted.accepts)
    return row


def _check(row: store.UnitRow, units: Mapping[int, store.UnitRow]) -> None:
    if not 0 < len(row.name) <= MOST_NAME or "\x00" in row.name:
        raise invalid_param(f"The name of a unit has 1 to {MOST_NAME} characters")
    if row.kind not in KINDS:
        raise invalid_param(f"kind must be one of {', '.join(KINDS)}")
    if row.accepts not in {"", PERSON, MANAGER}:
        raise invalid_param(f"accepts must be {PERSON} or {MANAGER}")
    at, depth = row.parent_id, 1
    while at:
        depth += 1
        if at == row.unit_id or depth > MOST_DEPTH:
            raise invalid_param("A unit cannot stand below itself, or so deep")
        if at not in units:
            raise no_unit()
        at = units[at].parent_id


async def remove_level(org: Org, caller: Caller, unit_id: int) -> None:
    """Remove a level that is empty. 400 M_INVALID_PARAM when it is not, 404 M_NOT_FOUND."""

    async def plan(w: Writing) -> None:
        tx, institution_id = w.tx, w.institution.id
        unit = await store.select_unit(tx, institution_id, unit_id)
        if unit is None:
            raise no_unit()
        below = [u for u in await store.select_units(tx, institution_id) if u.parent_id == unit_id]
        if below or await store.select_posts_in(tx, institution_id, unit_id):
            raise invalid_param("Move or dismiss first who and what is in this unit")
        await store.delete_unit(tx, institution_id, unit_id)
        await w.change(Change(UNIT, Reach.ALL_SOON, item=str(unit_id)))
        await record(w, act_of(caller, "org.remove", str(unit_id), name=unit.name))

    await org.spine.log.commit(plan)
