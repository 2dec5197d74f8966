"""Trying a relay of calls: an allocation is asked for, and given back at once.

Spec: RFC 8489 (STUN), RFC 8656 (TURN).
"""

import asyncio
import hashlib
import hmac
import ipaddress
import ssl
import struct
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple, Protocol

from depesha.base.clock import Clock
from depesha.base.relay import RelayAddress

SECONDS = 8.0
"""How long one relay may take in all."""

_AGAIN_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""After which times a datagram that brought nothing is sent anew."""

_COOKIE = 0x2112A442
_BINDING, _ALLOCATE, _REFRESH = 0x001, 0x003, 0x004
_GOOD, _BAD = 0x100, 0x110
_USERNAME, _INTEGRITY, _ERROR = 0x0006, 0x0008, 0x0009
_LIFETIME, _REALM, _NONCE, _RELAYED = 0x000D, 0x0014, 0x0015, 0x0016
_TRANSPORT, _MAPPED = 0x0019, 0x0020
_UDP = b"\x11\0\0\0"

_MEANINGS = {
    401: "it does not take our password: turn_secret is another than its own",
    403: "it forbids this",
    437: "it takes us for somebody else",
    441: "it does not take our password",
    442: "it relays no UDP",
    486: "too many allocations are open for one name",
    508: "it has no room for another allocation",
}


class TurnFailed(Exception):
    """The relay cannot be used; the text says why."""


class _Answer(NamedTuple):
    kind: int
    mask: bytes
    """Cookie and number of the request: addresses are hidden with it."""
    fields: Mapping[int, bytes]


class _Wire(Protocol):
    async def ask(self, message: bytes) -> bytes:
        """The message that answers this one."""


async def try_relay(clock: Clock, relay: RelayAddress, username: str, password: str) -> str:
    """The address that a relay gives us (`stun:`: under which it sees us); raises TurnFailed."""
    try:
        async with asyncio.timeout(SECONDS), _connected(relay) as wire:
            if relay.is_turn:
                return await _allocate(clock, wire, username, password)
            return _address(await _ask(wire, _message(clock, _BINDING, ())), _MAPPED)
    except TimeoutError:
        how = "UDP" if relay.is_udp else "TCP"
        raise TurnFailed(
            f"no answer from {relay.host}, port {relay.port} by {how}, within {SECONDS:g} s"
        ) from None
    except ssl.SSLError as error:
        raise TurnFailed(f"TLS: {error.reason or error}") from None
    except asyncio.IncompleteReadError:
        raise TurnFailed("it closed the connection without an answer") from None
    except OSError as error:
        raise TurnFailed(f"{relay.host}, port {relay.port}: {error.strerror or error}") from None


async def _allocate(clock: Clock, wire: _Wire, username: str, password: str) -> str:
    """Ask twice, since the first answer brings what the password is said with."""
    wanted = ((_TRANSPORT, _UDP),)
    first = await _ask(wire, _message(clock, _ALLOCATE, wanted), allowed=401)
    if first.kind == _ALLOCATE | _GOOD:
        raise TurnFailed("it relays for everybody, without a password")
    realm, nonce = first.fields.get(_REALM, b""), first.fields.get(_NONCE, b"")
    name = username.encode()
    key = hashlib.md5(b":".join((name, realm, password.encode()))).digest()  # noqa: S324 (RFC 8489)
    who = ((_USERNAME, name), (_REALM, realm), (_NONCE, nonce))
    given = await _ask(wire, _message(clock, _ALLOCATE, (*wanted, *who), key))
    relayed = _address(given, _RELAYED)
    await wire.ask(_message(clock, _REFRESH, ((_LIFETIME, bytes(4)), *who), key))
    return relayed


async def _ask(wire: _Wire, message: bytes, allowed: int = 0) -> _Answer:
    """The answer; raises TurnFailed for an error other than the one that is allowed."""
    answer = _read(await wire.ask(message))
    if answer.kind & _BAD == _BAD:
        said = answer.fields.get(_ERROR, b"").ljust(4, b"\0")
        code = said[2] * 100 + said[3]
        if code != allowed:
            reason = said[4:].decode("utf-8", "replace").strip("\0 ")
            raise TurnFailed(f"{_MEANINGS.get(code, 'it refuses')} ({code} {reason})")
    return answer


# --- messages ------------------------------------------------------------------------


def _message(
    clock: Clock, kind: int, fields: Iterable[tuple[int, bytes]], key: bytes = b""
) -> bytes:
    """A request, with the proof that we know the password where there is a key."""
    body = b"".join(_field(number, value) for number, value in fields)
    number = clock.random_bytes(12)
    length = len(body) + (24 if key else 0)
    head = struct.pack("!HHI", kind, length, _COOKIE) + number
    if key:
        body += _field(_INTEGRITY, hmac.digest(key, head + body, "sha1"))
    return head + body


def _field(number: int, value: bytes) -> bytes:
    return struct.pack("!HH", number, len(value)) + value + bytes(-len(value) % 4)


def _read(data: bytes) -> _Answer:
    kind, length, _ = struct.unpack_from("!HHI", data)
    fields: dict[int, bytes] = {}
    at = 20
    while at + 4 <= min(len(data), 20 + length):
        number, size = struct.unpack_from("!HH", data, at)
        fields.setdefault(number, data[at + 4 : at + 4 + size])
        at += 4 + size + -size % 4
    return _Answer(kind, data[4:20], fields)


def _address(answer: _Answer, number: int) -> str:
    """HOST:PORT of an address as answers hide it; raises TurnFailed without one."""
    value = answer.fields.get(number, b"")
    if len(value) not in {8, 20}:
        raise TurnFailed("its answer has no address")
    port = int.from_bytes(value[2:4]) ^ _COOKIE >> 16
    packed = bytes(a ^ b for a, b in zip(value[4:], answer.mask, strict=False))
    host = ipaddress.ip_address(packed)
    return f"[{host}]:{port}" if host.version == 6 else f"{host}:{port}"


def _is_answer(message: bytes, data: bytes) -> bool:
    """Whether it answers this very message: cookie and number are the same."""
    return len(data) >= 20 and data[4:20] == message[4:20] and data[0] >> 6 == 0


# --- the ways there ------------------------------------------------------------------


@asynccontextmanager
async def _connected(relay: RelayAddress) -> AsyncIterator[_Wire]:
    if relay.is_udp:
        loop = asyncio.get_running_loop()
        place = (relay.host, relay.port)
        transport, datagrams = await loop.create_datagram_endpoint(_Datagrams, remote_addr=place)
        try:
            datagrams.transport = transport
            yield datagrams
        finally:
            transport.close()
        return
    tls = ssl.create_default_context() if relay.is_tls else None
    reader, writer = await asyncio.open_connection(relay.host, relay.port, ssl=tls)
    try:
        yield _Stream(reader, writer)
    finally:
        writer.close()


class _Stream:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, message: bytes) -> bytes:
        self._writer.write(message)
        await self._writer.drain()
        head = await self._reader.readexactly(20)
        if not _is_answer(message, head):
            raise TurnFailed("what answers there is no relay")
        return head + await self._reader.readexactly(int.from_bytes(head[2:4]))


class _Datagrams(asyncio.DatagramProtocol):
    """Datagrams to one place and from it; each is sent anew until it is answered."""

    transport: asyncio.DatagramTransport

    def __init__(self) -> None:
        self._heard: asyncio.Queue[bytes | Exception] = asyncio.Queue(16)

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self._put(data)

    def error_received(self, exc: Exception) -> None:
        self._put(exc)

    def _put(self, heard: bytes | Exception) -> None:
        if not self._heard.full():
            self._heard.put_nowait(heard)

    async def ask(self, message: bytes) -> bytes:
        for seconds in _AGAIN_SECONDS:
            self.transport.sendto(message)
            try:
                async with asyncio.timeout(seconds):
                    return await self._answer_to(message)
            except TimeoutError:
                continue
        raise TimeoutError

    async def _answer_to(self, message: bytes) -> bytes:
        while True:
            heard = await self._heard.get()
            if isinstance(heard, Exception):
                raise heard
            if _is_answer(message, heard):
                return heard
