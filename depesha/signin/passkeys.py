"""Passkeys: keys of a device that sign its owner in, after their finger, face or PIN.

The challenge is made from the secret of the browser that asked, and holds ten to twenty minutes.
Signing in gives the browser another secret, and the old one takes no second answer.

Spec: Web Authentication, level 2. Requirement U3.
"""

import asyncio
from base64 import urlsafe_b64decode
from hashlib import blake2b
from importlib import import_module
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from depesha.accounts import POLICY, check_usable, find_user, token_hash
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden, invalid_param
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.body import decode_body
from depesha.io.tx import Conflict, Tx
from depesha.signin import store
from depesha.signin.browser import Browser
from depesha.signin.record import Signin
from depesha.signin.store import PasskeyRow

if TYPE_CHECKING:
    from depesha.signin.ceremony import Ceremony

MOST = 20
"""Passkeys of one account."""

_BUCKET_MS = 10 * 60_000
_MOST_BYTES = 12 * 1024

Use = Literal["register", "sign in"]


def _challenges(signin: Signin, browser: Browser, use: Use) -> list[bytes]:
    """The challenge of these ten minutes, and that of those before."""
    bucket = signin.spine.clock.now_ms() // _BUCKET_MS
    key = browser.secret.encode()
    return [
        blake2b(f"{use} {at}".encode(), key=key, digest_size=32, person=b"passkey").digest()
        for at in (bucket, bucket - 1)
    ]


async def _ceremony(signin: Signin) -> "Ceremony":
    """For this server. The library beneath is loaded by the first who asks, beside the loop."""
    await asyncio.to_thread(import_module, "depesha.signin.ceremony")
    from depesha.signin.ceremony import Ceremony  # noqa: PLC0415 (loaded in the line above)

    spine = signin.spine
    parts = urlsplit(spine.config.base_url())
    origin = f"{parts.scheme}://{parts.netloc}"
    return Ceremony(parts.hostname or "", origin, spine.institution.server_name)


async def signin_options(signin: Signin, browser: Browser) -> str:
    """What a browser asks a device for to sign somebody in, as JSON."""
    ceremony = await _ceremony(signin)
    return ceremony.authentication_options(_challenges(signin, browser, "sign in")[0])


async def load_passkeys(signin: Signin, user_id: str) -> list[PasskeyRow]:
    """The passkeys of an account, oldest first."""
    spine = signin.spine
    return await spine.db.read(store.select_passkeys, spine.institution.id, user_id)


async def register_options(signin: Signin, browser: Browser) -> str:
    """What a browser asks a device for to make a passkey, as JSON."""
    there = await load_passkeys(signin, browser.user_id)
    handle = blake2b(browser.user_id.encode(), digest_size=32, person=b"passkey").digest()
    ceremony = await _ceremony(signin)
    return ceremony.registration_options(
        browser.user_id,
        handle,
        _challenges(signin, browser, "register")[0],
        [row.credential_id for row in there],
    )


def _parse(text: str) -> Content:
    """What a device has answered; 400 for what is no JSON object."""
    if len(text) > _MOST_BYTES:
        raise invalid_param("The answer of the device is too large")
    found: Content = decode_body(text.encode(), Content)
    return found


async def add_passkey(signin: Signin, browser: Browser, answer: str, name: str) -> None:
    """Let a passkey sign the browser's user in. Raises 400 M_INVALID_PARAM, 403 M_FORBIDDEN."""
    credential, ceremony = _parse(answer), await _ceremony(signin)
    for challenge in _challenges(signin, browser, "register"):
        found = ceremony.read_registration(credential, challenge)
        if found is not None:
            break
    else:
        raise forbidden("The device's answer does not fit")
    spine = signin.spine
    now = spine.clock.now_ms()
    row = PasskeyRow(
        found.credential_id,
        browser.user_id,
        found.public_key,
        found.sign_count,
        name[:100],
        now,
        now,
    )

    async def plan(tx: Tx) -> None:
        there = await store.select_passkeys(tx, spine.institution.id, browser.user_id)
        if len(there) >= MOST:
            raise forbidden(f"An account may have {MOST} passkeys")
        await store.insert_passkey(tx, spine.institution.id, row)

    try:
        await spine.db.write(plan)
    except Conflict:
        raise forbidden("This passkey is there already") from None


async def find_owner(signin: Signin, browser: Browser, answer: str) -> str:
    """Whose passkey has answered. Raises 400 M_INVALID_PARAM, 401 M_USER_LOCKED, 403."""
    credential = _parse(answer)
    spine = signin.spine
    row = await _find_passkey(signin, credential)
    sign_count = await _verify(signin, browser, credential, row)

    async def plan(tx: Tx) -> str:
        user = await find_user(tx, spine.institution.id, row.user_id)
        if user is None:
            raise _unknown()
        check_usable(user)
        now = spine.clock.now_ms()
        used = token_hash(browser.secret)
        await store.insert_answer(tx, spine.institution.id, used, now + 2 * _BUCKET_MS)
        await store.update_passkey(tx, spine.institution.id, row.credential_id, sign_count, now)
        return row.user_id

    try:
        return await spine.db.write(plan)
    except Conflict:
        raise _unknown() from None


def _unknown() -> MatrixError:
    return forbidden("This passkey is not known here")


async def _find_passkey(signin: Signin, credential: Content) -> PasskeyRow:
    raw = credential.get("rawId")
    if not isinstance(raw, str):
        raise invalid_param("rawId is missing")
    try:
        credential_id = urlsafe_b64decode(raw + "==")
    except ValueError:
        raise invalid_param("rawId is not Base64") from None
    spine = signin.spine
    row = await spine.db.read(store.select_passkey, spine.institution.id, credential_id)
    if row is None:
        raise _unknown()
    return row


async def _verify(signin: Signin, browser: Browser, credential: Content, row: PasskeyRow) -> int:
    """How often the passkey has signed by now, which grows, or is always 0."""
    ceremony = await _ceremony(signin)
    for challenge in _challenges(signin, browser, "sign in"):
        signs = ceremony.read_authentication(credential, challenge, row.public_key, row.sign_count)
        if signs is not None:
            return signs
    raise _unknown()


async def delete_passkey(signin: Signin, user_id: str, credential_id: bytes) -> None:
    """Let a passkey sign nobody in any more; nothing happens when it is not the user's."""
    spine = signin.spine

    async def plan(w: Writing) -> None:
        await store.delete_passkey(w.tx, w.institution.id, user_id, credential_id)
        await w.change(Change(POLICY, Reach.NOBODY, user_id))

    await spine.log.commit(plan)
