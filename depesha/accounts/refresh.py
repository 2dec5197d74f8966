"""New tokens for old.

Spec: client-server API, "Refreshing access tokens".
"""

from depesha.accounts import store
from depesha.accounts.caller import unknown_token
from depesha.accounts.login import user_locked
from depesha.accounts.policies import select_policy_for
from depesha.accounts.record import Accounts
from depesha.accounts.sessions import SESSION, token_hash
from depesha.accounts.signin import Holder, Tokens, insert_tokens, new_tokens
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach


async def refresh(accounts: Accounts, refresh_token: str) -> Tokens:
    """New tokens of the same session. The old ones hold until one of the new ones is used.

    Raises 401 M_UNKNOWN_TOKEN, M_USER_LOCKED.
    """

    async def plan(w: Writing) -> Tokens:
        found = await exchange(w, refresh_token, None)
        if found is None:
            raise unknown_token()
        return found[1]

    return await accounts.spine.log.commit(plan)


async def exchange(
    w: Writing, refresh_token: str, client: str | None
) -> tuple[Holder, Tokens] | None:
    """Whose refresh token it was, and new ones; None unless it was given to this client.

    None also when the session is too old. None as the client stands for the legacy API. Raises 401
    M_USER_LOCKED.
    """
    row = await store.select_refresh(w.tx, w.institution.id, token_hash(refresh_token))
    if row is None or row.client != client:
        return None
    if row.is_locked:
        raise user_locked()
    age = (await select_policy_for(w.tx, w.institution.id, row.user_id)).session_ms
    if age is not None and row.begun_ts + age <= w.log.clock.now_ms():
        return None
    tokens = new_tokens(w.log.clock, refreshable=True)
    holder = Holder(row.user_id, row.device_id, row.session_id, client, row.begun_ts)
    await store.update_used(w.tx, w.institution.id, row.token_hash)
    await insert_tokens(w, holder, tokens, is_unused=True)
    await w.change(Change(SESSION, Reach.NOBODY, row.user_id, item=row.device_id))
    return holder, tokens
