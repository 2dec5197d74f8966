"""Letters: what clients ask for, the pages that they lead to, and a test for administrators.

Spec: client-server API, "Email-based (identity / homeserver)", "Password management"; requirement
U1.
"""

from html import escape
from urllib.parse import quote

import msgspec

from depesha.accounts import check_new_password, set_password
from depesha.base.canonical import Json
from depesha.base.errors import MatrixError, not_found
from depesha.base.rights import Right
from depesha.eventlog.append import Writing
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.http.form import read_form
from depesha.io.mail import Letter, MailFailed
from depesha.signin import pages
from depesha.signin.browser import check_form
from depesha.signin.emails import (
    ADD,
    PASSWORD,
    REGISTER,
    RESET,
    SIGNUP,
    Request,
    access_letter,
    add_address,
    ask_letter,
    confirm_letter,
    tidy_address,
    use_letter,
)
from depesha.signin.letters import PAGE
from depesha.signin.metadata import ACCOUNT
from depesha.signin.pages import Page
from depesha.signin.record import Signin
from depesha.signin.rules import find_target
from depesha.signin.visit import FORGOT, MAIL, SIGNIN, Visit, page
from depesha.signin.visit import SIGNUP as SIGNUP_PAGE
from depesha.signin.words import words_for


class LetterBody(msgspec.Struct):
    """Body that asks for a letter with a token."""

    client_secret: str
    email: str
    send_attempt: int
    next_link: str | None = None


async def _ask(signin: Signin, ask: Ask[LetterBody], purpose: str) -> Reply:
    body, words = ask.body, words_for(ask.headers.get("accept-language", ""))
    next_link = body.next_link or ""
    if find_target(next_link) is None or len(next_link) > 2000:
        next_link = ""
    attempt = max(1, min(body.send_attempt, 2**31 - 1))
    request = Request(body.client_secret, attempt, next_link)
    sid = await ask_letter(signin.emails, words, purpose, body.email, request=request)
    return json_reply({"sid": sid})


@endpoint(
    "POST",
    "/_matrix/client/v3/register/email/requestToken",
    spec="requestTokenToRegisterEmail",
    auth=Auth.NONE,
    limit="login",
    body=LetterBody,
)
async def ask_to_register(signin: Signin, ask: Ask[LetterBody]) -> Reply:
    """Write to somebody who wants to register."""
    return await _ask(signin, ask, REGISTER)


@endpoint(
    "POST",
    "/_matrix/client/v3/account/password/email/requestToken",
    spec="requestTokenToResetPasswordEmail",
    auth=Auth.NONE,
    limit="login",
    body=LetterBody,
)
async def ask_to_reset(signin: Signin, ask: Ask[LetterBody]) -> Reply:
    """Write to somebody who has forgotten their password."""
    return await _ask(signin, ask, PASSWORD)


class TestBody(msgspec.Struct):
    """Whom to write to."""

    to: str


@endpoint("POST", "/_depesha/v1/admin/mail/test", right=Right.SERVER, body=TestBody)
async def test_mail(signin: Signin, ask: Ask[TestBody]) -> Reply:
    """Send a letter at once; 502 M_UNKNOWN says why it could not be sent."""
    words = words_for(ask.headers.get("accept-language", ""))
    name = signin.spine.institution.server_name
    to = tidy_address(ask.body.to)
    try:
        await signin.emails.mailer.send(
            Letter(to, words("mail_test_subject", name), words("mail_test", name) + "\n")
        )
    except MailFailed as error:
        raise MatrixError(502, "M_UNKNOWN", str(error)) from None
    return EMPTY


# --- the pages that letters lead to --------------------------------------------------


@endpoint("GET", PAGE, auth=Auth.NONE)
@page
async def letter_page(visit: Visit) -> Reply:
    """What the link of a letter opens. It does nothing yet: programs open links too."""
    try:
        row = await access_letter(visit.signin.emails, visit.ask.query.get("token", ""))
    except MatrixError as error:
        return visit.trouble("letter_over", error.status)
    if row.purpose == SIGNUP:
        token = quote(visit.ask.query["token"], safe="")
        return pages.redirect(f"{SIGNUP_PAGE}?letter={token}")
    if row.purpose == RESET:
        return _reset_page(visit)
    if row.purpose == ADD and visit.browser.user_id != row.user_id:
        return visit.sign_in_first()
    words = visit.words
    inner = pages.text(words("letter_confirm", row.address))
    inner += visit.form(pages.button(words("confirm")))
    return visit.show(Page(words("letter_title"), inner))


