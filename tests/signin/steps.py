"""Steps that several tests of signing in take: a browser, and a client of OAuth 2.0."""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urljoin, urlsplit

from tests.harness.client import PASSWORD, Client, Response
from tests.harness.server import Server

REDIRECT = "https://app.client.test/callback"
VERIFIER = "v" * 43
METADATA: dict[str, Any] = {
    "client_name": "Probe",
    "client_name#ru": "Зонд",
    "client_uri": "https://client.test/",
    "redirect_uris": [REDIRECT],
    "response_types": ["code"],
    "grant_types": [
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
    ],
    "token_endpoint_auth_method": "none",
    "application_type": "web",
}
OAUTH = "/_depesha/oauth2"
ACCOUNT = "/_depesha/account"


class _Forms(HTMLParser):
    """The forms of a page: where they lead, and the fields that are filled in."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append((found.get("action") or "", {}))
        elif tag == "input" and self.forms and found.get("type") != "checkbox":
            self.forms[-1][1][found.get("name") or ""] = found.get("value") or ""


@dataclass
class Browser:
    """A browser with its cookies, at a page; it follows redirects within the server."""

    server: Server
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)
    url: str = ""
    page: str = ""
    status: int = 0
    headers: Any = None

    async def open(self, url: str) -> str:
        """Go to a path or address; the address where it ends, which may be elsewhere."""
        return await self._go("GET", urljoin(self.server.base_url + self.url, url), None)

    async def submit(self, form: int = 0, **fields: str) -> str:
        """Send a form of the page; where that leads."""
        action, given = self.forms()[form]
        target = urljoin(self.server.base_url + self.url, action or self.url)
        return await self._go("POST", target, {**given, **fields})

    def forms(self) -> list[tuple[str, dict[str, str]]]:
        parser = _Forms()
        parser.feed(self.page)
        return parser.forms

    @property
    def form_token(self) -> str:
        """What a form of this browser's pages brings."""
        return self.forms()[0][1]["token"]

    async def _go(self, method: str, url: str, form: dict[str, str] | None) -> str:
        for _ in range(10):
            if not url.startswith(self.server.base_url):
                return url
            answer = await self._request(method, url, form)
            self.url = url.removeprefix(self.server.base_url)
            self.page, self.status = answer.body.decode(), answer.status
            self.headers = answer.headers
            if answer.status not in {302, 303}:
                return self.url
            url = urljoin(url, answer.headers["Location"])
            method, form = "GET", None
        raise AssertionError("redirected for ever")

    async def _request(self, method: str, url: str, form: dict[str, str] | None) -> Response:
        parts = urlsplit(url)
        query: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {"Accept-Language": self.language}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        data = None
        if form is not None:
            data = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        wire = self.server.wire
        answer = await wire.request(method, parts.path, query=query, headers=headers, data=data)
        if cookie := answer.headers.get("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    async def sign_in(self, user: str = "alice", password: str = PASSWORD) -> str:
        """Fill in the page that asks who somebody is."""
        assert "/signin" in self.url, self.url
        return await self.submit(user=user, password=password)


def challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def scope(device_id: str = "PROBE12345") -> str:
    return f"urn:matrix:client:api:* urn:matrix:client:device:{device_id}"


async def register_client(server: Server, **fields: Any) -> str:
    """The id of a client."""
    answer = await server.anyone.post(f"{OAUTH}/register", METADATA | fields)
    client_id: str = answer.ok(201)["client_id"]
    return client_id


def authorize_url(client_id: str, **fields: str) -> str:
    query = {
        "response_type": "code",
        "response_mode": "fragment",
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "scope": scope(),
        "state": "S1",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        **fields,
    }
    return f"{OAUTH}/authorize?{urlencode(query)}"


def answer_in(url: str) -> dict[str, str]:
    """What a client is told in the address that the browser was sent to."""
    parts = urlsplit(url)
    return {k: v[-1] for k, v in parse_qs(parts.fragment or parts.query).items()}


async def get_code(server: Server, client_id: str, user: str = "alice", **fields: str) -> str:
    """An authorisation code after signing in and consenting."""
    browser = Browser(server)
    await browser.open(authorize_url(client_id, **fields))
    await browser.sign_in(user)
    return answer_in(await browser.submit(answer="allow"))["code"]


async def ask_token(server: Server, **form: str) -> Response:
    """What the token endpoint answers."""
    return await server.wire.request(
        "POST",
        f"{OAUTH}/token",
        data=urlencode(form),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )


async def exchange_code(server: Server, client_id: str, code: str, **fields: str) -> Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    return await ask_token(server, **(form | fields))


async def oauth_tokens(server: Server, client_id: str, user: str = "alice", **fields: str) -> Any:
    """The whole way of the authorisation code; the token response."""
    code = await get_code(server, client_id, user, **fields)
    return (await exchange_code(server, client_id, code)).ok()


def oauth_client(server: Server, user_id: str, tokens: Any) -> Client:
    device_id = tokens["scope"].rpartition(":")[2]
    return Client(server.wire, user_id, tokens["access_token"], device_id)


def denied(answer: Response, error: str, status: int = 400) -> None:
    """Assert that a request of OAuth 2.0 was refused so."""
    assert (answer.status, answer.json["error"]) == (status, error), answer.json
    assert answer.json["error_description"]


def visible(page: str) -> str:
    """The text of a page."""
    body = re.sub(r"<(style|script).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
