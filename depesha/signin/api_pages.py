"""The pages where people sign in and up.

Spec: client-server API, "User registration".
"""

from urllib.parse import quote

from depesha.accounts import (
    DUMMY,
    NewUser,
    access_by_password,
    admission,
    check_free,
    check_password,
    is_usable,
    local_user_id,
    new_user_id,
    register,
)
from depesha.base.canonical import Json
from depesha.base.errors import MatrixError
from depesha.http.endpoint import Auth, Endpoint, Reply, endpoint
from depesha.http.form import read_form
from depesha.signin import pages
from depesha.signin.browser import check_form, enter, leave, set_cookie
from depesha.signin.metadata import ACCOUNT
from depesha.signin.pages import Page
from depesha.signin.record import Signin
from depesha.signin.rules import is_own_path
from depesha.signin.visit import SIGNIN, SIGNUP, Visit, page

SIGNOUT = "/_depesha/signout"

_WRONG = {
    "M_FORBIDDEN": "wrong_password",
    "M_USER_LOCKED": "locked",
    "M_USER_DEACTIVATED": "gone",
    "M_LIMIT_EXCEEDED": "too_often",
}
_REFUSED = {
    "M_USER_IN_USE": "taken",
    "M_EXCLUSIVE": "taken",
    "M_INVALID_USERNAME": "bad_username",
    "M_WEAK_PASSWORD": "weak",
    "M_FORBIDDEN": "bad_token",
}


def _next(visit: Visit) -> str:
    """Where the browser goes afterwards."""
    wanted = visit.ask.query.get("next", "")
    return wanted if is_own_path(wanted) else ACCOUNT


async def _may_sign_up(visit: Visit) -> bool:
    try:
        await admission(visit.signin.accounts)
    except MatrixError:
        return False
    return True


async def _signin_page(visit: Visit, failure: str = "", user: str = "") -> Reply:
    words = visit.words
    inner = pages.text(words("to_server", visit.signin.spine.institution.server_name), "soft")
    if visit.ask.query.get("again") and visit.browser.user_id:
        inner += pages.text(words("confirm_again"))
        user = user or visit.browser.user_id
    inner += pages.alert(words(failure) if failure else "")
    password = pages.field(
        words("password"), "password", kind="password", complete="current-password"
    )
    inner += visit.form(
        pages.name_field(words("user"), user) + password + pages.button(words("go_on"))
    )
    providers = visit.signin.spine.config.oidc
    if providers:
        inner += f"<p class=or>{words('or')}</p>"
    for one in providers:
        target = f"{SIGNIN}/oidc/{one.name}?next={quote(_next(visit), safe='')}"
        label = words("sign_in_with", one.label)
        inner += f"<p>{pages.link(label, target, 'button second')}</p>"
    if await _may_sign_up(visit):
        target = visit.here.replace(SIGNIN, SIGNUP, 1)
        inner += f"<p>{pages.link(words('sign_up'), target, 'button second')}</p>"
    return visit.show(Page(words("sign_in"), inner, 401 if failure else 200))


@endpoint("GET", SIGNIN, auth=Auth.NONE)
@page
async def signin_page(visit: Visit) -> Reply:
    """The page that asks who somebody is."""
    return await _signin_page(visit)


@endpoint("POST", SIGNIN, auth=Auth.NONE, limit="none", streams=True)
@page
async def signin_answer(visit: Visit) -> Reply:
    """Sign somebody in by their password."""
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    accounts, user = visit.signin.accounts, form.get("user", "").strip()
    try:
        row = await access_by_password(
            accounts, local_user_id(accounts, user), form.get("password", "")
        )
    except MatrixError as error:
        return await _signin_page(visit, _WRONG.get(error.errcode, "wrong_password"), user)
    return await go_on(visit, row.user_id, is_full=True)


async def go_on(visit: Visit, user_id: str, *, is_full: bool) -> Reply:
    """Let somebody in, and send them where they wanted to go."""
    fresh = await enter(visit.signin, visit.browser, user_id, is_full=is_full)
    return pages.redirect(_next(visit), headers=(set_cookie(visit.signin, fresh.secret),))


# --- signing up ----------------------------------------------------------------------


async def _signup_page(
    visit: Visit, failure: str = "", form: dict[str, str] | None = None
) -> Reply:
    words, typed = visit.words, form or {}
    there = visit.here.replace(SIGNUP, SIGNIN, 1)
    to_signin = f"<p>{pages.link(words('have_account'), there, 'button second')}</p>"
    try:
        flows = await admission(visit.signin.accounts)
    except MatrixError:
        return visit.show(Page(words("sign_up"), pages.alert(words("closed")) + to_signin, 403))
    inner = pages.name_field(words("user"), typed.get("user", ""), words("username_hint"))
    for label, name, hint in (
        ("password", "password", words("password_hint")),
        ("password_again", "again", ""),
    ):
        inner += pages.field(
            words(label), name, kind="password", complete="new-password", hint=hint
        )
    if flows != ((DUMMY,),):
        value = typed.get("invitation", visit.ask.query.get("token", ""))
        inner += pages.field(words("invitation"), "invitation", value=value)
    above = pages.text(words("to_server", visit.signin.spine.institution.server_name), "soft")
    above += pages.alert(words(failure) if failure else "")
    body = above + visit.form(inner + pages.button(words("sign_up_do"))) + to_signin
    return visit.show(Page(words("sign_up"), body, 400 if failure else 200))


@endpoint("GET", SIGNUP, auth=Auth.NONE)
@page
async def signup_page(visit: Visit) -> Reply:
    """The page where somebody makes an account; `token` in its query fills in an invitation."""
    return await _signup_page(visit)


@endpoint("POST", SIGNUP, auth=Auth.NONE, limit="none", streams=True)
@page
async def signup_answer(visit: Visit) -> Reply:
    """Make an account, and sign its owner in."""
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    if form.get("password") != form.get("again"):
        return await _signup_page(visit, "different", form)
    try:
        user_id = await _sign_up(visit.signin, form)
    except MatrixError as error:
        return await _signup_page(visit, _REFUSED.get(error.errcode, "closed"), form)
    return await go_on(visit, user_id, is_full=True)


async def _sign_up(signin: Signin, form: dict[str, str]) -> str:
    """The new account's id; raises as registration does."""
    accounts = signin.accounts
    flows = await admission(accounts)
    password, token = form.get("password", ""), ""
    user_id = new_user_id(accounts, form.get("user", "").strip())
    await check_free(accounts, user_id)
    check_password(password)
    if flows != ((DUMMY,),):
        token = form.get("invitation", "").strip()
        if not await is_usable(accounts, token):
            raise MatrixError(403, "M_FORBIDDEN", "This registration token is not valid")
    hashed = await accounts.passwords.hash(password)
    await register(accounts, NewUser(user_id, hashed, None, token=token))
    return user_id


@endpoint("POST", SIGNOUT, auth=Auth.NONE, limit="none", streams=True)
@page
async def signout(visit: Visit) -> Reply:
    """Sign out of the pages; the sessions of clients go on."""
    check_form(visit.browser, await read_form(visit.ask))
    await leave(visit.signin, visit.browser)
    return pages.redirect(f"{SIGNIN}?next={quote(_next(visit), safe='')}")


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (
    signin_page,
    signin_answer,
    signup_page,
    signup_answer,
    signout,
)
