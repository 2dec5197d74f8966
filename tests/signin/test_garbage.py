"""Whatever a stranger sends to the pages and to the OAuth 2.0 API, it makes no fault."""

from typing import Any
from urllib.parse import urlencode

import pytest

from depesha.http.endpoint import Auth
from tests.harness.client import PASSWORD
from tests.harness.endpoints import load_endpoints
from tests.harness.server import Server
from tests.signin.steps import Browser, register_client

ROWS = sorted(
    {
        (row.method, path.replace("{provider}", "city"), row.streams)
        for row in load_endpoints()
        for path in row.paths
        if row.auth is Auth.NONE and path.startswith("/_depesha/")
    }
)
NAMES = (
    *("action", "answer", "client_id", "code", "code_challenge", "code_challenge_method"),
    *("credential", "device_id", "grant_type", "letter", "next", "prompt", "redirectUrl"),
    *("redirect_uri", "refresh_token", "response_mode", "response_type", "scope", "secret"),
    *("state", "token", "uia", "user", "user_code", "address", "name", "remove", "password"),
)
VALUES = ("", "x" * 150, "\N{GRINNING FACE}", "%", "{}", "@a:b", "https://a.test/ b")


@pytest.mark.parametrize("value", VALUES)
async def test_nonsense_is_refused_or_shown(server: Server, value: str) -> None:
    await server.register("alice")
    browser = Browser(server)
    await browser.open("/_depesha/signin")
    await browser.sign_in("alice", PASSWORD)
    client_id = await register_client(server)
    for cookie in ("", "; ".join(f"{k}={v}" for k, v in browser.cookies.items())):
        for method, path, streams in ROWS:
            fields: dict[str, Any] = dict.fromkeys(NAMES, value)
            for known in ({}, {"client_id": client_id, "grant_type": "authorization_code"}):
                sent = fields | known
                form = {**sent, "token": browser.form_token} if cookie else sent
                # The harness fails at every 500.
                answer = await server.wire.request(
                    method,
                    path,
                    query=sent,
                    data=urlencode(form) if streams else None,
                    headers={"Cookie": cookie} if cookie else {},
                )
                assert answer.status < 500
