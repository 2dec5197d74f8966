"""Tiles of the map come through the server, from the one host that the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from depesha.base.config import ConfigError, load_config
from depesha.base.tiles import check_tiles, tile_url
from depesha.media.tiles import KEPT_SECONDS, MOST_TILES, Kept, Place
from tests.conftest import StartServer

MAP = "/_depesha/v1/map"
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Tiles:
    """A server of tiles, and what it was asked."""

    port: int = 0
    asked: list[web.Request] = field(default_factory=list)

    @property
    def template(self) -> str:
        return f"http://127.0.0.1:{self.port}/{{z}}/{{x}}/{{y}}.png?key=secret"

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        place = request.path.removeprefix("/").removesuffix(".png")
        match place:
            case "3/0/1":
                raise web.HTTPFound(f"http://127.0.0.1:{self.port}/3/0/0.png")
            case "3/0/2":
                return web.Response(text="<script>", content_type="text/html")
            case "3/0/3":
                return web.Response(status=500)
            case "3/0/4":
                return web.Response(status=404)
            case "3/0/5":
                return web.Response(body=bytes(2 << 20), content_type="image/png")
        return web.Response(body=PNG + place.encode(), content_type="image/png")


@asynccontextmanager
async def serve_tiles() -> AsyncIterator[Tiles]:
    tiles, site = Tiles(), web.Application()
    site.router.add_get("/{rest:.*}", tiles.answer)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    tiles.port = runner.addresses[0][1]
    try:
        yield tiles
    finally:
        await runner.cleanup()


async def test_tiles_come_from_the_named_host_alone(start_server: StartServer) -> None:
    async with serve_tiles() as tiles:
        settings = {"map_tiles": tiles.template, "map_attribution": "© Survey", "map_max_zoom": 5}
        async with start_server(**settings) as server:
            alice = await server.register("alice")
            assert (await alice.get(MAP)).ok() == {
                "tiles": True,
                "max_zoom": 5,
                "attribution": "© Survey",
            }
            found = await alice.get(f"{MAP}/5/19/10")
            assert (found.status, found.body) == (200, PNG + b"5/19/10")
            assert found.headers["content-type"] == "image/png"
            assert "private" in found.headers["cache-control"]
            # A second reader has what the first was brought.
            bob = await server.register("bob")
            assert (await bob.get(f"{MAP}/5/19/10")).body == PNG + b"5/19/10"
            assert len(tiles.asked) == 1
            told = tiles.asked[0]
            assert (told.query_string, told.headers["User-Agent"][:8]) == ("key=secret", "Depesha/")
            assert not {"Authorization", "Cookie", "X-Forwarded-For"} & set(told.headers)
            # It leads nowhere else, and brings nothing but pictures of a bounded size.
            for wrong in ("3/0/1", "3/0/2", "3/0/3", "3/0/5"):
                (await alice.get(f"{MAP}/{wrong}")).refused(502, "M_UNKNOWN")
            (await alice.get(f"{MAP}/3/0/4")).refused(404, "M_NOT_FOUND")
            asked = len(tiles.asked)
            for wrong in ("6/0/0", "3/8/0", "3/0/8", "-1/0/0", "3/0/x", "3/0/%2e%2e", "3/0/²"):
                (await alice.get(f"{MAP}/{wrong}")).refused(404, "M_NOT_FOUND")
            (await server.anyone.get(f"{MAP}/5/19/10")).refused(401, "M_MISSING_TOKEN")
            (await server.anyone.get(MAP)).refused(401, "M_MISSING_TOKEN")
            assert len(tiles.asked) == asked
            # The private network is open to the map alone.
            preview = "/_matrix/client/v1/media/preview_url"
            link = f"http://127.0.0.1:{tiles.port}/3/0/0.png"
            (await alice.get(preview, {"url": link})).refused(502, "M_UNKNOWN")
            assert len(tiles.asked) == asked


async def test_without_a_server_of_tiles_there_are_none(start_server: StartServer) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        assert (await alice.get(MAP)).ok()["tiles"] is False
        (await alice.get(f"{MAP}/0/0/0")).refused(404, "M_NOT_FOUND")
    async with start_server(map_tiles="http://127.0.0.1:1/{z}/{x}/{y}") as server:
        alice = await server.anyone.login("alice")
        (await alice.get(f"{MAP}/0/0/0")).refused(502, "M_UNKNOWN")


@pytest.mark.parametrize(
    "template",
    [
        "https://tiles.example/{z}/{x}.png",
        "https://tiles.example/{z}/{x}/{y}/{y}.png",
        "https://tiles.example/{z}/{x}/{y}/{s}.png",
        "https://{z}.tiles.example/{x}/{y}.png",
        "https://me:secret@tiles.example/{z}/{x}/{y}.png",
        "file:///{z}/{x}/{y}.png",
        "/{z}/{x}/{y}.png",
    ],
)
def test_an_address_that_makes_no_tiles_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"expected|the host"):
        check_tiles(template)
    with pytest.raises(ConfigError, match="map_tiles"):
        load_config(environ={"DEPESHA_MAP_TILES": template})


def test_the_nearest_zoom_is_bounded() -> None:
    assert load_config(environ={"DEPESHA_MAP_MAX_ZOOM": "22"}).map_max_zoom == 22
    with pytest.raises(ConfigError, match="map_max_zoom"):
        load_config(environ={"DEPESHA_MAP_MAX_ZOOM": "23"})


def test_the_address_of_a_tile() -> None:
    template = "https://tiles.example/{z}/{y}?col={x}"
    check_tiles(template)
    assert tile_url(template, 5, 19, 10) == "https://tiles.example/5/10?col=19"


PLACES = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).map(lambda p: Place(*p))


@given(st.lists(st.tuples(PLACES, st.integers(0, 40)), max_size=40))
def test_what_is_kept_is_bounded_and_the_latest_stays(puts: list[tuple[Place, int]]) -> None:
    kept = Kept(lambda: 0.0, most=100)
    for place, size in puts:
        kept.keep(place, bytes(size), "image/png")
        found = kept.find(place)
        assert found is not None
        assert len(found.body) == size
        held = {each for each, _ in puts if kept.find(each)}
        assert sum(len(tile.body) for each in held if (tile := kept.find(each))) <= 100
        kept.find(place)


def test_of_tiles_without_bytes_not_all_are_kept() -> None:
    kept = Kept(lambda: 0.0)
    for x in range(MOST_TILES + 1):
        kept.keep(Place(20, x, 0), b"", "image/png")
    assert kept.find(Place(20, 0, 0)) is None
    assert kept.find(Place(20, MOST_TILES, 0)) is not None


def test_what_was_kept_for_a_day_is_fetched_anew() -> None:
    now = [0.0]
    kept = Kept(lambda: now[0])
    kept.keep(Place(0, 0, 0), PNG, "image/png")
    now[0] = KEPT_SECONDS - 1
    assert kept.find(Place(0, 0, 0)) is not None
    now[0] = KEPT_SECONDS
    assert kept.find(Place(0, 0, 0)) is None
