"""The slice's record."""

from dataclasses import dataclass

from depesha.accounts import Accounts
from depesha.notices import Notices
from depesha.spine import Spine

REPORT = "report"
"""Kind of change: a complaint is new, or decided."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What an institution owes: complaints are its beginning."""

    spine: Spine
    accounts: Accounts
    notices: Notices
