"""`depesha certificate …`: the server's certificate as it is, and asking the authority now."""

import asyncio
import errno
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from depesha.app.acme import certificate_folder, load_issued, showing_proofs
from depesha.app.operate import make_folder
from depesha.app.serve import parse_acme_listen
from depesha.base.clock import Clock
from depesha.base.config import Config, ConfigError
from depesha.io.acme import AcmeError
from depesha.io.issued import Issued, names_of, read_certificate
from depesha.io.tls import CERTIFICATE, life_of


def show(config: Config) -> int:
    """Print what there is; 1 when no certificate is in force."""
    now, issued = Clock().now_ms(), load_issued(config, Clock())
    if issued is None and not config.tls_certificate:
        print("there is no certificate: neither acme nor tls_certificate is set")
        return 1
    path = certificate_folder(config) / CERTIFICATE if issued else Path(config.tls_certificate)
    try:
        found = read_certificate(path)
    except ValueError as error:
        raise ConfigError(f"tls_certificate: {error}") from error
    end = life_of(found)[1] if found is not None else 0
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


def _show_tried(issued: Issued) -> None:
    print(f"the next is asked for: {_moment(issued.due_ms())}")
    tried = issued.tried()
    if tried.failures:
        print(f"failed: {tried.failures} in a row, last at {_moment(tried.failed_ms)}")
        print(f"because: {tried.error}")


def obtain(config: Config) -> int:
    """Ask now, beside the server or without one; a server takes what comes by itself."""
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


async def _obtain(config: Config, issued: Issued, clock: Clock) -> None:
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
