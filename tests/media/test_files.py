"""Files up and down, thumbnails, and what is refused."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from PIL import Image

from depesha.media.preview import read_page
from tests.harness.client import Client
from tests.harness.server import Server

UPLOAD = "/_matrix/media/v3/upload"
DOWN = "/_matrix/client/v1/media/download"
THUMB = "/_matrix/client/v1/media/thumbnail"


def path_of(uri: str) -> str:
    return uri.removeprefix("mxc://")


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (20, 90, 160)).save(out, kind)
    return out.getvalue()


async def put(client: Client, data: bytes, kind: str, name: str = "") -> str:
    options: dict[str, Any] = {"headers": {"Content-Type": kind}, "data": io.BytesIO(data)}
    query = {"filename": name} if name else None
    answer = await client.request("POST", UPLOAD, query=query, **options)
    return str(answer.ok()["content_uri"])


async def test_a_file_comes_back_as_it_went(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    data = bytes(range(256)) * 20_000
    uri = await put(alice, data, "application/x-thing", "отчёт.bin")
    answer = await bob.get(f"{DOWN}/{path_of(uri)}")
    assert (answer.status, answer.body) == (200, data)
    assert answer.headers["Content-Type"] == "application/x-thing"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    part = await bob.get(f"{DOWN}/{path_of(uri)}", headers={"Range": "bytes=10-19"})
    assert (part.status, part.body) == (206, data[10:20])
    named = await bob.get(f"{DOWN}/{path_of(uri)}/other.bin")
    assert 'filename="other.bin"' in named.headers["Content-Disposition"]
    (await server.anyone.get(f"{DOWN}/{path_of(uri)}")).refused(401, "M_MISSING_TOKEN")
    (await server.anyone.get(f"/_matrix/media/v3/download/{path_of(uri)}")).refused(
        404, "M_NOT_FOUND"
    )
    (await bob.get(f"{DOWN}/depesha.test/unknown")).refused(404, "M_NOT_FOUND")
    (await bob.get(f"{DOWN}/depesha.test/..%2F..%2Fsecret")).refused(404, "M_NOT_FOUND")


async def test_an_html_file_is_never_shown_inline(server: Server) -> None:
    alice = await server.register("alice")
    uri = await put(alice, b"<script>1</script>", "text/html")
    answer = await alice.get(f"{DOWN}/{path_of(uri)}")
    assert answer.headers["Content-Disposition"] == "attachment"
    uri = await put(alice, b"plain", "text/plain")
    answer = await alice.get(f"{DOWN}/{path_of(uri)}")
    assert answer.headers["Content-Disposition"] == "inline"


async def test_thumbnails_are_not_smaller_than_asked(server: Server) -> None:
    alice = await server.register("alice")
    uri = await put(alice, picture(1000, 500), "image/png")
    for width, height, method, wanted in (
        (30, 30, "crop", (32, 32)),
        (300, 200, "scale", (320, 160)),
        (700, 500, "scale", (800, 400)),
        (2000, 2000, "scale", (1000, 500)),
        (900, 900, "scale", (1000, 500)),
        (200, 100, "crop", (320, 160)),
        (100, 200, "crop", (160, 320)),
        (600, 600, "crop", (500, 500)),
    ):
        query = {"width": width, "height": height, "method": method}
        answer = await alice.get(f"{THUMB}/{path_of(uri)}", query)
        assert answer.status == 200
        with Image.open(io.BytesIO(answer.body)) as made:
            assert made.size == wanted
    small = await put(alice, picture(10, 10), "image/png")
    answer = await alice.get(f"{THUMB}/{path_of(small)}", {"width": 96, "height": 96})
    assert answer.body == picture(10, 10)
    query = {"width": 0, "height": 9}
    (await alice.get(f"{THUMB}/{path_of(small)}", query)).refused(400, "M_INVALID_PARAM")
    query = {"width": 9, "height": 9, "method": "squeeze"}
    (await alice.get(f"{THUMB}/{path_of(small)}", query)).refused(400, "M_INVALID_PARAM")
    (await alice.get(f"{THUMB}/{path_of(small)}", {"width": 9})).refused(400, "M_MISSING_PARAM")
    text = await put(alice, b"no picture", "image/png")
    (await alice.get(f"{THUMB}/{path_of(text)}", {"width": 9, "height": 9})).refused(
        400, "M_UNKNOWN"
    )


async def test_a_thumbnail_stands_still_and_is_of_a_safe_type(server: Server) -> None:
    alice = await server.register("alice")
    out = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    for data, kind in ((out.getvalue(), "image/gif"), (picture(20, 20, "BMP"), "image/bmp")):
        uri = await put(alice, data, kind)
        answer = await alice.get(f"{THUMB}/{path_of(uri)}", {"width": 320, "height": 240})
        assert answer.headers["Content-Type"] in {"image/png", "image/jpeg"}
        assert answer.headers["Content-Disposition"].startswith('inline; filename="thumbnail.')
        with Image.open(io.BytesIO(answer.body)) as made:
            assert (made.size, getattr(made, "n_frames", 1)) == ((20, 20), 1)


async def test_a_picture_of_too_many_pixels_is_not_decoded(server: Server) -> None:
    alice = await server.register("alice")
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    uri = await put(alice, out.getvalue(), "image/png")
    answer = await alice.get(f"{THUMB}/{path_of(uri)}", {"width": 32, "height": 32})
    answer.refused(413, "M_TOO_LARGE")


async def test_what_a_client_has_is_not_sent_again(server: Server) -> None:
    alice = await server.register("alice")
    uri = await put(alice, b"0123456789", "text/plain")
    whole = await alice.get(f"{DOWN}/{path_of(uri)}")
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in whole.headers["Cache-Control"]
    known = {"If-None-Match": whole.headers["ETag"]}
    answer = await alice.get(f"{DOWN}/{path_of(uri)}", headers=known)
    assert (answer.status, answer.body) == (304, b"")
    answer = await alice.get(f"{DOWN}/{path_of(uri)}", headers={"Range": "bytes=10-"})
    assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */10")
    answer = await alice.get(f"{DOWN}/{path_of(uri)}", headers={"Range": "bytes=-3"})
    assert (answer.status, answer.body) == (206, b"789")


async def test_an_announcement_does_not_hold_for_ever(server: Server) -> None:
    alice = await server.register("alice")
    created = (await alice.post("/_matrix/media/v1/create", {})).ok()
    uri, until = created["content_uri"], created["unused_expires_at"]
    assert until == server.clock.now_ms() + 24 * 3_600_000
    for _ in range(49):
        (await alice.post("/_matrix/media/v1/create", {})).ok()
    (await alice.post("/_matrix/media/v1/create", {})).refused(429, "M_LIMIT_EXCEEDED")
    await server.clock.leap(24 * 3_600)
    path = f"/_matrix/media/v3/upload/{path_of(uri)}"
    (await alice.request("PUT", path, data=b"x")).refused(404, "M_NOT_FOUND")
    (await alice.get(f"{DOWN}/{path_of(uri)}")).refused(404, "M_NOT_FOUND")
    (await alice.post("/_matrix/media/v1/create", {})).ok()


async def test_nobody_takes_more_room_than_granted(
    start_server: Callable[..., AbstractAsyncContextManager[Server]],
) -> None:
    async with start_server(media_quota_bytes=100) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        await put(alice, b"x" * 60, "text/plain")
        (await alice.request("POST", UPLOAD, data=b"x" * 60)).refused(403, "M_FORBIDDEN")
        await put(alice, b"x" * 40, "text/plain")
        await put(bob, b"x" * 60, "text/plain")


async def test_all_files_together_take_no_more_room_than_there_is(
    start_server: Callable[..., AbstractAsyncContextManager[Server]], tmp_path: Path
) -> None:
    async with start_server(media_total_bytes=100) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        await put(alice, b"x" * 60, "text/plain")
        announced = (await bob.post("/_matrix/media/v1/create", {})).ok()["content_uri"]
        announced = f"/_matrix/media/v3/upload/{path_of(announced)}"

        async def unknown_length() -> AsyncIterator[bytes]:
            yield b"y" * 41

        for body in (b"y" * 41, unknown_length()):
            (await bob.request("POST", UPLOAD, data=body)).refused(403, "M_FORBIDDEN")
            (await bob.request("PUT", announced, data=b"y" * 41)).refused(403, "M_FORBIDDEN")
        assert stored(tmp_path) == [b"x" * 60]
        (await bob.request("PUT", announced, data=b"z" * 40)).ok()
        (await alice.request("POST", UPLOAD, data=b"y")).refused(403, "M_FORBIDDEN")
        assert sorted(stored(tmp_path)) == [b"x" * 60, b"z" * 40]


def stored(folder: Path) -> list[bytes]:
    """The contents on the disk."""
    return [path.read_bytes() for path in (folder / "media").rglob("*") if path.is_file()]


async def test_an_announced_file_is_waited_for(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    uri = (await alice.post("/_matrix/media/v1/create", {})).ok()["content_uri"]
    waiting = asyncio.create_task(bob.get(f"{DOWN}/{path_of(uri)}"))
    await asyncio.sleep(0)
    put_path = f"/_matrix/media/v3/upload/{path_of(uri)}"
    (await bob.request("PUT", put_path, data=b"x")).refused(403, "M_FORBIDDEN")
    (await alice.request("PUT", put_path, data=b"late but there")).ok()
    assert (await waiting).body == b"late but there"
    (await alice.request("PUT", put_path, data=b"again")).refused(409, "M_CANNOT_OVERWRITE_MEDIA")
    uri = (await alice.post("/_matrix/media/v1/create", {})).ok()["content_uri"]
    answer = await bob.get(f"{DOWN}/{path_of(uri)}", {"timeout_ms": 0})
    answer.refused(504, "M_NOT_YET_UPLOADED")


async def test_a_file_too_large_is_refused(
    start_server: Callable[..., AbstractAsyncContextManager[Server]],
) -> None:
    async with start_server(max_upload_bytes=1000, open_media=True) as server:
        alice = await server.register("alice")
        (await alice.request("POST", UPLOAD, data=b"x" * 1001)).refused(413, "M_TOO_LARGE")

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(5):
                yield b"x" * 500

        (await alice.request("POST", UPLOAD, data=pieces())).refused(413, "M_TOO_LARGE")
        for path in ("/_matrix/client/v1/media/config", "/_matrix/media/v3/config"):
            assert (await alice.get(path)).ok()["m.upload.size"] == 1000
        uri = await put(alice, picture(4, 4), "image/png")
        old = "/_matrix/media/v3"
        anyone = server.anyone
        assert (await anyone.get(f"{old}/download/{path_of(uri)}")).status == 200
        assert (await anyone.get(f"{old}/download/{path_of(uri)}/a.png")).status == 200
        query: dict[str, Any] = {"width": 4, "height": 4}
        assert (await anyone.get(f"{old}/thumbnail/{path_of(uri)}", query)).status == 200


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("<meta charset=windows-1251><title>Привет</title>".encode("cp1251"), "text/html"),
        ("<title>Привет</title>".encode("koi8-r"), "text/html; charset=KOI8-R"),
        ("<title>Привет</title>".encode(), "text/html; charset=undefined"),
        ("<title>Прив\0ет</title>".encode(), "text/html"),
    ],
)
def test_a_page_is_read_in_its_encoding(page: bytes, kind: str) -> None:
    assert read_page(page, kind, "https://x/") == {"og:title": "Привет"}


def test_of_a_page_only_so_much_is_kept() -> None:
    page = "".join(f'<meta property="og:{n}" content="x">' for n in range(1000))
    page += f"<meta property=og:{'x' * 1000} content=x>"
    assert len(read_page(page.encode(), "text/html", "https://x/")) == 50


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[::1]/", "http://10.0.0.1/"])
async def test_a_preview_reaches_no_private_address(server: Server, url: str) -> None:
    alice = await server.register("alice")
    path = "/_matrix/client/v1/media/preview_url"
    (await alice.get(path, {"url": url})).refused(502, "M_UNKNOWN")
    for wrong in ("file:///etc/passwd", "http://[", "x"):
        (await alice.get(path, {"url": wrong})).refused(400, "M_INVALID_PARAM")


PAGE = """<html><head><title>Title</title><meta property="og:image" content="/picture.png">
<meta name="description" content="What it is about"></head><body>text</body></html>"""


async def test_a_link_is_previewed_and_its_picture_kept_here(
    start_server: Callable[..., AbstractAsyncContextManager[Server]],
) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def image(request: web.Request) -> web.Response:
        return web.Response(body=picture(8, 8), content_type="image/png")

    site = web.Application()
    site.router.add_get("/page", page)
    site.router.add_get("/picture.png", image)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with start_server(allowed_networks=("127.0.0.0/8",)) as server:
            alice = await server.register("alice")
            for path in ("/_matrix/client/v1/media/preview_url", "/_matrix/media/v3/preview_url"):
                told = (await alice.get(path, {"url": f"{url}/page"})).ok()
                assert told["og:title"] == "Title"
                assert told["og:description"] == "What it is about"
                answer = await alice.get(f"{DOWN}/{path_of(told['og:image'])}")
                assert answer.body == picture(8, 8)
            (await alice.get(path, {"url": f"{url}/none"})).refused(502, "M_UNKNOWN")
    finally:
        await runner.cleanup()


async def test_old_previews_and_uploads_that_never_came_are_forgotten(
    start_server: Callable[..., AbstractAsyncContextManager[Server]],
) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text="<title>Title</title>", content_type="text/html")

    site = web.Application()
    site.router.add_get("/page", page)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/page"
    try:
        async with start_server(allowed_networks=("127.0.0.0/8",)) as server:
            alice = await server.register("alice")
            path = "/_matrix/client/v1/media/preview_url"
            (await alice.get(path, {"url": url})).ok()
            kept = await put(alice, b"kept", "text/plain")
            (await alice.post("/_matrix/media/v1/create", {})).ok()
            assert await kept_rows(server) == (1, 2)
        await server.clock.advance(49 * 3600)
        async with start_server() as server:
            await server.clock.advance(1)
            assert await kept_rows(server) == (0, 1)
            alice = await server.anyone.login("alice")
            assert (await alice.get(f"{DOWN}/{path_of(kept)}")).body == b"kept"
    finally:
        await runner.cleanup()


async def kept_rows(server: Server) -> tuple[int, int]:
    """How many previews and files the database has."""

    async def count(tx: Any) -> tuple[int, int]:
        previews = await tx.value(int, "SELECT COUNT(*) FROM media_previews")
        return previews, await tx.value(int, "SELECT COUNT(*) FROM media_files")

    found: tuple[int, int] = await server.running.house.spine.db.read(count)
    return found
