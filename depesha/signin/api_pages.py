"""The pages where people sign in and up.

Spec: client-server API, "User registration".
"""

from dataclasses import replace
from urllib.parse import quote, urlencode

from depesha.accounts import (
    DUMMY,
    EMAIL,
    REGISTRATION_TOKEN,
    NewUser,
    access_by_password,
    admission,
    check_free,
    check_new_password,
    find_user,
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
from depesha.signin.api_enrol import ask_code, let_in
from depesha.signin.browser import check_form, fresh_browser, leave
from depesha.signin.emails import SIGNUP as LETTER
from depesha.signin.emails import access_letter, ask_letter, use_letter
from depesha.signin.label import label_section
from depesha.signin.ldap import DOWN
from depesha.signin.metadata import ACCOUNT
from depesha.signin.pages import Page
from depesha.signin.passkeys import find_owner, signin_options
from depesha.signin.record import Signin
from depesha.signin.rules import is_own_path
from depesha.signin.scripts import signin_script
from depesha.signin.second import check_second, has_second
from depesha.signin.visit import FORGOT, SECOND, SIGNIN, SIGNUP, Visit, page

SIGNOUT = "/_depesha/signout"
PASSKEY = "/_depesha/signin/passkey"

_WRONG = {
    "M_FORBIDDEN": "wrong_password",
    "M_USER_LOCKED": "locked",
    "M_USER_DEACTIVATED": "gone",
    "M_LIMIT_EXCEEDED": "too_often",
    DOWN: "directory_down",
}
_REFUSED = {
    "M_USER_IN_USE": "taken",
    "M_EXCLUSIVE": "taken",
    "M_INVALID_USERNAME": "bad_username",
    "M_WEAK_PASSWORD": "weak",
    "M_FORBIDDEN": "bad_token",
    "M_NOT_FOUND": "bad_token",
    "M_THREEPID_IN_USE": "address_in_use",
}


_JUST_NOW_MS = 5 * 60_000
"""So long after an account was made its form may come a second time."""


def _next(visit: Visit) -> str:
    """Where the browser goes afterwards."""
    wanted = visit.ask.query.get("next", "")
    return wanted if is_own_path(wanted) else ACCOUNT


def _beside(visit: Visit, path: str) -> str:
    """Another page with the query of this one."""
    return f"{path}?{urlencode(visit.ask.query)}"


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
        pages.name_field(words("user"), user) + password + pages.button(words("go_on")),
        _beside(visit, SIGNIN),
    )
    inner += visit.form(
        "<input type=hidden name=credential>"
        + pages.button(words("passkey_use"), "second")
        + f"<p class=alert id=passkey-trouble hidden>{words('passkey_trouble')}</p>",
        _beside(visit, PASSKEY),
        "id=passkey hidden",
    )
    providers = visit.signin.spine.config.oidc
    if providers:
        inner += f"<p class=or>{words('or')}</p>"
    for one in providers:
        target = f"{SIGNIN}/oidc/{one.name}?next={quote(_next(visit), safe='')}"
        label = words("sign_in_with", one.label)
        inner += f"<p>{pages.link(label, target, 'button second')}</p>"
    if visit.signin.emails.is_on:
        inner += f"<p>{pages.link(words('forgot_link'), FORGOT)}</p>"
    if await _may_sign_up(visit):
        inner += f"<p>{pages.link(words('sign_up'), _beside(visit, SIGNUP), 'button second')}</p>"
    script = signin_script(await signin_options(visit.signin, visit.browser))
    status = 503 if failure == "directory_down" else 401 if failure else 200
    return visit.show(Page(words("sign_in"), inner, status, script=script))


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
    user_id, browser = local_user_id(accounts, user), visit.browser
    is_own = browser.is_signed_in and browser.user_id == user_id
    try:
        row = await access_by_password(
            accounts, user_id, form.get("password", ""), None if is_own else visit.ask.address
        )
    except MatrixError as error:
        return await _signin_page(visit, _WRONG.get(error.errcode, "wrong_password"), user)
    if await has_second(visit.signin.spine, row.user_id):
        return await ask_code(visit, row.user_id, _next(visit))
    return await _go_on(visit, row.user_id)


