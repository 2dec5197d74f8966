"""Groups of SCIM, which are the levels of the tree: displayName is the path, members have posts.

Spec: RFC 7643, section 4.2; RFC 7644, section 3.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from depesha.base.canonical import Content, decode
from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.io.tx import Tx
from depesha.org import (
    Wanted,
    change_level,
    find_level,
    path_of,
    remove_level,
    select_members,
    write_move,
    write_path,
)
from depesha.signin import store
from depesha.signin.record import Signin
from depesha.signin.scim import caller_of, no_such
from depesha.signin.scim_rules import Invalid, apply_patch, path_of_group, person_of, read_group

MEMBERS_AT_ONCE = 50


class Group(NamedTuple):
    """A level as a group; the members are ids of users, with their names."""

    unit_id: int
    name: str
    external_id: str
    members: tuple[tuple[str, str], ...]

    def content(self) -> Content:
        """What a client may change of it."""
        found: Content = {"displayName": self.name}
        if self.external_id:
            found["externalId"] = self.external_id
        found["members"] = [{"value": value, "display": name} for value, name in self.members]
        return found


async def list_groups(
    signin: Signin, wanted: tuple[str, str] | None, offset: int, limit: int, *, with_members: bool
) -> tuple[list[Group], int]:
    """A page of groups, and how many there are in all."""
    spine = signin.spine
    rows = await spine.db.read(store.select_scim_groups, spine.institution.id)
    called = {row.unit_id: row.external_id for row in rows}
    found = [
        Group(node.level.unit_id, "/".join(path_of(node)), called.get(node.level.unit_id, ""), ())
        for node in signin.org.tree.nodes()
    ]
    if wanted is not None:
        attribute, value = wanted
        found = [group for group in found if _has(group, attribute, value)]
    page = found[offset : offset + limit]
    if with_members:
        page = [await _with_members(signin, group) for group in page]
    return page, len(found)


def _has(group: Group, attribute: str, value: str) -> bool:
    if attribute == "displayname":
        return group.name.casefold() == value.casefold()
    return value == {"externalid": group.external_id, "id": str(group.unit_id)}[attribute]


async def _with_members(signin: Signin, group: Group) -> Group:
    async def select(tx: Tx, institution_id: int) -> list[store.ScimRow]:
        users = await select_members(tx, institution_id, group.unit_id)
        return await store.select_scim_of(tx, institution_id, users)

    rows = await signin.spine.db.read(select, signin.spine.institution.id)
    return group._replace(members=tuple((row.scim_id, row.user_name) for row in rows))


async def access_group(signin: Signin, group_id: str) -> Group:
    """A level as a group; 404."""
    found, _ = await list_groups(signin, ("id", group_id), 0, 1, with_members=True)
    if not found:
        raise no_such("group")
    return found[0]


async def create_group(signin: Signin, body: Content) -> Group:
    """Make a level with those above it, and give the members posts; 400, 409 for one there is."""
    content = read_group(body)
    path = path_of_group(content)
    if find_level(signin.org, path) is not None:
        raise Invalid("uniqueness", "There is such a group", 409)

    async def plan(w: Writing) -> int:
        return await write_path(w, signin.org, path)

    unit_id = await _ask(signin, plan)
    await _follow(signin, Group(unit_id, "/".join(path), "", ()), content)
    return await access_group(signin, str(unit_id))


async def change_group(signin: Signin, group_id: str, body: Content, *, is_patch: bool) -> Group:
    """Rename, move or refill a level; 400, 404."""
    before = await access_group(signin, group_id)
    content = read_group(apply_patch(before.content(), body) if is_patch else body)
    path = path_of_group(content)
    if "/".join(path) != before.name:

        async def plan(w: Writing) -> int:
            return await write_path(w, signin.org, path[:-1])

        above = await _ask(signin, plan)
        try:
            wanted = Wanted(parent=above, name=path[-1])
            await change_level(signin.org, caller_of(signin), before.unit_id, wanted)
        except MatrixError as error:
            raise Invalid("invalidValue", error.message) from error
    await _follow(signin, before, content)
    return await access_group(signin, group_id)


async def _ask(signin: Signin, plan: Callable[[Writing], Awaitable[int]]) -> int:
    try:
        return await signin.spine.log.commit(plan)
    except MatrixError as error:
        raise Invalid("invalidValue", error.message) from error


async def _follow(signin: Signin, before: Group, content: Content) -> None:
    """Let the level have the members, and be called as the client calls it."""
    spine = signin.spine
    old = {value for value, _ in before.members}
    new = {each["value"] for each in content["members"]}
    row = store.ScimGroupRow(before.unit_id, content.get("externalId", ""))
    await spine.db.write(store.upsert_scim_group, spine.institution.id, row)
    for ids, is_in in ((sorted(new - old), True), (sorted(old - new), False)):
        for at in range(0, len(ids), MEMBERS_AT_ONCE):
            await _write_members(signin, before.unit_id, ids[at : at + MEMBERS_AT_ONCE], is_in)


async def _write_members(signin: Signin, unit_id: int, ids: Iterable[str], is_in: bool) -> None:
    async def plan(w: Writing) -> int:
        for scim_id in ids:
            row = await store.select_scim_user(w.tx, w.institution.id, scim_id)
            if row is None:
                raise Invalid("invalidValue", f"There is no user {scim_id[:40]}")
            title = person_of(decode(row.content)).title
            await write_move(w, row.user_id, 0 if is_in else unit_id, unit_id * is_in, title)
        return 0

    await _ask(signin, plan)


async def remove_group(signin: Signin, group_id: str) -> None:
    """Take the members' posts and remove the level; 404, 409 when there is more in it."""
    before = await access_group(signin, group_id)
    await _follow(signin, before, {**before.content(), "members": []})
    try:
        await remove_level(signin.org, caller_of(signin), before.unit_id)
    except MatrixError as error:
        raise Invalid("", error.message, 409) from error
    spine = signin.spine
    await spine.db.write(store.delete_scim_group, spine.institution.id, before.unit_id)
