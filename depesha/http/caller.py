"""Who is asking: resolved once a request, before the handler runs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from depesha.base.rights import Grant, Right, rights_of, units_of
from depesha.eventlog.institution import Institution


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user and device, a guest, or an application service acting as a user.

    `device_id` is empty for an application service that masquerades no device.
    """

    institution: Institution
    user_id: str
    device_id: str
    is_guest: bool = False
    is_locked: bool = False
    is_suspended: bool = False
    appservice: str | None = None
    grants: tuple[Grant, ...] = ()
    session: int = 0
    client: str = ""
    """The OAuth 2.0 client that the token was granted to; empty in the legacy API."""
    is_limited: bool = True
    """Whether rate limits apply."""

    def may(self, right: Right) -> bool:
        """True when the caller has the right in the whole institution."""
        return bool(self.grants) and right in rights_of(self.grants)

    def units_of(self, right: Right) -> frozenset[int]:
        """The levels of the tree for which alone the caller has the right."""
        return units_of(self.grants, right)

    @property
    def limit_key(self) -> str:
        """What rate limits count this caller by."""
        return self.user_id


class Credentials(NamedTuple):
    """What a request carries that may say who asks."""

    token: str | None
    as_user: str | None
    as_device: str | None
    address: str
    user_agent: str


def find_token(headers: Mapping[str, str], in_query: str | None) -> str | None:
    """The access token of a request, or None."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    # COMPAT(application services, older bots): the token in the query, deprecated in v1.11.
    return in_query


CallerOf = Callable[[Credentials], Awaitable[Caller]]
"""Raises MatrixError 401 `M_MISSING_TOKEN` or `M_UNKNOWN_TOKEN` when nobody is signed in."""
