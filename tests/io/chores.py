"""What workers are told to do."""

import os
import resource
import signal
import sys
from pathlib import Path


class Awkward(Exception):
    """An error that cannot be made again from its text."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("awkward")


def add(a: int, b: int) -> int:
    print("a library prints this")
    sys.stdout.flush()
    return a + b


def process_id() -> int:
    return os.getpid()


def size(content: bytes) -> int:
    return len(content)


def refuse(text: str) -> None:
    raise ValueError(text)


def refuse_awkwardly() -> None:
    raise Awkward(1, 2)


def unpicklable() -> object:
    return lambda: None


def an_error() -> Exception:
    return KeyError("not raised")


def run_for_ever(report: str) -> None:
    Path(report).write_text(str(os.getpid()))
    while True:
        pass


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def grow() -> int:
    return len(bytearray(resource.getrlimit(resource.RLIMIT_AS)[0]))
