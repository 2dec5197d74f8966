"""What this slice does later: telling deputies, sending official notices."""

from dataclasses import dataclass
from functools import partial

from depesha.eventlog.changes import Entry
from depesha.io.jobs import Jobs, Kind
from depesha.notices import official, urgent
from depesha.notices.record import Notices
from depesha.notices.substitute import substitute


@dataclass(frozen=True, slots=True)
class NoticeJobs:
    """The jobs of the slice, and what wakes them."""

    jobs: Jobs
    notices: Notices

    def view(self, entry: Entry) -> None:
        """There may be something to do."""
        if urgent.is_news(self.notices, entry) or official.is_news(entry):
            self.jobs.wake()


def make_jobs(notices: Notices) -> NoticeJobs:
    """The jobs of an institution, which are done once they run."""
    kinds = {
        urgent.KIND: Kind(partial(substitute, notices)),
        official.KIND: Kind(partial(official.spread, notices)),
    }
    spine = notices.spine
    return NoticeJobs(Jobs(spine.db, spine.clock, spine.institution.id, kinds), notices)
