"""The account page, and what can be done there.

Spec: client-server API, "Account management" of the OAuth 2.0 API, "OAuth authentication".
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode

from depesha.accounts import (
    CONFIRM,
    OAUTH,
    SSO,
    DeviceRow,
    access_by_password,
    access_operation,
    approve,
    check_new_password,
    deactivate,
    delete_devices,
    has_password,
    load_devices,
    set_password,
)
from depesha.base.canonical import Json
from depesha.base.errors import MatrixError
from depesha.http.endpoint import Auth, Endpoint, Reply, endpoint
from depesha.http.form import read_form
from depesha.signin import pages
from depesha.signin.browser import check_form, enter, set_cookie
from depesha.signin.metadata import ACCOUNT
from depesha.signin.oidc import connected
from depesha.signin.pages import Page
from depesha.signin.record import Signin
from depesha.signin.scripts import DONE
from depesha.signin.visit import MAIL, PASSKEYS, SIGNIN, TOTP, Visit, page

_SIGNOUT = "/_depesha/signout"
_PASSWORD = "org.depesha.password"  # noqa: S105 (the name of an action)

# COMPAT(Element Web, Element X): the names of the actions before v1.18.
_OLD_ACTIONS = {
    "profile": "org.matrix.profile",
    "sessions_list": "org.matrix.devices_list",
    "org.matrix.sessions_list": "org.matrix.devices_list",
    "session_view": "org.matrix.device_view",
    "org.matrix.session_view": "org.matrix.device_view",
    "session_end": "org.matrix.device_delete",
    "org.matrix.session_end": "org.matrix.device_delete",
}


def _url(action: str, **query: str) -> str:
    return f"{ACCOUNT}?{urlencode({'action': action, **query})}"


def _back(visit: Visit, target: str = ACCOUNT) -> str:
    return f"<p>{pages.link(visit.words('back'), target, 'button second')}</p>"


# --- what is shown -------------------------------------------------------------------


async def _overview(visit: Visit, said: str = "") -> Reply:
    words = visit.words
    rows = [
        ("profile", "org.matrix.profile"),
        ("devices", "org.matrix.devices_list"),
    ]
    if await has_password(visit.signin.accounts, visit.browser.user_id):
        rows.append(("change_password", _PASSWORD))
    rows.append(("deactivate", "org.matrix.account_deactivate"))
    items = "".join(f"<li>{pages.link(words(label), _url(action))}</li>" for label, action in rows)
    for label, target in (("totp", TOTP), ("passkeys", PASSKEYS), ("addresses", MAIL)):
        items += f"<li>{pages.link(words(label), target)}</li>"
    inner = pages.text(visit.browser.user_id, "soft") + pages.good(said)
    inner += f"<ul class=rows>{items}</ul>" + await _providers(visit)
    inner += visit.form(pages.button(words("sign_out"), "second"), _SIGNOUT)
    return visit.show(Page(words("account"), inner, is_wide=True))


async def _providers(visit: Visit) -> str:
    """The ways of signing in elsewhere, connected or to be."""
    words, forms = visit.words, ""
    there = await connected(visit.signin, visit.browser.user_id)
    for one in visit.signin.spine.config.oidc:
        if one.name in there:
            forms += pages.text(words("connected", one.label))
        else:
            button = pages.button(words("connect", one.label), "second")
            forms += visit.form(button, f"{SIGNIN}/oidc/{one.name}")
    return forms


async def _profile(visit: Visit, said: str = "") -> Reply:
    words = visit.words
    name = await visit.signin.names.load(visit.browser.user_id)
    field = pages.field(words("name"), "name", value=name, extra="maxlength=255")
    inner = pages.text(visit.browser.user_id, "soft") + pages.good(said)
    inner += visit.form(field + pages.button(words("save"))) + _back(visit)
    return visit.show(Page(words("profile"), inner))


def _moment(device: DeviceRow) -> str:
    if device.last_seen_ts is None:
        return ""
    then = datetime.fromtimestamp(device.last_seen_ts / 1000, UTC)
    return then.strftime("%Y-%m-%d %H:%M UTC")


async def _devices(visit: Visit, said: str = "") -> Reply:
    words = visit.words
    items = ""
    for device in await load_devices(visit.signin.accounts, visit.browser.user_id):
        name = device.display_name or words("unnamed")
        target = _url("org.matrix.device_view", device_id=device.device_id)
        seen = escape(_moment(device) or words("never"))
        items += (
            f'<li><a href="{escape(target)}">{escape(name)}'
            f"<small>{escape(device.device_id)} · {seen}</small></a></li>"
        )
    inner = pages.good(said) + f"<ul class=rows>{items}</ul>" + _back(visit)
    return visit.show(Page(words("devices"), inner, is_wide=True))


async def _find_device(visit: Visit) -> DeviceRow | None:
    wanted = visit.ask.query.get("device_id", "")
    devices = await load_devices(visit.signin.accounts, visit.browser.user_id)
    return next((device for device in devices if device.device_id == wanted), None)


async def _device(visit: Visit, said: str = "") -> Reply:
    words, device = visit.words, await _find_device(visit)
    if device is None:
        return visit.trouble("no_device", 404)
    facts = (
        ("device_id", device.device_id),
        ("last_seen", _moment(device) or words("never")),
        ("address", device.last_seen_ip or ""),
        ("program", device.user_agent or ""),
    )
    inner = "".join(
        f"<dt>{escape(words(label))}</dt><dd>{escape(value)}</dd>"
        for label, value in facts
        if value
    )
    end = _url("org.matrix.device_delete", device_id=device.device_id)
    inner = f"<dl>{inner}</dl><p>{pages.link(words('end_session'), end, 'button')}</p>"
    inner += _back(visit, _url("org.matrix.devices_list"))
    return visit.show(Page(device.display_name or words("unnamed"), inner))


async def _device_end(visit: Visit, said: str = "") -> Reply:
    words, device = visit.words, await _find_device(visit)
    if device is None:
        return visit.trouble("no_device", 404)
    inner = pages.text(f"{device.display_name or words('unnamed')} ({device.device_id})")
    inner += pages.text(words("end_session_what"))
    inner += visit.form(pages.button(words("end_session"), "bad"))
    inner += _back(visit, _url("org.matrix.devices_list"))
    return visit.show(Page(words("end_session"), inner))


async def _password_page(visit: Visit, said: str = "", failure: str = "") -> Reply:
    words = visit.words
    inner = ""
    for label, name, complete in (
        ("old_password", "old", "current-password"),
        ("new_password", "new", "new-password"),
        ("password_again", "again", "new-password"),
    ):
        inner += pages.field(words(label), name, kind="password", complete=complete)
    inner += pages.check(words("end_others"), "logout") + pages.button(words("change_password"))
    above = pages.alert(words(failure) if failure else "")
    status = 400 if failure else 200
    return visit.show(
        Page(words("change_password"), above + visit.form(inner) + _back(visit), status)
    )


async def _deactivate_page(visit: Visit, said: str = "", failure: str = "") -> Reply:
    words = visit.words
    label = words("type_to_confirm", visit.browser.user_id)
    form = pages.field(label, "confirm") + pages.check(words("erase"), "erase")
    form += pages.button(words("deactivate"), "bad")
    inner = pages.text(words("deactivate_what")) + pages.alert(words(failure) if failure else "")
    inner += visit.form(form) + _back(visit)
    return visit.show(Page(words("deactivate"), inner, 400 if failure else 200))


async def _reset_page(visit: Visit, said: str = "") -> Reply:
    words = visit.words
    if not visit.ask.query.get("uia"):
        return visit.show(Page(words("reset_title"), pages.text(words("reset_begin"))))
    inner = pages.text(visit.browser.user_id, "soft") + pages.text(words("reset_what"))
    inner += visit.form(pages.button(words("reset"), "bad"))
    return visit.show(Page(words("reset_title"), inner))


_ASKED = {
    "DELETE device": "confirm_device",
    "POST delete_devices": "confirm_devices",
    "POST deactivate": "confirm_deactivate",
    "POST erase": "confirm_deactivate",
    "POST password": "confirm_password",
    "POST get_token": "confirm_token",
    "POST device_signing": "confirm_keys",
}
"""What a program may have begun that waits for a word of its owner, and the text that says it."""


async def _confirm_page(visit: Visit, said: str = "") -> Reply:
    words, user_id = visit.words, visit.browser.user_id
    session_id = visit.ask.query.get("uia", "")
    name = await access_operation(visit.signin.accounts, session_id, user_id, SSO)
    action = " ".join(name.split(" ", 2)[:2])
    what = words(_ASKED[action], name.removeprefix(action).strip())
    inner = pages.text(user_id, "soft") + pages.text(what) + pages.text(words("confirm_care"))
    inner += visit.form(pages.button(words("confirm"), "bad"))
    return visit.show(Page(words("confirm_title"), inner))


_SHOWN: Mapping[str, Callable[[Visit], Awaitable[Reply]]] = {
    "": _overview,
    "org.matrix.profile": _profile,
    "org.matrix.devices_list": _devices,
    "org.matrix.device_view": _device,
    "org.matrix.device_delete": _device_end,
    "org.matrix.account_deactivate": _deactivate_page,
    "org.matrix.cross_signing_reset": _reset_page,
    CONFIRM: _confirm_page,
    _PASSWORD: _password_page,
}

_GRAVE = frozenset(
    {
        "org.matrix.device_delete",
        "org.matrix.account_deactivate",
        "org.matrix.cross_signing_reset",
        CONFIRM,
        _PASSWORD,
    }
)
"""Actions before which somebody proves anew who they are."""


def _action(visit: Visit) -> str:
    name = visit.ask.query.get("action", "")
    return _OLD_ACTIONS.get(name, name)


@endpoint("GET", ACCOUNT, auth=Auth.NONE)
@page
async def account_page(visit: Visit) -> Reply:
    """The account, or the page of the action that the query names."""
    action = _action(visit)
    if not visit.browser.is_signed_in:
        return visit.sign_in_first()
    first = visit.fresh_first() if action in _GRAVE else None
    return first or await _SHOWN.get(action, _overview)(visit)


# --- what is done --------------------------------------------------------------------


async def _save_profile(visit: Visit, form: Mapping[str, str]) -> Reply:
    await visit.signin.names.save(visit.browser.user_id, form.get("name", "").strip())
    return await _profile(visit, visit.words("saved"))


async def _end_device(visit: Visit, form: Mapping[str, str]) -> Reply:
    device_id = visit.ask.query.get("device_id", "")
    await delete_devices(visit.signin.accounts, visit.browser.user_id, [device_id])
    return await _devices(visit, visit.words("ended"))


async def _change_password(visit: Visit, form: Mapping[str, str]) -> Reply:
    signin, user_id, new = visit.signin, visit.browser.user_id, form.get("new", "")
    if new != form.get("again"):
        return await _password_page(visit, failure="different")
    try:
        await check_new_password(signin.spine, user_id, new)
    except MatrixError:
        return await _password_page(visit, failure="weak")
    try:
        await access_by_password(signin.accounts, user_id, form.get("old", ""), None)
    except MatrixError as error:
        wrong = "too_often" if error.status == 429 else "wrong_password"
        return await _password_page(visit, failure=wrong)
    await set_password(signin.accounts, user_id, new, logout="logout" in form)
    fresh = await enter(signin, visit.browser, user_id, is_full=True)
    return pages.redirect(ACCOUNT, headers=(set_cookie(signin, fresh.secret),))


async def _deactivate(visit: Visit, form: Mapping[str, str]) -> Reply:
    user_id = visit.browser.user_id
    if form.get("confirm", "").strip() != user_id:
        return await _deactivate_page(visit, failure="not_confirmed")
    await deactivate(visit.signin.accounts, user_id, erase="erase" in form)
    inner = pages.good(visit.words("deactivated")) + pages.text(visit.words("may_close"))
    return visit.show(Page(visit.words("account"), inner))


async def _reset(visit: Visit, form: Mapping[str, str]) -> Reply:
    session_id = visit.ask.query.get("uia", "")
    await approve(visit.signin.accounts, session_id, visit.browser.user_id, OAUTH)
    inner = pages.good(visit.words("reset_done"))
    return visit.show(Page(visit.words("reset_title"), inner))


async def _confirm(visit: Visit, form: Mapping[str, str]) -> Reply:
    session_id = visit.ask.query.get("uia", "")
    await approve(visit.signin.accounts, session_id, visit.browser.user_id, SSO)
    inner = pages.good(visit.words("reset_done")) + pages.text(visit.words("may_close"))
    return visit.show(Page(visit.words("confirm_title"), inner, script=DONE))


_DONE: Mapping[str, Callable[[Visit, Mapping[str, str]], Awaitable[Reply]]] = {
    "org.matrix.profile": _save_profile,
    "org.matrix.device_delete": _end_device,
    "org.matrix.account_deactivate": _deactivate,
    "org.matrix.cross_signing_reset": _reset,
    CONFIRM: _confirm,
    _PASSWORD: _change_password,
}


@endpoint("POST", ACCOUNT, auth=Auth.NONE, limit="none", streams=True)
@page
async def account_answer(visit: Visit) -> Reply:
    """Do what the form of an action asks for."""
    form, action = await read_form(visit.ask), _action(visit)
    check_form(visit.browser, form)
    if not visit.browser.is_signed_in:
        return visit.sign_in_first()
    first = visit.fresh_first() if action in _GRAVE else None
    if first is not None:
        return first
    if action not in _DONE:
        return visit.trouble("not_there", 404)
    return await _DONE[action](visit, form)


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (account_page, account_answer)
