"""Who is asking: from an access token to a caller.

Spec: client-server API, "Using access tokens", "Soft logout"; application service API,
"Identity assertion".
"""

from collections.abc import Mapping

from depesha.accounts import store
from depesha.accounts.appservice import Appservice
from depesha.accounts.policies import select_policies
from depesha.accounts.record import Accounts
from depesha.accounts.rules import strictest
from depesha.accounts.sessions import SEEN_MS, SESSION, Session, token_hash
from depesha.accounts.tickets import Ticket
from depesha.base.errors import MatrixError, forbidden
from depesha.base.rights import Grant
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.caller import Caller, Credentials, find_token
from depesha.io.tx import Tx

REASON = "org.depesha.reason"


def unknown_token(*, soft_logout: bool = False) -> MatrixError:
    """401 M_UNKNOWN_TOKEN; with `soft_logout` the client may keep its session and sign in anew."""
    message = "The access token has expired" if soft_logout else "Unknown access token"
    return MatrixError(401, "M_UNKNOWN_TOKEN", message, {"soft_logout": soft_logout})


async def ended(accounts: Accounts, key: bytes) -> MatrixError:
    """401 M_UNKNOWN_TOKEN, with `org.depesha.reason` where the token's owner was shut out."""
    spine, now = accounts.spine, accounts.spine.clock.now_ms()
    kind, error = Ticket.SHUT_OUT.name, unknown_token()
    if await spine.db.read(store.select_ticket, spine.institution.id, key, kind, now) is None:
        return error
    return MatrixError(
        401, error.errcode, "The account was disabled", {**error.fields, REASON: "disabled"}
    )


def bearer_of(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """The token that a request carries where none is asked for; 401 M_MISSING_TOKEN."""
    token = find_token(headers, query.get("access_token"))
    if token is None:
        raise missing_token()
    return token


def missing_token() -> MatrixError:
    return MatrixError(401, "M_MISSING_TOKEN", "Missing access token")


async def caller_of(accounts: Accounts, found: Credentials) -> Caller:
    """Who the credentials belong to. Raises 401 M_MISSING_TOKEN or M_UNKNOWN_TOKEN."""
    if found.token is None:
        raise missing_token()
    await accounts.spine.log.be_fresh()
    key = token_hash(found.token)
    session = accounts.sessions.get(key)
    if session is None:
        appservice = accounts.appservices.find(found.token)
        if appservice is not None:
            return await _masquerade(accounts, appservice, found)
        session = await _load(accounts, key)
    now = accounts.spine.clock.now_ms()
    if session.expires_ts is not None and session.expires_ts <= now:
        raise unknown_token(soft_logout=True)
    if session.is_unused:
        await _use(accounts, key, session)
    if now - session.seen_ts >= SEEN_MS:
        accounts.sessions.note(session, now, found.address, found.user_agent)
    return session.caller


async def _load(accounts: Accounts, key: bytes) -> Session:
    """The session from the database, remembered unless something changed meanwhile."""
    spine, sessions = accounts.spine, accounts.sessions
    while True:
        drops = sessions.drops
        row, grants, age, is_held = await spine.db.read(
            _select, spine.institution.id, key, accounts
        )
        if row is None:
            raise await ended(accounts, key)
        if drops == sessions.drops:
            break
    caller = Caller(
        spine.institution,
        row.user_id,
        row.device_id,
        is_guest=bool(row.is_guest),
        is_locked=bool(row.is_locked),
        is_suspended=bool(row.is_suspended),
        grants=grants,
        session=row.session_id,
        client=row.client or "",
    )
    ends = [row.expires_ts, None if age is None else row.begun_ts + age]
    expires_ts = min((ts for ts in ends if ts is not None), default=None)
    session = Session(caller, expires_ts, bool(row.is_unused))
    if not is_held:  # they come back with the factor, of which nothing need be told
        sessions.put(key, session)
    return session


async def _select(
    tx: Tx, institution_id: int, key: bytes, accounts: Accounts
) -> tuple[store.SessionRow | None, tuple[Grant, ...], int | None, bool]:
    """The session, what its holder was granted, how old (ms) it may get, if a grant is held back.

    A role of which a second factor is asked gives nothing to who has none.
    """
    row = await store.select_session(tx, institution_id, key)
    if row is None:
        return None, (), None, False
    grants = tuple(store.grants_in(await store.select_roles_of(tx, institution_id, [row.user_id])))
    policies = await select_policies(tx, institution_id)
    if not policies:
        return row, grants, None, False
    age = strictest(policies, (grant.role for grant in grants)).session_ms
    asked = {role for role, policy in policies.items() if policy.second_factor}
    is_held = any(grant.role in asked for grant in grants) and not await accounts.has_factor(
        tx, institution_id, row.user_id
    )
    if is_held:
        grants = tuple(grant for grant in grants if grant.role not in asked)
    return row, grants, age, is_held


async def _use(accounts: Accounts, key: bytes, session: Session) -> None:
    """A new token is used for the first time: the ones that it replaces end."""

    async def plan(w: Writing) -> None:
        row = await store.select_session(w.tx, w.institution.id, key)
        if row is None or not row.is_unused:  # used or exchanged meanwhile: others may be newer
            return
        await store.update_used(w.tx, w.institution.id, key)
        caller = session.caller
        await w.change(Change(SESSION, Reach.NOBODY, caller.user_id, item=caller.device_id))

    await accounts.spine.log.commit(plan)


async def _masquerade(accounts: Accounts, appservice: Appservice, found: Credentials) -> Caller:
    """The application service as its own user, or as the user and device that it names."""
    spine = accounts.spine
    user_id = found.as_user or appservice.user_id
    if not appservice.may_be(user_id):
        raise forbidden("This user is not in the namespace of the application service")
    user = await spine.db.read(store.select_user, spine.institution.id, user_id)
    if user.is_deactivated if user else user_id != appservice.user_id:
        raise forbidden("The application service has no such user")
    if found.as_device is not None and not await _has_device(accounts, user_id, found.as_device):
        raise MatrixError(400, "M_UNKNOWN_DEVICE", "The user has no such device")
    return Caller(
        spine.institution,
        user_id,
        found.as_device or "",
        is_locked=user is not None and bool(user.is_locked),
        is_suspended=user is not None and bool(user.is_suspended),
        appservice=appservice.id,
        is_limited=appservice.is_limited and user_id != appservice.user_id,
    )


async def _has_device(accounts: Accounts, user_id: str, device_id: str) -> bool:
    spine = accounts.spine
    row = await spine.db.read(store.select_device, spine.institution.id, user_id, device_id)
    return row is not None
