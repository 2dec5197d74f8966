"""Roles of accounts: who has them, granting and taking them back (requirement O7)."""

from collections.abc import Iterable

from depesha.accounts import store
from depesha.accounts.moderate import OPERATOR, access_target, check_other, check_target
from depesha.accounts.record import Accounts
from depesha.accounts.sessions import ACCOUNT
from depesha.audit import act_of, record
from depesha.base.canonical import Content
from depesha.base.errors import forbidden, invalid_param, not_found
from depesha.base.rights import RIGHTS, Grant, Role, is_grant, may_grant, rights_of
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.caller import Caller


def read_grant(role: str, unit: int) -> Grant:
    """The grant that is named; 400 M_INVALID_PARAM for one that there cannot be."""
    found = next((each for each in Role if each.value == role), None)
    if found is None or not is_grant(found, unit):
        raise invalid_param("No such role; a unit is named for unit_administrator alone")
    return Grant(found, unit)


def describe_grants(grants: Iterable[Grant]) -> Content:
    """One's roles, what they allow everywhere, and what in levels of the tree alone."""
    held = sorted(grants, key=lambda grant: (grant.role.value, grant.unit))
    return {
        "roles": [describe_grant(grant) for grant in held],
        "rights": sorted(right.value for right in rights_of(held)),
        "units": [
            {"unit_id": unit, "rights": sorted(right.value for right in RIGHTS[role])}
            for role, unit in held
            if unit
        ],
    }


def describe_grant(grant: Grant) -> Content:
    told: Content = {"role": grant.role.value}
    return {**told, "unit_id": grant.unit} if grant.unit else told


async def load_roles(accounts: Accounts) -> list[store.RoleRow]:
    """All roles that somebody has, by the ids of the people."""
    spine = accounts.spine
    return await spine.db.read(store.select_roles, spine.institution.id)


async def grant_role(accounts: Accounts, caller: Caller, user_id: str, grant: Grant) -> None:
    """Give somebody a role; nothing happens when they have it.

    403 M_FORBIDDEN for oneself, for somebody with rights that one lacks, and for a role that gives
    more than one has; else as `access_target`.
    """
    await _check(accounts, caller, user_id, grant)

    async def plan(w: Writing) -> None:
        held = await _held(w, caller, user_id)
        if grant not in held:
            await write_role(w, user_id, grant, caller.user_id)
            await record(w, act_of(caller, "role.grant", user_id, **describe_grant(grant)))

    await accounts.spine.log.commit(plan)


async def revoke_role(accounts: Accounts, caller: Caller, user_id: str, grant: Grant) -> None:
    """Take a role back. 404 M_NOT_FOUND for one they do not have; else as `grant_role`."""
    await _check(accounts, caller, user_id, grant)

    async def plan(w: Writing) -> None:
        if grant not in await _held(w, caller, user_id):
            raise not_found("They do not have this role")
        await store.delete_role(w.tx, w.institution.id, user_id, grant.role.value, grant.unit)
        await w.change(Change(ACCOUNT, Reach.NOBODY, user_id))
        await record(w, act_of(caller, "role.revoke", user_id, **describe_grant(grant)))

    await accounts.spine.log.commit(plan)


async def _check(accounts: Accounts, caller: Caller, user_id: str, grant: Grant) -> None:
    check_other(caller, user_id)
    if caller.user_id != OPERATOR and not may_grant(caller.grants, grant.role):
        raise forbidden("This role gives rights that you do not have")
    await access_target(accounts, caller, user_id)


async def _held(w: Writing, caller: Caller, user_id: str) -> list[Grant]:
    """What somebody has, read in the plan itself; refused as `check_target`."""
    tx, institution_id = w.tx, w.institution.id
    user = await store.select_user(tx, institution_id, user_id)
    held = store.grants_in(await store.select_roles_of(tx, institution_id, [user_id]))
    check_target(caller, user, held)
    return held


async def write_role(w: Writing, user_id: str, grant: Grant, granted_by: str) -> None:
    """Within a plan: somebody has a role from now on."""
    row = store.RoleRow(user_id, grant.role.value, grant.unit, granted_by, w.log.clock.now_ms())
    await store.insert_role(w.tx, w.institution.id, row)
    await w.change(Change(ACCOUNT, Reach.NOBODY, user_id))
