"""Groups of people in the directory: read with it, and taken into a chat as far as one sees them.

Requirement O4. A group is there for whoever sees somebody of it.
"""

from collections.abc import Mapping
from hashlib import sha256

from depesha.base.canonical import Content, Json
from depesha.base.errors import not_found
from depesha.io.ldap import DirectoryDown, Entry
from depesha.io.tx import Tx
from depesha.org import find_names, find_seen
from depesha.signin import store
from depesha.signin.ldap import Way, asking
from depesha.signin.ldap_rules import Found, key_of
from depesha.signin.record import Signin

MOST_GROUPS = 20_000
MOST_LISTED = 50
_NAMED = ("member", "uniqueMember")
"""Attributes whose values are names of entries."""
_LOGINS = "memberUid"


async def read_groups(way: Way, people: Mapping[str, Found]) -> list[store.GroupRow]:
    """The groups of the directory with those of the people who are in them, by their accounts."""
    if not way.settings.groups_base:
        return []
    active = {user_id: each for user_id, each in people.items() if not each.is_disabled}
    by_key = {key_of(each.dn): user_id for user_id, each in active.items()}
    by_login = {each.login: user_id for user_id, each in active.items()}
    rows = list[store.GroupRow]()
    async with asking(way) as ldap:
        names = ["cn", *_NAMED, _LOGINS]
        async for entry in ldap.search(way.settings.groups_base, way.groups, names):
            if len(rows) == MOST_GROUPS:
                raise DirectoryDown(f"it has more than {MOST_GROUPS} groups")
            rows.append(_row(entry, by_key, by_login))
    return [row for row in rows if row.name and row.members]


def _row(entry: Entry, by_key: Mapping[str, str], by_login: Mapping[str, str]) -> store.GroupRow:
    members = {by_key.get(key_of(dn)) for name in _NAMED for dn in entry.all(name)}
    members |= {by_login.get(login.lower()) for login in entry.all(_LOGINS)}
    group_id = sha256(key_of(entry.dn).encode()).hexdigest()[:32]
    name = entry.text("cn").replace("\x00", "")[:255]
    return store.GroupRow(group_id, name, tuple(sorted(each for each in members if each)))


async def keep_groups(signin: Signin, rows: list[store.GroupRow]) -> None:
    """Let these be the groups of the directory."""
    spine = signin.spine
    await spine.db.write(store.replace_groups, spine.institution.id, rows)


async def list_groups(signin: Signin, viewer: str, search: str) -> Content:
    """`groups` called so of which the viewer sees somebody, and how many of each."""
    spine, text = signin.spine, search.casefold()
    found = list[Json]()
    for row in await spine.db.scan(_select_all, spine.institution.id):
        if text and text not in row.name.casefold():
            continue
        seen = await find_seen(signin.org, viewer, set(row.members) - {viewer})
        if seen:
            found.append({"group_id": row.group_id, "name": row.name, "people": len(seen)})
        if len(found) == MOST_LISTED:
            break
    return {"groups": found}


async def describe_group(signin: Signin, viewer: str, group_id: str) -> Content:
    """Those of a group whom the viewer sees; 404 M_NOT_FOUND when there is nobody."""
    spine = signin.spine
    group, members = await spine.db.read(_select_one, spine.institution.id, group_id)
    seen = await find_seen(signin.org, viewer, members - {viewer})
    if group is None or not seen:
        raise not_found("There is no such group")
    names = await find_names(signin.org, seen)
    people: list[Json] = [{"user_id": each, "name": names[each]} for each in sorted(seen)]
    return {"name": group.name, "people": people}


async def _select_all(tx: Tx, institution_id: int) -> list[store.GroupRow]:
    groups = await store.select_groups(tx, institution_id)
    members: dict[str, list[str]] = {}
    for row in await store.select_group_members(tx, institution_id):
        members.setdefault(row.group_id, []).append(row.user_id)
    return [
        store.GroupRow(each.group_id, each.name, tuple(members.get(each.group_id, ())))
        for each in groups
    ]


async def _select_one(
    tx: Tx, institution_id: int, group_id: str
) -> tuple[store.GroupName | None, set[str]]:
    """A group, and who is in it."""
    group = await store.select_group(tx, institution_id, group_id)
    members = await store.select_members_of(tx, institution_id, group_id)
    return group, {row.user_id for row in members}
