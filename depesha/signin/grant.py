"""The token endpoint: a code, a refresh token or an answered device for new tokens.

Spec: client-server API, "Grant types"; RFC 6749, sections 4.1.3 and 6; RFC 8628, section 3.4.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from depesha.accounts import (
    Holder,
    NewDevice,
    Tokens,
    begin_session,
    check_usable,
    end_session,
    exchange,
    find_user,
    token_hash,
)
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.signin import store
from depesha.signin.clients import Client, find_client
from depesha.signin.oauth_error import OAuthError, invalid_grant, invalid_request
from depesha.signin.record import Signin
from depesha.signin.rules import CODE_GRANT, DEVICE_GRANT, REFRESH_GRANT, is_verified, scope_of

SPENT_MS = 90 * 24 * 3600 * 1000
"""How long the second use of a refresh token is told from one that never was."""

SLOWER_MS = 5000
"""By how much longer a client must wait that asks too often."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """A refusal whose effects must last, so that it is raised after the commit."""

    error: OAuthError


Outcome = tuple[Holder, Tokens] | _Failed


async def grant_tokens(signin: Signin, form: Mapping[str, str]) -> Content:
    """The body of a token response; raises OAuthError."""
    kind = form.get("grant_type")
    client = await find_client(signin, form.get("client_id", ""))
    if client is None:
        raise OAuthError("invalid_client", "This client is not registered here", 401)
    if kind == CODE_GRANT:
        outcome = await _by_code(signin, client, form)
    elif kind == REFRESH_GRANT:
        outcome = await _by_refresh(signin, client, _need(form, "refresh_token"))
    elif kind == DEVICE_GRANT:
        outcome = await _by_link(signin, client, _need(form, "device_code"))
    else:
        raise OAuthError("unsupported_grant_type", "This grant type is not understood")
    if isinstance(outcome, _Failed):
        raise outcome.error
    return _body(*outcome)


def _need(form: Mapping[str, str], name: str) -> str:
    if name not in form:
        raise invalid_request(f"{name} is missing")
    return form[name]


def _body(holder: Holder, tokens: Tokens) -> Content:
    return {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": (tokens.expires_in_ms or 0) // 1000,
        "refresh_token": tokens.refresh,
        "scope": scope_of(holder.device_id),
    }


async def _by_code(signin: Signin, client: Client, form: Mapping[str, str]) -> Outcome:
    code_hash, now = token_hash(_need(form, "code")), signin.spine.clock.now_ms()
    verifier, redirect_uri = _need(form, "code_verifier"), form.get("redirect_uri")

    async def plan(w: Writing) -> Outcome:
        row = await store.select_code(w.tx, w.institution.id, code_hash, now)
        if row is None:
            return _Failed(invalid_grant("This code is not valid, or not any more"))
        if row.session_id:
            # Whoever comes second may be the rightful one: nobody keeps what came of it.
            await end_session(w, row.user_id, row.device_id, row.session_id)
            return _Failed(invalid_grant("This code has been used before"))
        if (row.client_id, row.redirect_uri) != (client.id, redirect_uri):
            return _Failed(invalid_grant("This code was given to another client or address"))
        if not is_verified(row.challenge, verifier):
            return _Failed(invalid_grant("The verifier is not that of the code challenge"))
        holder, tokens = await _begin(signin, w, client, row.user_id, row.device_id)
        await store.update_code(w.tx, w.institution.id, code_hash, holder.session_id)
        return holder, tokens

    return await signin.spine.log.commit(plan)


async def _begin(
    signin: Signin, w: Writing, client: Client, user_id: str, device_id: str
) -> tuple[Holder, Tokens]:
    """A new session on the device; raises OAuthError when the account cannot be used."""
    name = client.text("client_name", "en") or None
    device = NewDevice(device_id, name, wants_refresh=True, client=client.id)
    try:
        user = await find_user(w.tx, w.institution.id, user_id)
        if user is None:
            raise invalid_grant("There is no such user")
        check_usable(user)
        return await begin_session(w, user_id, device, signin.accounts.claims)
    except OAuthError:
        raise
    except MatrixError as error:
        raise invalid_grant(error.message) from None


async def _by_refresh(signin: Signin, client: Client, refresh_token: str) -> Outcome:
    old_hash, now = token_hash(refresh_token), signin.spine.clock.now_ms()

    async def plan(w: Writing) -> Outcome:
        try:
            found = await exchange(w, refresh_token, client.id)
        except MatrixError as error:
            raise invalid_grant(error.message) from None
        if found is None:
            spent = await store.select_spent(w.tx, w.institution.id, old_hash)
            if spent is not None:
                await end_session(w, spent.user_id, spent.device_id, spent.session_id)
            return _Failed(invalid_grant("This refresh token is not valid, or not any more"))
        holder, tokens = found
        row = store.SpentRow(holder.user_id, holder.device_id, holder.session_id, now + SPENT_MS)
        # The new one, too, is known again when another that came of the same takes its place.
        for each in (old_hash, token_hash(tokens.refresh or "")):
            await store.upsert_spent(w.tx, w.institution.id, each, row)
        return found

    return await signin.spine.log.commit(plan)


async def _by_link(signin: Signin, client: Client, device_code: str) -> Outcome:
    link_hash, now = token_hash(device_code), signin.spine.clock.now_ms()

    async def plan(w: Writing) -> Outcome:
        row = await store.select_link(w.tx, w.institution.id, link_hash)
        if row is None or row.client_id != client.id:
            return _Failed(invalid_grant("This device code is not valid"))
        if row.expires_ts <= now:
            return _Failed(OAuthError("expired_token", "Nobody has entered the code in time"))
        if row.user_id is None:
            return _Failed(await _poll(w, link_hash, row, now))
        await store.delete_link(w.tx, w.institution.id, link_hash)
        if row.user_id == "":
            return _Failed(OAuthError("access_denied", "The request was refused"))
        return await _begin(signin, w, client, row.user_id, row.device_id)

    return await signin.spine.log.commit(plan)


async def _poll(w: Writing, link_hash: bytes, row: store.LinkRow, now: int) -> OAuthError:
    """What a client is told that asks before there is an answer."""
    is_early = now - row.polled_ts < row.pause_ms
    pause = row.pause_ms + SLOWER_MS if is_early else row.pause_ms
    await store.update_link_polled(w.tx, w.institution.id, link_hash, now, pause)
    if is_early:
        return OAuthError("slow_down", f"Ask every {pause // 1000} seconds")
    return OAuthError("authorization_pending", "Nobody has entered the code yet")
