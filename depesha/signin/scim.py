"""People whom a SCIM client keeps: made, changed, shut out and shown out.

Requirements U2, O1, O9, G17. Spec: RFC 7644, section 3.
"""

from depesha.accounts import (
    NewUser,
    access_target,
    check_free,
    find_user,
    insert_account,
    is_unclaimed,
    let_in,
    shut_out,
)
from depesha.audit import act_of, record
from depesha.base.canonical import Content, decode, encode
from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.http.caller import Caller
from depesha.io.tx import Tx
from depesha.org import BY_SCIM, Card, write_card, write_leaver, write_manager, write_move
from depesha.org import write_path as write_level_path
from depesha.signin import store
from depesha.signin.ldap_rules import pick_managers
from depesha.signin.record import Signin
from depesha.signin.scim_rules import Invalid, Person, apply_patch, person_of, read_user
from depesha.signin.store import ScimRow

ACTOR = "scim"
"""Who does in the log of acts what a SCIM client does."""


def caller_of(signin: Signin) -> Caller:
    """The client, as whom the log of acts names it; it has no rights beyond these pages."""
    return Caller(signin.spine.institution, ACTOR, "")


def no_such(kind: str) -> Invalid:
    """404 for an id that there is not."""
    return Invalid("", f"There is no such {kind}", 404)


async def access_user(signin: Signin, scim_id: str) -> ScimRow:
    """Somebody by their id; 404."""
    spine = signin.spine
    row = await spine.db.read(store.select_scim_user, spine.institution.id, scim_id)
    if row is None:
        raise no_such("user")
    return row


async def list_users(
    signin: Signin, wanted: tuple[str, str] | None, offset: int, limit: int
) -> tuple[list[ScimRow], int]:
    """A page of people, and how many there are in all."""
    if wanted is not None and wanted[0] == "username":
        wanted = (wanted[0], wanted[1].lower())

    async def select(tx: Tx, institution_id: int) -> tuple[list[ScimRow], int]:
        rows = await store.select_scim_users(tx, institution_id, wanted, offset, limit)
        return rows, await store.count_scim_users(tx, institution_id, wanted)

    return await signin.spine.db.read(select, signin.spine.institution.id)


# --- making --------------------------------------------------------------------------


async def create_user(signin: Signin, body: Content) -> ScimRow:
    """Make somebody, or take over the account that an earlier record of them had.

    400 invalidValue; 409 uniqueness for a name that is taken.
    """
    spine, content = signin.spine, read_user(body)
    person = person_of(content)
    user_id = signin.accounts.user_id(person.login)
    is_kept = await _is_kept(signin, user_id)
    scim_id = spine.clock.new_id(24)

    async def plan(w: Writing) -> ScimRow:
        await _claim(w, user_id, is_kept=is_kept)
        now = w.log.clock.now_ms()
        row = ScimRow(scim_id, user_id, "", "", 1, 0, "", 0, now, now, "")
        await _check_name(w, row, content)
        await record(w, act_of(caller_of(signin), "scim.create", user_id))
        return await _write(w, signin, row, content, person)

    return await spine.log.commit(plan)


async def _is_kept(signin: Signin, user_id: str) -> bool:
    """Whether a name is kept for something else than a person, or is that of one with a role."""
    try:
        await check_free(signin.accounts, user_id)
    except MatrixError as error:
        if error.errcode != "M_USER_IN_USE":
            return True
        try:
            await access_target(signin.accounts, caller_of(signin), user_id)
        except MatrixError:
            return True
    return False


def _taken() -> Invalid:
    return Invalid("uniqueness", "This userName is taken", 409)


async def _claim(w: Writing, user_id: str, *, is_kept: bool) -> None:
    """Within a plan: make the account, or open the one that this person had."""
    if is_kept:
        raise _taken()
    user = await find_user(w.tx, w.institution.id, user_id)
    if user is None:
        await insert_account(w, NewUser(user_id, None, None))
        return
    if not await is_unclaimed(w.tx, w.institution.id, user, trusts=True):
        raise _taken()
    if await store.select_scim_of(w.tx, w.institution.id, [user_id]):
        raise _taken()
    await let_in(w, user_id)


