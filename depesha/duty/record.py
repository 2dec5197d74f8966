"""The slice's record."""

from dataclasses import dataclass

from depesha.accounts import Accounts
from depesha.io.jobs import Jobs
from depesha.media import Media
from depesha.notices import Notices
from depesha.org import Org
from depesha.profile import Profile
from depesha.spine import Spine

REPORT = "report"
"""Kind of change: a complaint is new, or decided."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What an institution owes: complaints, retention, holds, inspections, one's own data."""

    spine: Spine
    accounts: Accounts
    org: Org
    profile: Profile
    media: Media
    notices: Notices
    jobs: Jobs
