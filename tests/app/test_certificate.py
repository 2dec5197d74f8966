"""The certificate of the server: how long it holds, and a new one in its place."""

import asyncio
import logging
import ssl
from pathlib import Path

import aiohttp
import pytest

from depesha.base.config import Config, ConfigError
from depesha.io.tls import ALARM_DAYS, LOOK_SECONDS, WARN_DAYS, Tls
from tests.app.certificates import write_certificate
from tests.harness.clock import START_MS, TestClock
from tests.harness.server import Server, config_for, start

DAY_MS = 86_400_000


async def shown(server: Server) -> str:
    """The certificate that a new connection is shown, as PEM."""
    host, port = server.base_url.removeprefix("https://").split(":")
    return await asyncio.to_thread(ssl.get_server_certificate, (host, int(port)))


async def days_left(server: Server) -> float:
    url = server.base_url + "/_depesha/v1/metrics"
    async with aiohttp.ClientSession() as http, http.get(url, ssl=False) as answer:
        text = await answer.text()
        # Whoever was here once asks by plain HTTP no more.
        assert "max-age=" in answer.headers["Strict-Transport-Security"]
    (line,) = [x for x in text.splitlines() if x.startswith("depesha_certificate_days_left ")]
    return float(line.partition(" ")[2])


async def test_a_new_certificate_is_taken_while_the_server_runs(
    tmp_path: Path, clock: TestClock
) -> None:
    write_certificate(tmp_path, START_MS + 30 * DAY_MS)
    files = {"tls_certificate": str(tmp_path / "cert.pem"), "tls_key": str(tmp_path / "key.pem")}
    async with start(config_for(tmp_path, "", **files), clock) as server:
        old = (tmp_path / "cert.pem").read_text()
        assert await shown(server) == old
        assert await days_left(server) == 30
        await server.clock.advance(LOOK_SECONDS)
        assert await shown(server) == old
        (tmp_path / "key.pem").write_text("half-way")
        await server.clock.advance(LOOK_SECONDS)
        assert await shown(server) == old
        write_certificate(tmp_path, START_MS + 120 * DAY_MS)
        await server.clock.advance(LOOK_SECONDS)
        assert await shown(server) == (tmp_path / "cert.pem").read_text() != old
        assert await days_left(server) == 120 - 3 / 24


def test_a_near_end_is_told_once_a_day(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_certificate(tmp_path, START_MS)
    tls = Tls(str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))

    def told(days_before: float) -> list[int]:
        caplog.clear()
        tls.look(START_MS - int(days_before * DAY_MS))
        return [record.levelno for record in caplog.records]

    assert told(WARN_DAYS) == []
    assert told(WARN_DAYS - 0.1) == [logging.WARNING]
    assert told(WARN_DAYS - 1) == []
    assert told(WARN_DAYS - 1.1) == [logging.WARNING]
    assert told(ALARM_DAYS - 0.1) == [logging.ERROR]
    assert told(-1) == [logging.ERROR]


def test_one_that_holds_for_days_is_told_of_in_its_last_quarter(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_certificate(tmp_path, START_MS, days=12)
    tls = Tls(str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
    assert tls.warn_days == 3
    for days_before, level in ((3.1, None), (2.9, logging.WARNING), (0.9, logging.ERROR)):
        caplog.clear()
        tls = Tls(str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
        tls.look(START_MS - int(days_before * DAY_MS))
        assert [record.levelno for record in caplog.records] == ([level] if level else [])


def test_what_is_no_certificate_is_refused_at_the_start(tmp_path: Path) -> None:
    from depesha.app.serve import load_tls  # noqa: PLC0415 (loads the whole server)

    assert load_tls(Config()) is None
    for bad in ("missing.pem", "bad.pem"):
        (tmp_path / "bad.pem").write_text("no certificate")
        with pytest.raises(ConfigError, match="tls_certificate"):
            load_tls(Config(tls_certificate=str(tmp_path / bad)))
