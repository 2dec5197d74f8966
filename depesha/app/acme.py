"""Certificates by ACME, as the settings want them: the authority, the names, and the open port.

On that port there is only what the authority looks for. A browser that comes there is led to TLS;
everything else is refused, so that nobody goes on sending passwords and tokens in plain.
"""

import base64
import binascii
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from depesha.base.canonical import encode
from depesha.base.clock import Clock
from depesha.base.config import Config, ConfigError
from depesha.base.ids import is_server_name
from depesha.http.endpoint import Reply
from depesha.http.request import Request
from depesha.http.wire import Connections, Wire
from depesha.io.fetch import EVERYWHERE, Fetcher, read_roots
from depesha.io.keyfile import read_text

if TYPE_CHECKING:
    from depesha.io.issued import Issued

_PROOFS = "/.well-known/acme-challenge/"
_CONTACT = re.compile(r"[^@\s,?&<>]+@[^@\s,?&<>]+")
_MOST = Connections(500, 50)


def certificate_folder(config: Config) -> Path:
    """Where what the authority gives is kept."""
    return Path(config.acme_folder or Path(config.data) / "acme")


def certificate_names(config: Config) -> tuple[str, ...]:
    """The names that the certificate is for: those of the settings, or that of the server."""
    if config.acme_names:
        return tuple(name.lower() for name in config.acme_names)
    host = urlsplit(config.public_url).hostname
    return (host,) if host else ()


def find_faults(config: Config) -> Iterator[tuple[str, str]]:
    """The name of each setting of ACME that cannot be asked with, and what is wrong with it."""
    if not config.acme:
        return
    if config.tls_certificate:
        yield "tls_certificate", "acme is set, which brings the certificate: one of both is enough"
    if not config.acme_terms:
        yield "acme_terms", "the authority gives certificates only to who agrees to its terms"
    if not _is_https(config.acme_directory):
        yield "acme_directory", "expected an address that begins with https://"
    if config.acme_contact and not _CONTACT.fullmatch(config.acme_contact):
        yield "acme_contact", f"{config.acme_contact!r} is not one e-mail address"
    yield from _faults_of_names(config)
    yield from _faults_of_files(config)


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _faults_of_names(config: Config) -> Iterator[tuple[str, str]]:
    names = certificate_names(config)
    if not names:
        yield "acme_names", "expected a name, or public_url with one"
    for name in names:
        if "*" in name:
            yield "acme_names", f"{name!r}: only a proof by DNS would give a name with *"
        elif not is_server_name(f"[{name}]" if ":" in name else name):
            yield "acme_names", f"{name!r} is not a name or an address"
    host = urlsplit(config.public_url).hostname
    if names and host and host not in names:
        yield "acme_names", f"{host}, which clients use (public_url), is not among them"


def _faults_of_files(config: Config) -> Iterator[tuple[str, str]]:
    try:
        read_roots(config.acme_ca_file)
    except (OSError, ValueError) as error:
        yield "acme_ca_file", str(error)
    if bool(config.acme_key_id) != bool(config.acme_key_file):
        missing = "acme_key_file" if config.acme_key_id else "acme_key_id"
        yield missing, "acme_key_id and acme_key_file belong together"
    try:
        key = read_text(config.acme_key_file)
        if len(base64.b64decode(key + "=" * (-len(key) % 4), b"-_", validate=True)) < 16 and key:
            raise ValueError("the key has fewer than 16 bytes")
    except binascii.Error:
        yield "acme_key_file", "what is in the file is not base64url"
    except (OSError, ValueError) as error:
        yield "acme_key_file", str(error)


def load_issued(config: Config, clock: Clock) -> "Issued | None":
    """What asks for certificates, or None when the settings want none; raises ConfigError."""
    if not config.acme:
        return None
    for name, what in find_faults(config):
        raise ConfigError(f"{name}: {what}")
    from depesha.io.acme import Authority  # noqa: PLC0415 (most servers spare its memory)
    from depesha.io.issued import Issued  # noqa: PLC0415 (likewise)

    authority = Authority(
        config.acme_directory,
        config.acme_contact,
        config.acme_key_id,
        read_text(config.acme_key_file),
    )
    agent, roots = f"Depesha/{version('depesha')}", read_roots(config.acme_ca_file)
    fetcher = partial(Fetcher, agent, EVERYWHERE, roots=roots)
    names = certificate_names(config)
    return Issued(certificate_folder(config), clock, authority, names, fetcher)


@asynccontextmanager
async def showing_proofs(
    config: Config, place: tuple[str, int], issued: "Issued", clock: Clock
) -> AsyncIterator[None]:
    """Answer the authority on its port; raises ConfigError when it cannot be listened on."""

    async def answer(request: Request) -> Reply:
        return _answer(config, issued, request)

    wire = Wire(answer, clock, plain_from=None, most=_MOST)
    try:
        await wire.listen(*place)
    except OSError as error:
        raise ConfigError(f"acme_listen: {error}") from error
    try:
        yield
    finally:
        await wire.stop()


def _answer(config: Config, issued: "Issued", request: Request) -> Reply:
    path, url = request.path, config.base_url()
    if path.startswith(_PROOFS):
        text = issued.proof(path.removeprefix(_PROOFS))
        if text is not None and request.method == "GET":
            return Reply(text.encode(), content_type=b"application/octet-stream")
        return _refused(404, "M_NOT_FOUND", "There is no such proof")
    is_page = request.method == "GET" and not path.startswith("/_") and path.startswith("/")
    if is_page and "authorization" not in request.headers and url.startswith("https://"):
        return Reply(b"", 308, ((b"location", f"{url}{path}".encode()),), b"text/plain")
    return _refused(403, "M_FORBIDDEN", "This server is spoken to by TLS only")


def _refused(status: int, errcode: str, message: str) -> Reply:
    return Reply(encode({"errcode": errcode, "error": message}), status)
