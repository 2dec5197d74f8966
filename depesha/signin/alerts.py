"""Telling somebody that their account was signed in to on a further device.

Requirement U3.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from depesha.accounts import SIGNED_IN, find_devices, find_user
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Entry
from depesha.io.jobs import Job, Jobs, Kind, upsert_job
from depesha.io.mail import Letter
from depesha.io.tx import Tx
from depesha.signin import letters
from depesha.signin.emails import Emails
from depesha.signin.metadata import ACCOUNT
from depesha.signin.words import LANGUAGES, Words
from depesha.spine import Spine

KIND = "signin_alert"
ATTEMPTS = 5

Tell = Callable[[str, str], Awaitable[object]]
"""(user, text): tells a person something in the name of the server."""


class _Payload(msgspec.Struct):
    """A sign-in that is to be told of."""

    user_id: str
    device_id: str
    name: str
    ts: int


@dataclass(frozen=True, slots=True)
class Alerts:
    """Sign-ins that are to be told of, and whoever tells of them."""

    spine: Spine
    jobs: Jobs

    async def follow(self, w: Writing, change: Change) -> None:
        """Remember a sign-in on a further device of a person, in its own transaction."""
        user_id = change.user_id
        if change.kind != SIGNED_IN or user_id is None or not self.spine.config.signin_alerts:
            return
        user = await find_user(w.tx, w.institution.id, user_id)
        devices = (await find_devices(w.tx, w.institution.id, [user_id])).get(user_id, {})
        if user is None or user.is_guest or user.appservice is not None or len(devices) < 2:
            return
        now = w.log.clock.now_ms()
        payload = _Payload(user_id, change.item, devices.get(change.item) or "", now)
        key, body = f"{change.position}", msgspec.json.encode(payload)
        await upsert_job(w.tx, w.institution.id, KIND, key, body, now)

    def view(self, entry: Entry) -> None:
        """There may be something to tell."""
        if isinstance(entry, Change) and entry.kind == SIGNED_IN:
            self.jobs.wake()


def make_alerts(spine: Spine, emails: Emails, tell: Tell) -> Alerts:
    """The alerts of an institution, which are told once their jobs run."""

    async def do(job: Job) -> None:
        found = msgspec.json.decode(job.payload, type=_Payload)
        await tell(found.user_id, _text(spine, found))
        await _write(emails, found)

    return Alerts(
        spine, Jobs(spine.db, spine.clock, spine.institution.id, {KIND: Kind(do, ATTEMPTS)})
    )


def _text(spine: Spine, found: _Payload) -> str:
    """What is told, in every language: which one a person reads is not known here."""
    moment = datetime.fromtimestamp(found.ts / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    device = f"{found.name} ({found.device_id})" if found.name else found.device_id
    url = spine.config.base_url() + ACCOUNT
    return "\n\n".join(Words(one)("alert", device, moment, url) for one in LANGUAGES)


async def _write(emails: Emails, found: _Payload) -> None:
    """Write to the addresses of the account."""
    spine = emails.spine
    if not emails.is_on:
        return
    addresses = [email.address for email in await emails.load(found.user_id)]
    subject = " / ".join(
        Words(one)("alert_subject", spine.institution.server_name) for one in LANGUAGES
    )

    async def plan(tx: Tx) -> None:
        for address in addresses:
            await letters.post(tx, spine, Letter(address, subject, _text(spine, found) + "\n"))

    await spine.db.write(plan)
    emails.jobs.wake()
