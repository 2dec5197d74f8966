"""Official and emergency notices to everybody, to units or to people named (requirement D3).

They are sent by a job, a person at a time, and may be stopped and begun again at any moment.
"""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import msgspec

from depesha.accounts import people_after
from depesha.audit import act_of, record
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, invalid_param, not_found
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Entry, Reach
from depesha.events.urgent import URGENT
from depesha.http.caller import Caller
from depesha.io.jobs import Job, upsert_job
from depesha.notices import store
from depesha.notices.deliveries import OFFICIAL_SENT
from depesha.notices.record import Notices
from depesha.notices.send import Told, send_content
from depesha.rooms import notices_sender

KIND = "notices_official"
"""Kind of job: sending one notice. Its key is the notice's id."""
OFFICIAL_ASKED = "official_notice_asked"
"""Kind of change: the notice `item` is to be sent."""
OFFICIAL = "org.depesha.official"
"""Key of the content of the event: `notice_id`, `kind`, and `signed`, in whose name it speaks."""
TYPE = "depesha.official"
"""`server_notice_type` of these notices."""
MOST_NAMED = 1_000

_AT_ONCE = 500


class Target(msgspec.Struct, frozen=True):
    """Whom a notice is to reach: everybody, the people of units and of those below, people."""

    all: bool = False
    units: Sequence[int] = ()
    users: Sequence[str] = ()


class Said(NamedTuple):
    """What a notice says; `signed` is in whose name, if not the server's alone."""

    kind: str
    body: str
    signed: str = ""


async def send_official(notices: Notices, caller: Caller, said: Said, target: Target) -> str:
    """Have a notice sent; its id. Raises 400 for a target of nobody, 404 for an unknown unit."""
    if not (target.all or target.units or target.users):
        raise invalid_param("Nobody is to be reached")
    tree, spine = notices.profile.org.tree, notices.spine
    if any(tree.node(unit_id) is None for unit_id in target.units):
        raise not_found("There is no such unit")
    now, notice_id = spine.clock.now_ms(), spine.clock.new_id()
    text = msgspec.json.encode(target).decode()
    row = store.OfficialRow(
        notice_id, caller.user_id, said.kind, said.body, text, now, 0, said.signed
    )

    async def plan(w: Writing) -> None:
        await store.insert_official(w.tx, w.institution.id, row)
        await upsert_job(w.tx, w.institution.id, KIND, notice_id, b"", now)
        whom: Content = msgspec.to_builtins(target)
        await w.change(Change(OFFICIAL_ASKED, Reach.NOBODY, item=notice_id))
        told: Content = {**said._asdict(), "to": whom}
        await record(w, act_of(caller, "notice.official", notice_id, **told))

    await spine.log.commit(plan)
    return notice_id


async def spread(notices: Notices, job: Job) -> None:
    """Do one job: write down whom the notice is to reach, and send it to each."""
    spine, notice_id = notices.spine, job.key
    row = await spine.db.read(store.select_official, spine.institution.id, notice_id)
    if row is None:
        return
    if not row.is_spread:
        target = msgspec.json.decode(row.target, type=Target)
        async for people in _people(notices, target):
            await spine.db.write(store.insert_addressed, spine.institution.id, notice_id, people)
        await spine.db.write(store.update_spread, spine.institution.id, notice_id)
    after = ""
    while unsent := await spine.db.read(
        store.select_unsent, spine.institution.id, notice_id, after, _AT_ONCE
    ):
        for person in unsent:
            await _send(notices, row, person.user_id)
            after = person.user_id


async def _people(notices: Notices, target: Target) -> AsyncIterator[list[str]]:
    """Whom it is to reach, in pieces; somebody may come twice."""
    if target.all:
        sender, after = notices_sender(notices.spine), ""
        while people := await people_after(notices.accounts, after, _AT_ONCE):
            after = people[-1]
            yield [user_id for user_id in people if user_id != sender]
        return
    named = sorted(notices.profile.org.tree.people_of(target.units).union(target.users))
    for at in range(0, len(named), _AT_ONCE):
        yield named[at : at + _AT_ONCE]


async def _send(notices: Notices, row: store.OfficialRow, user_id: str) -> None:
    async def also(w: Writing, told: Told) -> None:
        place = (told.room_id, told.event_id, told.position)
        await store.update_sent(w.tx, w.institution.id, row.notice_id, user_id, place)
        await w.change(Change(OFFICIAL_SENT, Reach.NOBODY, user_id, item=f"{told.position}"))

    content: Content = {
        "body": row.body,
        "server_notice_type": TYPE,
        URGENT: {},
        OFFICIAL: {
            "notice_id": row.notice_id,
            "kind": row.kind,
            **({"signed": row.signed} if row.signed else {}),
        },
    }
    try:
        await send_content(notices, user_id, content, also)
    except MatrixError:
        # The account has ended, or never was: its row says so, and the others are told.
        spine = notices.spine
        nowhere = ("", "", 0)
        await spine.db.write(
            store.update_sent, spine.institution.id, row.notice_id, user_id, nowhere
        )


def is_news(entry: Entry) -> bool:
    """True for an entry of the log that leaves a job of this file."""
    return isinstance(entry, Change) and entry.kind == OFFICIAL_ASKED
