"""Registration tokens: what an invitation link carries.

Spec: client-server API, "Token-authenticated registration".
"""

from urllib.parse import quote

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.audit import act_of, record
from depesha.base.errors import forbidden, invalid_param, not_found
from depesha.base.ids import is_opaque
from depesha.eventlog.append import Writing
from depesha.http.caller import Caller
from depesha.io.tx import Conflict

MAX_LENGTH = 64


async def has_usable(accounts: Accounts) -> bool:
    """True when somebody could register with a token now."""
    spine = accounts.spine
    now = spine.clock.now_ms()
    found = await spine.db.read(store.select_any_usable_token, spine.institution.id, now)
    return found is not None


async def is_usable(accounts: Accounts, token: str) -> bool:
    """True when somebody could register with this token now."""
    if not is_opaque(token):
        return False
    spine = accounts.spine
    now = spine.clock.now_ms()
    found = await spine.db.read(store.select_usable_token, spine.institution.id, now, token)
    return found is not None


async def use_token(w: Writing, token: str) -> None:
    """Use a token once; 403 M_FORBIDDEN when it cannot be used any more."""
    now = w.log.clock.now_ms()
    if await store.select_usable_token(w.tx, w.institution.id, now, token) is None:
        raise forbidden("This registration token is not valid any more")
    await store.update_token_uses(w.tx, w.institution.id, token)


async def load_tokens(accounts: Accounts) -> list[store.RegistrationTokenRow]:
    """All registration tokens, oldest first."""
    spine = accounts.spine
    return await spine.db.read(store.select_registration_tokens, spine.institution.id)


def invitation_link(accounts: Accounts, token: str) -> str:
    """The address of the page where whoever has the token makes an account."""
    base = accounts.spine.config.base_url()
    return f"{base}/_depesha/signup?token={quote(token, safe='')}"


async def create_token(
    accounts: Accounts,
    caller: Caller,
    token: str | None,
    uses_allowed: int | None,
    expires_ts: int | None,
) -> store.RegistrationTokenRow:
    """Make a token, a random one when none is given. Raises 400 M_INVALID_PARAM."""
    spine = accounts.spine
    token = spine.clock.new_id(20) if token is None else token
    if not is_opaque(token) or len(token) > MAX_LENGTH:
        raise invalid_param("A token may have 1 to 64 of the characters A-Z a-z 0-9 . _ = / + ~ -")
    if uses_allowed is not None and uses_allowed < 1:
        raise invalid_param("uses_allowed must be at least 1")
    row = store.RegistrationTokenRow(token, uses_allowed, 0, expires_ts)

    async def plan(w: Writing) -> None:
        now = w.log.clock.now_ms()
        await store.insert_registration_token(w.tx, w.institution.id, row, now)
        limits = {"uses_allowed": uses_allowed, "expires_ts": expires_ts}
        await record(w, act_of(caller, "token.create", _shown(token), **limits))

    try:
        await spine.log.commit(plan)
    except Conflict:
        raise invalid_param("There is such a token already") from None
    return row


async def delete_token(accounts: Accounts, caller: Caller, token: str) -> None:
    """Let nobody else register with the token; 404 M_NOT_FOUND."""

    async def plan(w: Writing) -> None:
        if not await store.delete_registration_token(w.tx, w.institution.id, token):
            raise not_found("No such token")
        await record(w, act_of(caller, "token.revoke", _shown(token)))

    await accounts.spine.log.commit(plan)


def _shown(token: str) -> str:
    """The beginning of a token: the log of acts tells tokens apart, and lets nobody in."""
    return token[:4] + "…"
