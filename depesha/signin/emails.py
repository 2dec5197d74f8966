"""E-mail addresses: proving by a letter that somebody reads one, and whose it is.

A letter's token is good once and for a while. Whether an address is known is told to nobody but
to its reader. Spec: client-server API, "Email-based (identity / homeserver)"; requirement U1.
"""

import re
from dataclasses import dataclass

from depesha.accounts import Email, threepid_denied, token_hash
from depesha.base.canonical import Json
from depesha.base.errors import MatrixError, invalid_param, not_found
from depesha.eventlog.append import Writing
from depesha.io.jobs import Jobs
from depesha.io.mail import Letter, Mailer
from depesha.io.tx import Conflict, Tx
from depesha.signin import letters, store
from depesha.signin.store import LetterRow
from depesha.signin.words import Words
from depesha.spine import Spine

LIFE_MS = 3600 * 1000
"""How long a link in a letter holds."""

REGISTER = "POST register"
PASSWORD = "POST password"  # noqa: S105 (the name of an operation)
SIGNUP, RESET, ADD = "signup", "reset", "add"
_RESETS = (RESET, PASSWORD)

_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([a-z0-9-]+\.)+[a-z0-9-]{2,63}")
_SECRET = re.compile(r"[0-9a-zA-Z.=_-]{1,255}")
_LETTERS = {REGISTER: SIGNUP, PASSWORD: RESET, SIGNUP: SIGNUP, RESET: RESET, ADD: ADD}
"""Purpose → the letter that is written."""


def tidy_address(text: str) -> str:
    """The address in lower case; 400 M_INVALID_PARAM for what is none."""
    address = text.strip().lower()
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise invalid_param("This is no e-mail address")
    return address


@dataclass(frozen=True, slots=True)
class Request:
    """A client of the legacy API that asks for a letter."""

    secret: str
    attempt: int
    next_link: str


_PAGES = Request("", 0, "")


@dataclass(frozen=True, slots=True)
class Emails:
    """Addresses of accounts, as `accounts` and the pages ask for them."""

    spine: Spine
    mailer: Mailer
    jobs: Jobs

    @property
    def is_on(self) -> bool:
        return self.mailer.is_on

    async def find_owner(self, address: str) -> str | None:
        """Whose account has the address."""
        spine = self.spine
        return await spine.db.read(store.select_email_owner, spine.institution.id, address)

    async def load(self, user_id: str) -> list[Email]:
        """The addresses of an account."""
        spine = self.spine
        rows = await spine.db.read(store.select_emails, spine.institution.id, user_id)
        return [Email(*row) for row in rows]

    async def forget(self, user_id: str, address: str) -> None:
        """Take an address off an account; nothing happens when it is not there."""
        spine = self.spine
        await spine.db.write(store.delete_email, spine.institution.id, user_id, address.lower())

    async def bind(self, w: Writing, user_id: str, address: str) -> None:
        """Give an account the address; 400 M_THREEPID_IN_USE."""
        now = w.log.clock.now_ms()
        try:
            await store.insert_email(w.tx, w.institution.id, address, user_id, now)
        except Conflict:
            raise MatrixError(400, "M_THREEPID_IN_USE", "This address is in use") from None

    async def prove(self, purpose: str, credentials: Json) -> str:
        """The address that a letter of the legacy API has proven; 401 when none has, or before."""
        sid, secret = (
            (credentials.get("sid"), credentials.get("client_secret"))
            if isinstance(credentials, dict)
            else (None, None)
        )
        if not isinstance(sid, str) or not isinstance(secret, str):
            raise MatrixError(400, "M_MISSING_PARAM", "sid and client_secret are needed")
        spine = self.spine
        key = (spine.institution.id, purpose, sid, token_hash(secret), spine.clock.now_ms())

        async def plan(tx: Tx) -> str | None:
            address = await store.delete_confirmed_letter(tx, *key)
            if address is not None and purpose == PASSWORD:
                await store.delete_letters_to(tx, spine.institution.id, address, _RESETS)
            return address

        address = await spine.db.write(plan)
        if address is None:
            raise MatrixError(401, "M_UNAUTHORIZED", "Nobody has opened the link of the letter")
        return address


