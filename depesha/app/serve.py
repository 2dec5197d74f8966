"""Starting and stopping one server process."""

import asyncio
import logging
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import uvloop

from depesha.app.acme import certificate_folder, load_issued, showing_proofs
from depesha.app.collector import Collector
from depesha.app.demo import check_listen, fill, invitation
from depesha.app.operate import listening_to_operator, opened
from depesha.app.wiring import Consumer, House
from depesha.base.clock import Clock
from depesha.base.config import Config, ConfigError
from depesha.http.server import BY_TLS, COMMON_HEADERS
from depesha.http.wire import Connections, Wire
from depesha.io.observe import start_logging
from depesha.io.tls import CERTIFICATE, Tls

RETRY_SECONDS = 5.0
KEPT_FILES = 300
"""Open files for all but clients: the database, files up and down, whom we ask."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    base_url: str
    house: House


@asynccontextmanager
async def running(config: Config, clock: Clock) -> AsyncIterator[Running]:
    """Open the database, build the house, listen; at the end let everyone go and close.

    Raises ConfigError for settings that cannot be served with.
    """
    place, tls = parse_listen(config.listen), load_tls(config)
    async with (
        opened(config, clock) as house,
        listening_to_operator(house),
        _open_to_authority(config, clock),
    ):
        plain_from = frozenset(config.trusted_proxies)
        most = Connections(most_connections(config), config.max_connections_per_address)
        headers = COMMON_HEADERS + (BY_TLS if tls is not None else b"")
        wire = Wire(house.server.answer, clock, headers, plain_from, most)
        host, port = await wire.listen(*place, tls=tls.context if tls else None)
        consumers = (*house.consumers, *((_watched(tls, house),) if tls else ()))
        async with _consuming(house.spine.clock, consumers):
            try:
                scheme = "https" if tls else "http"
                yield Running(f"{scheme}://{host}:{port}", house)
            finally:
                house.spine.log.waiters.stop()
                await wire.stop()


@asynccontextmanager
async def _open_to_authority(config: Config, clock: Clock) -> AsyncIterator[None]:
    """Show an authority that speaks ACME what it looks for, where the settings want one."""
    issued, place = load_issued(config, clock), parse_acme_listen(config)
    if issued is None:
        yield
        return
    async with showing_proofs(config, place, issued, clock):
        yield


@asynccontextmanager
async def _consuming(clock: Clock, consumers: tuple[Consumer, ...]) -> AsyncIterator[None]:
    """Run the consumers of the log beside the server, and end them with it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_keep_going(consumer, clock)) for consumer in consumers]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def _keep_going(consumer: Consumer, clock: Clock) -> None:
    """Begin a consumer that fails anew: the database may have been away."""
    task = asyncio.current_task()
    assert task is not None
    while not task.cancelling():
        try:
            await consumer()
        except Exception:  # noqa: BLE001 (whatever it was, the requests go on)
            _log.exception("what goes on beside the requests has failed")
        else:
            return
        if not task.cancelling():
            await clock.sleep(RETRY_SECONDS)


def parse_listen(text: str) -> tuple[str, int]:
    """Host and port of HOST:PORT, with brackets around an IPv6 address; raises ConfigError."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65_535:
        raise ConfigError(f"listen: {text!r} is not HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def parse_acme_listen(config: Config) -> tuple[str, int]:
    """Where the authority looks for proofs; raises ConfigError."""
    try:
        return parse_listen(config.acme_listen)
    except ConfigError as error:
        raise ConfigError(f"acme_{error}") from None


def load_tls(config: Config) -> Tls | None:
    """The certificate of the settings, or None without one; raises ConfigError.

    That of an authority may still have to come: until then nobody can connect.
    """
    if config.acme:
        return Tls(str(certificate_folder(config) / CERTIFICATE), "", is_awaited=True)
    if not config.tls_certificate:
        return None
    try:
        return Tls(config.tls_certificate, config.tls_key)
    except (OSError, ValueError) as error:
        raise ConfigError(f"tls_certificate: {error}") from error


def _watched(tls: Tls, house: House) -> Consumer:
    """Show among the figures how long the certificate holds, and keep it."""
    clock = house.spine.clock
    house.metrics.gauge(
        "depesha_certificate_days_left",
        "Days until the TLS certificate ends.",
        lambda: tls.days_left(clock.now_ms()),
    )
    house.metrics.gauge(
        "depesha_certificate_warn_days",
        "Days before its end from which on the TLS certificate is warned of.",
        lambda: tls.warn_days,
    )
    return partial(tls.keep, clock)


async def serve(config: Config, clock: Clock) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    check_listen(config)
    async with running(config, clock) as server:
        if config.demo:
            await fill(server.house)
            sys.stderr.write(invitation(server.base_url))
        _log.info("serving", extra={"url": server.base_url, "server": config.server_name})
        Collector().start()
        await stop.wait()
        _log.info("stopping")


def raise_open_files() -> None:
    """Take as many open files as the system grants: each client that waits needs one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def most_connections(config: Config) -> int:
    """How many clients may connect: as the settings say, unless the system grants fewer files.

    Beyond that a client is refused in words; without files left it would not even be heard.
    """
    granted, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if granted == resource.RLIM_INFINITY or granted - KEPT_FILES >= config.max_connections:
        return config.max_connections
    most = max(granted - KEPT_FILES, granted // 2)
    _log.warning(
        "the system grants fewer open files than max_connections asks for",
        extra={"open_files": granted, "connections": most},
    )
    return most


def run(config: Config) -> int:
    """Serve in a new event loop; the exit code."""
    start_logging(config.log_level, sys.stderr, config.log_format)
    sys.setswitchinterval(0.001)
    raise_open_files()
    uvloop.run(serve(config, Clock()))
    return 0
