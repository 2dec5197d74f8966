"""The pages of the account where second factors and passkeys are added and removed.

Requirement U3.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from depesha.accounts import access_target, check_other
from depesha.audit import act_of, record
from depesha.base.canonical import Json
from depesha.base.errors import MatrixError, invalid_param
from depesha.base.rights import InUnits, Right
from depesha.eventlog.append import Writing
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint
from depesha.http.form import read_form
from depesha.signin import pages
from depesha.signin.api_enrol import code_fields, codes_list, secret_of
from depesha.signin.browser import check_form
from depesha.signin.consume import forget_factors
from depesha.signin.metadata import ACCOUNT
from depesha.signin.otp import SECRET_BYTES
from depesha.signin.pages import Page
from depesha.signin.passkeys import (
    add_passkey,
    delete_passkey,
    load_passkeys,
    register_options,
)
from depesha.signin.record import Signin
from depesha.signin.scripts import register_script
from depesha.signin.second import begin_second, count_codes, end_second, has_second
from depesha.signin.visit import PASSKEYS, TOTP, Visit, page


def _back(visit: Visit) -> str:
    return f"<p>{pages.link(visit.words('back'), ACCOUNT, 'button second')}</p>"


# --- codes ---------------------------------------------------------------------------


async def _totp_page(visit: Visit, secret: bytes = b"", failure: str = "") -> Reply:
    words, spine = visit.words, visit.signin.spine
    user_id = visit.browser.user_id
    if await has_second(spine, user_id):
        left = await count_codes(spine, user_id)
        inner = pages.text(words("totp_on", str(left)))
        inner += visit.form(pages.button(words("turn_off"), "bad", answer="off")) + _back(visit)
        return visit.show(Page(words("totp"), inner))
    secret = secret or spine.clock.random_bytes(SECRET_BYTES)
    inner, fields = code_fields(visit, secret, failure)
    inner += visit.form(fields + pages.button(words("turn_on"), answer="on")) + _back(visit)
    return visit.show(Page(words("totp"), inner, 400 if failure else 200))


@endpoint("GET", TOTP, auth=Auth.NONE)
@page
async def totp_page(visit: Visit) -> Reply:
    """The page of the codes that are asked for beside the password."""
    return visit.fresh_first() or await _totp_page(visit)


@endpoint("POST", TOTP, auth=Auth.NONE, limit="none", streams=True)
@page
async def totp_answer(visit: Visit) -> Reply:
    """Turn them on or off."""
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    first = visit.fresh_first()
    if first is not None:
        return first
    words, spine, user_id = visit.words, visit.signin.spine, visit.browser.user_id
    if form.get("answer") == "off":
        await end_second(spine, user_id)
        return pages.redirect(ACCOUNT)
    if await has_second(spine, user_id):
        return pages.redirect(TOTP)
    secret = secret_of(form.get("secret", ""))
    try:
        codes = await begin_second(spine, user_id, secret, form.get("code", ""))
    except MatrixError as error:
        return await _totp_page(visit, secret, "too_often" if error.status == 429 else "wrong_code")
    inner = pages.text(words("recovery_what")) + codes_list(codes) + _back(visit)
    return visit.show(Page(words("recovery_title"), inner))


# --- passkeys ------------------------------------------------------------------------


@endpoint("GET", PASSKEYS, auth=Auth.NONE)
@page
async def passkeys_page(visit: Visit) -> Reply:
    """The page of the passkeys of an account."""
    return visit.fresh_first() or await _passkeys_page(visit)


async def _passkeys_page(visit: Visit, failure: str = "") -> Reply:
    words = visit.words
    inner = pages.text(words("passkeys_what")) + pages.alert(words(failure) if failure else "")
    for row in await load_passkeys(visit.signin, visit.browser.user_id):
        key = urlsafe_b64encode(row.credential_id).decode()
        label = words("passkey_remove", row.name or words("unnamed"))
        inner += visit.form(
            f'<input type=hidden name=remove value="{key}">{pages.button(label, "second")}'
        )
    inner += visit.form(
        pages.field(words("passkey_name"), "name", extra="required maxlength=100")
        + "<input type=hidden name=credential>"
        + pages.button(words("passkey_add"))
        + f"<p class=alert id=passkey-trouble hidden>{words('passkey_trouble')}</p>",
        extra="id=passkey hidden",
    )
    script = register_script(await register_options(visit.signin, visit.browser))
    status = 400 if failure else 200
    return visit.show(Page(words("passkeys"), inner + _back(visit), status, script=script))


@endpoint("POST", PASSKEYS, auth=Auth.NONE, limit="none", streams=True)
@page
async def passkeys_answer(visit: Visit) -> Reply:
    """Add or remove a passkey."""
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    first = visit.fresh_first()
    if first is not None:
        return first
    if "remove" in form:
        await delete_passkey(visit.signin, visit.browser.user_id, _key(form["remove"]))
        return pages.redirect(PASSKEYS)
    try:
        name = form.get("name", "").strip()
        await add_passkey(visit.signin, visit.browser, form.get("credential", ""), name)
    except MatrixError:
        return await _passkeys_page(visit, "passkey_trouble")
    return pages.redirect(PASSKEYS)


def _key(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text)
    except ValueError:
        raise invalid_param("This is no passkey") from None


# --- for administrators --------------------------------------------------------------


@endpoint(
    "DELETE", "/_depesha/v1/admin/users/{userId}/factors", right=InUnits(Right.PEOPLE_PASSWORD)
)
async def reset_factors(signin: Signin, ask: Ask[None]) -> Reply:
    """Take codes and passkeys off the account of somebody who has lost them."""
    check_other(ask.caller, ask.params["userId"])
    user = await access_target(signin.accounts, ask.caller, ask.params["userId"])
    act = act_of(ask.caller, "user.reset-factors", user.user_id)

    async def plan(w: Writing) -> None:
        await forget_factors(w, user.user_id)
        await record(w, act)

    await signin.spine.log.commit(plan)
    return EMPTY


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (
    totp_page,
    totp_answer,
    passkeys_page,
    passkeys_answer,
    reset_factors,
)
