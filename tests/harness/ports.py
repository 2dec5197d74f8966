"""Ports for the programs that tests start."""

import contextlib
import os
import socket


def free_port(first: int = 0) -> int:
    """A port below those that systems give to connections: nobody takes it during a restart."""
    for port in range(first or 10_000 + os.getpid() * 7 % 10_000, 32_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")
