"""A server process held to one core, and what it has used so far."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
LOAD_CORE = CORES[1 % len(CORES)]


@dataclass(frozen=True, slots=True)
class Process:
    """A running server; its children count as part of it."""

    popen: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """CPU seconds used so far by the process and its children."""
        return sum(_cpu(pid) for pid in _family(self.popen.pid))

    def resident(self) -> float:
        """Resident memory in MB (10^6 bytes); pages shared by two processes count twice."""
        return sum(_resident(pid) for pid in _family(self.popen.pid)) / 1e6

    async def stop(self) -> None:
        """End it politely, and after 20 seconds by force."""
        self.popen.send_signal(signal.SIGTERM)
        for _ in range(200):
            if self.popen.poll() is not None:
                return
            await asyncio.sleep(0.1)
        self.popen.kill()
        self.popen.wait()


def start(command: Sequence[str], folder: Path, env: dict[str, str] | None = None) -> Process:
    """Start `command` on the server's core; its output goes to `folder/output.log`."""
    with (folder / "output.log").open("wb") as log, _on_core(SERVER_CORE):
        return Process(
            subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=os.environ | (env or {}),
            )
        )


def machine_cpu() -> float:
    """CPU seconds that the whole machine has spent since it started, interrupts left out."""
    user, nice, system = Path("/proc/stat").read_text().split(maxsplit=4)[1:4]
    return (int(user) + int(nice) + int(system)) / TICKS


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hold_load_core() -> None:
    """Keep this process, the load, off the server's core; allow it thousands of sockets."""
    os.sched_setaffinity(0, {LOAD_CORE})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextlib.contextmanager
def _on_core(core: int) -> Iterator[None]:
    # A child inherits the affinity of the thread that forks it, so there is no moment in which it
    # runs elsewhere.
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # utime, stime and, of children already gone, cutime and cstime: proc(5), fields 14 to 17.
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()
