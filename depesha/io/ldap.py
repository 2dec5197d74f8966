"""Asking a directory: signing in to it, and reading it page by page.

One connection asks one thing at a time, and nothing waits for ever.
Spec: RFC 4511; RFC 2696 (pages); RFC 4513 (StartTLS, binding).
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from depesha.io.ber import (
    ENUMERATED,
    INTEGER,
    OCTETS,
    SEQUENCE,
    SET,
    Malformed,
    boolean,
    element,
    elements,
    integer,
    members,
    number,
    octets,
)
from depesha.io.ldap_filter import Filter

PAGE = 500
BASE, SUBTREE = 0, 2
_MOST_BYTES = 16 * 2**20
_BIND, _UNBIND, _SEARCH, _EXTENDED = 0x60, 0x42, 0x63, 0x77
_BOUND, _ENTRY, _DONE, _EXTENDED_DONE = 0x61, 0x64, 0x65, 0x78
_CONTROLS = 0xA0
_START_TLS = "1.3.6.1.4.1.1466.20037"
_PAGES = "1.2.840.113556.1.4.319"
_OK, _NO_SUCH_OBJECT, _INVALID_CREDENTIALS = 0, 32, 49


class DirectoryDown(Exception):
    """The directory cannot be reached, or does not answer as it should; the text says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a directory is, and how it is spoken to."""

    host: str
    port: int
    is_tls: bool
    """By TLS from the start; else by StartTLS, unless it is plain."""
    is_plain: bool
    ca_file: str = ""
    """The only authorities that are believed (PEM); empty: those of the system."""
    seconds: float = 10
    """How long an answer may take, each entry of a search as well as a connection."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a directory. Names of attributes are in lower case."""

    dn: str
    values: Mapping[str, Sequence[bytes]]

    def first(self, attribute: str) -> bytes:
        """The first value; b"" when there is none."""
        found = self.values.get(attribute.lower())
        return found[0] if found else b""

    def all(self, attribute: str) -> list[str]:
        """All values as text."""
        return [value.decode(errors="replace") for value in self.values.get(attribute.lower(), ())]

    def text(self, attribute: str) -> str:
        """The first value as text, without blanks around it."""
        return self.first(attribute).decode(errors="replace").strip()


class Ldap:
    """A connection to a directory; made by `connected`."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._seconds = seconds
        self._last_id = 0

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Go on by TLS; raises DirectoryDown."""
        message_id = await self._send(element(_EXTENDED, octets(_START_TLS, 0x80)))
        kind, content, _ = await self._receive(message_id)
        if kind != _EXTENDED_DONE or _code(content) != _OK:
            raise DirectoryDown("it does not turn to TLS")
        await self._writer.start_tls(context, server_hostname=host)

    async def bind(self, dn: str, password: str) -> bool:
        """True when the password is right; raises DirectoryDown.

        An empty password would be no proof of anything (RFC 4513, section 5.1.2), and is wrong;
        without a name one asks as nobody.
        """
        if dn and not password:
            return False
        simple = octets(password, 0x80)
        message_id = await self._send(element(_BIND, integer(3), octets(dn), simple))
        kind, content, _ = await self._receive(message_id)
        if kind != _BOUND:
            raise DirectoryDown("it does not answer the question")
        code = _code(content)
        if code not in {_OK, _INVALID_CREDENTIALS, _NO_SUCH_OBJECT}:
            raise DirectoryDown(f"it lets nobody in: {_message(content)}")
        return code == _OK

    async def search(
        self, base: str, wanted: Filter, attributes: Sequence[str], scope: int = SUBTREE
    ) -> AsyncIterator[Entry]:
        """The entries at and below `base` that pass the filter; raises DirectoryDown."""
        request = element(
            _SEARCH,
            octets(base),
            integer(scope, ENUMERATED),
            integer(0, ENUMERATED),
            integer(0),
            integer(0),
            boolean(False),
            wanted,
            element(SEQUENCE, *(octets(name) for name in attributes)),
        )
        cookie: bytes | None = b""
        while cookie is not None:
            message_id = await self._send(request, _page_control(cookie))
            while True:
                kind, content, controls = await self._receive(message_id)
                if kind == _ENTRY:
                    yield _entry(content)
                elif kind == _DONE:
                    break
            code = _code(content)
            if code == _NO_SUCH_OBJECT and scope == BASE:
                return
            if code != _OK:
                raise DirectoryDown(f"it does not answer the search: {_message(content)}")
            cookie = _next_page(controls)

    async def _send(self, operation: bytes, controls: bytes = b"") -> int:
        self._last_id += 1
        self._writer.write(element(SEQUENCE, integer(self._last_id), operation, controls))
        async with asyncio.timeout(self._seconds):
            await self._writer.drain()
        return self._last_id

    async def _receive(self, message_id: int) -> tuple[int, bytes, bytes]:
        """Kind, content and controls of the next answer to a question."""
        while True:
            async with asyncio.timeout(self._seconds):
                message = await self._read_message()
            found = list(elements(message))
            if len(found) < 2 or found[0][0] != INTEGER:
                raise Malformed("this is no message of LDAP")
            if number(found[0][1]) == message_id:
                controls = found[2][1] if len(found) > 2 and found[2][0] == _CONTROLS else b""
                return *found[1], controls
            if number(found[0][1]) == 0:
                raise DirectoryDown("it ends the connection")

    async def _read_message(self) -> bytes:
        tag, size = await self._reader.readexactly(2)
        if tag != SEQUENCE:
            raise Malformed("this is no message of LDAP")
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= 4:
                raise Malformed("a length is indefinite or too long")
            size = int.from_bytes(await self._reader.readexactly(count), "big")
        if size > _MOST_BYTES:
            raise Malformed("a message is too long")
        return await self._reader.readexactly(size)

    async def close(self) -> None:
        """Say good-bye, without waiting for anything."""
        self._last_id += 1
        self._writer.write(element(SEQUENCE, integer(self._last_id), element(_UNBIND)))
        self._writer.close()


