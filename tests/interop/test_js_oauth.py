"""matrix-js-sdk in Node signs in by OAuth 2.0, and two of its devices meet by a QR code."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from depesha.app import serve
from depesha.base.clock import Clock
from tests.harness.client import PASSWORD, Wire
from tests.harness.databases import Templates
from tests.harness.server import Server, config_for
from tests.interop.test_js_sdk import NODE, Js, installed
from tests.signin.steps import Browser, answer_in

__all__ = ["installed"]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
async def server(tmp_path: Path, templates: Templates) -> AsyncIterator[Server]:
    """A server with the real clock that knows its own address, and Alice."""
    db_url = templates.copy_sqlite(tmp_path / "depesha.sqlite")
    config = config_for(tmp_path, db_url, listen=f"127.0.0.1:{_free_port()}")
    clock: Any = Clock()
    async with serve.running(config, clock) as running:
        wire = Wire(running.base_url)
        found = Server(config, clock, wire, running)
        await found.register("alice")
        yield found
        await wire.close()


@pytest.fixture
async def js(installed: Path, server: Server, tmp_path: Path) -> AsyncIterator[Js]:
    with (tmp_path / "js.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            NODE, installed / "oauth.mjs", server.base_url,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
        )  # fmt: skip
        yield Js(process)
        process.kill()
        await process.wait()


@pytest.mark.slow
async def test_it_signs_in_by_a_code_and_meets_another_device(server: Server, js: Js) -> None:
    found = await js("discover")
    assert found["account"] == f"{server.base_url}/_depesha/account"
    browser = Browser(server)
    await browser.open((await js("address"))["url"])
    await browser.sign_in()
    answer = answer_in(await browser.submit(answer="allow"))
    who = await js("complete", code=answer["code"])
    assert who["user_id"] == "@alice:depesha.test"
    assert await js("refresh") == who
    met = await js("meet")
    assert met["same"] is True
    assert met["heard"]["type"] == "m.login.protocols"
    assert await js("revoke") == {"errcode": "M_UNKNOWN_TOKEN"}


@pytest.mark.slow
async def test_it_registers_an_account(server: Server, js: Js) -> None:
    await js("discover")
    browser = Browser(server)
    await browser.open((await js("address", prompt="create"))["url"])
    await browser.submit(user="dora", password=PASSWORD, again=PASSWORD)
    answer = answer_in(await browser.submit(answer="allow"))
    who = await js("complete", code=answer["code"])
    assert who["user_id"] == "@dora:depesha.test"


@pytest.mark.slow
async def test_its_device_is_let_in_from_elsewhere(server: Server, js: Js) -> None:
    await js("discover")
    browser = Browser(server)
    await browser.open((await js("beginDevice"))["url"])
    await browser.sign_in()
    await browser.submit(answer="allow")
    assert (await js("endDevice"))["user_id"] == "@alice:depesha.test"
