"""Tiles of a map, fetched by the server so that their owner learns of no reader.

Requirement M3. Only the host that the operator named is asked, wherever it stands, and no
redirect leads from it to another; of the person who looks it is told nothing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from depesha.base.errors import MatrixError, not_found
from depesha.base.tiles import tile_url
from depesha.io.fetch import Answer, Fetcher, FetchError, Limits
from depesha.spine import Spine

KEPT_SECONDS = 24 * 3_600
MOST_BYTES = 32 * 2**20
MOST_TILES = 10_000
"""A tile of the open sea has few bytes, and what keeps it has more."""
_AT_ONCE = 16
_TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})
_LIMITS = Limits(size=1 << 20, seconds=10, redirects=0)


class Place(NamedTuple):
    """A tile: how near, and its column and row."""

    z: int
    x: int
    y: int


class Tile(NamedTuple):
    """A picture, and when it is to be fetched anew on the monotonic clock."""

    body: bytes
    content_type: str
    until: float


class Kept:
    """Tiles fetched lately; of more than `most` bytes, or MOST_TILES, the longest unused go."""

    def __init__(self, now: Callable[[], float], most: int = MOST_BYTES) -> None:
        self._now = now
        self._most = most
        self._tiles: OrderedDict[Place, Tile] = OrderedDict()
        self._size = 0

    def find(self, place: Place) -> Tile | None:
        tile = self._tiles.get(place)
        if tile is None or tile.until <= self._now():
            return None
        self._tiles.move_to_end(place)
        return tile

    def keep(self, place: Place, body: bytes, content_type: str) -> Tile:
        if before := self._tiles.pop(place, None):
            self._size -= len(before.body)
        tile = Tile(body, content_type, self._now() + KEPT_SECONDS)
        self._tiles[place] = tile
        self._size += len(body)
        while self._size > self._most or len(self._tiles) > MOST_TILES:
            self._size -= len(self._tiles.popitem(last=False)[1].body)
        return tile


@dataclass(frozen=True, slots=True)
class Map:
    """Tiles of the server that is named in the settings, if one is."""

    spine: Spine
    fetcher: Fetcher
    kept: Kept
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))


async def load_tile(map_: Map, place: Place) -> Tile:
    """The tile. 404 where there is no server of tiles or no such tile, 502 where it fails."""
    template = map_.spine.config.map_tiles
    if not template or not _is_tile(place, map_.spine.config.map_max_zoom):
        raise not_found("There is no such tile")
    if found := map_.kept.find(place):
        return found
    async with map_.slots:
        # Many may have waited for the same.
        if found := map_.kept.find(place):
            return found
        answer = await _fetch(map_, tile_url(template, *place))
    if answer.status == 404:
        raise not_found("There is no such tile")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status != 200 or kind not in _TYPES:
        raise MatrixError(502, "M_UNKNOWN", "The server of tiles has failed")
    return map_.kept.keep(place, answer.body, kind)


def _is_tile(place: Place, most_zoom: int) -> bool:
    z, x, y = place
    return 0 <= z <= most_zoom and 0 <= x < 1 << z and 0 <= y < 1 << z


async def _fetch(map_: Map, url: str) -> Answer:
    try:
        return await map_.fetcher.fetch("GET", url, limits=_LIMITS)
    except FetchError as error:
        raise MatrixError(502, "M_UNKNOWN", "The server of tiles cannot be reached") from error
