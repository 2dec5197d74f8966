"""A real S3-compatible store (SeaweedFS) on free ports."""

import asyncio
import json
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from depesha.io.s3 import Account

ACCESS, SECRET = "depesha", "a secret of the store"
_IDENTITY = {
    "name": "depesha",
    "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
    "actions": ["Admin", "Read", "Write", "List", "Tagging"],
}


def find_program() -> str | None:
    """The path of `weed`, if it is installed."""
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    return shutil.which("weed", path=os.pathsep.join(folders))


@dataclass(frozen=True)
class Weed:
    """A running store; `process` may be killed."""

    process: asyncio.subprocess.Process
    port: int

    def account(self, secret: str = SECRET) -> Account:
        return Account(f"http://127.0.0.1:{self.port}/files/media", "us-east-1", ACCESS, secret)


def _free_ports(count: int) -> list[int]:
    """Ports that also leave room for gRPC, which takes the number and ten thousand."""
    found: list[int] = []
    port = 11_000 + os.getpid() % 20_000
    while len(found) < count:
        port += 1
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
        found.append(port)
    return found


@asynccontextmanager
async def weed(folder: Path) -> AsyncIterator[Weed]:
    """A store with the bucket `files`."""
    program = find_program()
    assert program is not None
    folder.mkdir()
    identities = folder / "s3.json"
    identities.write_text(json.dumps({"identities": [_IDENTITY]}))
    master, volume, filer, s3 = _free_ports(4)
    running = await asyncio.create_subprocess_exec(
        *(program, "-logtostderr=true", "server", f"-dir={folder}", "-ip=127.0.0.1"),
        *("-ip.bind=127.0.0.1", f"-master.port={master}", f"-volume.port={volume}"),
        *("-filer", f"-filer.port={filer}", "-s3", f"-s3.port={s3}", f"-s3.config={identities}"),
        *("-master.volumeSizeLimitMB=64", "-volume.max=20", "-master.telemetry=false"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield Weed(running, s3)
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()
