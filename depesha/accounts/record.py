"""The record of the slice."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field

from depesha.accounts.appservice import NO_APPSERVICES, Appservices
from depesha.accounts.emails import NO_EMAILS, Emails
from depesha.accounts.password import Passwords
from depesha.accounts.sessions import Sessions
from depesha.base.canonical import Content
from depesha.io.tx import Tx
from depesha.spine import Spine

DeviceClaim = Callable[[Tx, int, str, str], Awaitable[bool]]
"""(tx, institution, user, device id): True when the id is taken by something else of the user,
such as a cross-signing key, and therefore cannot name a new device."""


SecondFactor = Callable[[str, str | None], Awaitable[None]]
"""(user, code): asked after the right password; raises MatrixError when the account needs another
factor and this is not it."""


async def no_second_factor(user_id: str, code: str | None) -> None:
    """The password is enough."""


HasFactor = Callable[[Tx, int, str], Coroutine[object, None, bool]]
"""(tx, institution, user): True when the account has a second factor or a passkey."""


async def no_factor(tx: Tx, institution_id: int, user_id: str) -> bool:
    """Nobody has one."""
    return False


Elsewhere = Callable[["Accounts", str, str], Awaitable[str | None]]
"""(accounts, user as typed, password): whose account it is, made if need be, when the password is
right somewhere else; None when it is not, MatrixError 503 when that cannot be asked now."""


async def nowhere(accounts: "Accounts", user_id: str, password: str) -> str | None:
    """Nobody but this server knows passwords."""
    return None


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts, devices and sessions of one institution."""

    spine: Spine
    passwords: Passwords
    sessions: Sessions = field(default_factory=Sessions)
    appservices: Appservices = NO_APPSERVICES
    claims: tuple[DeviceClaim, ...] = ()
    more_flows: tuple[Content, ...] = ()
    """Ways of signing in that higher slices offer."""
    emails: Emails = NO_EMAILS
    second_factor: SecondFactor = no_second_factor
    has_factor: HasFactor = no_factor
    elsewhere: Elsewhere = nowhere
    """Who else knows people by their passwords: asked for those who have none here."""
    unstable_features: tuple[str, ...] = ()
    """What `/versions` says of features that the specification does not have yet."""
    reserved: frozenset[str] = frozenset()
    """Users that only the server itself makes."""

    def user_id(self, localpart: str) -> str:
        """The full id of a local user."""
        return f"@{localpart}:{self.spine.institution.server_name}"
