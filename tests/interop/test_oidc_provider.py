"""Somebody else's OpenID Connect provider signs people in (oidc-provider-mock, over Authlib)."""

import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from depesha.app import serve
from depesha.base.clock import Clock
from depesha.base.providers import Provider
from tests.harness.client import Wire
from tests.harness.databases import Templates
from tests.harness.server import Server, config_for
from tests.interop.test_js_oauth import _free_port
from tests.signin.steps import ACCOUNT, Browser


@pytest.fixture
def issuer() -> Iterator[str]:
    """The address of a provider that signs in whoever one says one is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses an old name of its own library
        from oidc_provider_mock import run_server_in_thread  # noqa: PLC0415

        with run_server_in_thread() as running:
            yield f"http://localhost:{running.server_port}"


@pytest.fixture
async def server(tmp_path: Path, templates: Templates, issuer: str) -> AsyncIterator[Server]:
    db_url = templates.copy_sqlite(tmp_path / "depesha.sqlite")
    provider = Provider(
        name="mock", issuer=issuer, client_id="depesha", client_secret="s", username_claim="sub"
    )
    config = config_for(
        tmp_path,
        db_url,
        listen=f"127.0.0.1:{_free_port()}",
        oidc=(provider,),
        allowed_networks=("127.0.0.0/8", "::1/128"),
    )
    clock: Any = Clock()
    async with serve.running(config, clock) as running:
        wire = Wire(running.base_url)
        yield Server(config, clock, wire, running)
        await wire.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
async def test_a_strangers_provider_signs_people_in(server: Server, issuer: str) -> None:
    for _ in range(2):  # the second time the account is there
        browser = Browser(server)
        address = await browser.open("/_depesha/signin/oidc/mock")
        assert address.startswith(issuer)
        answer = await server.wire.http.post(
            address,
            data=urlencode({"sub": "vera"}),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            allow_redirects=False,
        )
        assert answer.status == 302, await answer.text()
        await browser.open(answer.headers["Location"])
        assert browser.url == ACCOUNT
        assert "@vera:depesha.test" in browser.page
