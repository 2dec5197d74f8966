"""The real server as a process of its own, with the real clock."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness.client import Wire
from tests.harness.server import SERVER_NAME

ROOT = Path(__file__).parents[2]
_SERVING = re.compile(rb"http://127\.0\.0\.1:\d+")


@dataclass(frozen=True)
class Process:
    """A `depesha serve` that answers at `url`."""

    process: asyncio.subprocess.Process
    url: str
    folder: Path


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """The environment of a `depesha` command on the folder; lists are joined by commas."""
    given: dict[str, object] = {"server_name": SERVER_NAME, "data": str(folder), **settings}
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        **{
            f"DEPESHA_{name.upper()}": str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in given.items()
        },
    }


def program() -> Path:
    return Path(sys.executable).with_name("depesha")


@asynccontextmanager
async def process(folder: Path, **settings: object) -> AsyncIterator[Process]:
    """A server on the folder and a free port, answering; killed at the end if it still runs.

    With `open_files` among the settings the system grants it no more.
    """
    granted = settings.pop("open_files", None)
    command = ("prlimit", f"--nofile={granted}:{granted}") if granted else ()
    settings = {
        "listen": "127.0.0.1:0",
        "open_registration": True,
        "rate_limits": False,
        "log_format": "json",
        **settings,
    }
    running = await asyncio.create_subprocess_exec(
        *command,
        program(),
        "serve",
        stderr=asyncio.subprocess.PIPE,
        env=environment(folder, **settings),
    )
    try:
        url = await _serving(running)
        async with asyncio.TaskGroup() as group:
            # The pipe is read on, or a talkative server would block on it.
            group.create_task(_read(running))
            try:
                yield Process(running, url, folder)
            finally:
                if running.returncode is None:
                    running.kill()
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def _serving(running: asyncio.subprocess.Process) -> str:
    """The address, once the process says that it serves; fails when it ends first."""
    assert running.stderr is not None
    said: list[bytes] = []
    while line := await running.stderr.readline():
        said.append(line)
        if b"serving" in line and (found := _SERVING.search(line)):
            return found[0].decode()
    raise AssertionError(b"".join(said).decode())


async def _read(running: asyncio.subprocess.Process) -> None:
    assert running.stderr is not None
    while line := await running.stderr.readline():
        sys.stderr.buffer.write(line)


async def command(*args: str, folder: Path, **settings: object) -> str:
    """What a `depesha` command prints; it must succeed."""
    running = await asyncio.create_subprocess_exec(
        program(),
        *args,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(folder, **settings),
    )
    told, errors = await running.communicate()
    assert running.returncode == 0, errors.decode()
    return told.decode()


@asynccontextmanager
async def wire_to(running: Process) -> AsyncIterator[Wire]:
    wire = Wire(running.url)
    try:
        yield wire
    finally:
        await wire.close()


async def refusal(*args: str, folder: Path, **settings: object) -> str:
    """What a `depesha` command says that it refuses, or cannot do."""
    running = await asyncio.create_subprocess_exec(
        program(),
        *args,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(folder, **settings),
    )
    told, errors = await running.communicate()
    assert running.returncode == 1, (told, errors)
    return errors.decode()
