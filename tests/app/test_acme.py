"""Certificates by ACME, from an authority that runs beside the tests (Pebble)."""

import asyncio
import json
import logging
import ssl
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from depesha.app.acme import load_issued
from depesha.app.cli import main
from depesha.base.config import Config
from depesha.io.acme import AcmeError, renewal_id
from depesha.io.issued import Issued, names_of
from depesha.io.tls import AWAITED_LOOK_SECONDS
from tests.app.certificates import write_certificate
from tests.harness.clock import START_MS, TestClock
from tests.harness.pebble import (
    BLOCKED,
    CUSTOMER,
    CUSTOMER_KEY,
    LIFE_SECONDS,
    Missing,
    Pebble,
    end_pebble,
    start_pebble,
    write_own_certificate,
)
from tests.harness.server import Server, config_for, start
from tests.io.web import Web, serving

NAME = "chat.city.test"
PROOFS = "/.well-known/acme-challenge/"


@pytest.fixture(scope="module")
def running_pebble() -> Iterator[Pebble]:
    try:
        pebble = start_pebble()
    except Missing as missing:
        pytest.skip(str(missing))
    yield pebble
    end_pebble(pebble)


@pytest.fixture
def pebble(running_pebble: Pebble) -> Iterator[Pebble]:
    """An authority; whatever the test does with it, it runs for the next one."""
    yield running_pebble
    running_pebble.stop()
    running_pebble.start()


@pytest.fixture
async def now() -> TestClock:
    """A clock that begins now, as the authority's certificates do."""
    clock = TestClock()
    await clock.advance(time.time() - START_MS / 1000)
    return clock


def settings(pebble: Pebble, **more: Any) -> dict[str, Any]:
    return {
        "acme": True,
        "acme_terms": True,
        "acme_directory": pebble.directory,
        "acme_ca_file": pebble.ca_file,
        "acme_contact": "operator@city.test",
        "acme_listen": f"127.0.0.1:{pebble.proofs_port}",
        "public_url": f"https://{NAME}",
        **more,
    }


async def until(clock: TestClock, is_so: Callable[[], bool]) -> None:
    """Let time go on until something is so, little faster than the authority's own."""
    while not is_so():
        await clock.advance(0.002)


def certificate_in(folder: Path) -> Path:
    return folder / "acme" / "certificate.pem"


def tried_in(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / "acme" / "tried.json").read_text()))
    except FileNotFoundError:
        return {}


def port_of(server: Server) -> int:
    return URL(server.base_url).port or 0


