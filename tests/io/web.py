"""A web server of which a test says what each path answers, and sees what was asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple


class Asked(NamedTuple):
    """A request as it came in."""

    line: str
    headers: dict[str, str]
    body: bytes


class Web:
    """Answers are whole responses, by path; a path without one is never answered."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.asked: list[Asked] = []
        self.port = 0
        self.connections = 0

    def answer(self, path: str, body: bytes = b"", *headers: str, status: str = "200 OK") -> None:
        lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
        self.answers[path] = "\r\n".join(lines).encode() + body

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *lines = head.decode().rstrip().split("\r\n")
                headers = {
                    name.lower(): value for name, _, value in (h.partition(": ") for h in lines)
                }
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.asked.append(Asked(line, headers, body))
                writer.write(self.answers.get(line.split()[1], b""))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Web]:
    """A server on a free port of 127.0.0.1."""
    web = Web()
    server = await asyncio.start_server(web.serve, "127.0.0.1", 0, ssl=tls)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()
