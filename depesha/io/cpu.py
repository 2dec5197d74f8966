"""Other processes for what would block the event loop: thumbnails, large state resolutions.

A worker is started when it is first needed. It runs with low priority and bounded memory, and
is killed and replaced when it takes too long, dies, or its caller goes away.
"""

import asyncio
import contextlib
import pickle
import sys
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from depesha.io import worker

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class CpuError(Exception):
    """There is no result: the worker died, or took too long."""


class Cpu:
    """So many workers at most, each with so many bytes of memory."""

    def __init__(self, workers: int = 1, memory: int = 1 << 30) -> None:
        self._workers = [_Worker(memory) for _ in range(workers)]
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._closed = False
        for each in self._workers:
            self._idle.put_nowait(each)

    async def run(self, fn: Callable[[*Ts], T], *args: *Ts, seconds: float = 60.0) -> T:
        """What `fn(*args)` returns or raises; `fn` is a function at the top of a module.

        Raises CpuError when it takes longer than `seconds`, or brings its worker down.
        """
        chosen = await self._idle.get()
        try:
            if self._closed:
                raise CpuError("the workers have been sent home")
            async with asyncio.timeout(seconds):
                outcome = await chosen.call(pickle.dumps((fn, args)))
        except BaseException as error:
            await chosen.kill()
            if isinstance(error, TimeoutError):
                raise CpuError(f"{fn.__qualname__} took longer than {seconds:g} s") from error
            if isinstance(error, asyncio.IncompleteReadError | OSError):
                raise CpuError(f"{fn.__qualname__} brought its worker down") from error
            raise
        finally:
            self._idle.put_nowait(chosen)
        # The worker is ourselves, in another process.
        result: T | Exception
        good, result = pickle.loads(outcome)  # noqa: S301
        if isinstance(result, Exception) and not good:
            raise result
        return result  # type: ignore[return-value]  # `good` says so

    async def close(self) -> None:
        """End all workers, also those at work."""
        self._closed = True
        for each in self._workers:
            await each.kill()


class _Worker:
    """A process that is there when it is needed."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._process: asyncio.subprocess.Process | None = None

    async def call(self, request: bytes) -> bytes:
        process = self._process = self._process or await self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(worker.LENGTH.pack(len(request)) + request)
        await process.stdin.drain()
        (length,) = worker.LENGTH.unpack(await process.stdout.readexactly(worker.LENGTH.size))
        return await process.stdout.readexactly(length)

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", worker.__name__, str(self._memory)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )

    async def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
