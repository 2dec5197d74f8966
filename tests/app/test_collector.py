"""Cycles that nobody holds any more go, also those that had outlived a look of the collector."""

import subprocess
import sys

PROGRAM = """
import asyncio, gc, weakref
from depesha.app.collector import Collector

class Node:
    pass

def ring():
    one, other = Node(), Node()
    one.next, other.next = other, one
    return one

async def main():
    Collector(young=100, whole=3).start()
    held = ring()
    watched = weakref.ref(held)
    kept = [[] for _ in range(200)]  # a look, which the ring outlives
    assert gc.get_freeze_count() > 0
    del held
    assert watched() is not None
    while watched() is not None:
        kept += [[] for _ in range(200)]
        assert len(kept) < 100_000
        await asyncio.sleep(0)

asyncio.run(main())
"""


def test_what_outlived_a_look_goes_in_the_end() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
