"""A real NATS server on a free port."""

import asyncio
import os
import shutil
import sys
from pathlib import Path


def find_program() -> str | None:
    """The path of `nats-server`, if it is installed."""
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    return shutil.which("nats-server", path=os.pathsep.join(folders))


class Broker:
    """A NATS server, which can be stopped and started again on the same port."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._port = -1
        self._lines: asyncio.StreamReader
        self._process: asyncio.subprocess.Process

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self._port}"

    async def start(self) -> None:
        command = [self._program, "-a", "127.0.0.1", "-p", str(self._port), "-DV"]
        self._process = await asyncio.create_subprocess_exec(
            *command, stderr=asyncio.subprocess.PIPE
        )
        assert self._process.stderr is not None
        self._lines = self._process.stderr
        line = await self.wait_for("Listening for client connections on")
        self._port = int(line.rpartition(":")[2])
        await self.wait_for("Server is ready")

    async def wait_for(self, text: str, times: int = 1) -> str:
        """The line of its log in which `text` stands for the so-manyeth time."""
        while line := (await self._lines.readline()).decode():
            times -= text in line
            if not times:
                return line
        raise RuntimeError("the NATS server has stopped")

    async def stop(self) -> None:
        self._process.kill()
        await self._lines.read()
        await self._process.wait()
