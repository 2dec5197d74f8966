"""E-mail addresses of accounts, which a higher slice proves and keeps.

Spec: client-server API, "Email-based (identity / homeserver)", "Adding Account Administrative
Contact Information".
"""

from typing import NamedTuple, Protocol

from depesha.base.canonical import Content, Json
from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing


class Email(NamedTuple):
    """An address of an account, and when (ms) it was added."""

    address: str
    added_ts: int


class Emails(Protocol):
    """Addresses, and the letters that prove whose they are."""

    @property
    def is_on(self) -> bool:
        """Whether letters are sent."""

    async def find_owner(self, address: str) -> str | None:
        """Whose account has the address."""

    async def prove(self, purpose: str, credentials: Json) -> str:
        """The address that a letter of this purpose has proven, which is good once; raises 401."""

    async def bind(self, w: Writing, user_id: str, address: str) -> None:
        """Give an account the address; 400 M_THREEPID_IN_USE."""

    async def load(self, user_id: str) -> list[Email]:
        """The addresses of an account."""

    async def forget(self, user_id: str, address: str) -> None:
        """Take an address off an account; nothing happens when it is not there."""


class NoEmails:
    """No letters are sent."""

    is_on = False

    async def find_owner(self, address: str) -> str | None:
        return None

    async def prove(self, purpose: str, credentials: Json) -> str:
        raise MatrixError(401, "M_UNAUTHORIZED", "No letters are sent here")

    async def bind(self, w: Writing, user_id: str, address: str) -> None:
        raise threepid_denied()

    async def load(self, user_id: str) -> list[Email]:
        return []

    async def forget(self, user_id: str, address: str) -> None:
        pass


NO_EMAILS = NoEmails()


def threepid_denied() -> MatrixError:
    """403 M_THREEPID_DENIED."""
    return MatrixError(
        403, "M_THREEPID_DENIED", "E-mail addresses and telephone numbers cannot be used here"
    )


def email_body(email: Email) -> Content:
    """An address as clients are told of it."""
    return {
        "medium": "email",
        "address": email.address,
        "added_at": email.added_ts,
        "validated_at": email.added_ts,
    }