async def _go_on(visit: Visit, user_id: str) -> Reply:
    """Let somebody in, and send them where they wanted to go."""
    return await let_in(visit, user_id, _next(visit))


def _second_page(visit: Visit, failure: str = "") -> Reply:
    words = visit.words
    code = pages.field(
        words("code"), "code", complete="one-time-code", extra="required autofocus maxlength=20"
    )
    inner = pages.text(visit.browser.user_id, "soft") + pages.text(words("second_what"))
    inner += pages.alert(words(failure) if failure else "")
    inner += visit.form(code + pages.button(words("go_on")))
    return visit.show(Page(words("second_title"), inner, 401 if failure else 200))


@endpoint("GET", SECOND, auth=Auth.NONE)
@page
async def second_page(visit: Visit) -> Reply:
    """The page that asks for the second factor, after the password."""
    if not visit.browser.user_id:
        return visit.sign_in_first(back=_next(visit))
    return _second_page(visit)


@endpoint("POST", SECOND, auth=Auth.NONE, limit="none", streams=True)
@page
async def second_answer(visit: Visit) -> Reply:
    """Let somebody in by the second factor."""
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    if not visit.browser.user_id:
        return visit.sign_in_first(back=_next(visit))
    try:
        await check_second(visit.signin.spine, visit.browser.user_id, form.get("code", ""))
    except MatrixError as error:
        return _second_page(visit, "too_often" if error.status == 429 else "wrong_code")
    return await _go_on(visit, visit.browser.user_id)


@endpoint("POST", PASSKEY, auth=Auth.NONE, limit="none", streams=True)
@page
async def passkey_answer(visit: Visit) -> Reply:
    """Sign somebody in by a passkey."""
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    try:
        user_id = await find_owner(visit.signin, visit.browser, form.get("credential", ""))
    except MatrixError as error:
        failure = _WRONG.get(error.errcode, "") if error.status == 401 else ""
        if not visit.browser.is_signed_in:
            # An answer that was used already may be its own, whose reply was lost.
            visit = replace(visit, browser=fresh_browser(visit.signin))
        return await _signin_page(visit, failure or "passkey_trouble")
    return await _go_on(visit, user_id)


# --- signing up ----------------------------------------------------------------------


async def _signup_page(
    visit: Visit, failure: str = "", form: dict[str, str] | None = None
) -> Reply:
    words, typed = visit.words, form or {}
    there = _beside(visit, SIGNIN)
    to_signin = f"<p>{pages.link(words('have_account'), there, 'button second')}</p>"
    over = await _over(visit)
    try:
        flows = await admission(visit.signin.accounts)
    except MatrixError:
        alert = pages.alert(words(over or "closed"))
        return visit.show(Page(words("sign_up"), alert + to_signin, 403))
    inner = pages.name_field(words("user"), typed.get("user", ""), words("username_hint"))
    for label, name, hint in (
        ("password", "password", words("password_hint")),
        ("password_again", "again", ""),
    ):
        inner += pages.field(
            words(label), name, kind="password", complete="new-password", hint=hint
        )
    has_letter = "letter" in visit.ask.query and not over
    failure = failure or over
    if (REGISTRATION_TOKEN,) in flows and not has_letter:
        value = typed.get("invitation", visit.ask.query.get("token", ""))
        inner += pages.field(words("invitation"), "invitation", value=value)
    above = pages.text(words("to_server", visit.signin.spine.institution.server_name), "soft")
    above += pages.alert(words(failure) if failure else "")
    body = ""
    if flows != ((EMAIL,),) or has_letter:
        body = visit.form(inner + pages.button(words("sign_up_do")))
    if (EMAIL,) in flows and not has_letter:
        body += _by_mail(visit)
    body += to_signin + label_section(visit.signin.label, words)
    return visit.show(Page(words("sign_up"), above + body, 400 if failure else 200))


