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

    def may_be(self, user_id: str) -> bool:
        """True for its own user and for users in its namespaces."""


class Appservices(Protocol):
    """All application services of the institution."""

    def find(self, token: str) -> Appservice | None:
        """The one that this `as_token` belongs to."""

    def find_owner(self, user_id: str) -> Appservice | None:
        """The one that has this user id in an exclusive namespace."""


class _NoAppservices:
    def find(self, token: str) -> Appservice | None:
        return None

    def find_owner(self, user_id: str) -> Appservice | None:
        return None


NO_APPSERVICES: Appservices = _NoAppservices()
"""Where no application service is registered."""


def check_appservice(found: Appservice | None) -> Appservice:
    """The application service; 401 M_UNKNOWN_TOKEN when the token is not of any."""
    if found is None:
        raise MatrixError(401, "M_UNKNOWN_TOKEN", "This is not the token of a service")
    return found
