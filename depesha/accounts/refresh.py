"""New tokens for old.

Spec: client-server API, "Refreshing access tokens".
"""

from depesha.accounts import store
from depesha.accounts.caller import unknown_token
from depesha.accounts.login import user_locked
from depesha.accounts.record import Accounts
from depesha.accounts.sessions import SESSION, token_hash
from depesha.accounts.signin import Tokens, insert_tokens, new_tokens
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach


async def refresh(accounts: Accounts, refresh_token: str) -> Tokens:
    """New tokens of the same session. The old ones hold until one of the new ones is used.

    Raises 401 M_UNKNOWN_TOKEN, M_USER_LOCKED.
    """
    tokens = new_tokens(accounts.spine.clock, refreshable=True)

    async def plan(w: Writing) -> None:
        row = await store.select_refresh(w.tx, w.institution.id, token_hash(refresh_token))
        if row is None:
            raise unknown_token()
        if row.is_locked:
            raise user_locked()
        await store.update_used(w.tx, w.institution.id, row.token_hash)
        await insert_tokens(w, row.user_id, row.device_id, row.session_id, tokens, is_unused=True)
        await w.change(Change(SESSION, Reach.NOBODY, row.user_id, item=row.device_id))

    await accounts.spine.log.commit(plan)
    return tokens
