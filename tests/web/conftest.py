"""Real browsers in front of a real server: each person has a browser context of their own."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from depesha.app import serve, site
from depesha.base.clock import Clock
from tests.harness.client import Client, Wire
from tests.harness.databases import Templates
from tests.harness.server import config_for
from tests.web.house import House, make_house
from tests.web.page import DESKTOP, PHONE, Person, watched

# What one person does goes by the server to another: on a slow machine that takes a while.
expect.set_options(timeout=20_000)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

if os.environ.get("CI") != "true":  # there a missing package is an error, not a skip
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium", allow_module_level=True)
    if not (site.DIST / "index.html").exists():
        pytest.skip("the client is not built: make setup", allow_module_level=True)


@pytest.fixture(scope="session")
def lean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built client with a service worker that keeps nothing but the page for later."""
    folder = tmp_path_factory.mktemp("lean") / "dist"
    shutil.copytree(site.DIST, folder, copy_function=os.symlink)
    for packed in folder.glob("sw.js*"):
        packed.unlink()
    script = (site.DIST / "sw.js").read_text("utf-8")
    lean_script, count = re.subn(r"FILES=\[.*?\]", 'FILES=["/"]', script, count=1)
    assert count == 1
    (folder / "sw.js").write_text(lean_script, "utf-8")
    return folder


@pytest.fixture(autouse=True)
def client_files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve the lean client, unless the test is of what is kept: it is marked `keeps`.

    To keep all files is a quarter of what a browser has to do for somebody who signs in.
    """
    if request.node.get_closest_marker("keeps") is None and (site.DIST / "sw.js").exists():
        monkeypatch.setattr(site, "DIST", request.getfixturevalue("lean"))


@pytest.fixture
async def wire(tmp_path: Path, templates: Templates) -> AsyncIterator[Wire]:
    """The way to a running server that serves the client; its clock is the real one."""
    db_url = templates.copy_sqlite(tmp_path / "depesha.sqlite")
    # The push services of these tests are on this machine.
    config = config_for(tmp_path, db_url, allowed_networks=("127.0.0.0/8",))
    async with serve.running(config, Clock()) as running:
        wire = Wire(running.base_url)
        yield wire
        await wire.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, which asks nobody outside for anything."""
    quiet = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
    heard = ("--use-fake-device-for-media-stream",)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*quiet, *heard])
        yield browser
        await browser.close()


Open = Callable[..., Awaitable[Person]]


@pytest.fixture
async def open_client(wire: Wire, chromium: Browser) -> AsyncIterator[Open]:
    """`await open_client("alice", phone=True)`: a browser, signed in to a new account.

    An account that exists is given as its client; `url` is the server's by another way.
    """
    async with AsyncExitStack() as stack:

        async def open_(
            who: str | Client,
            *,
            phone: bool = False,
            dark: bool = False,
            lang: str = "en",
            url: str | None = None,
        ) -> Person:
            account = await Client(wire).register(who) if isinstance(who, str) else who
            context = await chromium.new_context(
                base_url=url or wire.base_url,
                viewport=PHONE if phone else DESKTOP,
                has_touch=phone,
                is_mobile=phone,
                color_scheme="dark" if dark else "light",
                locale=lang,
            )
            stack.push_async_callback(context.close)
            page = await stack.enter_async_context(watched(context))
            person = Person(page, account, phone)
            await person.sign_in()
            return person

        yield open_


@pytest.fixture
async def house(tmp_path: Path, wire: Wire) -> House:
    """A ministry with two departments."""
    return await make_house(tmp_path, wire)
