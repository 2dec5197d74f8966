"""Link previews, fetched by the server so that a link's owner learns of no reader.

Spec: client-server API, `GET /media/preview_url`; OpenGraph.
"""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from depesha.base.canonical import Content, decode, encode
from depesha.base.errors import MatrixError, forbidden, invalid_param
from depesha.io.cpu import CpuError
from depesha.io.fetch import Answer, FetchError, Limits
from depesha.media import store
from depesha.media.quota import enter
from depesha.media.record import Media
from depesha.media.rules import clean_type
from depesha.media.upload import one_piece, put, uri

KEPT_MS = 60 * 60_000
KEPT_PICTURES_MS = 30 * 24 * 3_600_000
MOST_URL = 2_000
_PAGE = Limits(size=1 << 20, seconds=10)
_PICTURE = Limits(size=5 << 20, seconds=10, types=("image/",))
_MOST_TEXT = 1_000
_MOST_NAMES, _MOST_NAME = 50, 100
_READ_SECONDS = 10
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,30})", re.IGNORECASE)

CHARSETS = frozenset(
    {
        "utf-8",
        "utf8",
        "us-ascii",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "windows-1253",
        "windows-1254",
        "windows-1255",
        "windows-1256",
        "windows-1257",
        "cp1251",
        "cp866",
        "koi8-r",
        "koi8-u",
        "iso-8859-1",
        "iso-8859-2",
        "iso-8859-5",
        "iso-8859-15",
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "shift_jis",
        "euc-jp",
        "euc-kr",
    }
)
"""Encodings in which pages are read."""


class _Head(HTMLParser):
    """Collects OpenGraph properties, the title and the description of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self._title: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title" and "title" not in self.found:
            self._title = []
        if tag != "meta":
            return
        given = dict(attrs)
        name = given.get("property") or given.get("name") or ""
        content = given.get("content")
        is_wanted = (name.startswith("og:") and len(name) <= _MOST_NAME) or name == "description"
        if content and is_wanted and len(self.found) < _MOST_NAMES:
            self.found.setdefault(name, content.strip()[:_MOST_TEXT])

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self.found["title"] = " ".join("".join(self._title).split())[:_MOST_TEXT]
            self._title = None


def read_page(page: bytes, content_type: str, url: str) -> dict[str, str]:
    """The OpenGraph properties that a page has, or that its title and description stand for.

    Runs in a worker process: a stranger wrote the page.
    """
    head = _Head()
    head.feed(_decode(page, content_type).replace("\0", ""))
    found = head.found
    told = {name: text for name, text in found.items() if name.startswith("og:")}
    if title := found.get("title"):
        told.setdefault("og:title", title)
    if description := found.get("description"):
        told.setdefault("og:description", description)
    if image := told.get("og:image"):
        told["og:image"] = urljoin(url, image)
    return told


def _decode(page: bytes, content_type: str) -> str:
    """The page as text, by the header, else by its own word, else as UTF-8."""
    named = _CHARSET.search(content_type) or _CHARSET.search(page[:2048].decode("latin-1"))
    charset = named[1].lower() if named else "utf-8"
    # Not every codec that Python knows is for text, or safe.
    return page.decode(charset if charset in CHARSETS else "utf-8", "replace")


def is_link(url: str) -> bool:
    """True for what may be a web page."""
    try:
        return len(url) <= MOST_URL and urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False


async def preview(media: Media, user_id: str, url: str) -> Content:
    """The preview of a link. 403 where previews are off, 400 or 502 for what has none."""
    spine = media.spine
    if not spine.config.url_previews:
        raise forbidden("Link previews are switched off here")
    if not is_link(url):
        raise invalid_param("Not a link that can be previewed")
    now = spine.clock.now_ms()
    known = await spine.db.read(store.select_preview, spine.institution.id, url)
    if known is not None and now - known.fetched_ts < KEPT_MS:
        found: Content = decode(known.preview)
        return found
    answer = await _fetch(media, url, _PAGE)
    kind = answer.headers.get("content-type", "")
    told: Content = {}
    if kind.startswith(("text/html", "application/xhtml")):
        told = dict(await _read(media, answer, kind))
    elif kind.startswith("image/"):
        told = {"og:image": answer.url}
    if image := told.pop("og:image", None):
        told.update(await _picture(media, user_id, image))
    row = store.PreviewRow(encode(told).decode(), now)
    await spine.db.write(store.upsert_preview, spine.institution.id, url, row)
    return told


async def _read(media: Media, answer: Answer, kind: str) -> dict[str, str]:
    try:
        return await media.cpu.run(read_page, answer.body, kind, answer.url, seconds=_READ_SECONDS)
    except (CpuError, ValueError, RecursionError) as error:
        raise MatrixError(502, "M_UNKNOWN", "The link cannot be previewed") from error


async def _fetch(media: Media, url: str, limits: Limits) -> Answer:
    try:
        answer = await media.fetcher.fetch("GET", url, limits=limits)
    except FetchError as error:
        raise MatrixError(502, "M_UNKNOWN", "The link cannot be previewed") from error
    if answer.status != 200:
        raise MatrixError(502, "M_UNKNOWN", "The link cannot be previewed")
    return answer


async def _picture(media: Media, user_id: str, url: str) -> Content:
    """The picture kept here, so that readers need not ask its owner; nothing when it fails."""
    try:
        answer = await _fetch(media, url, _PICTURE)
    except MatrixError:
        return {}
    kind = clean_type(answer.headers.get("content-type")).partition(";")[0]
    try:
        kept = await _keep(media, user_id, answer.body, kind)
    except MatrixError:
        return {}
    return {"og:image": kept, "og:image:type": kind, "matrix:image:size": len(answer.body)}


async def _keep(media: Media, user_id: str, picture: bytes, kind: str) -> str:
    """The `mxc://` URI of the picture, which stays for as long as somebody may look at it."""
    spine, now = media.spine, media.spine.clock.now_ms()
    blob = await put(media, one_piece(picture), len(picture))
    media_id = spine.clock.new_id(24)
    until = now + KEPT_PICTURES_MS
    row = store.FileRow(media_id, user_id, blob.sha256, blob.size, kind, None, now, until)
    await enter(media, blob, row, for_user=False)
    return uri(media, media_id)
