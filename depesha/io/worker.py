"""The process at the other end of `io.cpu`: calls what it is told to, until its input ends."""

import os
import pickle
import resource
import struct
import sys
from typing import BinaryIO

LENGTH = struct.Struct("!Q")
"""Before each request, a pickled function and arguments, and each outcome."""


def main(memory: int) -> None:
    """Serve with at most so many bytes of memory."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # What a library prints must not get between the outcomes.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while request := _read(sys.stdin.buffer):
        outcome = _call(request)
        answers.write(LENGTH.pack(len(outcome)) + outcome)
        answers.flush()


def _read(stream: BinaryIO) -> bytes:
    """The next request; empty at the end of the input."""
    head = stream.read(LENGTH.size)
    return stream.read(*LENGTH.unpack(head)) if len(head) == LENGTH.size else b""


def _call(request: bytes) -> bytes:
    try:
        fn, args = pickle.loads(request)  # noqa: S301 (it is our own process that asks)
        return pickle.dumps((True, fn(*args)))
    except Exception as error:  # noqa: BLE001 (the caller gets it)
        return _failure(error)


def _failure(error: Exception) -> bytes:
    """The error itself, if it survives the journey."""
    try:
        outcome = pickle.dumps((False, error))
        pickle.loads(outcome)  # noqa: S301
    except Exception:  # noqa: BLE001 (so many ways there are)
        return pickle.dumps((False, RuntimeError(repr(error))))
    return outcome


if __name__ == "__main__":
    main(int(sys.argv[1]))