@asynccontextmanager
async def connected(address: Address) -> AsyncIterator[Ldap]:
    """A connection; whatever fails of it, also while it is used, raises DirectoryDown."""
    where = f"{address.host}:{address.port}"
    try:
        context = None if address.is_plain else _context(address)
        early = context if address.is_tls else None
        name = address.host if early else None
        async with asyncio.timeout(address.seconds):
            streams = await asyncio.open_connection(
                address.host, address.port, ssl=early, server_hostname=name
            )
        ldap = Ldap(*streams, address.seconds)
        try:
            if context is not None and early is None:
                async with asyncio.timeout(address.seconds):
                    await ldap.start_tls(context, address.host)
            yield ldap
        finally:
            await ldap.close()
    except TimeoutError:
        raise DirectoryDown(f"{where}: no answer in {address.seconds:g} s") from None
    except DirectoryDown as error:
        raise DirectoryDown(f"{where}: {error}") from error
    except (OSError, EOFError, Malformed) as error:
        raise DirectoryDown(f"{where}: {error}") from error


def _context(address: Address) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=address.ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _code(content: bytes) -> int:
    return number(members(content, ENUMERATED, OCTETS, OCTETS)[0])


def _message(content: bytes) -> str:
    """What the directory says of a refusal."""
    code, _, text, *_ = members(content, ENUMERATED, OCTETS, OCTETS)
    return f"{number(code)} {text.decode(errors='replace')[:200]}".strip()


def _entry(content: bytes) -> Entry:
    dn, attributes, *_ = members(content, OCTETS, SEQUENCE)
    values: dict[str, Sequence[bytes]] = {}
    for _, attribute in elements(attributes):
        name, found, *_ = members(attribute, OCTETS, SET)
        values[name.decode(errors="replace").lower()] = [value for _, value in elements(found)]
    return Entry(dn.decode(errors="replace"), values)


def _page_control(cookie: bytes) -> bytes:
    value = element(SEQUENCE, integer(PAGE), octets(cookie))
    return element(_CONTROLS, element(SEQUENCE, octets(_PAGES), octets(value)))


def _next_page(controls: bytes) -> bytes | None:
    """What asks for the next page; None when this was the last."""
    for _, control in elements(controls):
        found = [content for _, content in elements(control)]
        if found and found[0] == _PAGES.encode():
            ((_, page),) = elements(found[-1])
            return members(page, INTEGER, OCTETS)[1] or None
    return None
