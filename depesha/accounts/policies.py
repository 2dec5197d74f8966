"""What the institution asks of those who sign in, by role (requirement U3)."""

from collections.abc import Mapping

from depesha.accounts import store
from depesha.accounts.moderate import OPERATOR
from depesha.accounts.password import check_password
from depesha.accounts.record import Accounts
from depesha.accounts.rules import Policy, strictest
from depesha.accounts.sessions import POLICY
from depesha.audit import act_of, record
from depesha.base.errors import MatrixError, not_found
from depesha.base.rights import Role
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.caller import Caller
from depesha.io.tx import Tx
from depesha.spine import Spine


async def select_policies(tx: Tx, institution_id: int) -> dict[Role, Policy]:
    """All policies, by role."""
    rows = await store.select_policies(tx, institution_id)
    return {Role(row.role): Policy(bool(row.second_factor), *row[2:]) for row in rows}


async def select_policy_for(tx: Tx, institution_id: int, user_id: str) -> Policy:
    """What is asked of somebody, with all their roles."""
    policies = await select_policies(tx, institution_id)
    if not policies:
        return Policy()
    rows = await store.select_roles_of(tx, institution_id, [user_id])
    return strictest(policies, (grant.role for grant in store.grants_in(rows)))


async def policy_for(spine: Spine, user_id: str) -> Policy:
    """What is asked of somebody, with all their roles."""
    return await spine.db.read(select_policy_for, spine.institution.id, user_id)


async def load_policies(accounts: Accounts) -> Mapping[Role, Policy]:
    """All policies, by role."""
    spine = accounts.spine
    return await spine.db.read(select_policies, spine.institution.id)


async def check_new_password(spine: Spine, user_id: str | None, password: str) -> None:
    """Raise 400 M_WEAK_PASSWORD for a password that somebody may not have.

    "" is a new person, None somebody who is not known yet: the strictest is asked of them.
    """
    check_password(password)
    if user_id is None:
        policies = await spine.db.read(select_policies, spine.institution.id)
        least = strictest(policies, policies).least_password or 0
    else:
        least = (await policy_for(spine, user_id)).least_password or 0
    if len(password) < least:
        raise MatrixError(
            400, "M_WEAK_PASSWORD", f"The password must have at least {least} characters"
        )


async def put_policy(accounts: Accounts, caller: Caller, role: Role, policy: Policy) -> None:
    """Set what is asked of those with a role.

    403 ORG.DEPESHA.FACTOR_NEEDED when it would shut the caller out, who has no second factor.
    """
    mine = {grant.role for grant in caller.grants} | {Role.MEMBER}
    if policy.second_factor and role in mine and caller.user_id != OPERATOR:
        spine = accounts.spine
        if not await spine.db.read(accounts.has_factor, spine.institution.id, caller.user_id):
            raise MatrixError(
                403, "ORG.DEPESHA.FACTOR_NEEDED", "Set up a second factor of your own first"
            )

    async def plan(w: Writing) -> None:
        row = store.PolicyRow(role.value, int(policy.second_factor), *policy[1:])
        await store.upsert_policy(w.tx, w.institution.id, row)
        await w.change(Change(POLICY, Reach.NOBODY))
        await record(w, act_of(caller, "policy.set", role.value, **policy._asdict()))

    await accounts.spine.log.commit(plan)


async def remove_policy(accounts: Accounts, caller: Caller, role: Role) -> None:
    """Ask nothing more of those with a role; 404 M_NOT_FOUND where nothing was."""

    async def plan(w: Writing) -> None:
        if not await store.delete_policy(w.tx, w.institution.id, role.value):
            raise not_found("There is no such policy")
        await w.change(Change(POLICY, Reach.NOBODY))
        await record(w, act_of(caller, "policy.unset", role.value))

    await accounts.spine.log.commit(plan)
