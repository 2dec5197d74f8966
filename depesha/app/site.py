"""The web client, served as built: the page, its hashed files, the service worker."""

import gzip
import hashlib
import os
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from depesha.app.status import Status, start_page
from depesha.base.canonical import Json
from depesha.base.errors import not_found
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint

DIST = Path(__file__).parents[2] / "web" / "dist"
"""Where `make` leaves the built client."""

_TYPES: Mapping[str, bytes] = {
    ".html": b"text/html; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".json": b"application/json",
    ".webmanifest": b"application/manifest+json",
    ".svg": b"image/svg+xml",
    ".png": b"image/png",
    ".jpg": b"image/jpeg",
    ".wasm": b"application/wasm",
    ".woff2": b"font/woff2",
    ".map": b"application/json",
}

_GUARD = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"
            b" img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self';"
            b" connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-src blob:;"
            b" base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(self), microphone=(self), geolocation=(self), display-capture=(self)",
    ),
)
_FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")
_ASK_AGAIN = (b"cache-control", b"no-cache")


@dataclass(frozen=True, slots=True)
class File:
    """One built file. What compresses is kept compressed only, since all browsers take that."""

    etag: str
    content_type: bytes
    plain: bytes | None
    gzipped: bytes | None
    brotli: bytes | None


def load_files(dist: Path) -> Mapping[str, File]:
    """Every built file by its path below `dist`; empty when the client was not built."""
    found: dict[str, File] = {}
    for folder, _, names in os.walk(dist):
        below, there = Path(folder).relative_to(dist), frozenset(names)
        for name in names:
            suffix = f".{name.rpartition('.')[2]}"
            if suffix in _TYPES and suffix != ".map":
                found[(below / name).as_posix()] = _load(f"{folder}/{name}", _TYPES[suffix], there)
    return found


def _load(path: str, content_type: bytes, there: Set[str]) -> File:
    """A file, and what the build has packed it into, where that is there beside it."""

    def read(suffix: str) -> bytes | None:
        if f"{path.rpartition('/')[2]}{suffix}" not in there:
            return None
        with open(path + suffix, "rb") as file:
            return file.read()

    gzipped, brotli = read(".gz"), read(".br")
    plain = read("") if gzipped is None else None
    smallest = brotli or gzipped or plain or b""
    etag = f'"{hashlib.sha256(smallest).hexdigest()[:32]}"'
    return File(etag, content_type, plain, gzipped, brotli)


@dataclass(frozen=True, slots=True)
class Site:
    """The built client and, for where it is missing, the page that says how to connect one."""

    status: Status
    files: Mapping[str, File]


@endpoint("GET", "/", auth=Auth.NONE, limit="none")
async def get_page(site: Site, ask: Ask[None]) -> Reply:
    """The client's page; how to connect another client where ours was not built."""
    if "index.html" not in site.files:
        return start_page(site.status)
    return _serve(site, ask, "index.html")


@endpoint("GET", "/sw.js", auth=Auth.NONE, limit="none")
async def get_service_worker(site: Site, ask: Ask[None]) -> Reply:
    """The service worker. 404 when the client was not built."""
    return _serve(site, ask, "sw.js")


@endpoint("GET", "/manifest.webmanifest", auth=Auth.NONE, limit="none")
async def get_manifest(site: Site, ask: Ask[None]) -> Reply:
    """What makes the client installable. 404 when it was not built."""
    return _serve(site, ask, "manifest.webmanifest")


@endpoint("GET", "/assets/{file}", auth=Auth.NONE, limit="none")
async def get_asset(site: Site, ask: Ask[None]) -> Reply:
    """A file named by its hash, to be kept for ever. 404 for any other."""
    return _serve(site, ask, f"assets/{ask.params['file']}", _FOREVER)


@endpoint("GET", "/static/{file}", auth=Auth.NONE, limit="none")
async def get_static(site: Site, ask: Ask[None]) -> Reply:
    """A file that keeps its name, such as an icon. 404 for any other."""
    return _serve(site, ask, f"static/{ask.params['file']}")


def _serve(
    site: Site, ask: Ask[None], name: str, caching: tuple[bytes, bytes] = _ASK_AGAIN
) -> Reply:
    file = site.files.get(name)
    if file is None:
        raise not_found("No such file")
    headers: tuple[tuple[bytes, bytes], ...] = (
        *_GUARD,
        caching,
        (b"etag", file.etag.encode()),
        (b"vary", b"accept-encoding"),
    )
    if file.etag in ask.headers.get("if-none-match", ""):
        return Reply(b"", 304, headers, file.content_type)
    body, encoding = _encoded(file, ask.headers.get("accept-encoding", ""))
    if encoding is not None:
        headers += ((b"content-encoding", encoding),)
    return Reply(body, 200, headers, file.content_type)


def _encoded(file: File, accepted: str) -> tuple[bytes, bytes | None]:
    """The smallest form that the browser takes, and its name."""
    takes = {part.partition(";")[0].strip() for part in accepted.split(",")}
    if file.brotli is not None and "br" in takes:
        return file.brotli, b"br"
    if file.gzipped is not None:
        if "gzip" in takes:
            return file.gzipped, b"gzip"
        return gzip.decompress(file.gzipped), None
    return file.plain or b"", None


ENDPOINTS: tuple[Endpoint[Site, Json], ...] = (
    get_page,
    get_service_worker,
    get_manifest,
    get_asset,
    get_static,
)