@endpoint("POST", PAGE, auth=Auth.NONE, limit="none", streams=True)
@page
async def letter_answer(visit: Visit) -> Reply:
    """Do what the letter is for."""
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    emails, token, words = visit.signin.emails, visit.ask.query.get("token", ""), visit.words
    row = await access_letter(emails, token)
    if row.purpose == RESET:
        return await _reset(visit, token, form)
    if row.purpose == ADD:
        if not visit.browser.is_signed_in:
            return visit.sign_in_first()
        try:
            await add_address(emails, token, visit.browser.user_id)
        except MatrixError as error:
            if error.errcode != "M_THREEPID_IN_USE":
                raise
            return visit.trouble("address_in_use", 400)
        return pages.redirect(MAIL)
    if row.purpose not in {REGISTER, PASSWORD}:
        raise not_found()
    await confirm_letter(emails, token)
    inner = pages.good(words("letter_done"))
    if row.next_link:
        inner += f"<p>{pages.link(words('go_on'), row.next_link, 'button')}</p>"
    else:
        inner += pages.text(words("letter_back"))
    return visit.show(Page(words("letter_title"), inner))


def _reset_page(visit: Visit, failure: str = "") -> Reply:
    words = visit.words
    inner = pages.alert(words(failure) if failure else "")
    fields = "".join(
        pages.field(words(label), name, kind="password", complete="new-password")
        for label, name in (("new_password", "new"), ("password_again", "again"))
    )
    inner += visit.form(fields + pages.button(words("change_password")))
    return visit.show(Page(words("change_password"), inner, 400 if failure else 200))


async def _reset(visit: Visit, token: str, form: dict[str, str]) -> Reply:
    """Give the account another password, and sign it out everywhere."""
    signin, new = visit.signin, form.get("new", "")
    if new != form.get("again"):
        return _reset_page(visit, "different")
    try:
        await check_new_password(signin.spine, None, new)
    except MatrixError:
        return _reset_page(visit, "weak")
    now = signin.spine.clock.now_ms()

    async def plan(w: Writing) -> str:
        row = await use_letter(w.tx, w.institution.id, token, RESET, now)
        return row.address

    address = await signin.spine.log.commit(plan)
    user_id = await signin.emails.find_owner(address)
    if user_id is None:
        raise not_found()
    await set_password(signin.accounts, user_id, new, logout=True)
    words = visit.words
    inner = pages.good(words("password_changed"))
    inner += pages.text(words("your_name", user_id))
    inner += f"<p>{pages.link(words('sign_in'), SIGNIN, 'button')}</p>"
    return visit.show(Page(words("change_password"), inner))


# --- pages that ask for an address ---------------------------------------------------


def _address_form(visit: Visit, button: str) -> str:
    words = visit.words
    field = pages.field(words("address_field"), "address", kind="email", complete="email")
    return visit.form(field + pages.button(words(button)))


def _sent(visit: Visit, title: str) -> Reply:
    """The same page whether a letter was sent or not."""
    inner = pages.good(visit.words("letter_sent"))
    return visit.show(Page(visit.words(title), inner))


@endpoint("GET", FORGOT, auth=Auth.NONE)
@page
async def forgot_page(visit: Visit) -> Reply:
    """The page for who has forgotten their password."""
    if not visit.signin.emails.is_on:
        raise not_found()
    inner = pages.text(visit.words("forgot_what")) + _address_form(visit, "go_on")
    return visit.show(Page(visit.words("forgot"), inner))


@endpoint("POST", FORGOT, auth=Auth.NONE, limit="none", streams=True)
@page
async def forgot_answer(visit: Visit) -> Reply:
    """Write to them, if they have an account."""
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    await ask_letter(visit.signin.emails, visit.words, RESET, form.get("address", ""))
    return _sent(visit, "forgot")


@endpoint("GET", MAIL, auth=Auth.NONE)
@page
async def mail_page(visit: Visit) -> Reply:
    """The page of the addresses of an account."""
    return visit.fresh_first() or await _mail_page(visit)


async def _mail_page(visit: Visit) -> Reply:
    words, emails = visit.words, visit.signin.emails
    inner = ""
    for email in await emails.load(visit.browser.user_id):
        hidden = f'<input type=hidden name=remove value="{escape(email.address)}">'
        label = words("address_remove", email.address)
        inner += visit.form(hidden + pages.button(label, "second"))
    if emails.is_on:
        inner += pages.text(words("address_what")) + _address_form(visit, "address_add")
    inner += f"<p>{pages.link(words('back'), ACCOUNT, 'button second')}</p>"
    return visit.show(Page(words("addresses"), inner))


@endpoint("POST", MAIL, auth=Auth.NONE, limit="none", streams=True)
@page
async def mail_answer(visit: Visit) -> Reply:
    """Remove an address, or write to a new one."""
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    first = visit.fresh_first()
    if first is not None:
        return first
    emails, user_id = visit.signin.emails, visit.browser.user_id
    if "remove" in form:
        await emails.forget(user_id, form["remove"])
        return pages.redirect(MAIL)
    await ask_letter(emails, visit.words, ADD, form.get("address", ""), user_id=user_id)
    return _sent(visit, "addresses")


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (
    ask_to_register,
    ask_to_reset,
    test_mail,
    letter_page,
    letter_answer,
    forgot_page,
    forgot_answer,
    mail_page,
    mail_answer,
)
