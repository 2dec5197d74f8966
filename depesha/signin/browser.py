"""The browser that somebody is signed in with on our own pages: a cookie, and who is behind it.

A form is accepted only with the token that the page had for this very cookie.
"""

from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest

from depesha.accounts import find_caller, token_hash
from depesha.base.errors import forbidden
from depesha.http.endpoint import Ask
from depesha.io.tx import Tx
from depesha.signin import store
from depesha.signin.record import Signin
from depesha.signin.second import lacks_factor

LIFE_MS = 12 * 3600 * 1000
"""How long somebody stays signed in on the pages."""

FRESH_MS = 10 * 60_000
"""How long after signing in grave things may be done."""

_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser by the secret in its cookie; `user_id` "" when nobody is signed in.

    `is_full` False: the second factor is still to come. `auth_ts`: when (ms) they signed in.
    """

    secret: str
    is_new: bool
    user_id: str = ""
    is_full: bool = False
    auth_ts: int = 0

    @property
    def is_signed_in(self) -> bool:
        return self.user_id != "" and self.is_full

    @property
    def form_token(self) -> str:
        """What a form of this browser must bring."""
        key = self.secret.encode()
        return blake2b(b"form", key=key, digest_size=16).hexdigest()


def _cookie_name(signin: Signin) -> str:
    return "__Host-depesha" if _is_secure(signin) else "depesha"


def _is_secure(signin: Signin) -> bool:
    return signin.spine.config.base_url().startswith("https:")


def set_cookie(signin: Signin, secret: str) -> tuple[bytes, bytes]:
    """The header that gives a browser its secret; it is gone when the browser is closed."""
    text = f"{_cookie_name(signin)}={secret}; Path=/; HttpOnly; SameSite=Lax"
    return b"set-cookie", (text + ("; Secure" if _is_secure(signin) else "")).encode()


def _secret_of(signin: Signin, ask: Ask[None]) -> str | None:
    for item in ask.headers.get("cookie", "").split(";"):
        name, _, value = item.strip().partition("=")
        if name == _cookie_name(signin) and len(value) == _LENGTH and value.isalnum():
            return value if value.isascii() else None
    return None


def fresh_browser(signin: Signin) -> Browser:
    """A browser that nobody is signed in with."""
    return Browser(signin.spine.clock.new_id(_LENGTH), is_new=True)


async def find_browser(signin: Signin, ask: Ask[None]) -> Browser:
    """The browser that asks, a new one if it brings no cookie."""
    spine = signin.spine
    secret = _secret_of(signin, ask)
    if secret is None:
        return fresh_browser(signin)
    await spine.log.be_fresh()
    row = await spine.db.read(
        store.select_browser, spine.institution.id, token_hash(secret), spine.clock.now_ms()
    )
    if row is None:
        return Browser(secret, is_new=False)
    caller = await find_caller(signin.accounts, row.user_id, "")
    if caller is None or caller.is_locked:
        return Browser(secret, is_new=False)
    # A policy that came later is not got round by who is here already.
    is_full = bool(row.is_full) and not await lacks_factor(spine, row.user_id)
    return Browser(secret, False, row.user_id, is_full, row.auth_ts)


def check_form(browser: Browser, form: dict[str, str]) -> None:
    """Raise 403 M_FORBIDDEN for a form that no page of this browser has sent."""
    if browser.is_new or not compare_digest(
        form.get("token", "").encode(), browser.form_token.encode()
    ):
        raise forbidden("This form is out of date: open the page again")


async def enter(signin: Signin, browser: Browser, user_id: str, *, is_full: bool) -> Browser:
    """Sign somebody in with a browser, which gets another secret; to be set as its cookie."""
    spine = signin.spine
    now = spine.clock.now_ms()
    fresh = Browser(spine.clock.new_id(_LENGTH), True, user_id, is_full, now)

    async def plan(tx: Tx) -> None:
        row = store.BrowserRow(user_id, int(is_full), now, now + LIFE_MS)
        await store.delete_browser(tx, spine.institution.id, token_hash(browser.secret))
        await store.insert_browser(tx, spine.institution.id, token_hash(fresh.secret), row)

    await spine.db.write(plan)
    return fresh


async def leave(signin: Signin, browser: Browser) -> None:
    """Sign out of the pages."""
    spine = signin.spine
    await spine.db.write(store.delete_browser, spine.institution.id, token_hash(browser.secret))


def is_fresh(signin: Signin, browser: Browser) -> bool:
    """True when somebody has just proved who they are."""
    return signin.spine.clock.now_ms() - browser.auth_ts < FRESH_MS
