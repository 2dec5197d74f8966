"""What is done from time to time and on request, durably: one worker does each at a time."""

from depesha.accounts import Accounts
from depesha.duty.copies import KIND as COPY
from depesha.duty.copies import make_copy, remove_over
from depesha.duty.hauls import KIND as HAUL
from depesha.duty.hauls import tell_haul
from depesha.duty.inspect import tell_inspected
from depesha.duty.record import Duty
from depesha.duty.retention import EVERY_MS, keep_time
from depesha.duty.retention import KIND as RETENTION
from depesha.io.jobs import Job, Jobs, Kind, insert_job_if_new
from depesha.media import Media
from depesha.notices import Notices
from depesha.org import Org
from depesha.profile import Profile
from depesha.spine import Spine

_ALL = "all"
"""The key of the one job of its kind."""


def make_duty(
    spine: Spine, accounts: Accounts, org: Org, profile: Profile, media: Media, notices: Notices
) -> Duty:
    """The slice, whose jobs are done once `keep_duty` runs."""
    kinds: dict[str, Kind] = {}
    jobs = Jobs(spine.db, spine.clock, spine.institution.id, kinds)
    duty = Duty(spine, accounts, org, profile, media, notices, jobs)

    async def keep(job: Job) -> int:
        await keep_time(duty)
        await tell_inspected(duty)
        await remove_over(duty)
        return spine.clock.now_ms() + EVERY_MS

    async def copy(job: Job) -> None:
        await make_copy(duty, job.key)

    async def haul(job: Job) -> None:
        await tell_haul(duty, job)

    kinds.update({RETENTION: Kind(keep, None), COPY: Kind(copy), HAUL: Kind(haul)})
    return duty


async def keep_duty(duty: Duty) -> None:
    """Do the jobs for ever."""
    spine = duty.spine
    await spine.db.write(
        insert_job_if_new, spine.institution.id, RETENTION, _ALL, b"", spine.clock.now_ms()
    )
    await duty.jobs.run()
