"""The pages where somebody lets a client in.

Spec: client-server API, "Authorisation code flow", "Device authorisation flow", "Client login
via SSO".
"""

from html import escape
from urllib.parse import quote, urlencode, urlsplit

from depesha.accounts import Ticket, issue
from depesha.base.canonical import Json
from depesha.base.errors import MatrixError, invalid_param
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint
from depesha.http.form import read_form
from depesha.signin import pages
from depesha.signin.authorize import (
    Authorization,
    Refused,
    access_authorization,
    check_wanted,
    make_code,
)
from depesha.signin.browser import check_form
from depesha.signin.clients import Client
from depesha.signin.link import PAGE as LINK
from depesha.signin.link import access_waiting, answer_link, tidy_code
from depesha.signin.metadata import AUTHORIZE, check_on
from depesha.signin.oidc import access_provider
from depesha.signin.pages import Page
from depesha.signin.record import Signin
from depesha.signin.rules import Target, find_target, with_answer
from depesha.signin.visit import SIGNIN, SIGNUP, Visit, page

SSO = "/_depesha/signin/sso"
_SIGNOUT = "/_depesha/signout"


def _client_name(visit: Visit, client: Client) -> str:
    name = client.text("client_name", visit.words.language)
    return name or (urlsplit(client.metadata["client_uri"]).hostname or "")


def _about(visit: Visit, client: Client) -> str:
    """What a client says of itself, with its documents."""
    words, language = visit.words, visit.words.language
    site = urlsplit(client.metadata["client_uri"]).hostname or ""
    inner = pages.text(words("allow_site", site), "soft")
    for name, label in (("policy_uri", "policy"), ("tos_uri", "terms")):
        if uri := client.text(name, language):
            inner += (
                f'<p><a href="{escape(uri)}" target=_blank rel="noopener noreferrer">'
                f"{escape(words(label))}</a></p>"
            )
    return inner


def _not_me(visit: Visit) -> str:
    """The form that lets somebody else sign in."""
    words, back = visit.words, quote(visit.here, safe="")
    label = words("not_me", visit.browser.user_id)
    return visit.form(pages.button(label, "second"), f"{_SIGNOUT}?next={back}")


def _choice(visit: Visit) -> str:
    words = visit.words
    return visit.form(
        pages.button(words("allow"), answer="allow")
        + pages.button(words("deny"), "second", answer="deny")
    )


# --- a client that sent the browser here ---------------------------------------------


def _first(visit: Visit) -> Reply | None:
    """Where somebody must go before they can consent."""
    query = dict(visit.ask.query)
    prompt = query.pop("prompt", "")
    back = f"{AUTHORIZE}?{urlencode(query)}"
    if prompt == "create":
        return visit.sign_in_first(SIGNUP, back)
    if prompt == "login":
        return visit.sign_in_first(SIGNIN, back, again="1")
    if not visit.browser.is_signed_in:
        return visit.sign_in_first(SIGNIN, back)
    return None


@endpoint("GET", AUTHORIZE, auth=Auth.NONE)
@page
async def authorize_page(visit: Visit) -> Reply:
    """Ask whether a client may come in."""
    check_on(visit.signin)
    asked = await access_authorization(visit.signin, visit.ask.query)
    try:
        wanted = check_wanted(asked.client, visit.ask.query)
        if visit.ask.query.get("prompt") == "none":
            raise Refused("interaction_required", "Somebody must consent")
    except Refused as error:
        return pages.redirect(asked.answer(error=error.error, error_description=str(error)))
    first = _first(visit)
    if first is not None:
        return first
    return _consent(visit, asked, wanted.device_id)


def _consent(visit: Visit, asked: Authorization, device_id: str) -> Reply:
    words, target = visit.words, _target(asked.redirect_uri)
    inner = pages.text(words("allow_what", visit.browser.user_id))
    inner += pages.text(words("allow_where", target.shown))
    inner += pages.text(words("allow_care"))
    inner += _about(visit, asked.client)
    inner += pages.text(words("link_device", device_id), "soft")
    inner += _choice(visit) + _not_me(visit)
    title = words("allow_title", _client_name(visit, asked.client))
    return visit.show(Page(title, inner, leads_to=target.source))


def _target(uri: str) -> Target:
    target = find_target(uri)
    if target is None:
        raise invalid_param("This address cannot be gone to")
    return target


@endpoint("POST", AUTHORIZE, auth=Auth.NONE, limit="none", streams=True)
@page
async def authorize_answer(visit: Visit) -> Reply:
    """Send the browser back to the client, with a code or a refusal."""
    check_on(visit.signin)
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    asked = await access_authorization(visit.signin, visit.ask.query)
    try:
        wanted = check_wanted(asked.client, visit.ask.query)
        if form.get("answer") != "allow":
            raise Refused("access_denied", "The user has refused")
    except Refused as error:
        return pages.redirect(asked.answer(error=error.error, error_description=str(error)))
    if not visit.browser.is_signed_in:
        return visit.sign_in_first()
    code = await make_code(visit.signin, asked, wanted, visit.browser.user_id)
    return pages.redirect(asked.answer(code=code))


# --- a device that shows a code ------------------------------------------------------


