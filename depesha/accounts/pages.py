"""The few pages for clients that cannot do a step themselves. They load nothing from elsewhere.

Spec: client-server API, "Fallback", "Login Fallback".
"""

from dataclasses import dataclass
from html import escape

from depesha.accounts.rules import DUMMY, PASSWORD, REGISTRATION_TOKEN
from depesha.http.endpoint import Reply


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of the pages in one language."""

    language: str
    title: str
    user: str
    password: str
    token: str
    go_on: str
    done: str


_ENGLISH = Words(
    language="en",
    title="Sign in",
    user="Username",
    password="Password",  # noqa: S106 (a label)
    token="Registration token",  # noqa: S106 (a label)
    go_on="Continue",
    done="Done. You can close this window.",
)
_RUSSIAN = Words(
    language="ru",
    title="Вход",
    user="Имя пользователя",
    password="Пароль",  # noqa: S106 (a label)
    token="Код регистрации",  # noqa: S106 (a label)
    go_on="Продолжить",
    done="Готово. Это окно можно закрыть.",
)


def words_for(accept_language: str) -> Words:
    """The texts in the first language that a browser asks for and that there is."""
    for item in accept_language.split(","):
        language = item.strip()[:2].lower()
        if language in {"ru", "en"}:
            return _RUSSIAN if language == "ru" else _ENGLISH
    return _ENGLISH


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:4rem auto;padding:0 1rem;"
    "color:#1b1b1f;background:#fff}label,input,button{display:block;width:100%;"
    "box-sizing:border-box}input,button{font:inherit;padding:.6rem;margin:.2rem 0 1rem;"
    "border:1px solid #73777f;border-radius:.4rem}button{background:#1f5fbf;color:#fff;border:0}"
    "[role=alert]{color:#ba1a1a}@media(prefers-color-scheme:dark){body{color:#e3e2e6;"
    "background:#1b1b1f}input{color:inherit;background:#2b2b30}}"
)

_DONE = """
if (window.onAuthDone) {
  window.onAuthDone();
} else if (window.opener && window.opener.postMessage) {
  window.opener.postMessage("authDone", "*");
}
"""

_LOGIN = """
const form = document.querySelector("form");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = Object.fromEntries(new URLSearchParams(location.search));
  if ("refresh_token" in body) body.refresh_token = body.refresh_token === "true";
  body.type = "m.login.password";
  body.identifier = { type: "m.id.user", user: form.user.value };
  body.password = form.password.value;
  const answer = await fetch("/_matrix/client/v3/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const found = await answer.json();
  document.querySelector("[role=alert]").textContent = answer.ok ? "" : found.error;
  if (answer.ok && window.matrixLogin) window.matrixLogin.onLogin(found);
});
"""


def login_page(words: Words, nonce: str) -> Reply:
    """The page that signs in and gives the response to `window.matrixLogin.onLogin`."""
    inner = (
        f"<form method=post>{_field(words.user, 'user', 'text', 'username')}"
        f"{_field(words.password, 'password', 'password', 'current-password')}"
        f"<p role=alert></p><button>{words.go_on}</button></form>"
    )
    return _page(words, nonce, inner, _LOGIN)


def stage_page(words: Words, nonce: str, stage: str, session: str, failure: str = "") -> Reply:
    """The form of a stage of user-interactive authentication, with what was wrong before."""
    fields = {
        DUMMY: "",
        PASSWORD: _field(words.password, "password", "password", "current-password"),
        REGISTRATION_TOKEN: _field(words.token, "token", "text", "off"),
    }
    inner = (
        f"<form method=post>{fields[stage]}"
        f'<input type=hidden name=session value="{escape(session)}">'
        f"<p role=alert>{escape(failure)}</p><button>{words.go_on}</button></form>"
    )
    return _page(words, nonce, inner, "", 401 if failure else 200)


def done_page(words: Words, nonce: str) -> Reply:
    """The page that tells the client's window that the stage is complete."""
    return _page(words, nonce, f"<p>{words.done}</p>", _DONE)


def _field(label: str, name: str, kind: str, autocomplete: str) -> str:
    return (
        f"<label for={name}>{label}</label>"
        f"<input id={name} name={name} type={kind} autocomplete={autocomplete} required>"
    )


def _page(words: Words, nonce: str, inner: str, script: str, status: int = 200) -> Reply:
    """The whole page; `nonce` is what its policy knows its own script and style by."""
    html = (
        f"<!doctype html><html lang={words.language}><head><meta charset=utf-8>"
        f"<meta name=viewport content='width=device-width'><title>{words.title}</title>"
        f"<style nonce={nonce}>{_STYLE}</style></head><body><main><h1>{words.title}</h1>{inner}"
        f"</main><script nonce={nonce}>{script}</script></body></html>"
    )
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = ((b"content-security-policy", policy.encode()), (b"cache-control", b"no-store"))
    return Reply(html.encode(), status, headers, b"text/html; charset=utf-8")
