"""The second factor: codes of a program, and recovery codes for who has lost it.

Spec: RFC 6238. Requirement U3.
"""

from hashlib import blake2b

from depesha.accounts import POLICY, policy_for
from depesha.base.errors import MatrixError, forbidden
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.io.tx import Tx
from depesha.signin import store
from depesha.signin.otp import find_step
from depesha.spine import Spine

RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def needs_code() -> MatrixError:
    """403 to a login by password that lacks the code; clients send it as `org.depesha.totp`."""
    return MatrixError(
        403,
        "ORG.DEPESHA.CODE_NEEDED",
        "A code of your authenticator is needed: sign in with the browser, or give the code",
    )


def needs_factor() -> MatrixError:
    """403 to a login by password alone where the institution asks for more."""
    return MatrixError(
        403,
        "ORG.DEPESHA.FACTOR_NEEDED",
        "Your institution asks for a second factor: sign in with the browser to set it up",
    )


def _hash(user_id: str, code: str) -> bytes:
    text = "".join(ch for ch in code.upper() if ch in _ALPHABET)
    return blake2b(text.encode(), key=user_id.encode()[:64], digest_size=32).digest()


async def has_second(spine: Spine, user_id: str) -> bool:
    """True when the account needs a code beside its password."""
    return await spine.db.read(store.select_totp, spine.institution.id, user_id) is not None


async def has_factor(tx: Tx, institution_id: int, user_id: str) -> bool:
    """True when the account has codes or a passkey."""
    if await store.select_totp(tx, institution_id, user_id) is not None:
        return True
    return bool(await store.select_passkeys(tx, institution_id, user_id))


async def must_give_code(spine: Spine, user_id: str) -> bool:
    """True when the institution asks for a second factor, and the account has codes for it."""
    return (await policy_for(spine, user_id)).second_factor and await has_second(spine, user_id)


async def lacks_factor(spine: Spine, user_id: str) -> bool:
    """True when another factor than the password is asked of somebody who has none."""
    if not (await policy_for(spine, user_id)).second_factor:
        return False
    return not await spine.db.read(has_factor, spine.institution.id, user_id)


async def count_codes(spine: Spine, user_id: str) -> int:
    """How many recovery codes are left."""
    return await spine.db.read(store.count_recovery, spine.institution.id, user_id)


async def check_second(spine: Spine, user_id: str, code: str) -> None:
    """Use a code up. Raises 403 M_FORBIDDEN for a wrong one, 429 after too many."""
    spine.limits.check("second", user_id)
    now = spine.clock.now_ms()
    digits = "".join(code.split())

    async def plan(tx: Tx) -> bool:
        row = await store.select_totp(tx, spine.institution.id, user_id)
        if row is None:
            return False
        if digits.isascii() and digits.isdigit() and len(digits) == 6:
            step = find_step(row.secret, now, digits, row.last_step)
            if step is None:
                return False
            await store.update_totp_step(tx, spine.institution.id, user_id, step)
            return True
        hashed = _hash(user_id, code)
        return await store.delete_recovery(tx, spine.institution.id, user_id, hashed)

    if not await spine.db.write(plan):
        raise forbidden("This code is not right, or was used before")


async def check_login_code(spine: Spine, user_id: str, code: str | None) -> None:
    """Hold a login by password to the second factor of the account, if it has one."""
    if not await has_second(spine, user_id):
        if (await policy_for(spine, user_id)).second_factor:
            raise needs_factor()
        return
    if code is None:
        raise needs_code()
    await check_second(spine, user_id, code)


async def begin_second(spine: Spine, user_id: str, secret: bytes, code: str) -> list[str]:
    """Ask for codes from now on; the recovery codes, which are told this once.

    Raises 403 M_FORBIDDEN when the code is not that of the secret.
    """
    spine.limits.check("second", user_id)
    now = spine.clock.now_ms()
    step = find_step(secret, now, "".join(code.split()), 0)
    if step is None:
        raise forbidden("This code is not right")
    codes = [_new_code(spine) for _ in range(RECOVERY_CODES)]

    async def plan(w: Writing) -> None:
        await store.delete_second(w.tx, w.institution.id, user_id)
        row = store.TotpRow(secret, step)
        await store.insert_totp(w.tx, w.institution.id, user_id, row, now)
        hashes = [_hash(user_id, code) for code in codes]
        await store.insert_recovery(w.tx, w.institution.id, user_id, hashes)
        await w.change(Change(POLICY, Reach.NOBODY, user_id))

    await spine.log.commit(plan)
    return codes


def _new_code(spine: Spine) -> str:
    letters = "".join(_ALPHABET[byte % 32] for byte in spine.clock.random_bytes(10))
    return f"{letters[:5]}-{letters[5:]}"


async def end_second(spine: Spine, user_id: str) -> None:
    """Ask for no more codes."""

    async def plan(w: Writing) -> None:
        await store.delete_second(w.tx, w.institution.id, user_id)
        await w.change(Change(POLICY, Reach.NOBODY, user_id))

    await spine.log.commit(plan)