@endpoint("GET", LINK, auth=Auth.NONE)
@page
async def link_page(visit: Visit) -> Reply:
    """Ask for the code of a device, or whether the device with the code may come in."""
    check_on(visit.signin)
    if not visit.browser.is_signed_in:
        return visit.sign_in_first()
    visit.signin.spine.limits.check("login", visit.ask.address)
    code = tidy_code(visit.ask.query.get("user_code", ""))
    if not code:
        return _ask_code(visit)
    try:
        waiting = await access_waiting(visit.signin, code)
    except MatrixError:
        return _ask_code(visit, "link_unknown")
    words = visit.words
    inner = pages.text(words("allow_what", visit.browser.user_id))
    inner += pages.text(words("link_care"))
    inner += f"<p class=code>{code[:4]}-{code[4:]}</p>"
    inner += _about(visit, waiting.client)
    inner += pages.text(words("link_device", waiting.device_id), "soft")
    inner += _choice(visit) + _not_me(visit)
    return visit.show(Page(words("allow_title", _client_name(visit, waiting.client)), inner))


def _ask_code(visit: Visit, failure: str = "") -> Reply:
    words = visit.words
    code = pages.field(
        words("code"),
        "user_code",
        extra='required autofocus class=code placeholder="ABCD-EFGH" maxlength=20',
    )
    inner = pages.text(words("link_what")) + pages.alert(words(failure) if failure else "")
    inner += f"<form method=get>{code}{pages.button(words('go_on'))}</form>"
    return visit.show(Page(words("link_title"), inner, 404 if failure else 200))


@endpoint("POST", LINK, auth=Auth.NONE, limit="none", streams=True)
@page
async def link_answer(visit: Visit) -> Reply:
    """Let the device in, or refuse it."""
    check_on(visit.signin)
    form = await read_form(visit.ask)
    check_form(visit.browser, form)
    if not visit.browser.is_signed_in:
        return visit.sign_in_first()
    is_allowed = form.get("answer") == "allow"
    code = tidy_code(visit.ask.query.get("user_code", ""))
    try:
        await answer_link(visit.signin, code, visit.browser.user_id if is_allowed else "")
    except MatrixError:
        return _ask_code(visit, "link_unknown")
    words = visit.words
    said = words("link_done") if is_allowed else words("link_refused")
    inner = pages.good(said) + pages.text(words("may_close"))
    return visit.show(Page(words("link_title"), inner))


# --- a client of the legacy API ------------------------------------------------------


@endpoint(
    "GET",
    "/_matrix/client/v3/login/sso/redirect",
    spec="redirectToSSO",
    auth=Auth.NONE,
)
async def sso_redirect(signin: Signin, ask: Ask[None]) -> Reply:
    """Send the browser to sign in, and then to the client with a login token."""
    uri = ask.need("redirectUrl")
    if find_target(uri) is None:
        raise invalid_param("redirectUrl cannot be gone to")
    query = {"redirectUrl": uri}
    if ask.query.get("action") == "register":
        query["action"] = "register"
    return pages.redirect(f"{SSO}?{urlencode(query)}", 302)


@endpoint(
    "GET",
    "/_matrix/client/v3/login/sso/redirect/{idpId}",
    spec="redirectToIdP",
    auth=Auth.NONE,
)
async def sso_redirect_to(signin: Signin, ask: Ask[None]) -> Reply:
    """The same by a certain provider."""
    uri = ask.need("redirectUrl")
    if find_target(uri) is None:
        raise invalid_param("redirectUrl cannot be gone to")
    provider = access_provider(signin, ask.params["idpId"])
    back = f"{SSO}?{urlencode({'redirectUrl': uri})}"
    return pages.redirect(f"{SIGNIN}/oidc/{provider.name}?next={quote(back, safe='')}", 302)


@endpoint("GET", SSO, auth=Auth.NONE)
@page
async def sso_page(visit: Visit) -> Reply:
    """Ask whether the browser may go on to the client, signed in."""
    target = _target(visit.ask.query.get("redirectUrl", ""))
    if not visit.browser.is_signed_in:
        query = dict(visit.ask.query)
        path = SIGNUP if query.pop("action", "") == "register" else SIGNIN
        return visit.sign_in_first(path, f"{SSO}?{urlencode(query)}")
    words = visit.words
    inner = pages.text(words("sso_what", target.shown, visit.browser.user_id))
    inner += pages.text(words("allow_care"))
    inner += visit.form(pages.button(words("go_on"), answer="allow")) + _not_me(visit)
    return visit.show(Page(words("sso_title", target.shown), inner, leads_to=target.source))


@endpoint("POST", SSO, auth=Auth.NONE, limit="none", streams=True)
@page
async def sso_answer(visit: Visit) -> Reply:
    """Send the browser to the client with a login token."""
    check_form(visit.browser, await read_form(visit.ask))
    uri = visit.ask.query.get("redirectUrl", "")
    _target(uri)
    if not visit.browser.is_signed_in:
        return visit.sign_in_first()
    token = await issue(visit.signin.accounts, Ticket.LOGIN, visit.browser.user_id)
    # What stands in a fragment would hide the token from the client's own server.
    base, mark, fragment = uri.partition("#")
    return pages.redirect(with_answer(base, "query", {"loginToken": token}) + mark + fragment)


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (
    authorize_page,
    authorize_answer,
    link_page,
    link_answer,
    sso_redirect,
    sso_redirect_to,
    sso_page,
    sso_answer,
)
