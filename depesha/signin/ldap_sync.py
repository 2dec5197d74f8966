"""Keeping in step with the directory: its people, units, managers, photos, and who is out.

Requirements O1, O9, G17. Read page by page and taken in as a table is. Whoever is not in it any
more has left; whoever is disabled there is shut out, and keeps their place.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from depesha.accounts import select_standings, select_unclaimed
from depesha.base.canonical import Content
from depesha.base.errors import not_found
from depesha.eventlog.append import Writing
from depesha.http.caller import Caller
from depesha.io.jobs import Job, Jobs, Kind, insert_job_if_new
from depesha.io.ldap import BASE, DirectoryDown, Ldap
from depesha.io.ldap_filter import read_filter
from depesha.io.tx import Tx
from depesha.org import BY_DIRECTORY, Card, Fault, Row, import_people, write_card
from depesha.signin import store
from depesha.signin.ldap import Way, asking, directory_down
from depesha.signin.ldap_groups import keep_groups, read_groups
from depesha.signin.ldap_rules import (
    MOST_PHOTO,
    SUBJECTS,
    Found,
    key_of,
    pick_managers,
    read_entry,
    wanted_attributes,
)
from depesha.signin.record import Signin

KIND = "directory"
ACTOR = "directory"
"""Who does in the log of acts what follows from the directory by itself."""
MOST_PEOPLE = 200_000
PIECE = 100
_KINDS_OF_PHOTO = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
_ANY = read_filter("(objectClass=*)")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Read:
    """What the directory has, by the account that each person has or gets."""

    people: dict[str, Found] = field(default_factory=dict)
    spared: set[str] = field(default_factory=set)
    """Whose entries have a fault: they stay as they are."""
    fresh: dict[str, str] = field(default_factory=dict)
    """Subjects by accounts that are not known to be theirs yet."""
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """Whose accounts there are."""

    owners: Mapping[str, str]
    owned: frozenset[str]
    unclaimed: set[str]
    accounts: frozenset[str]


async def sync_directory(
    signin: Signin, caller: Caller, *, is_dry: bool, is_forced: bool
) -> Content:
    """Read the directory and take it in, or only say what that would do; the report.

    404 M_NOT_FOUND where there is no directory, 503 when it cannot be read.
    """
    way = signin.way
    if way is None:
        raise not_found("There is no [signin.ldap] in the settings")
    try:
        found = await _read_all(signin, way)
        rows = [_row(at, *each) for at, each in enumerate(found.people.items(), 1)]
        told = await import_people(
            signin.org,
            caller,
            rows,
            found.faults,
            BY_DIRECTORY,
            managers=_managers(found),
            disabled={user_id for user_id, each in found.people.items() if each.is_disabled},
            spared=found.spared,
            is_dry=is_dry,
            is_forced=is_forced,
        )
        if not is_dry:
            await _link(signin, found.fresh)
            await keep_groups(signin, await read_groups(way, found.people))
        told["photos"] = 0 if is_dry else await _take_photos(signin, way, found.people)
    except DirectoryDown as error:
        raise directory_down(error) from error
    return told


# --- reading -------------------------------------------------------------------------


async def _read_all(signin: Signin, way: Way) -> _Read:
    spine, settings = signin.spine, way.settings
    organisation = settings.organisation or spine.institution.server_name
    entries: list[Found] = []
    async with asking(way) as ldap:
        names = wanted_attributes(settings.attributes)
        async for entry in ldap.search(settings.base, way.filter, names):
            if len(entries) == MOST_PEOPLE:
                raise DirectoryDown(f"it has more than {MOST_PEOPLE} people")
            entries.append(read_entry(entry, settings, organisation))
    known = await spine.db.scan(_select_known, spine.institution.id, settings.trusts_usernames)
    found = _Read()
    for number, each in enumerate(entries, 1):
        _settle(signin, found, known, number, each)
    return found


async def _select_known(tx: Tx, institution_id: int, trusts: bool) -> _Known:
    rows = await store.select_subjects(tx, institution_id)
    return _Known(
        {row.subject: row.user_id for row in rows if row.provider == SUBJECTS},
        frozenset(row.user_id for row in rows if row.provider == SUBJECTS or not trusts),
        await select_unclaimed(tx, institution_id, trusts=trusts),
        frozenset(await select_standings(tx, institution_id)),
    )


def _settle(signin: Signin, found: _Read, known: _Known, number: int, each: Found) -> None:
    """Find whose account a person has, or what is wrong with their entry."""
    owner = known.owners.get(each.subject) if each.subject else None
    user_id = owner or (signin.accounts.user_id(each.login) if each.login else "")
    if each.is_disabled and user_id not in known.accounts:
        return
    fault = _fault(signin, known, each, user_id, is_known=owner is not None)
    if not fault and user_id in found.people:
        fault = "two entries are the same person"
    if fault:
        found.faults.append(Fault(number, f"{each.dn[:200]}: {fault}"))
        if owner is not None:
            found.spared.add(owner)
        return
    found.people[user_id] = each
    if owner is None:
        found.fresh[user_id] = each.subject


def _fault(signin: Signin, known: _Known, each: Found, user_id: str, *, is_known: bool) -> str:
    """Why an entry cannot be taken in, or ""."""
    if not each.subject:
        return "it has no id"
    if not user_id:
        return "its login can be no username: a-z, 0-9 and ._=/+-"
    if not all(0 < len(part) <= 255 for part in each.path) or len(each.path) > 20:
        return "its unit is no path of names"
    if is_known:
        return ""
    if user_id in signin.accounts.reserved:
        return "its login is kept for the server itself"
    is_own = user_id not in known.accounts or user_id in known.unclaimed
    if not is_own or user_id in known.owned:
        return "its login is the account of somebody else, or one with a password of its own"
    return ""


def _managers(found: _Read) -> dict[tuple[str, ...], str]:
    """The manager of each unit."""
    by_key = {key_of(each.dn): user_id for user_id, each in found.people.items()}
    return pick_managers(
        (user_id, each.path, by_key.get(each.manager, ""))
        for user_id, each in found.people.items()
        if not each.is_disabled
    )


def _row(line: int, user_id: str, each: Found) -> Row:
    return Row(
        line,
        user_id.partition(":")[0][1:],
        each.path,
        each.title,
        is_manager=False,
        name=each.name,
        phone=each.phone,
        room=each.room,
        number=each.number,
    )


# --- what is kept besides ------------------------------------------------------------


async def _link(signin: Signin, fresh: Mapping[str, str]) -> None:
    """Remember whose accounts these are, for whoever is renamed."""
    spine = signin.spine
    rows = [store.OwnedRow(SUBJECTS, subject, user_id) for user_id, subject in fresh.items()]
    for at in range(0, len(rows), PIECE):
        piece = rows[at : at + PIECE]
        await spine.db.write(store.insert_subjects, spine.institution.id, piece)


async def _take_photos(signin: Signin, way: Way, people: Mapping[str, Found]) -> int:
    """Take over the photos of entries that have changed; how many there were."""
    spine, name = signin.spine, way.settings.attributes.photo
    rows = await spine.db.scan(store.select_photos, spine.institution.id)
    kept = {row.user_id: row for row in rows}
    changed = {
        user_id: each
        for user_id, each in people.items()
        if name and (user_id not in kept or not each.stamp or kept[user_id].stamp != each.stamp)
    }
    if not changed:
        return 0
    count, seen = 0, list[store.PhotoRow]()
    async with asking(way) as ldap:
        for user_id, each in changed.items():
            photo = await _read_photo(ldap, each.dn, name)
            before = kept.get(user_id)
            row = store.PhotoRow(user_id, each.stamp, sha256(photo).digest() if photo else b"")
            if photo and (before is None or before.digest != row.digest):
                await _keep_photo(signin, user_id, photo)
                count += 1
            seen.append(row)
            if len(seen) == PIECE:
                await _note_photos(signin, seen)
                seen.clear()
    await _note_photos(signin, seen)
    return count


async def _note_photos(signin: Signin, seen: Sequence[store.PhotoRow]) -> None:
    """Remember which photos were looked at."""

    async def plan(tx: Tx) -> None:
        for row in seen:
            await store.upsert_photo(tx, signin.spine.institution.id, row)

    await signin.spine.db.write(plan)


async def _read_photo(ldap: Ldap, dn: str, name: str) -> bytes:
    """The photo of an entry; b"" for none, and for what is no picture or too large."""
    async for entry in ldap.search(dn, _ANY, [name], BASE):
        photo = entry.first(name)
        return photo if len(photo) <= MOST_PHOTO and _kind_of(photo) else b""
    return b""


def _kind_of(photo: bytes) -> str:
    return next((kind for head, kind in _KINDS_OF_PHOTO.items() if photo.startswith(head)), "")


async def _keep_photo(signin: Signin, user_id: str, photo: bytes) -> None:
    address = await signin.keep_picture(user_id, photo, _kind_of(photo))

    async def plan(w: Writing) -> None:
        await write_card(w, user_id, Card(photo=address), BY_DIRECTORY)

    await signin.spine.log.commit(plan)


# --- from time to time ---------------------------------------------------------------


async def keep_directory(signin: Signin) -> None:
    """Read the directory as often as the settings say, until cancelled."""
    spine, way = signin.spine, signin.way
    if way is None or not way.settings.sync_minutes:
        return
    every_ms = way.settings.sync_minutes * 60_000

    async def do(job: Job) -> int:
        caller = Caller(spine.institution, ACTOR, "")
        told = await sync_directory(signin, caller, is_dry=False, is_forced=False)
        counts = {name: part["count"] for name, part in told.items() if isinstance(part, dict)}
        _log.info("the directory was read", extra=_some(counts))
        for fault in told["faults"]["first"][:20]:
            _log.warning("the directory has a fault", extra={"fault": fault["message"]})
        return spine.clock.now_ms() + every_ms

    kinds = {KIND: Kind(do, None)}
    now = spine.clock.now_ms()
    await spine.db.write(insert_job_if_new, spine.institution.id, KIND, "", b"", now)
    await Jobs(spine.db, spine.clock, spine.institution.id, kinds).run()


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
