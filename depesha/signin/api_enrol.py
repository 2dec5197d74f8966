"""The page where somebody sets up codes, whose institution asks for them, before they are let in.

Requirement U3.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from html import escape
from urllib.parse import quote

import segno

from depesha.base.canonical import Json
from depesha.base.errors import MatrixError, invalid_param
from depesha.http.endpoint import Auth, Endpoint, Reply, endpoint
from depesha.http.form import read_form
from depesha.signin import pages
from depesha.signin.browser import check_form, enter, set_cookie
from depesha.signin.metadata import ACCOUNT
from depesha.signin.otp import SECRET_BYTES, secret_address, secret_text
from depesha.signin.pages import Page
from depesha.signin.record import Signin
from depesha.signin.rules import is_own_path
from depesha.signin.second import begin_second, lacks_factor
from depesha.signin.visit import ENROL, SECOND, Visit, page


async def let_in(visit: Visit, user_id: str, target: str) -> Reply:
    """Sign somebody in with the browser, and lead them on: first to set up codes, if those lack."""
    lacks = await lacks_factor(visit.signin.spine, user_id)
    fresh = await enter(visit.signin, visit.browser, user_id, is_full=not lacks)
    if lacks:
        target = f"{ENROL}?next={quote(target, safe='')}"
    return pages.redirect(target, headers=(set_cookie(visit.signin, fresh.secret),))


async def ask_code(visit: Visit, user_id: str, target: str) -> Reply:
    """Lead somebody who has said who they are to the page that asks for their code."""
    fresh = await enter(visit.signin, visit.browser, user_id, is_full=False)
    target = f"{SECOND}?next={quote(target, safe='')}"
    return pages.redirect(target, headers=(set_cookie(visit.signin, fresh.secret),))


def code_fields(visit: Visit, secret: bytes, failure: str = "") -> tuple[str, str]:
    """The picture of a secret with what to do with it, and the fields of its first code."""
    words, spine = visit.words, visit.signin.spine
    address = secret_address(secret, spine.institution.server_name, visit.browser.user_id)
    picture = segno.make(address, error="m").svg_inline(svgclass="qr", omitsize=True, border=3)
    hidden = f'<input type=hidden name=secret value="{urlsafe_b64encode(secret).decode()}">'
    code = pages.field(
        words("code"),
        "code",
        complete="one-time-code",
        extra="required inputmode=numeric maxlength=10",
    )
    above = pages.text(words("totp_scan")) + picture
    above += f"<dl><dt>{words('key')}</dt><dd><code>{secret_text(secret)}</code></dd></dl>"
    above += pages.alert(words(failure) if failure else "")
    return above, hidden + code


def secret_of(text: str) -> bytes:
    """The secret that the page had put into its form; 400 M_INVALID_PARAM."""
    try:
        secret = urlsafe_b64decode(text)
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise invalid_param("The secret of the form is not whole")
    return secret


def codes_list(codes: list[str]) -> str:
    """Recovery codes, which are shown this once."""
    items = "".join(f"<li><span><code>{escape(code)}</code></span></li>" for code in codes)
    return f"<ul class=rows>{items}</ul>"


def _target(visit: Visit) -> str:
    wanted = visit.ask.query.get("next", "")
    return wanted if is_own_path(wanted) else ACCOUNT


def _enrol_page(visit: Visit, secret: bytes, failure: str = "") -> Reply:
    words = visit.words
    above, fields = code_fields(visit, secret, failure)
    inner = pages.text(visit.browser.user_id, "soft") + pages.text(words("enrol_what")) + above
    inner += visit.form(fields + pages.button(words("turn_on")))
    return visit.show(Page(words("totp"), inner, 400 if failure else 200))


@endpoint("GET", ENROL, auth=Auth.NONE)
@page
async def enrol_page(visit: Visit) -> Reply:
    """The page that lets nobody past without codes."""
    return await _first(visit) or _enrol_page(
        visit, visit.signin.spine.clock.random_bytes(SECRET_BYTES)
    )


async def _first(visit: Visit) -> Reply | None:
    """Where somebody must go who has nothing to set up here."""
    if not visit.browser.user_id:
        return visit.sign_in_first(back=_target(visit))
    if not await lacks_factor(visit.signin.spine, visit.browser.user_id):
        return pages.redirect(_target(visit))
    return None


@endpoint("POST", ENROL, auth=Auth.NONE, limit="none", streams=True)
@page
async def enrol_answer(visit: Visit) -> Reply:
    """Turn codes on, and let in."""
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    first = await _first(visit)
    if first is not None:
        return first
    signin, words, user_id = visit.signin, visit.words, visit.browser.user_id
    secret = secret_of(form.get("secret", ""))
    try:
        codes = await begin_second(signin.spine, user_id, secret, form.get("code", ""))
    except MatrixError as error:
        return _enrol_page(visit, secret, "too_often" if error.status == 429 else "wrong_code")
    fresh = await enter(signin, visit.browser, user_id, is_full=True)
    inner = pages.text(words("recovery_what")) + codes_list(codes)
    inner += f"<p>{pages.link(words('go_on'), _target(visit), 'button')}</p>"
    shown = Page(words("recovery_title"), inner)
    return pages.render(
        shown, words, signin.spine.clock.new_id(), (set_cookie(signin, fresh.secret),)
    )


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (enrol_page, enrol_answer)
