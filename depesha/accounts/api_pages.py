"""The pages for clients that cannot do a step of signing in themselves.

Spec: client-server API, "Fallback", "Login Fallback".
"""

from urllib.parse import urlencode

from depesha.accounts.pages import Words, done_page, login_page, stage_page, words_for
from depesha.accounts.record import Accounts
from depesha.accounts.rules import CONFIRM, DUMMY, PASSWORD, REGISTRATION_TOKEN, SSO
from depesha.accounts.uia import complete_stage
from depesha.base.canonical import Json
from depesha.base.errors import MatrixError, not_found
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint
from depesha.http.form import read_form

_STAGE = "/_matrix/client/v3/auth/{authType}/fallback/web"


def _words(ask: Ask[None]) -> Words:
    return words_for(ask.headers.get("accept-language", ""))


def _stage(ask: Ask[None]) -> str:
    stage = ask.params["authType"]
    if stage not in {DUMMY, PASSWORD, REGISTRATION_TOKEN}:
        raise not_found("There is no page for this type of authentication")
    return stage


@endpoint("GET", "/_matrix/static/client/login/", "/_matrix/static/client/login", auth=Auth.NONE)
async def login_fallback(accounts: Accounts, ask: Ask[None]) -> Reply:
    """A page that signs in."""
    return login_page(_words(ask), accounts.spine.clock.new_id())


@endpoint("GET", _STAGE, auth=Auth.NONE)
async def stage_fallback(accounts: Accounts, ask: Ask[None]) -> Reply:
    """The form of a stage; that of m.login.sso is on the account page."""
    if ask.params["authType"] == SSO:
        query = urlencode({"action": CONFIRM, "uia": ask.need("session")})
        headers = ((b"location", f"/_depesha/account?{query}".encode()),)
        return Reply(b"", 302, headers, b"text/plain")
    nonce = accounts.spine.clock.new_id()
    return stage_page(_words(ask), nonce, _stage(ask), ask.need("session"))


@endpoint("POST", _STAGE, auth=Auth.NONE, limit="login", streams=True)
async def stage_answer(accounts: Accounts, ask: Ask[None]) -> Reply:
    """Complete a stage with what was entered in its form."""
    stage, form, words = _stage(ask), await read_form(ask), _words(ask)
    session, nonce = form.pop("session", ""), accounts.spine.clock.new_id()
    try:
        await complete_stage(accounts, session, {**form, "type": stage})
    except MatrixError as failure:
        if failure.status not in {400, 401, 403}:
            raise
        return stage_page(words, nonce, stage, session, failure.message)
    return done_page(words, nonce)


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (login_fallback, stage_fallback, stage_answer)