async def _check_name(w: Writing, row: ScimRow, content: Content) -> None:
    name = content["userName"].strip().lower()
    other = await store.select_scim_name(w.tx, w.institution.id, name)
    if other is not None and other.scim_id != row.scim_id:
        raise _taken()


# --- changing ------------------------------------------------------------------------


async def change_user(
    signin: Signin, scim_id: str, body: Content, *, is_patch: bool, version: int | None
) -> ScimRow:
    """Replace what is known of somebody, or patch it. `active` false ends their sessions.

    400, 403 for whoever has a role here and is to be shut out, 404, 409, 412 for another version.
    """
    row = await access_user(signin, scim_id)
    if not read_user(_after(row, body, is_patch=is_patch))["active"]:
        await _check_may_go(signin, row.user_id)

    async def plan(w: Writing) -> ScimRow:
        row = await store.select_scim_user(w.tx, w.institution.id, scim_id)
        if row is None:
            raise no_such("user")
        if version is not None and version != row.version:
            raise Invalid("", "This is not the version that there is", 412)
        content = read_user(_after(row, body, is_patch=is_patch))
        if content == decode(row.content):
            return row
        await _check_name(w, row, content)
        return await _write(w, signin, row, content, person_of(content))

    return await signin.spine.log.commit(plan)


def _after(row: ScimRow, body: Content, *, is_patch: bool) -> Content:
    return apply_patch(decode(row.content), body) if is_patch else body


async def _check_may_go(signin: Signin, user_id: str) -> None:
    """403 for whoever has a role here: only who has more rights shows them out."""
    try:
        await access_target(signin.accounts, caller_of(signin), user_id)
    except MatrixError as error:
        raise Invalid("", "This person has a role here, which is to be taken first", 403) from error


async def _write(
    w: Writing, signin: Signin, before: ScimRow, content: Content, person: Person
) -> ScimRow:
    """Within a plan: keep what is known of somebody, and let the institution follow it."""
    user_id, tx, institution_id = before.user_id, w.tx, w.institution.id
    unit_id = await write_level_path(w, signin.org, person.path)
    row = before._replace(
        user_name=content["userName"].strip().lower(),
        external_id=content.get("externalId", ""),
        is_active=int(person.is_active),
        unit_id=unit_id,
        manager=person.manager,
        version=before.version + 1,
        changed_ts=w.log.clock.now_ms(),
        content=encode(content).decode(),
    )
    await store.upsert_scim_user(tx, institution_id, row)
    await write_card(w, user_id, Card(person.number, person.name, None, person.phone), BY_SCIM)
    await write_move(w, user_id, before.unit_id, unit_id, person.title)
    for unit in {before.unit_id, unit_id} - {0}:
        await _write_manager(w, unit)
    caller = caller_of(signin)
    if before.is_active and not row.is_active:
        ended = await shut_out(w, user_id)
        await record(w, act_of(caller, "scim.disable", user_id, sessions_ended=ended))
    elif row.is_active and not before.is_active:
        await let_in(w, user_id)
        await record(w, act_of(caller, "scim.enable", user_id))
    return row


async def _write_manager(w: Writing, unit_id: int) -> None:
    """Within a plan: a level is managed by whom most of its people name, one of its own first."""
    rows = await store.select_scim_in(w.tx, w.institution.id, unit_id)
    votes = [(row.scim_id, ("",), row.manager) for row in rows if row.is_active]
    picked = pick_managers(votes).get(("",), "")
    if picked:
        manager = await store.select_scim_user(w.tx, w.institution.id, picked)
        if manager is not None and manager.is_active:
            await write_manager(w, unit_id, manager.user_id)


async def remove_user(signin: Signin, scim_id: str) -> None:
    """Somebody leaves the institution; 403 for whoever has a role here, 404."""
    row = await access_user(signin, scim_id)
    await _check_may_go(signin, row.user_id)

    async def plan(w: Writing) -> None:
        await store.delete_scim_user(w.tx, w.institution.id, row.user_id)
        ended = await write_leaver(w, row.user_id)
        act = act_of(caller_of(signin), "scim.leave", row.user_id, sessions_ended=ended)
        await record(w, act)

    await signin.spine.log.commit(plan)
