"""Requests to a server on this machine, through a socket in its data folder."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import httpcore

MOST_PATH_BYTES = 100
"""What the system can take for the path of a socket."""

_SECONDS = 60.0
_TIMEOUT = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), _SECONDS)}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of a response."""

    status: int
    body: bytes


async def ask_local(socket: Path, method: str, target: str, body: bytes) -> Answer | None:
    """The answer of the server that listens on `socket`; None when there is none.

    `target` is path and query, percent-encoded.
    """
    if not await asyncio.to_thread(socket.exists):
        return None
    async with httpcore.AsyncConnectionPool(uds=str(socket)) as pool:
        url = f"http://localhost{target}"
        try:
            answer = await pool.request(method, url, content=body, extensions=_TIMEOUT)
        except httpcore.ConnectError:
            return None
        return Answer(answer.status, answer.content)
