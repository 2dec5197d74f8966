"""`depesha certificate …`: the server's certificate as it is, and asking the authority now."""

import argparse
import asyncio
import errno
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from depesha.base.clock import Clock
from depesha.base.config import Config, ConfigError

if TYPE_CHECKING:
    from depesha.io.issued import Issued

Command = Callable[[Config, argparse.Namespace], int]
Add = Callable[[str, str, Command], argparse.ArgumentParser]


def add_certificate(add: Add) -> None:
    """The commands of the group."""
    add("status", "print the certificate, its end, and what was last tried", show_certificate)
    add("obtain", "ask the authority for a new certificate now", obtain_certificate)


def show_certificate(config: Config, options: argparse.Namespace) -> int:
    """Print what there is; 1 when no certificate is in force."""
    from depesha.app.acme import certificate_folder, load_issued  # noqa: PLC0415 (as for serving)
    from depesha.io.issued import names_of, read_certificate  # noqa: PLC0415
    from depesha.io.tls import CERTIFICATE  # noqa: PLC0415

    now, issued = Clock().now_ms(), load_issued(config, Clock())
    if issued is None and not config.tls_certificate:
        print("there is no certificate: neither acme nor tls_certificate is set")
        return 1
    path = certificate_folder(config) / CERTIFICATE if issued else Path(config.tls_certificate)
    try:
        found = read_certificate(path)
    except ValueError as error:
        raise ConfigError(f"tls_certificate: {error}") from error
    end = found.not_valid_after_utc.timestamp() * 1000 if found is not None else 0
    if found is None:
        print(f"there is no certificate yet: {path}")
    else:
        print(f"file: {path}")
        print(f"names: {' '.join(names_of(found))}")
        print(f"issuer: {found.issuer.rfc4514_string()}")
        print(f"ends: {_moment(end)} (in {(end - now) / 86_400_000:.1f} days)")
    if issued is not None:
        _show_tried(issued)
    return 0 if end > now else 1


def _show_tried(issued: "Issued") -> None:
    print(f"the next is asked for: {_moment(issued.due_ms())}")
    tried = issued.tried()
    if tried.failures:
        print(f"failed: {tried.failures} in a row, last at {_moment(tried.failed_ms)}")
        print(f"because: {tried.error}")


def obtain_certificate(config: Config, options: argparse.Namespace) -> int:
    """Ask now, beside the server or without one; a server takes what comes by itself."""
    from depesha.app.acme import load_issued  # noqa: PLC0415 (as for serving)
    from depesha.app.operate import make_folder  # noqa: PLC0415
    from depesha.io.acme import AcmeError  # noqa: PLC0415

    clock = Clock()
    issued = load_issued(config, clock)
    if issued is None:
        raise ConfigError("acme: it is not set, so there is no authority to be asked")
    make_folder(Path(config.data))
    try:
        asyncio.run(_obtain(config, issued, clock))
    except AcmeError as error:
        print(f"depesha: {error}", file=sys.stderr)
        return 1
    print(issued.path)
    return 0


async def _obtain(config: Config, issued: "Issued", clock: Clock) -> None:
    from depesha.app.acme import showing_proofs  # noqa: PLC0415 (as for serving)
    from depesha.app.serve import parse_acme_listen  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        try:
            showing = showing_proofs(config, parse_acme_listen(config), issued, clock)
            await stack.enter_async_context(showing)
        except ConfigError as error:
            # A server that runs shows the same proofs.
            if getattr(error.__cause__, "errno", None) != errno.EADDRINUSE:
                raise
        await issued.obtain()


def _moment(ms: float) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="minutes") if ms else "now"
