"""How many clients can wait at one server: what each costs, and what happens to one too many.

Opens as many connections as the system grants, from several addresses of this machine, each with a
sync that waits; lets a message go to all of them; asks for one more. Prints figures as lines.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.bench.process import Process, start

PER_USER = 190
PER_ADDRESS = 4_500
AT_ONCE = 200
KEPT_FILES = 500
"""Open files that neither side spends on connections."""

_HOME = Path(sys.executable).parent


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100_000, help="clients that wait")
    wanted = parser.parse_args().count
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(wanted, hard - KEPT_FILES)
    if count < wanted:
        print(f"the system grants {hard} open files: {count} clients instead of {wanted}")
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder), count) as (process, url):
        asyncio.run(_measure(process, url, count))


@contextmanager
def _server(folder: Path, count: int) -> Iterator[tuple[Process, str]]:
    """A server of its own, which lets in `count` clients."""
    settings = {
        "SERVER_NAME": "parked.test",
        "DATA": str(folder / "data"),
        "LISTEN": "127.0.0.1:8481",
        "OPEN_REGISTRATION": "true",
        "RATE_LIMITS": "false",
        "MAX_CONNECTIONS": str(count + 50),
        # Of which a tenth is kept for what does not wait.
        "MAX_REQUESTS": str(count * 10 // 9),
        "SIGNALS_MEMBERS": "1",
        "LOG_LEVEL": "warning",
    }
    env = {f"DEPESHA_{name}": value for name, value in settings.items()}
    process = start([str(_HOME / "depesha"), "serve"], folder, env)
    try:
        yield process, "http://127.0.0.1:8481"
    finally:
        asyncio.run(process.stop())


def _ask(url: str, method: str, path: str, body: Any = None, token: str = "") -> Any:
    request = urllib.request.Request(
        url + path,
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}"} if token else {},
        method=method,
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


async def _measure(process: Process, url: str, count: int) -> None:
    client = "/_matrix/client/v3"
    while True:
        try:
            await asyncio.to_thread(_ask, url, "GET", "/health")
            break
        except OSError:
            await asyncio.sleep(0.2)
    tokens: list[str] = []
    room = ""
    for number in range(-(-count // PER_USER)):
        auth = {"type": "m.login.dummy"}
        body = {"username": f"u{number}", "password": "of a test, long", "auth": auth}
        token = _ask(url, "POST", f"{client}/register", body)["access_token"]
        if not tokens:
            made = {"preset": "public_chat"}
            room = _ask(url, "POST", f"{client}/createRoom", made, token)["room_id"]
        else:
            _ask(url, "POST", f"{client}/join/{room}", {}, token)
        tokens.append(token)
    since = [_ask(url, "GET", f"{client}/sync", token=token)["next_batch"] for token in tokens]
    before = process.resident()
    print(f"at rest {before:.0f} MB, {len(tokens)} users")
    begun = time.monotonic()
    polls: list[asyncio.StreamReader] = []
    writers: list[asyncio.StreamWriter] = []

    async def park(number: int) -> None:
        who = number % len(tokens)
        address = f"127.0.0.{2 + number // PER_ADDRESS}"
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", 8481, local_addr=(address, 0), limit=1 << 14
        )
        path = f"{client}/sync?timeout=600000&since={since[who]}"
        text = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tokens[who]}\r\n\r\n"
        writer.write(text.encode())
        polls.append(reader)
        writers.append(writer)

    for at in range(0, count, AT_ONCE):
        await asyncio.gather(*(park(n) for n in range(at, min(at + AT_ONCE, count))))
    while (waiting := await asyncio.to_thread(_waiting, url)) is not None and waiting < count:
        await asyncio.sleep(0.5)
    held = process.resident()
    each = (held - before) * 1e6 / count / 1024
    print(
        f"{count} wait, after {time.monotonic() - begun:.0f} s: {held:.0f} MB, {each:.1f} KiB each"
    )
    await _one_too_many(client, tokens[0], since[0])
    begun = time.monotonic()
    path = f"{client}/rooms/{room}/send/m.room.message/one"
    await asyncio.to_thread(
        _ask, url, "PUT", path, {"msgtype": "m.text", "body": "to all"}, tokens[0]
    )
    heads = await asyncio.gather(*(reader.readuntil(b"\r\n\r\n") for reader in polls))
    good = sum(b" 200 " in head[:20] for head in heads)
    print(f"a message reached {good} of {count} within {time.monotonic() - begun:.1f} s")
    print(f"then {process.resident():.0f} MB")
    for writer in writers:
        writer.close()


def _waiting(url: str) -> int | None:
    """How many requests wait; None when the server has no room even for this question."""
    try:
        with urllib.request.urlopen(url + "/_depesha/v1/metrics") as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError:
        return None
    line = next(x for x in text.splitlines() if x.startswith("depesha_parked_requests "))
    return int(float(line.split()[1]))


async def _one_too_many(client: str, token: str, since: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", 8481)
    path = f"{client}/sync?timeout=600000&since={since}"
    text = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    writer.write(text.encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    body = await reader.readexactly(length)
    print(f"one more: {head.split()[1].decode()} {body.decode()}")
    writer.close()


if __name__ == "__main__":
    main()