class Line:
    """An open connection to a server, which only believes the authority of the test."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        self.serial = x509.load_der_x509_certificate(
            tls.getpeercert(binary_form=True) or b""
        ).serial_number

    async def asks(self) -> int:
        """The status that a request gets."""
        self._writer.write(f"GET /health HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        (length,) = [x for x in head.split("\r\n") if x.startswith("content-length: ")]
        await self._reader.readexactly(int(length.partition(": ")[2]))
        return int(head.split()[1])


@asynccontextmanager
async def connected(server: Server, roots: str, name: str = NAME) -> AsyncIterator[Line]:
    context = ssl.create_default_context(cadata=roots)
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port_of(server), ssl=context, server_hostname=name
    )
    yield Line(reader, writer)
    writer.close()
    await asyncio.wait([asyncio.ensure_future(writer.wait_closed())])


async def metric(server: Server, name: str) -> float:
    url = server.base_url + "/_depesha/v1/metrics"
    async with aiohttp.ClientSession() as http, http.get(url, ssl=False) as answer:
        text = await answer.text()
    (line,) = [x for x in text.splitlines() if x.startswith(f"depesha_{name} ")]
    return float(line.partition(" ")[2])


async def test_a_certificate_comes_and_is_renewed_while_people_are_connected(
    tmp_path: Path, now: TestClock, pebble: Pebble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    config = config_for(tmp_path, "", **settings(pebble))
    path = certificate_in(tmp_path)
    async with start(config, now) as server:
        await until(now, path.exists)
        await now.advance(AWAITED_LOOK_SECONDS)
        first_roots = pebble.roots()
        async with connected(server, first_roots) as line:
            assert await line.asks() == 200
            assert await metric(server, "certificate_failures") == 0
            assert 0 < await metric(server, "certificate_days_left") <= LIFE_SECONDS / 86_400

            # A third of its life before the end it is to be renewed, but the authority is away.
            pebble.stop()
            for _ in range(LIFE_SECONDS * 2 // 3 // 60 + 1):
                await now.advance(60)
                assert await line.asks() == 200
            await until(now, lambda: tried_in(tmp_path).get("failures", 0) == 1)
            assert await metric(server, "certificate_failures") == 1
            async with connected(server, first_roots) as other:
                assert other.serial == line.serial

            # It comes back, and knows nobody.
            pebble.start()
            before = path.read_bytes()
            for _ in range(10):
                await now.advance(60)
                assert await line.asks() == 200
            await until(now, lambda: path.read_bytes() != before)
            await now.advance(AWAITED_LOOK_SECONDS)
            assert await line.asks() == 200
            async with connected(server, pebble.roots()) as other:
                assert other.serial != line.serial
                assert await other.asks() == 200
    told = [record.getMessage() for record in caplog.records]
    assert told.count("the authority has given a certificate") == 2
    assert told.count("no certificate could be obtained") == 1
    assert "the TLS certificate ends soon" in told
    for file in (tmp_path / "acme").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600)
    assert list((tmp_path / "acme" / "proofs").iterdir()) == []
    secrets = path.read_text() + (tmp_path / "acme" / "account.pem").read_text()
    shown = "\n".join(str(record.__dict__) for record in caplog.records)
    assert not any(line in shown for line in secrets.splitlines() if "-----" not in line)


async def test_the_open_port_gives_nothing_but_proofs(
    tmp_path: Path, now: TestClock, pebble: Pebble
) -> None:
    config = config_for(tmp_path, "", **settings(pebble))
    async with start(config, now), aiohttp.ClientSession() as http:
        await until(now, certificate_in(tmp_path).exists)
        (tmp_path / "acme" / "proofs" / "token-1").write_text("token-1.of-the-account")
        here = f"http://127.0.0.1:{pebble.proofs_port}"

        async def asks(path: str, method: str = "GET", **more: Any) -> tuple[int, str]:
            url = URL(here + path, encoded=True)
            async with http.request(method, url, allow_redirects=False, **more) as answer:
                where = answer.headers.get("Location", "")
                return answer.status, where or await answer.text()

        assert await asks(f"{PROOFS}token-1") == (200, "token-1.of-the-account")
        for token in ("token-2", "../account.pem", "..%2faccount.pem", "", "%00", "token-1/"):
            assert (await asks(PROOFS + token))[0] == 404
        assert await asks("/") == (308, f"https://{NAME}/")
        assert await asks("/some/page") == (308, f"https://{NAME}/some/page")
        secret = {"Authorization": "Bearer token"}
        assert (await asks("/", headers=secret))[0] == 403
        status, body = await asks("/_matrix/client/v3/login", "POST", json={"password": "1"})
        assert (status, json.loads(body)["errcode"]) == (403, "M_FORBIDDEN")
        assert (await asks("/_matrix/client/versions"))[0] == 403
        assert (await asks("//elsewhere.test"))[1].startswith(f"https://{NAME}//")


async def test_without_a_certificate_nobody_connects_and_it_is_said_why(
    tmp_path: Path, now: TestClock, pebble: Pebble, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_for(tmp_path, "", **settings(pebble, public_url="", acme_names=(BLOCKED,)))
    async with start(config, now) as server:
        await until(now, lambda: tried_in(tmp_path).get("failures", 0) == 1)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            async with connected(server, pebble.roots()):
                pass
        tried = tried_in(tmp_path)
        assert BLOCKED in tried["error"] or "policy" in tried["error"]
        # It is tried again later, and later still.
        first = tried["again_ms"] - tried["failed_ms"]
        await now.advance(first / 1000 - 1)
        assert tried_in(tmp_path)["failures"] == 1
        await until(now, lambda: tried_in(tmp_path)["failures"] == 2)
        tried = tried_in(tmp_path)
        assert tried["again_ms"] - tried["failed_ms"] == 2 * first
    told = [record.getMessage() for record in caplog.records]
    assert "there is no TLS certificate yet: nobody can connect" in told
    assert told.count("no certificate could be obtained") == 2
    # A server that is started again asks no sooner.
    async with start(config, now):
        await now.advance(60)
        assert tried_in(tmp_path)["failures"] == 2


async def test_a_certificate_that_is_over_at_once_is_not_asked_for_on_and_on(
    tmp_path: Path, now: TestClock, pebble: Pebble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await now.advance(LIFE_SECONDS)
    config = config_for(tmp_path, "", **settings(pebble))
    async with start(config, now):
        hour = 3_600_000
        await until(now, lambda: tried_in(tmp_path).get("again_ms", 0) > now.now_ms() + hour)
    told = [record.getMessage() for record in caplog.records]
    assert told.count("the authority has given a certificate") == 1


async def test_of_several_workers_one_asks(
    tmp_path: Path,
    now: TestClock,
    pebble: Pebble,
    postgres_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    shared = {"acme_folder": str(tmp_path / "acme")}
    configs = [
        config_for(tmp_path / worker, postgres_url, **settings(pebble, **shared, **more))
        for worker, more in (("a", {}), ("b", {"acme_listen": "127.0.0.1:0"}))
    ]
    async with start(configs[0], now) as one, start(configs[1], now) as two:
        await until(now, certificate_in(tmp_path).exists)
        await now.advance(AWAITED_LOOK_SECONDS)
        roots = pebble.roots()
        async with connected(one, roots) as line, connected(two, roots) as other:
            assert line.serial == other.serial
            assert (await line.asks(), await other.asks()) == (200, 200)
    told = [record.getMessage() for record in caplog.records]
    assert told.count("the authority has given a certificate") == 1


def write_settings(folder: Path, pebble: Pebble, **more: Any) -> list[str]:
    """The words that name a settings file and a data folder to a command."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings(pebble, **more).items()]
    (folder / "depesha.toml").write_text("\n".join(lines))
    return ["--config", str(folder / "depesha.toml"), "--data", str(folder / "data")]


