"""The way to an OpenID Connect provider and back.

Spec: OpenID Connect Core 1.0, section 3.1.2; client-server API, "Client login via SSO".
"""

import logging

from depesha.base.canonical import Json
from depesha.http.endpoint import Auth, Endpoint, Reply, endpoint
from depesha.http.form import read_form
from depesha.signin import pages
from depesha.signin.api_enrol import ask_code, let_in
from depesha.signin.browser import check_form, is_fresh, set_cookie
from depesha.signin.discover import ProviderFailed
from depesha.signin.metadata import ACCOUNT
from depesha.signin.oidc import (
    CALLBACK,
    Person,
    Stranger,
    Taken,
    access_provider,
    come_back,
    connect,
    find_or_make_user,
    leave_for,
    username_of,
)
from depesha.signin.pages import Page
from depesha.signin.record import Signin
from depesha.signin.rules import is_own_path
from depesha.signin.second import must_give_code
from depesha.signin.visit import Visit, page

log = logging.getLogger(__name__)


@endpoint("GET", CALLBACK, auth=Auth.NONE, limit="none")
@page
async def provider_answer(visit: Visit) -> Reply:
    """Sign in whoever has come back from a provider."""
    visit.signin.spine.limits.check("login", visit.ask.address)
    query = visit.ask.query
    if "error" in query or "code" not in query:
        return visit.trouble("provider_refused", 403)
    try:
        person = await come_back(visit.signin, visit.browser, query.get("state", ""), query["code"])
    except ProviderFailed as error:
        return _failed(visit, error)
    if person.link_user:
        return await _connect(visit, person)
    try:
        user_id = await find_or_make_user(visit.signin, person)
    except Taken:
        text = visit.words("provider_taken", username_of(person))
        return visit.show(Page(visit.words("trouble"), pages.alert(text), 403))
    except Stranger:
        return visit.trouble("provider_stranger", 403)
    if await must_give_code(visit.signin.spine, user_id):
        return await ask_code(visit, user_id, person.next)
    return await let_in(visit, user_id, person.next)


async def _connect(visit: Visit, person: Person) -> Reply:
    """Add the provider to the account that is signed in, and that asked for it."""
    if visit.browser.user_id != person.link_user or not visit.browser.is_signed_in:
        return visit.trouble("stale", 403)
    try:
        await connect(visit.signin, person)
    except Taken:
        return visit.trouble("connected_elsewhere", 403)
    return pages.redirect(ACCOUNT)


_ONE = "/_depesha/signin/oidc/{provider}"


@endpoint("GET", _ONE, auth=Auth.NONE, limit="none")
@page
async def to_provider(visit: Visit) -> Reply:
    """Send the browser to a provider, to sign somebody in."""
    visit.signin.spine.limits.check("login", visit.ask.address)
    provider = access_provider(visit.signin, visit.ask.params["provider"])
    wanted = visit.ask.query.get("next", "")
    target = wanted if is_own_path(wanted) else ACCOUNT
    try:
        address = await leave_for(visit.signin, visit.browser, provider, target, "")
    except ProviderFailed as error:
        return _failed(visit, error)
    cookie = (set_cookie(visit.signin, visit.browser.secret),) if visit.browser.is_new else ()
    return pages.redirect(address, headers=cookie)


def _failed(visit: Visit, error: ProviderFailed) -> Reply:
    log.warning("a provider failed", extra={"reason": str(error)})
    return visit.trouble("no_provider", 502)


@endpoint("POST", _ONE, auth=Auth.NONE, limit="none", streams=True)
@page
async def to_connect(visit: Visit) -> Reply:
    """Lead to a provider that is to be added to the account.

    Only a form of ours begins this: else a stranger could have their own person at the provider
    added, in a browser that they had signed in there. The policy of our pages lets no form lead
    to the provider, so the way there is a link.
    """
    check_form(visit.browser, await read_form(visit.ask))
    provider = access_provider(visit.signin, visit.ask.params["provider"])
    if not visit.browser.is_signed_in or not is_fresh(visit.signin, visit.browser):
        return visit.sign_in_first(back=ACCOUNT, again="1")
    user_id = visit.browser.user_id
    try:
        address = await leave_for(visit.signin, visit.browser, provider, ACCOUNT, user_id)
    except ProviderFailed as error:
        return _failed(visit, error)
    inner = pages.text(user_id, "soft")
    inner += f"<p>{pages.link(visit.words('go_on'), address, 'button')}</p>"
    return visit.show(Page(visit.words("connect", provider.label), inner))


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (provider_answer, to_provider, to_connect)
