"""Endpoints of roles: one's own, everybody's, granting and taking back (`depesha role …`)."""

from typing import Annotated

import msgspec

from depesha.accounts.record import Accounts
from depesha.accounts.roles import (
    describe_grant,
    describe_grants,
    grant_role,
    load_roles,
    read_grant,
    revoke_role,
)
from depesha.accounts.store import RoleRow, grants_in
from depesha.base.canonical import Content, Json
from depesha.base.rights import GRANTED, RIGHTS, Right, may_grant
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply

_OWN = "/_depesha/v1/admin"
_ROLE = f"{_OWN}/users/{{userId}}/roles/{{role}}"


@endpoint("GET", "/_depesha/v1/me")
async def get_me(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Who I am: my roles, and my rights in the whole institution and in levels of the tree.

    `may_grant` has the roles that I may give to others.
    """
    caller = ask.caller
    told: Content = {"user_id": caller.user_id, **describe_grants(caller.grants)}
    may = caller.may(Right.ROLES_GRANT)
    told["may_grant"] = [role.value for role in GRANTED if may and may_grant(caller.grants, role)]
    return json_reply(told)


def _row_body(row: RoleRow) -> Content:
    (grant,) = grants_in([row])
    return {
        "user_id": row.user_id,
        **describe_grant(grant),
        "granted_by": row.granted_by,
        "granted_ts": row.granted_ts,
    }


@endpoint("GET", f"{_OWN}/roles", right=Right.ROLES_READ)
async def list_roles(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Who has which role (`grants`), and what each role allows (`roles`)."""
    return json_reply(
        {
            "grants": [_row_body(row) for row in await load_roles(accounts)],
            "roles": {
                role.value: sorted(right.value for right in rights)
                for role, rights in RIGHTS.items()
            },
        }
    )


class RoleBody(msgspec.Struct, frozen=True):
    """For which level of the tree: `unit_administrator` alone has one."""

    unit_id: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] = 0


@endpoint("PUT", _ROLE, right=Right.ROLES_GRANT, body=RoleBody)
async def put_role(accounts: Accounts, ask: Ask[RoleBody]) -> Reply:
    """Give somebody a role."""
    grant = read_grant(ask.params["role"], ask.body.unit_id)
    await grant_role(accounts, ask.caller, ask.params["userId"], grant)
    return EMPTY


@endpoint("DELETE", _ROLE, right=Right.ROLES_GRANT)
async def delete_role(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Take a role back; `unit` is the level that it was for."""
    grant = read_grant(ask.params["role"], ask.number("unit", 0))
    await revoke_role(accounts, ask.caller, ask.params["userId"], grant)
    return EMPTY


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (get_me, list_roles, put_role, delete_role)