def test_a_command_asks_as_a_customer_and_shows_what_came(
    tmp_path: Path, pebble: Pebble, capsys: pytest.CaptureFixture[str]
) -> None:
    pebble.stop()
    pebble.start(customers_only=True)
    names = [NAME, "127.0.0.1"]
    where = write_settings(tmp_path, pebble, acme_names=names)
    assert main(["certificate", "status", *where]) == 1
    assert "there is no certificate yet" in capsys.readouterr().out
    assert main(["certificate", "obtain", *where]) == 1
    assert "acme_key_id" in capsys.readouterr().err
    assert main(["certificate", "status", *where]) == 1
    assert "failed: 1 in a row" in capsys.readouterr().out

    (tmp_path / "key").write_text(CUSTOMER_KEY + "\n")
    keys = {"acme_key_id": CUSTOMER, "acme_key_file": str(tmp_path / "key")}
    where = write_settings(tmp_path, pebble, acme_names=names, **keys)
    assert main(["config", "check", *where]) == 0
    assert main(["certificate", "obtain", *where]) == 0
    path = certificate_in(tmp_path / "data")
    assert str(path) in capsys.readouterr().out
    found = x509.load_pem_x509_certificates(path.read_bytes())[0]
    assert sorted(names_of(found)) == sorted(names)
    assert main(["certificate", "status", *where]) == 0
    shown = capsys.readouterr().out
    assert f"names: {NAME} 127.0.0.1" in shown
    assert "Pebble Intermediate" in shown
    assert "failed" not in shown


@asynccontextmanager
async def own_authority(folder: Path, clock: TestClock) -> AsyncIterator[tuple[Web, Issued]]:
    """An authority of which the test says what it answers, and what asks it."""
    write_own_certificate(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "own.pem", folder / "own-key.pem")
    async with serving(tls) as web:
        config = Config(
            data=str(folder),
            acme=True,
            acme_terms=True,
            acme_names=("depesha.test",),
            acme_directory=web.url("/dir", scheme="https"),
            acme_ca_file=str(folder / "own.pem"),
        )
        issued = load_issued(config, clock)
        assert issued is not None
        yield web, issued


async def test_an_authority_is_left_alone_for_as_long_as_it_says(
    tmp_path: Path, clock: TestClock
) -> None:
    async with own_authority(tmp_path, clock) as (web, issued):
        problem = {"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many orders"}
        headers, status = "Retry-After: 7200", "429 Too Many Requests"
        web.answer("/dir", json.dumps(problem).encode(), headers, status=status)
        with pytest.raises(AcmeError, match="too many orders"):
            await issued.obtain()
        assert issued.due_ms() == clock.now_ms() + 7_200_000
        web.answer("/dir", b"<html>")
        with pytest.raises(AcmeError, match="no answer of ACME"):
            await issued.obtain()
        assert issued.count_failures() == 2


async def test_an_authority_says_when_to_renew(tmp_path: Path, clock: TestClock) -> None:
    day = 86_400_000
    async with own_authority(tmp_path, clock) as (web, issued):
        (tmp_path / "acme").mkdir()
        write_certificate(tmp_path / "acme", clock.now_ms() + 60 * day)
        (tmp_path / "acme" / "cert.pem").rename(issued.path)
        directory = web.url("/dir", scheme="https")
        (tmp_path / "acme" / "tried.json").write_text(json.dumps({"directory": directory}))
        assert issued.due_ms() == clock.now_ms() + 30 * day

        found = x509.load_pem_x509_certificates(issued.path.read_bytes())[0]
        places = ("newNonce", "newAccount", "newOrder", "renewalInfo")
        told = {name: web.url(f"/{name}", scheme="https") for name in places}
        web.answer("/dir", json.dumps(told).encode())
        window = {"start": "2025-12-01T00:00:00Z", "end": "2025-12-03T00:00:00Z"}
        answer = json.dumps({"suggestedWindow": window}).encode()
        web.answer(f"/renewalInfo/{renewal_id(found)}", answer)
        keeping = asyncio.ensure_future(issued.keep())
        await until(clock, lambda: "asked_ms" in tried_in(tmp_path))
        keeping.cancel()
        await asyncio.wait([keeping])
        due = datetime.fromtimestamp(issued.due_ms() / 1000, UTC).isoformat()
        assert "2025-12-01" <= due <= "2025-12-03"


def test_a_certificate_has_the_name_that_the_standard_gives_it(tmp_path: Path) -> None:
    """Spec: RFC 9773, appendix A."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example")])
    issuer = bytes.fromhex("69885B6B87464041E1B37B847BA0AE2CDE01C8D4")
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(0x87654321)
        .not_valid_before(moment)
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.AuthorityKeyIdentifier(issuer, None, None), critical=False)
        .sign(key, hashes.SHA256())
    )
    assert renewal_id(certificate) == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"
