"""Endpoints of what is asked of those who sign in, by role (`depesha policy …`)."""

from typing import Annotated

import msgspec

from depesha.accounts.policies import load_policies, policy_for, put_policy, remove_policy
from depesha.accounts.record import Accounts
from depesha.accounts.rules import Policy
from depesha.base.canonical import Content, Json
from depesha.base.errors import not_found
from depesha.base.rights import GRANTED, Right, Role
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply

_POLICIES = "/_depesha/v1/admin/policies"
_HOUR_MS = 3_600_000
_MINUTE_MS = 60_000


class PolicyBody(msgspec.Struct, frozen=True):
    """What is asked; null is as usual."""

    second_factor: bool = False
    least_password: Annotated[int, msgspec.Meta(ge=8, le=128)] | None = None
    session_hours: Annotated[int, msgspec.Meta(ge=1, le=87_600)] | None = None
    idle_minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] | None = None


def _body(policy: Policy) -> Content:
    return {
        "second_factor": policy.second_factor,
        "least_password": policy.least_password,
        "session_hours": policy.session_ms and policy.session_ms // _HOUR_MS,
        "idle_minutes": policy.idle_ms and policy.idle_ms // _MINUTE_MS,
    }


def _role(ask: Ask[Json]) -> Role:
    """The role of the path, or `member` for everybody; 404 M_NOT_FOUND."""
    name = ask.params["role"]
    for role in (Role.MEMBER, *GRANTED):
        if role.value == name:
            return role
    raise not_found("There is no such role")


@endpoint("GET", _POLICIES, right=Right.ROLES_READ)
async def list_policies(accounts: Accounts, ask: Ask[None]) -> Reply:
    """What is asked of whom: `member` stands for everybody."""
    found = await load_policies(accounts)
    return json_reply({"policies": {role.value: _body(policy) for role, policy in found.items()}})


@endpoint("PUT", f"{_POLICIES}/{{role}}", right=Right.POLICIES, body=PolicyBody)
async def set_policy(accounts: Accounts, ask: Ask[PolicyBody]) -> Reply:
    """Ask something of everybody with a role."""
    body = ask.body
    policy = Policy(
        body.second_factor,
        body.least_password,
        body.session_hours and body.session_hours * _HOUR_MS,
        body.idle_minutes and body.idle_minutes * _MINUTE_MS,
    )
    await put_policy(accounts, ask.caller, _role(ask), policy)
    return EMPTY


@endpoint("DELETE", f"{_POLICIES}/{{role}}", right=Right.POLICIES)
async def unset_policy(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Ask nothing more of those with a role."""
    await remove_policy(accounts, ask.caller, _role(ask))
    return EMPTY


@endpoint("GET", "/_depesha/v1/me/policy")
async def my_policy(accounts: Accounts, ask: Ask[None]) -> Reply:
    """What is asked of the caller."""
    return json_reply(_body(await policy_for(accounts.spine, ask.caller.user_id)))


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (
    list_policies,
    set_policy,
    unset_policy,
    my_policy,
)
