"""Depesha as an administrator would start it, with its rate limits off."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.bench import process
from tools.bench.load import ask_all
from tools.bench.server import CLIENT, Server, Session, session
from tools.bench.wire import request


def start(folder: Path) -> Server:
    """Start it on fresh data in `folder`, from the environment that runs the measurement."""
    port = process.free_port()
    command = [
        str(Path(sys.executable).parent / "depesha"),
        "serve",
        *("--data", str(folder / "data")),
        *("--listen", f"127.0.0.1:{port}"),
        *("--server-name", "bench.test"),
        "--open-registration",
        "--no-rate-limits",
    ]
    started = process.start(command, folder)
    return Server("Depesha", port, started, sign_up, metrics="/_depesha/v1/metrics")


async def sign_up(port: int, names: Sequence[str]) -> list[Session]:
    """Users with a password, as anybody registers."""
    path = f"{CLIENT}/register"
    bodies = (registration(name) for name in names)
    answers = await ask_all(port, (request("POST", path, body=body) for body in bodies))
    return [session(answer.body) for answer in answers]


def registration(name: str) -> bytes:
    """The body of an open registration."""
    dummy = {"type": "m.login.dummy"}
    password = "correct horse battery staple"
    return json.dumps({"username": name, "password": password, "auth": dummy}).encode()
