"""The web client as it is served."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from depesha.app import site
from depesha.app.site import load_files

PAGE = "<!doctype html><title>Depesha</title>" + "<p>text</p>" * 50


@dataclass(frozen=True)
class Page:
    """What came, still packed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def get(server: Any, path: str, **headers: str) -> Page:
    """Ask as a browser would, without unpacking what comes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = URL(server.anyone.wire.base_url + path, encoded=True)
    async with (
        aiohttp.ClientSession(auto_decompress=False) as http,
        http.get(url, headers=named) as answer,
    ):
        return Page(answer.status, answer.headers, await answer.read())


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built client of two files, in the place where the server looks."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "index.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    (folder / "index.html.br").write_bytes(b"packed by brotli")
    (folder / "assets" / "index-1a2b.js").write_text("start()")
    (folder / "assets" / "notes.txt").write_text("not of a kind that is served")
    monkeypatch.setattr(site, "DIST", folder)
    return folder


@pytest.mark.usefixtures("dist")
async def test_the_page_comes_in_the_form_that_the_browser_takes(start_server: Any) -> None:
    async with start_server(listen="127.0.0.1:0") as server:
        packed = await get(server, "/", Accept_Encoding="gzip;q=0.8, br")
        assert packed.headers["content-encoding"] == "br"
        assert packed.body == b"packed by brotli"
        assert "script-src 'self' 'wasm-unsafe-eval'" in packed.headers["content-security-policy"]
        assert packed.headers["cache-control"] == "no-cache"
        plain = await get(server, "/", Accept_Encoding="identity")
        assert "content-encoding" not in plain.headers
        assert plain.body.decode() == PAGE
        again = await get(server, "/", If_None_Match=plain.headers["etag"])
        assert (again.status, again.body) == (304, b"")


@pytest.mark.usefixtures("dist")
async def test_hashed_files_are_kept_for_ever_and_others_are_missing(start_server: Any) -> None:
    async with start_server(listen="127.0.0.1:0") as server:
        script = await get(server, "/assets/index-1a2b.js")
        assert (script.status, script.body) == (200, b"start()")
        assert "immutable" in script.headers["cache-control"]
        for missing in ("/assets/notes.txt", "/assets/..%2Findex.html", "/static/x.png", "/sw.js"):
            assert (await get(server, missing)).status == 404


async def test_without_a_built_client_the_page_says_how_to_connect(
    start_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "DIST", tmp_path / "nothing")
    assert load_files(site.DIST) == {}
    async with start_server(listen="127.0.0.1:0") as server:
        page = await get(server, "/")
        assert page.status == 200
        assert "Как подключиться" in page.body.decode()
