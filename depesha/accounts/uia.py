"""User-interactive authentication: asking again who somebody is before something grave is done.

Spec: client-server API, "User-Interactive Authentication API".
"""

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Generic, TypeVar

import msgspec
from nacl.secret import SecretBox

from depesha.accounts import store
from depesha.accounts.find import has_password
from depesha.accounts.invitations import is_usable
from depesha.accounts.login import access_by_password, local_user_id
from depesha.accounts.record import Accounts, nowhere
from depesha.accounts.rules import (
    DUMMY,
    EMAIL,
    OAUTH,
    OAUTH_FLOWS,
    PASSWORD,
    PASSWORD_FLOWS,
    REGISTRATION_TOKEN,
    SSO,
    SSO_FLOWS,
    Flows,
    is_complete,
    may_attempt,
)
from depesha.accounts.sessions import token_hash
from depesha.base.canonical import Content, Json
from depesha.base.errors import MatrixError, forbidden, missing_param, not_found
from depesha.http.caller import Caller
from depesha.io.tx import Tx

LIFE_MS = 30 * 60_000
"""How long somebody may take from the first request to the last."""

MOST = 10_000
"""Authentications under way at once; the oldest give way."""


class Interactive(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Body of a request that asks for authentication.

    No other field may be obligatory: after a fallback page a client sends `auth` alone.
    """

    auth: Content | None = None


B = TypeVar("B", bound=Interactive)


@dataclass(frozen=True, slots=True)
class Operation:
    """What the authentication is for: method and path, whose password is asked, and the flows.

    A bound operation must be repeated with the very body that it was begun with.
    """

    name: str
    user_id: str | None
    flows: Flows
    is_bound: bool = True

    def is_same(self, other: "Operation") -> bool:
        """True for the same thing asked by the same user."""
        return (self.name, self.user_id) == (other.name, other.user_id)


async def operation_of(accounts: Accounts, caller: Caller, name: str) -> Operation:
    """What a user does to their own account after proving once more who they are.

    Raises 403 M_FORBIDDEN in a session of the OAuth 2.0 API, whose clients know no password.
    """
    if caller.client:
        raise forbidden("In this session the account page is the place to do this")
    return Operation(name, caller.user_id, await find_proofs(accounts, caller))


async def find_proofs(accounts: Accounts, caller: Caller) -> Flows:
    """How a user proves once more who they are, by what signs them in."""
    if caller.client:
        return OAUTH_FLOWS
    if await has_password(accounts, caller.user_id):
        return PASSWORD_FLOWS
    return SSO_FLOWS if accounts.elsewhere is nowhere else PASSWORD_FLOWS + SSO_FLOWS


@dataclass(frozen=True, slots=True)
class Passed(Generic[B]):
    """Authentication that succeeded.

    `body` is the request to be carried out, `token` the registration token shown, `address` the
    e-mail address proven, or "".
    """

    body: B
    token: str
    address: str


@dataclass(frozen=True, slots=True)
class _Progress:
    """Authentication under way; `request` is the body that it was begun with, without `auth`."""

    session_id: str
    operation: Operation
    request: bytes
    completed: tuple[str, ...] = ()
    token: str = ""
    is_stored: bool = False

    @property
    def hash(self) -> bytes:
        return token_hash(self.session_id)

    def seal(self, nonce: bytes) -> bytes:
        """What is stored of the operation and the request, for nobody but who has the id."""
        sealed = _Sealed(self.operation.user_id, self.operation.flows, msgspec.Raw(self.request))
        return bytes(_box(self.session_id).encrypt(msgspec.json.encode(sealed), nonce))


class _Sealed(msgspec.Struct):
    """The part of `_Progress` that is stored sealed."""

    user_id: str | None
    flows: tuple[tuple[str, ...], ...]
    request: msgspec.Raw


def _box(session_id: str) -> SecretBox:
    return SecretBox(blake2b(session_id.encode(), digest_size=32, person=b"uia").digest())


class _Needed(MatrixError):
    """401 with the flows; errcode and error only after a failed attempt."""

    def __init__(self, progress: _Progress, failure: MatrixError | None, base_url: str) -> None:
        flows, params = progress.operation.flows, {}
        if flows == OAUTH_FLOWS:
            params[OAUTH] = {"url": _reset_url(base_url, progress.session_id)}
        fields: Content = {
            "flows": [{"stages": list(flow)} for flow in flows],
            "params": params,
            "session": progress.session_id,
        }
        if progress.completed:
            fields["completed"] = list(progress.completed)
        errcode, message = (failure.errcode, failure.message) if failure else ("", "")
        super().__init__(401, errcode, message, fields)

    def body(self) -> Content:
        return super().body() if self.errcode else dict(self.fields)


def _reset_url(base_url: str, session_id: str) -> str:
    """Where the user consents. Spec: "OAuth authentication"."""
    return f"{base_url}/_depesha/account?action=org.matrix.cross_signing_reset&uia={session_id}"


async def authenticate(accounts: Accounts, operation: Operation, body: B) -> Passed[B]:
    """The request, once its sender has been through a flow.

    Raises 401 with what is still to be done, 403 M_FORBIDDEN when a bound operation changed,
    429 after too many passwords.
    """
    request = msgspec.json.encode(msgspec.structs.replace(body, auth=None), order="deterministic")
    fresh = _Progress(accounts.spine.clock.new_id(32), operation, request)
    if body.auth is None:
        raise await _ask(accounts, fresh, None)
    progress = await _resume(accounts, fresh, body.auth)
    if body.auth.get("type", OAUTH) != OAUTH:
        try:
            progress = await _attempt(accounts, progress, body.auth)
        except MatrixError as failure:
            if failure.status == 429:
                raise
            raise await _ask(accounts, progress, failure) from failure
    if not is_complete(operation.flows, progress.completed):
        raise await _ask(accounts, progress, None)
    if progress.is_stored and not await _end(accounts, progress):
        raise await _ask(accounts, fresh, _gone())
    is_email = EMAIL in progress.completed
    token, address = ("", progress.token) if is_email else (progress.token, "")
    return Passed(_request_of(progress, request, body), token, address)


def _request_of(progress: _Progress, request: bytes, body: B) -> B:
    """The body to be carried out: the present one, or the first when this has only `auth`."""
    if request == b"{}":
        return msgspec.json.decode(progress.request, type=type(body))
    if progress.operation.is_bound and request != progress.request:
        raise forbidden("This is not the request that the authentication was begun for")
    return body


def _gone() -> MatrixError:
    return MatrixError(401, "M_UNKNOWN", "This authentication is over, or never began")


async def _resume(accounts: Accounts, fresh: _Progress, auth: Content) -> _Progress:
    """The progress of the session that `auth` names; a fresh one when it names none."""
    if "session" not in auth:
        return fresh
    found = await find_progress(accounts, auth["session"])
    if found is None or not found.operation.is_same(fresh.operation):
        raise await _ask(accounts, fresh, _gone())
    return replace(found, operation=fresh.operation)


async def find_progress(accounts: Accounts, session_id: Json) -> _Progress | None:
    """The authentication under way that has this session id."""
    spine = accounts.spine
    if not isinstance(session_id, str):
        return None
    key = token_hash(session_id)
    row = await spine.db.read(store.select_uia, spine.institution.id, key, spine.clock.now_ms())
    if row is None:
        return None
    sealed = msgspec.json.decode(_box(session_id).decrypt(row.sealed), type=_Sealed)
    return _Progress(
        session_id,
        Operation(row.operation, sealed.user_id, sealed.flows),
        bytes(sealed.request),
        tuple(row.completed.split()),
        row.token,
        is_stored=True,
    )


async def _attempt(accounts: Accounts, progress: _Progress, auth: Content) -> _Progress:
    """The progress after the stage that `auth` is about."""
    stage = auth["type"]
    if stage in progress.completed:
        return progress
    operation = progress.operation
    if not isinstance(stage, str) or not may_attempt(operation.flows, progress.completed, stage):
        raise MatrixError(401, "M_UNRECOGNIZED", "This stage is not the next of any flow")
    token = progress.token
    if stage == PASSWORD:
        await _check_password(accounts, operation, auth)
    elif stage == REGISTRATION_TOKEN:
        token = await _check_registration_token(accounts, auth)
    elif stage == EMAIL:
        credentials = auth.get("threepid_creds", auth.get("threepidCreds"))
        token = await accounts.emails.prove(operation.name, credentials)
    elif stage == SSO:
        raise forbidden("Nobody has confirmed this on the page yet")
    elif stage != DUMMY:
        raise MatrixError(401, "M_UNRECOGNIZED", "This stage is not known here")
    return replace(progress, completed=(*progress.completed, stage), token=token)


async def _check_password(accounts: Accounts, operation: Operation, auth: Content) -> None:
    identifier, password = auth.get("identifier"), auth.get("password")
    # COMPAT(matrix-nio, clients before v1.0): `user` beside the password, or no name at all.
    name = identifier.get("user") if isinstance(identifier, dict) else auth.get("user")
    if not isinstance(password, str):
        raise missing_param("password")
    user_id = local_user_id(accounts, name) if isinstance(name, str) else operation.user_id
    if user_id is None or user_id != operation.user_id:
        raise forbidden("This is another user than the one who asks")
    user = await access_by_password(accounts, user_id, password, None)
    if user.user_id != user_id:
        raise forbidden("This is the password of another user")


async def _check_registration_token(accounts: Accounts, auth: Content) -> str:
    token = auth.get("token")
    if not isinstance(token, str):
        raise missing_param("token")
    if not await is_usable(accounts, token):
        raise forbidden("This registration token is not valid")
    return token


async def complete_stage(accounts: Accounts, session_id: str, auth: Content) -> None:
    """Complete a stage on a fallback page, for the client that then sends the session alone.

    Raises 404 M_NOT_FOUND for an unknown session, and whatever the stage refuses.
    """
    progress = await find_progress(accounts, session_id)
    if progress is None:
        raise not_found("This authentication is over, or never began")
    await _keep(accounts, await _attempt(accounts, progress, auth))


async def approve(accounts: Accounts, session_id: str, user_id: str, stage: str) -> None:
    """Complete a stage of our pages in an authentication that this user has begun.

    Raises 404 M_NOT_FOUND for any other.
    """
    progress = await _access_awaiting(accounts, session_id, user_id, stage)
    await _keep(accounts, replace(progress, completed=(*progress.completed, stage)))


async def access_operation(accounts: Accounts, session_id: str, user_id: str, stage: str) -> str:
    """The name of what waits for this user to complete the stage; 404 M_NOT_FOUND."""
    return (await _access_awaiting(accounts, session_id, user_id, stage)).operation.name


async def _access_awaiting(
    accounts: Accounts, session_id: str, user_id: str, stage: str
) -> _Progress:
    progress = await find_progress(accounts, session_id)
    if (
        progress is None
        or progress.operation.user_id != user_id
        or not may_attempt(progress.operation.flows, progress.completed, stage)
    ):
        raise not_found("This authentication is over, or never began")
    return progress


async def _ask(accounts: Accounts, progress: _Progress, failure: MatrixError | None) -> MatrixError:
    """The 401 that asks for what is missing; what was achieved is kept."""
    await _keep(accounts, progress)
    return _Needed(progress, failure, accounts.spine.config.base_url())


async def _keep(accounts: Accounts, progress: _Progress) -> None:
    spine = accounts.spine
    completed = " ".join(progress.completed)
    sealed = b"" if progress.is_stored else progress.seal(spine.clock.random_bytes(24))
    expires_ts = spine.clock.now_ms() + LIFE_MS

    async def plan(tx: Tx) -> None:
        if progress.is_stored:
            await store.update_uia(
                tx, spine.institution.id, progress.hash, completed, progress.token
            )
            return
        row = store.UiaRow(progress.operation.name, sealed, completed, progress.token)
        await store.insert_uia(tx, spine.institution.id, progress.hash, row, expires_ts)
        await store.delete_oldest_uia(tx, spine.institution.id, MOST)

    await spine.db.write(plan)


async def _end(accounts: Accounts, progress: _Progress) -> bool:
    spine = accounts.spine
    return await spine.db.write(store.delete_uia, spine.institution.id, progress.hash)
