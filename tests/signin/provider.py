"""An OpenID Connect provider for tests, which can be told to lie."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from aiohttp import web
from aiohttp.helpers import BasicAuth
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from depesha.base.clock import Clock
from tests.signin.steps import challenge_of

CLIENT, SECRET = "depesha", "top: secret"


@dataclass
class Provider:
    """People sign in there at once; `lies` overrides claims of the token."""

    clock: Clock
    issuer: str = ""
    sub: str = "subject-1"
    claims: dict[str, Any] = field(default_factory=lambda: {"preferred_username": "Anna"})
    userinfo: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "ES256"})
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    signs_with: Any = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked_keys: int = 0

    def authorize(self, url: str) -> str:
        """Sign in at the address that a browser was sent to: where it is sent back."""
        query = dict(parse_qsl(urlsplit(url).query))
        assert url.startswith(f"{self.issuer}/auth?")
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        answer = urlencode({"code": code, "state": query["state"], "iss": self.issuer})
        return f"{query['redirect_uri']}?{answer}"

    async def auth(self, request: web.Request) -> web.Response:
        """The page where people sign in, which lets everybody through."""
        raise web.HTTPFound(self.authorize(self.issuer + request.raw_path))

    async def metadata(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def keys(self, request: web.Request) -> web.Response:
        self.asked_keys += 1
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    async def token(self, request: web.Request) -> web.Response:
        form = {k: v[-1] for k, v in parse_qs(await request.text()).items()}
        auth = BasicAuth.decode(request.headers["Authorization"])
        assert (auth.login, auth.password) == (CLIENT, "top%3A%20secret")
        asked = self.codes.pop(form["code"], None)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        assert challenge_of(form["code_verifier"]) == asked["code_challenge"]
        now = self.clock.now_ms() // 1000
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.sub,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
            **self.lies,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.signs_with or self.key
        header = {"kid": "one", **self.header}
        token = jwt.encode(header, claims, key, algorithms=["ES256", "HS256"])
        answer = {"access_token": "bearer-1", "token_type": "Bearer", "id_token": token}
        return web.json_response(answer)

    async def user(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer bearer-1"
        return web.json_response({"sub": self.sub, **self.userinfo})


@asynccontextmanager
async def start_provider(clock: Clock) -> AsyncIterator[Provider]:
    """A provider on a free port."""
    provider = Provider(clock)
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", provider.metadata)
    app.router.add_get("/auth", provider.auth)
    app.router.add_get("/keys", provider.keys)
    app.router.add_post("/token", provider.token)
    app.router.add_get("/userinfo", provider.user)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    provider.issuer = f"http://{host}:{port}"
    try:
        yield provider
    finally:
        await runner.cleanup()
