"""Ending the session that a token belongs to, and which OAuth 2.0 clients have one.

Spec: client-server API, "Token revocation".
"""

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.accounts.sessions import token_hash
from depesha.accounts.signin import end_devices
from depesha.eventlog.append import Writing
from depesha.io.tx import Tx


async def revoke(accounts: Accounts, token: str) -> None:
    """End the session of an access token or refresh token; nothing happens when there is none."""

    async def plan(w: Writing) -> None:
        found = await store.select_token(w.tx, w.institution.id, token_hash(token))
        if found is not None:
            await end_devices(w, found.user_id, [found.device_id])

    await accounts.spine.log.commit(plan)


async def end_session(w: Writing, user_id: str, device_id: str, session_id: int) -> bool:
    """End this very session, with its device; False when the device has another one by now."""
    if await store.select_session_id(w.tx, w.institution.id, user_id, device_id) != session_id:
        return False
    await end_devices(w, user_id, [device_id])
    return True


async def clients_in_use(tx: Tx, institution_id: int) -> list[str]:
    """The ids of the OAuth 2.0 clients that have a session."""
    return [row.client for row in await store.select_clients(tx, institution_id)]
