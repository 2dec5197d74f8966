"""The order of stages in user-interactive authentication.

Spec: client-server API, "User-Interactive Authentication API". And what the institution asks of
those who sign in, by role (requirement U3).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from depesha.base.rights import Role

Flows = tuple[tuple[str, ...], ...]
"""Each flow is the stages to be completed, in order."""

DUMMY = "m.login.dummy"
PASSWORD = "m.login.password"  # noqa: S105 (the name of a stage)
REGISTRATION_TOKEN = "m.login.registration_token"  # noqa: S105

EMAIL = "m.login.email.identity"
OAUTH = "m.oauth"
"""A stage that is completed on the account page and nowhere else."""

SSO = "m.login.sso"
"""A stage that is completed on our pages, in whatever way somebody signs in there."""

CONFIRM = "org.depesha.confirm"
"""The action of the account page that completes it."""

PASSWORD_FLOWS: Flows = ((PASSWORD,),)
"""The account's own password, once more."""

SSO_FLOWS: Flows = ((SSO,),)
"""For whose account has no password: signing in anew on our pages."""

EMAIL_FLOWS: Flows = ((EMAIL,),)
"""The link of a letter to the account's address."""

OAUTH_FLOWS: Flows = ((OAUTH,),)
"""Consent on the account page, for sessions of the OAuth 2.0 API."""


def is_complete(flows: Flows, completed: tuple[str, ...]) -> bool:
    """True when the stages completed are those of a flow."""
    return completed in flows


def may_attempt(flows: Flows, completed: tuple[str, ...], stage: str) -> bool:
    """True when `stage` is next in a flow that begins with what is completed."""
    done = len(completed)
    return any(flow[:done] == completed and flow[done : done + 1] == (stage,) for flow in flows)


class Policy(NamedTuple):
    """What is asked of those with a role; times in milliseconds, None: as usual."""

    second_factor: bool = False
    """The password alone lets nobody in."""
    least_password: int | None = None
    """Characters of a new password."""
    session_ms: int | None = None
    """How long a session lasts from its beginning."""
    idle_ms: int | None = None
    """After which time without use the web client locks itself."""


USUAL = Policy()


def strictest(policies: Mapping[Role, Policy], roles: Iterable[Role]) -> Policy:
    """What is asked of somebody with these roles, and of everybody: the strictest of each."""
    found = [policies[role] for role in {Role.MEMBER, *roles} if role in policies]
    lengths = [each.least_password for each in found if each.least_password is not None]
    ages = [each.session_ms for each in found if each.session_ms is not None]
    idles = [each.idle_ms for each in found if each.idle_ms is not None]
    return Policy(
        any(each.second_factor for each in found),
        max(lengths, default=None),
        min(ages, default=None),
        min(idles, default=None),
    )
