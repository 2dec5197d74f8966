"""The address of a server of map tiles, as an operator writes it. Pure."""

import re
from urllib.parse import urlsplit

_PLACES = re.compile(r"\{[^{}]*\}")
MOST_ZOOM = 22


def check_tiles(template: str) -> None:
    """Raise ValueError where no addresses of tiles can be made of it; empty means no server."""
    if not template:
        return
    if sorted(_PLACES.findall(template)) != ["{x}", "{y}", "{z}"]:
        raise ValueError("expected an address with {z}, {x} and {y}, each once")
    parts = urlsplit(template)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("expected an address that begins with https:// or http://")
    if parts.username is not None or "{" in parts.netloc:
        raise ValueError("the host must be one, without a name and a password")


def tile_url(template: str, z: int, x: int, y: int) -> str:
    """The address of one tile."""
    for name, value in (("{z}", z), ("{x}", x), ("{y}", y)):
        template = template.replace(name, str(value))
    return template
