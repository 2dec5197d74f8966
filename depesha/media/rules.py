"""Pure decisions about files: ids, names, what may be shown inline, sizes of thumbnails.

Spec: client-server API, "Content repository", "Serving inline content", "Thumbnails".
"""

import re
from urllib.parse import quote

from depesha.base.errors import invalid_param, not_found
from depesha.base.ids import is_server_name

_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
_TYPE = re.compile(r"[!#$&^_.+A-Za-z0-9-]{1,100}/[!#$&^_.+A-Za-z0-9-]{1,100}(;[ -~]{0,200})?")

INLINE = frozenset(
    {
        "text/css",
        "text/plain",
        "text/csv",
        "application/json",
        "application/ld+json",
        "image/jpeg",
        "image/gif",
        "image/png",
        "image/apng",
        "image/webp",
        "image/avif",
        "video/mp4",
        "video/webm",
        "video/ogg",
        "video/quicktime",
        "audio/mp4",
        "audio/webm",
        "audio/aac",
        "audio/mpeg",
        "audio/ogg",
        "audio/wave",
        "audio/wav",
        "audio/x-wav",
        "audio/x-pn-wav",
        "audio/flac",
        "audio/x-flac",
    }
)
"""Types that a browser may show in place: nothing in them can run."""

SIZES = (
    (32, 32, "crop"),
    (96, 96, "crop"),
    (320, 240, "scale"),
    (640, 480, "scale"),
    (800, 600, "scale"),
)
"""The thumbnails that are made. What is asked for is answered by the next larger one."""


def check_media(server_name: str, media_id: str) -> None:
    """Raise 404 for what no `mxc://` URI can name."""
    if not is_server_name(server_name) or _MEDIA_ID.fullmatch(media_id) is None:
        raise not_found("Not found")


def clean_type(given: str | None) -> str:
    """The content type to keep; what is malformed counts as unknown bytes."""
    if given is None or _TYPE.fullmatch(given) is None:
        return "application/octet-stream"
    return given


def disposition(content_type: str, file_name: str | None) -> bytes:
    """`Content-Disposition`: inline only for what is safe, with the name in RFC 6266's form."""
    base = content_type.partition(";")[0].strip().lower()
    kind = "inline" if base in INLINE else "attachment"
    if not file_name:
        return kind.encode()
    if file_name.isascii() and file_name.isprintable() and not set(file_name) & set('"\\'):
        return f'{kind}; filename="{file_name}"'.encode()
    return f"{kind}; filename*=utf-8''{quote(file_name, safe='')}".encode()


def choose_size(width: int, height: int, method: str) -> tuple[int, int, str]:
    """The thumbnail that answers a wish: the smallest that is not smaller; 400 M_INVALID_PARAM."""
    if method not in {"crop", "scale"}:
        raise invalid_param("method must be crop or scale")
    if width < 1 or height < 1:
        raise invalid_param("width and height must be at least 1")
    for each_width, each_height, each_method in SIZES:
        if each_method == method and each_width >= width and each_height >= height:
            return each_width, each_height, method
    if method == "crop":
        side = min(max(width, height), 800)
        return side, side, method
    return 800, 600, method


def read_range(header: str | None, size: int) -> tuple[int, int] | None:
    """(start, stop) of a satisfiable `Range: bytes=…` of one part, else None: the whole.

    Raises ValueError for one that cannot be satisfied. Spec: RFC 9110, 14.
    """
    if header is None or not header.startswith("bytes=") or "," in header:
        return None
    first, dash, last = header.removeprefix("bytes=").strip().partition("-")
    if not dash or not (first or last) or not all(p.isdigit() or not p for p in (first, last)):
        return None
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
    if start >= size or start >= stop:
        raise ValueError("the range is not in the file")
    return start, stop