async def _over(visit: Visit) -> str:
    """Why the link that was opened is good for nothing, before anybody fills in a form for it."""
    letter, token = visit.ask.query.get("letter"), visit.ask.query.get("token")
    if letter is not None:
        try:
            await access_letter(visit.signin.emails, letter)
        except MatrixError:
            return "letter_over"
    elif token and not visit.signin.spine.config.open_registration:
        return "" if await is_usable(visit.signin.accounts, token) else "invitation_over"
    return ""


def _by_mail(visit: Visit) -> str:
    """The form that asks for a letter with which one may register."""
    words = visit.words
    domains = ", ".join(visit.signin.spine.config.registration_domains)
    field = pages.field(words("address_field"), "address", kind="email", complete="email")
    inner = f"<h2>{words('by_mail')}</h2>" + pages.text(words("by_mail_what", domains))
    return inner + visit.form(field + pages.button(words("go_on")))


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
    try:
        check_form(visit.browser, form)
    except MatrixError:
        # Sent again after it had let somebody in: they are in.
        if visit.browser.is_signed_in:
            return pages.redirect(_next(visit))
        raise
    if "address" in form:
        await ask_letter(visit.signin.emails, visit.words, LETTER, form["address"])
        inner = pages.good(visit.words("letter_sent"))
        return visit.show(Page(visit.words("sign_up"), inner))
    if form.get("password") != form.get("again"):
        return await _signup_page(visit, "different", form)
    try:
        user_id = await _sign_up(visit.signin, form, visit.ask.query.get("letter"))
    except MatrixError as error:
        made = await _made_just_now(visit, form)
        if made is None:
            failure = _REFUSED.get(error.errcode, "closed")
            if failure == "bad_token" and "letter" in visit.ask.query:
                failure = "letter_over"
            return await _signup_page(visit, failure, form)
        user_id = made
    return await _go_on(visit, user_id)


async def _made_just_now(visit: Visit, form: dict[str, str]) -> str | None:
    """The account that the same form has made: pressed twice on a slow network, it comes twice."""
    accounts, spine = visit.signin.accounts, visit.signin.spine
    user_id = local_user_id(accounts, form.get("user", "").strip().lower())
    user = await spine.db.read(find_user, spine.institution.id, user_id)
    if user is None or spine.clock.now_ms() - user.created_ts > _JUST_NOW_MS:
        return None
    if await has_second(spine, user_id):
        return None
    try:
        row = await access_by_password(
            accounts, user_id, form.get("password", ""), visit.ask.address
        )
    except MatrixError:
        return None
    return row.user_id


async def _sign_up(signin: Signin, form: dict[str, str], letter: str | None) -> str:
    """The new account's id; raises as registration does."""
    accounts = signin.accounts
    flows = await admission(accounts)
    password, token, address = form.get("password", ""), "", ""
    user_id = new_user_id(accounts, form.get("user", "").strip())
    await check_free(accounts, user_id)
    await check_new_password(accounts.spine, "", password)
    if letter is not None:
        address = await _use_letter(signin, letter)
    elif flows != ((DUMMY,),):
        token = form.get("invitation", "").strip()
        if not await is_usable(accounts, token):
            raise MatrixError(403, "M_FORBIDDEN", "This registration token is not valid")
    hashed = await accounts.passwords.hash(password)
    await register(accounts, NewUser(user_id, hashed, None, token=token, address=address))
    return user_id


async def _use_letter(signin: Signin, letter: str) -> str:
    """The address that a letter was sent to, for which it is good no more; 404 M_NOT_FOUND."""
    spine = signin.spine
    now = spine.clock.now_ms()
    row = await spine.db.write(use_letter, spine.institution.id, letter, LETTER, now)
    return row.address


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
    second_page,
    second_answer,
    passkey_answer,
    signup_page,
    signup_answer,
    signout,
)
