"""The slice's record."""

from dataclasses import dataclass

from depesha.accounts import Accounts
from depesha.eventlog.changes import Change, Entry
from depesha.io.jobs import Jobs
from depesha.notices import Notices
from depesha.org import Org
from depesha.spine import Spine

CHANGED = "survey"
"""Kind of change: the survey `item` is new to somebody, or another than it was."""

DUE = "survey_due"
"""Kind of change: a job of the survey `item` is due."""


@dataclass(frozen=True, slots=True)
class Surveys:
    """The surveys of one institution."""

    spine: Spine
    accounts: Accounts
    org: Org
    notices: Notices
    jobs: Jobs

    def view(self, entry: Entry) -> None:
        """Take in one committed entry of the log: there may be something to do."""
        if isinstance(entry, Change) and entry.kind == DUE:
            self.jobs.wake()
