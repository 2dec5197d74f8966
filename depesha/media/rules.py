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

WHOLE_SIDE = 1 << 14
"""Beyond the side of every picture that is looked into."""

SCALED = ((320, 240), (640, 480), (800, 600), (1600, 1200), (3200, 2400), (WHOLE_SIDE, WHOLE_SIDE))
CROPPED = (32, 96, 320, 640, 1600, WHOLE_SIDE)
"""Sizes in which thumbnails are made: a wish is answered by the next larger one."""


class NotAnImage(Exception):
    """The bytes are no picture that can be made smaller."""


class TooManyPixels(Exception):
    """The picture is too large to be looked into."""


def check_media(server_name: str, media_id: str) -> None:
    """Raise 404 for what no `mxc://` URI can name."""
    if not is_server_name(server_name) or _MEDIA_ID.fullmatch(media_id) is None:
        raise not_found("Not found")


def clean_type(given: str | None) -> str:
    """The content type to keep; what is malformed counts as unknown bytes."""
    if given is None or _TYPE.fullmatch(given) is None:
        return "application/octet-stream"
    return given


def extension(content_type: str) -> str:
    """The end of the file name that a picture of this type has."""
    return content_type.partition("/")[2].replace("jpeg", "jpg")


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
    """The thumbnail that answers a wish: the next that is not smaller; 400 M_INVALID_PARAM.

    A cropped one has the aspect that was asked for.
    """
    if method not in {"crop", "scale"}:
        raise invalid_param("method must be crop or scale")
    if not (0 < width <= WHOLE_SIDE and 0 < height <= WHOLE_SIDE):
        raise invalid_param(f"width and height are 1 to {WHOLE_SIDE}")
    if method == "scale":
        fitting = (size for size in SCALED if size[0] >= width and size[1] >= height)
        return *next(fitting), method
    longer = max(width, height)
    side = next(side for side in CROPPED if side >= longer)
    return -(-width * side // longer), -(-height * side // longer), method


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
