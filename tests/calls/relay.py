"""A relay of calls, as far as an allocation goes, on this machine: RFC 8656 by its own words."""

import asyncio
import hashlib
import hmac
import socket
import struct
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

COOKIE = bytes.fromhex("2112a442")
RELAYED = ("192.0.2.9", 50_000)
REALM, NONCE = b"relay.test", b"once"


def attributes(message: bytes) -> dict[int, bytes]:
    found, at = {}, 20
    while at < len(message):
        number, size = struct.unpack_from("!HH", message, at)
        found[number] = message[at + 4 : at + 4 + size]
        at += 4 + size + (4 - size % 4) % 4
    return found


def answer(kind: int, message: bytes, *fields: tuple[int, bytes]) -> bytes:
    body = b"".join(
        struct.pack("!HH", number, len(value)) + value + bytes((4 - len(value) % 4) % 4)
        for number, value in fields
    )
    return struct.pack("!HH", kind, len(body)) + message[4:20] + body


def hidden(host: str, port: int) -> bytes:
    masked = bytes(a ^ b for a, b in zip(socket.inet_aton(host), COOKIE, strict=True))
    return b"\0\1" + struct.pack("!H", port ^ 0x2112) + masked


def error(number: int) -> tuple[int, bytes]:
    return 9, bytes([0, 0, number // 100, number % 100]) + b"No"


class Relay:
    """Answers requests; `secret` is what passwords are made with, `refuse` an error for all."""

    def __init__(self, secret: str = "", refuse: int = 0, drop: int = 0) -> None:
        self.secret = secret.encode()
        self.refuse = refuse
        self.drop = drop
        self.open: set[bytes] = set()
        self.given = 0

    def reply(self, message: bytes) -> bytes | None:
        if self.drop:
            self.drop -= 1
            return None
        kind, found = int.from_bytes(message[:2]), attributes(message)
        if kind == 1:
            return answer(0x101, message, (0x20, hidden(*RELAYED)))
        if 8 not in found:
            return answer(kind | 0x110, message, error(401), (0x14, REALM), (0x15, NONCE))
        if not self.is_proven(message, found):
            return answer(kind | 0x110, message, error(401))
        if self.refuse:
            return answer(kind | 0x110, message, error(self.refuse))
        if kind == 4:
            assert found[0x0D] == bytes(4)
            self.open.discard(found[6])
            return answer(0x104, message, (0x0D, bytes(4)))
        assert found[0x19] == b"\x11\0\0\0"
        self.open.add(found[6])
        self.given += 1
        return answer(0x103, message, (0x16, hidden(*RELAYED)), (0x0D, b"\0\0\2\x58"))

    def is_proven(self, message: bytes, found: dict[int, bytes]) -> bool:
        password = b64encode(hmac.digest(self.secret, found[6], "sha1"))
        key = hashlib.md5(found[6] + b":" + found[0x14] + b":" + password).digest()
        return found[0x15] == NONCE and found[8] == hmac.digest(key, message[:-24], "sha1")


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, relay: Relay) -> None:
        self.relay = relay

    # The protocol of the library names the transport of every kind; here it is of datagrams.
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if (reply := self.relay.reply(data)) is not None:
            self.transport.sendto(reply, addr)


@asynccontextmanager
async def by_udp(relay: Relay) -> AsyncIterator[str]:
    """Lets it answer datagrams; its address."""
    loop = asyncio.get_running_loop()
    place = ("127.0.0.1", 0)
    transport, _ = await loop.create_datagram_endpoint(lambda: _Protocol(relay), local_addr=place)
    try:
        yield f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()


@asynccontextmanager
async def by_tcp(relay: Relay) -> AsyncIterator[str]:
    """Lets it answer streams; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readexactly(20)
                message = head + await reader.readexactly(int.from_bytes(head[2:4]))
                writer.write(relay.reply(message) or b"HTTP/1.1 400 Bad Request\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
