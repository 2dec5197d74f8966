"""The record of the slice."""

from dataclasses import dataclass, field

from depesha.accounts.appservice import NO_APPSERVICES, Appservices
from depesha.accounts.password import Passwords
from depesha.accounts.sessions import Sessions
from depesha.spine import Spine


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts, devices and sessions of one institution."""

    spine: Spine
    passwords: Passwords
    sessions: Sessions = field(default_factory=Sessions)
    appservices: Appservices = NO_APPSERVICES

    def user_id(self, localpart: str) -> str:
        """The full id of a local user."""
        return f"@{localpart}:{self.spine.institution.server_name}"
