"""What accounts must know of application services. The slice `bots` provides it.

Spec: application service API, "Identity assertion", "Registration".
"""

from typing import Protocol

from depesha.base.errors import MatrixError


class Appservice(Protocol):
    """A registered application service."""

    @property
    def id(self) -> str: ...

    @property
    def user_id(self) -> str:
        """The user that its `sender_localpart` names."""

    @property
    def is_limited(self) -> bool:
        """Whether rate limits apply to the users of its namespaces."""

    def may_be(self, user_id: str) -> bool:
        """True for its own user and for users in its namespaces."""


class Appservices(Protocol):
    """All application services of the institution."""

    def find(self, token: str) -> Appservice | None:
        """The one that this `as_token` belongs to."""

    def find_owner(self, user_id: str) -> Appservice | None:
        """The one that has this user id in an exclusive namespace, or is this user."""

    def may_use_alias(self, alias: str, service_id: str | None) -> bool:
        """Whether a service (None: a person) may make and remove this alias."""

    async def provide_user(self, user_id: str) -> bool:
        """Ask who has this user id in a namespace to make the user; True when that was done."""

    async def provide_alias(self, alias: str) -> bool:
        """Ask who has this alias in a namespace to make the room; True when that was done."""


class _NoAppservices:
    def find(self, token: str) -> Appservice | None:
        return None

    def find_owner(self, user_id: str) -> Appservice | None:
        return None

    def may_use_alias(self, alias: str, service_id: str | None) -> bool:
        return True

    async def provide_user(self, user_id: str) -> bool:
        return False

    async def provide_alias(self, alias: str) -> bool:
        return False


NO_APPSERVICES: Appservices = _NoAppservices()
"""Where no application service is registered."""


def check_appservice(found: Appservice | None) -> Appservice:
    """The application service; 401 M_UNKNOWN_TOKEN when the token is not of any."""
    if found is None:
        raise MatrixError(401, "M_UNKNOWN_TOKEN", "This is not the token of a service")
    return found
