"""Telling somebody that their account was signed in to on a further device, or is attacked.

Requirement U3.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from depesha.accounts import GUESSED, SIGNED_IN, find_devices, find_user
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

_KINDS = frozenset({SIGNED_IN, GUESSED})

Tell = Callable[[str, str], Awaitable[object]]
"""(user, text): tells a person something in the name of the server."""


class _Payload(msgspec.Struct):
    """A sign-in that is to be told of; `device_id` "": passwords were tried by many."""

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
        """Remember what a person is to be told, in the transaction of the change."""
        user_id, is_guessed = change.user_id, change.kind == GUESSED
        if change.kind not in _KINDS or user_id is None or not self.spine.config.signin_alerts:
            return
        user = await find_user(w.tx, w.institution.id, user_id)
        devices = (await find_devices(w.tx, w.institution.id, [user_id])).get(user_id, {})
        if user is None or user.is_guest or user.appservice is not None:
            return
        if user.is_deactivated or (len(devices) < 2 and not is_guessed):
            return
        now = w.log.clock.now_ms()
        item = "" if is_guessed else change.item
        payload = _Payload(user_id, item, devices.get(item) or "", now)
        key, body = f"{change.position}", msgspec.json.encode(payload)
        await upsert_job(w.tx, w.institution.id, KIND, key, body, now)

    def view(self, entry: Entry) -> None:
        """There may be something to tell."""
        if isinstance(entry, Change) and entry.kind in _KINDS:
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
    if not found.device_id:
        return "\n\n".join(Words(one)("alert_guessed", moment) for one in LANGUAGES)
    device = f"{found.name} ({found.device_id})" if found.name else found.device_id
    url = spine.config.base_url() + ACCOUNT
    return "\n\n".join(Words(one)("alert", device, moment, url) for one in LANGUAGES)


async def _write(emails: Emails, found: _Payload) -> None:
    """Write to the addresses of the account."""
    spine = emails.spine
    if not emails.is_on:
        return
    addresses = [email.address for email in await emails.load(found.user_id)]
    name = "alert_subject" if found.device_id else "alert_guessed_subject"
    subject = " / ".join(Words(one)(name, spine.institution.server_name) for one in LANGUAGES)

    async def plan(tx: Tx) -> None:
        for address in addresses:
            await letters.post(tx, spine, Letter(address, subject, _text(spine, found) + "\n"))

    await spine.db.write(plan)
    emails.jobs.wake()
