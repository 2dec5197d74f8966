"""Letters: those that wait to be sent, and what they say.

What is to be sent is a job of its own, so that nobody can tell from the time that an answer takes
whether a letter left.
"""

from urllib.parse import quote

import msgspec

from depesha.io.jobs import Job, Jobs, Kind, upsert_job
from depesha.io.mail import Letter, Mailer
from depesha.io.tx import Tx
from depesha.signin.words import Words
from depesha.spine import Spine

KIND = "letter"
"""The kind of job that sends one."""

ATTEMPTS = 8
"""How often sending is tried: for about ten minutes."""

PAGE = "/_depesha/letter"


async def post(tx: Tx, spine: Spine, letter: Letter) -> None:
    """Let a letter be sent after the commit of this transaction."""
    key, payload = spine.clock.new_id(), msgspec.json.encode(letter)
    await upsert_job(tx, spine.institution.id, KIND, key, payload, spine.clock.now_ms())


def write(words: Words, spine: Spine, purpose: str, to: str, token: str) -> Letter:
    """The letter of a purpose, with a link that holds its token."""
    name = spine.institution.server_name
    link = f"{spine.config.base_url()}{PAGE}?token={quote(token, safe='')}"
    text = words(f"mail_{purpose}", name, link)
    return Letter(to, words(f"mail_{purpose}_subject", name), f"{text}\n\n{words('mail_end')}\n")


def write_known(words: Words, spine: Spine, to: str) -> Letter:
    """The letter to who has an account already."""
    name = spine.institution.server_name
    text = words("mail_known", name, spine.config.base_url())
    return Letter(to, words("mail_known_subject", name), f"{text}\n\n{words('mail_end')}\n")


def make_post(spine: Spine, mailer: Mailer) -> Jobs:
    """Whoever sends the letters, once it runs."""

    async def do(job: Job) -> None:
        await mailer.send(msgspec.json.decode(job.payload, type=Letter))

    kinds = {KIND: Kind(do, ATTEMPTS)}
    return Jobs(spine.db, spine.clock, spine.institution.id, kinds)
