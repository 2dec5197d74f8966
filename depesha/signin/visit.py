"""One visit of a browser to one of our pages: who it is, in which language, and the reply.

What is refused is shown to the person as a page.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from depesha.accounts import CONFIRM
from depesha.base.errors import MatrixError
from depesha.http.endpoint import Ask, Reply
from depesha.signin import pages
from depesha.signin.browser import Browser, find_browser, is_fresh, set_cookie
from depesha.signin.pages import Page
from depesha.signin.record import Signin
from depesha.signin.words import Words, words_for

SIGNIN = "/_depesha/signin"
SIGNUP = "/_depesha/signup"
SECOND = "/_depesha/signin/second"
ENROL = "/_depesha/signin/enrol"
FORGOT = "/_depesha/forgot"
MAIL = "/_depesha/account/mail"
TOTP = "/_depesha/account/totp"
PASSKEYS = "/_depesha/account/passkeys"


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a page."""

    signin: Signin
    ask: Ask[None]
    browser: Browser
    words: Words

    @property
    def here(self) -> str:
        """Path and query of the page."""
        query = urlencode(self.ask.query)
        return f"{self.ask.path}?{query}" if query else self.ask.path

    def show(self, page: Page) -> Reply:
        """The page, with a cookie for a new browser."""
        if CONFIRM in self.here:
            # On the way to that page, too: else the browser parts it from who opened it.
            page = replace(page, tells_opener=True)
        cookie = (set_cookie(self.signin, self.browser.secret),) if self.browser.is_new else ()
        return pages.render(page, self.words, self.signin.spine.clock.new_id(), cookie)

    def form(self, inner: str, action: str = "", extra: str = "") -> str:
        """A form of this browser; `extra` are further attributes."""
        return pages.form(self.browser.form_token, inner, action, extra)

    def trouble(self, name: str, status: int = 400) -> Reply:
        """The page that says why nothing came of it."""
        return self.show(Page(self.words("trouble"), pages.alert(self.words(name)), status))

    def sign_in_first(self, path: str = SIGNIN, back: str = "", **query: str) -> Reply:
        """Send the browser to sign in, and then back here."""
        target = f"{path}?next={quote(back or self.here, safe='')}"
        return pages.redirect("&".join((target, *(f"{k}={v}" for k, v in query.items()))))

    def fresh_first(self) -> Reply | None:
        """Where somebody must go first to do what is grave; None when they may go on."""
        if not self.browser.is_signed_in:
            return self.sign_in_first()
        if not is_fresh(self.signin, self.browser):
            return self.sign_in_first(again="1")
        return None


Show = Callable[[Visit], Awaitable[Reply]]
Handler = Callable[[Signin, Ask[None]], Awaitable[Reply]]


def page(show: Show) -> Handler:
    """The handler of an endpoint that shows pages. What a form brings is limited by address."""

    async def handler(signin: Signin, ask: Ask[None]) -> Reply:
        words = words_for(ask.headers.get("accept-language", ""))
        visit = Visit(signin, ask, await find_browser(signin, ask), words)
        try:
            if ask.method == "POST":
                signin.spine.limits.check("login", ask.address)
            return await show(visit)
        except MatrixError as error:
            return visit.trouble(_reason(error), error.status)

    return handler


def _reason(error: MatrixError) -> str:
    """The name of the text that says it."""
    by_code = {
        "M_LIMIT_EXCEEDED": "too_often",
        "M_USER_LOCKED": "locked",
        "M_USER_DEACTIVATED": "gone",
        "M_NOT_FOUND": "not_there",
        "M_UNRECOGNIZED": "not_there",
        "M_INVALID_PARAM": "bad_input",
        "M_UNKNOWN": "bad_client",
        "M_THREEPID_DENIED": "address_denied",
    }
    return by_code.get(error.errcode, "stale")
