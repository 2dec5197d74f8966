"""Whoever takes unusually much by one session in an hour is told of (requirement U3).

Counted in the memory of each process: a request writes nothing, but for the one that is too many.
"""

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from depesha.accounts import load_roles
from depesha.audit import Act, record
from depesha.base.canonical import Json
from depesha.base.rights import Role
from depesha.duty.record import Duty
from depesha.eventlog.append import Writing
from depesha.http.caller import Caller
from depesha.http.endpoint import Ask, Bound, Reply, StreamReply
from depesha.io.jobs import Job, upsert_job
from depesha.notices import send_notice

KIND = "duty_haul"
HOUR_MS = 60 * 60_000
FILES, PAGES = "files", "pages"
_COUNTED = {
    "getRoomEvents": PAGES,
    "getContentAuthed": FILES,
    "getContentOverrideNameAuthed": FILES,
}
"""What is taken, by the operation's name in the specification."""


class _Haul(msgspec.Struct):
    """What a session has taken in an hour, and who is to be told."""

    officer: str
    user_id: str
    device_id: str
    files: int
    pages: int


@dataclass(slots=True)
class Hauls:
    """What each session has taken in the hour that goes on; at each hour it begins anew."""

    duty: Duty
    hour: int = 0
    taken: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def watch(self, bound: Bound) -> Bound:
        """The endpoint, whose answers are counted if they give files or pages of messages."""
        what = _COUNTED.get(bound.row.spec or "")
        if what is None:
            return bound

        async def call(ask: Ask[Json]) -> Reply | StreamReply:
            reply = await bound.call(ask)
            if self._is_one_too_many(ask.caller, what):
                await self._tell(ask.caller)
            return reply

        return Bound(bound.row, call)

    def _is_one_too_many(self, caller: Caller, what: str) -> bool:
        """True once an hour for a session and a kind of thing."""
        if caller.appservice is not None:
            return False
        config = self.duty.spine.config
        most = config.haul_files if what == FILES else config.haul_pages
        hour = self.duty.spine.clock.now_ms() // HOUR_MS
        if hour != self.hour:
            self.hour = hour
            self.taken.clear()
        key = (caller.user_id, caller.device_id, what)
        self.taken[key] += 1
        return most > 0 and self.taken[key] == most + 1

    async def _tell(self, caller: Caller) -> None:
        """The log of acts at once, the officers by jobs."""
        user_id, device_id = caller.user_id, caller.device_id
        files, pages = (self.taken[user_id, device_id, what] for what in (FILES, PAGES))
        told = await _officers(self.duty)
        details: dict[str, Json] = {"device_id": device_id, FILES: files, PAGES: pages}

        async def plan(w: Writing) -> None:
            await record(w, Act("session.haul", user_id, user_id, details))
            for officer in told:
                haul = _Haul(officer, user_id, device_id, files, pages)
                key = f"{officer} {user_id} {device_id} {w.log.clock.now_ms()}"
                body = msgspec.json.encode(haul)
                await upsert_job(w.tx, w.institution.id, KIND, key, body, w.log.clock.now_ms())

        await self.duty.spine.log.commit(plan)
        self.duty.jobs.wake()


async def _officers(duty: Duty) -> list[str]:
    """The security officers; the owners where there is none."""
    rows = await load_roles(duty.accounts)
    for role in (Role.SECURITY_OFFICER, Role.OWNER):
        if found := [row.user_id for row in rows if row.role == role.value]:
            return found
    return []


async def tell_haul(duty: Duty, job: Job) -> None:
    """Tell one officer."""
    haul = msgspec.json.decode(job.payload, type=_Haul)
    await send_notice(duty.notices, haul.officer, _text(haul))


def _text(haul: _Haul) -> str:
    """In both languages: which one a person reads is not known here."""
    return (
        f"Необычно большая выгрузка: {haul.user_id}, устройство {haul.device_id}. За этот час "
        f"файлов: {haul.files}, страниц сообщений: {haul.pages}. Сеанс можно завершить в консоли: "
        f"«Люди».\n\n"
        f"An unusually large download: {haul.user_id}, device {haul.device_id}. In this hour "
        f"files: {haul.files}, pages of messages: {haul.pages}. The session can be ended in the "
        f"console, under “People”."
    )
