"""Endpoints of the map: whether a server of tiles is named, and its tiles."""

from depesha.base.canonical import Json
from depesha.base.errors import not_found
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply
from depesha.media.tiles import KEPT_SECONDS, Map, Place, load_tile

_HEADERS = (
    (b"cache-control", b"private, max-age=%d" % KEPT_SECONDS),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox; default-src 'none'"),
)


@endpoint("GET", "/_depesha/v1/map")
async def get_map(map_: Map, ask: Ask[None]) -> Reply:
    """Whether there are tiles, how near they go, and whose they are."""
    config = map_.spine.config
    return json_reply(
        {
            "tiles": bool(config.map_tiles),
            "max_zoom": config.map_max_zoom,
            "attribution": config.map_attribution,
        }
    )


@endpoint("GET", "/_depesha/v1/map/{z}/{x}/{y}", limit="map", parks=True)
async def get_tile(map_: Map, ask: Ask[None]) -> Reply:
    """A tile of the map."""
    tile = await load_tile(map_, _place(ask))
    return Reply(tile.body, 200, _HEADERS, tile.content_type.encode())


def _place(ask: Ask[None]) -> Place:
    """404 for what is no number."""
    texts = (ask.params["z"], ask.params["x"], ask.params["y"])
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
        raise not_found("There is no such tile")
    return Place(*map(int, texts))


ENDPOINTS: tuple[Endpoint[Map, Json], ...] = (get_map, get_tile)
