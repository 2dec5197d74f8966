"""The slice's record."""

from dataclasses import dataclass

from depesha.accounts import Accounts
from depesha.spine import Spine


@dataclass(frozen=True, slots=True)
class Duty:
    """What an institution owes: complaints are its beginning."""

    spine: Spine
    accounts: Accounts