async def ask_letter(
    emails: Emails,
    words: Words,
    purpose: str,
    address: str,
    *,
    user_id: str = "",
    request: Request = _PAGES,
) -> str:
    """Send a letter, if its purpose fits the address; the sid for the client, whatever happens.

    Raises 403 M_THREEPID_DENIED, 400 M_INVALID_PARAM, 429 after too many letters to an address.
    """
    spine = emails.spine
    if not emails.is_on:
        raise threepid_denied()
    address = tidy_address(address)
    if purpose in {REGISTER, SIGNUP} and not _may_register(spine, address):
        raise threepid_denied()
    if request.secret and not _SECRET.fullmatch(request.secret):
        raise invalid_param("client_secret may have 1 to 255 of the characters 0-9a-zA-Z.=_-")
    secret_hash = token_hash(request.secret)
    key = (spine.institution.id, purpose, address, secret_hash, spine.clock.now_ms())
    before = await spine.db.read(store.select_letter_asked, *key) if request.secret else None
    if before is not None and before.attempt >= request.attempt:
        return before.sid
    spine.limits.check("letter", address)
    token = f"dpl_{spine.clock.new_id(32)}"
    row = LetterRow(
        purpose=purpose,
        address=address,
        user_id=user_id,
        sid=before.sid if before is not None else spine.clock.new_id(),
        secret_hash=secret_hash,
        attempt=request.attempt,
        next_link=request.next_link,
        is_confirmed=0,
        expires_ts=spine.clock.now_ms() + LIFE_MS,
    )

    async def plan(tx: Tx) -> None:
        owner = await store.select_email_owner(tx, spine.institution.id, address)
        letter = _letter(words, spine, purpose, address, token, is_known=owner is not None)
        await store.insert_letter(tx, spine.institution.id, token_hash(token), row)
        if letter is not None:
            await letters.post(tx, spine, letter)

    await spine.db.write(plan)
    emails.jobs.wake()
    return row.sid


def _may_register(spine: Spine, address: str) -> bool:
    return address.rpartition("@")[2] in spine.config.registration_domains


def _letter(
    words: Words, spine: Spine, purpose: str, address: str, token: str, *, is_known: bool
) -> Letter | None:
    """What is written; None for an address that nobody has."""
    kind = _LETTERS[purpose]
    if kind == RESET and not is_known:
        return None
    if kind != RESET and is_known:
        return letters.write_known(words, spine, address)
    return letters.write(words, spine, kind, address, token)


async def access_letter(emails: Emails, token: str) -> LetterRow:
    """The letter that has this token; 404 M_NOT_FOUND."""
    spine = emails.spine
    now = spine.clock.now_ms()
    row = await spine.db.read(store.select_letter, spine.institution.id, token_hash(token), now)
    if row is None:
        raise not_found("This letter is too old, or was used before")
    return row


async def confirm_letter(emails: Emails, token: str) -> None:
    """Write down that somebody has read a letter of the legacy API."""
    spine = emails.spine
    await spine.db.write(store.update_letter_confirmed, spine.institution.id, token_hash(token))


async def use_letter(tx: Tx, institution_id: int, token: str, purpose: str, now: int) -> LetterRow:
    """Use a letter up inside a plan; 404 M_NOT_FOUND.

    After a forgotten password was reset, older letters give nobody another.
    """
    row = await store.delete_letter(tx, institution_id, token_hash(token), purpose, now)
    if row is None:
        raise not_found("This letter is too old, or was used before")
    if purpose in _RESETS:
        await store.delete_letters_to(tx, institution_id, row.address, _RESETS)
    return row


async def add_address(emails: Emails, token: str, user_id: str) -> None:
    """Give the account the address of its letter; 404 M_NOT_FOUND, 400 M_THREEPID_IN_USE."""
    now = emails.spine.clock.now_ms()

    async def plan(w: Writing) -> None:
        row = await use_letter(w.tx, w.institution.id, token, ADD, now)
        if row.user_id != user_id:
            raise not_found("This letter is too old, or was used before")
        await emails.bind(w, user_id, row.address)

    await emails.spine.log.commit(plan)


def make_emails(spine: Spine, mailer: Mailer) -> Emails:
    """The addresses of an institution, and the letters to them, which leave once its jobs run."""
    return Emails(spine, mailer, letters.make_post(spine, mailer))
