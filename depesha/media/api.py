"""Endpoints of files."""

from depesha.base.canonical import Json
from depesha.base.errors import not_found
from depesha.http.endpoint import (
    EMPTY,
    Ask,
    Auth,
    Endpoint,
    Reply,
    StreamReply,
    endpoint,
    json_reply,
)
from depesha.media.download import Wanted, download
from depesha.media.preview import preview
from depesha.media.record import Media
from depesha.media.thumbnail import thumbnail
from depesha.media.upload import announce, deliver, upload

_NEW = "/_matrix/client/v1/media"
_OLD = "/_matrix/media/v3"
DEFAULT_WAIT_MS = 20_000


def _length(ask: Ask[None]) -> int | None:
    text = ask.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _wanted(ask: Ask[None]) -> Wanted:
    return Wanted(
        ask.number("timeout_ms", DEFAULT_WAIT_MS),
        ask.params.get("fileName"),
        ask.headers.get("range"),
        ask.headers.get("if-none-match"),
    )


@endpoint("POST", _OLD + "/upload", limit="upload", streams=True, spec="uploadContent")
async def post_upload(media: Media, ask: Ask[None]) -> Reply:
    """Keep a file."""
    uri = await upload(
        media,
        ask.caller.user_id,
        ask.stream,
        _length(ask),
        ask.headers.get("content-type"),
        ask.query.get("filename"),
    )
    return json_reply({"content_uri": uri})


@endpoint("POST", "/_matrix/media/v1/create", limit="upload", spec="createContent")
async def post_create(media: Media, ask: Ask[None]) -> Reply:
    """A URI for a file that is to come."""
    uri, until = await announce(media, ask.caller.user_id)
    return json_reply({"content_uri": uri, "unused_expires_at": until})


@endpoint(
    "PUT",
    _OLD + "/upload/{serverName}/{mediaId}",
    limit="upload",
    streams=True,
    spec="uploadContentToMXC",
)
async def put_upload(media: Media, ask: Ask[None]) -> Reply:
    """The content of an announced file."""
    await deliver(
        media,
        ask.caller.user_id,
        ask.params["serverName"],
        ask.params["mediaId"],
        ask.stream,
        _length(ask),
        ask.headers.get("content-type"),
        ask.query.get("filename"),
    )
    return EMPTY


# --- authenticated -------------------------------------------------------------------


async def _download(media: Media, ask: Ask[None]) -> Reply | StreamReply:
    return await download(media, ask.params["serverName"], ask.params["mediaId"], _wanted(ask))


async def _thumbnail(media: Media, ask: Ask[None]) -> Reply | StreamReply:
    ask.need("width")
    ask.need("height")
    size = ask.number("width", 0), ask.number("height", 0), ask.query.get("method", "scale")
    return await thumbnail(
        media, ask.params["serverName"], ask.params["mediaId"], size, _wanted(ask)
    )


@endpoint(
    "GET",
    _NEW + "/download/{serverName}/{mediaId}",
    auth=Auth.GUEST,
    parks=True,
    spec="getContentAuthed",
)
async def get_download(media: Media, ask: Ask[None]) -> Reply | StreamReply:
    """A file."""
    return await _download(media, ask)


@endpoint(
    "GET",
    _NEW + "/download/{serverName}/{mediaId}/{fileName}",
    auth=Auth.GUEST,
    parks=True,
    spec="getContentOverrideNameAuthed",
)
async def get_named_download(media: Media, ask: Ask[None]) -> Reply | StreamReply:
    """A file, under another name."""
    return await _download(media, ask)


@endpoint(
    "GET",
    _NEW + "/thumbnail/{serverName}/{mediaId}",
    auth=Auth.GUEST,
    parks=True,
    spec="getContentThumbnailAuthed",
)
async def get_thumbnail(media: Media, ask: Ask[None]) -> Reply | StreamReply:
    """A smaller picture."""
    return await _thumbnail(media, ask)


@endpoint("GET", _NEW + "/config", auth=Auth.GUEST, spec="getConfigAuthed")
async def get_config(media: Media, ask: Ask[None]) -> Reply:
    """How large a file may be."""
    return json_reply({"m.upload.size": media.spine.config.max_upload_bytes})


@endpoint("GET", _OLD + "/config", auth=Auth.GUEST, spec="getConfig")
async def get_old_config(media: Media, ask: Ask[None]) -> Reply:
    """How large a file may be, at the path before v1.11."""
    return json_reply({"m.upload.size": media.spine.config.max_upload_bytes})


@endpoint("GET", _NEW + "/preview_url", limit="search", spec="getUrlPreviewAuthed")
async def get_preview(media: Media, ask: Ask[None]) -> Reply:
    """What a link leads to."""
    return json_reply(await preview(media, ask.caller.user_id, ask.need("url")))


@endpoint("GET", _OLD + "/preview_url", limit="search", spec="getUrlPreview")
async def get_old_preview(media: Media, ask: Ask[None]) -> Reply:
    """What a link leads to, at the path before v1.11."""
    return json_reply(await preview(media, ask.caller.user_id, ask.need("url")))


# --- without signing in: frozen unless the setting says otherwise ----------------------


def _check_open(media: Media) -> None:
    if not media.spine.config.open_media:
        raise not_found("Files are given to those who are signed in")


@endpoint(
    "GET", _OLD + "/download/{serverName}/{mediaId}", auth=Auth.NONE, parks=True, spec="getContent"
)
async def get_open_download(media: Media, ask: Ask[None]) -> Reply | StreamReply:
    """A file, for anyone."""
    _check_open(media)
    return await _download(media, ask)


@endpoint(
    "GET",
    _OLD + "/download/{serverName}/{mediaId}/{fileName}",
    auth=Auth.NONE,
    parks=True,
    spec="getContentOverrideName",
)
async def get_open_named_download(media: Media, ask: Ask[None]) -> Reply | StreamReply:
    """A file, under another name, for anyone."""
    _check_open(media)
    return await _download(media, ask)


@endpoint(
    "GET",
    _OLD + "/thumbnail/{serverName}/{mediaId}",
    auth=Auth.NONE,
    parks=True,
    spec="getContentThumbnail",
)
async def get_open_thumbnail(media: Media, ask: Ask[None]) -> Reply | StreamReply:
    """A smaller picture, for anyone."""
    _check_open(media)
    return await _thumbnail(media, ask)


ENDPOINTS: tuple[Endpoint[Media, Json], ...] = (
    post_upload,
    post_create,
    put_upload,
    get_download,
    get_named_download,
    get_thumbnail,
    get_config,
    get_old_config,
    get_preview,
    get_old_preview,
    get_open_download,
    get_open_named_download,
    get_open_thumbnail,
)
