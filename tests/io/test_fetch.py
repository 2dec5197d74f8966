"""`io.fetch`: where a request may go, and how much it may bring back."""

import ipaddress
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from depesha.io.fetch import (
    AddressRefused,
    AnswerTooLarge,
    Fetcher,
    FetchError,
    Limits,
    is_public,
)
from tests.io.web import Web, serving

LOCAL = "127.0.0.0/8"


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as web:
        yield web


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """One that may reach the test's own server."""
    fetcher = Fetcher("Test", [LOCAL])
    yield fetcher
    await fetcher.close()


NAMES = {
    "good.test": ["127.0.0.1"],
    "private.test": ["10.0.0.1", "fd00::1", "169.254.169.254"],
    "mixed.test": ["10.0.0.1", "127.0.0.1"],
    "mapped.test": ["::ffff:10.0.0.1"],
}


async def resolve(host: str, _port: int) -> list[str]:
    if host not in NAMES:
        raise OSError("unknown")
    return NAMES[host]


@pytest.fixture
async def named() -> AsyncIterator[Fetcher]:
    """One that may reach the test's own server, and knows `NAMES` alone."""
    fetcher = Fetcher("Test", [LOCAL], resolve)
    yield fetcher
    await fetcher.close()


async def test_a_get_brings_the_answer(web: Web, fetcher: Fetcher):
    web.answer("/page?q=%D1%8F", b"hello", "Content-Type: text/html", "X-One: 1")
    answer = await fetcher.fetch("GET", web.url("/page?q=я"), headers={"X-Ask": "yes"})
    assert (answer.status, answer.body, answer.headers["x-one"]) == (200, b"hello", "1")
    asked = web.asked[0]
    assert asked.headers["host"] == f"127.0.0.1:{web.port}"
    assert asked.headers["user-agent"] == "Test"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["x-ask"] == "yes"


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_body_is_sent(web: Web, fetcher: Fetcher, method: str):
    web.answer("/push", b"{}", status="502 Bad Gateway")
    answer = await fetcher.fetch(method, web.url("/push"), body=b'{"a":1}')
    assert answer.status == 502
    assert web.asked[0].line == f"{method} /push HTTP/1.1"
    assert web.asked[0].body == b'{"a":1}'


async def test_a_connection_serves_again(web: Web, fetcher: Fetcher):
    web.answer("/", b"x")
    for _ in range(3):
        await fetcher.fetch("GET", web.url("/"))
    assert web.connections == 1


@pytest.mark.parametrize(
    ("size", "error"), [(5, None), (4, AnswerTooLarge)], ids=["fits", "too large"]
)
async def test_the_body_has_a_limit(
    web: Web, fetcher: Fetcher, size: int, error: type[FetchError] | None
):
    web.answer("/", b"12345")
    if error is None:
        answer = await fetcher.fetch("GET", web.url("/"), limits=Limits(size=size))
        assert answer.body == b"12345"
    else:
        with pytest.raises(error):
            await fetcher.fetch("GET", web.url("/"), limits=Limits(size=size))


@pytest.mark.parametrize("found", ["text/html; charset=utf-8", "application/zip", ""])
async def test_only_wanted_content_is_read(web: Web, fetcher: Fetcher, found: str):
    web.answer("/", b"x", f"Content-Type: {found}")
    limits = Limits(types=("text/html", "image/"))
    if found.startswith("text/html"):
        assert (await fetcher.fetch("GET", web.url("/"), limits=limits)).body == b"x"
    else:
        with pytest.raises(FetchError, match="not wanted"):
            await fetcher.fetch("GET", web.url("/"), limits=limits)


async def test_whoever_does_not_answer_is_given_up(web: Web, fetcher: Fetcher):
    with pytest.raises(FetchError, match="no answer within"):
        await fetcher.fetch("GET", web.url("/silent"), limits=Limits(seconds=0.05))


async def test_an_answer_that_breaks_off_is_an_error(web: Web, fetcher: Fetcher):
    web.answers["/"] = b"HTTP/1.1 garbage\r\n\r\n"
    with pytest.raises(FetchError):
        await fetcher.fetch("GET", web.url("/"))


async def test_nobody_there_is_an_error(web: Web, fetcher: Fetcher):
    with pytest.raises(FetchError):
        await fetcher.fetch("GET", "http://127.0.0.1:1/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "//127.0.0.1/",
        "http://",
        "http://a:b@127.0.0.1/",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "http://" + "a" * 70 + ".test/",
        "gopher:x",
        "",
    ],
)
async def test_other_urls_are_refused(fetcher: Fetcher, url: str):
    with pytest.raises(FetchError):
        await fetcher.fetch("GET", url)


class TestAddresses:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"])
    async def test_this_machine_is_refused(self, web: Web, host: str):
        web.answer("/", b"secret")
        fetcher = Fetcher("Test")
        with pytest.raises(AddressRefused):
            await fetcher.fetch("GET", web.url("/", host))
        await fetcher.close()
        assert web.connections == 0

    @pytest.mark.parametrize("host", ["good.test", "mixed.test"])
    async def test_a_name_leads_to_an_allowed_address_of_its(
        self, web: Web, named: Fetcher, host: str
    ):
        web.answer("/", b"hello")
        assert (await named.fetch("GET", web.url("/", host))).body == b"hello"
        assert web.asked[0].headers["host"] == f"{host}:{web.port}"

    @pytest.mark.parametrize("host", ["private.test", "mapped.test"])
    async def test_a_name_of_private_addresses_is_refused(
        self, web: Web, named: Fetcher, host: str
    ):
        with pytest.raises(AddressRefused):
            await named.fetch("GET", web.url("/", host))

    async def test_an_unknown_name_is_an_error(self, web: Web, named: Fetcher):
        with pytest.raises(FetchError):
            await named.fetch("GET", web.url("/", "unknown.test"))

    @pytest.mark.parametrize("address", [
        "8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808",
    ])  # fmt: skip
    def test_public(self, address: str):
        assert is_public(ipaddress.ip_address(address))

    @pytest.mark.parametrize("address", [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1",
        "192.0.2.1", "192.168.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fd00::1", "fe80::1%eth0", "ff02::1", "2001:db8::1", "::7f00:1",
        "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:808:808::", "2001:0:808:808::",
    ])  # fmt: skip
    def test_not_public(self, address: str):
        assert not is_public(ipaddress.ip_address(address))


class TestRedirects:
    async def test_a_get_follows(self, web: Web, fetcher: Fetcher):
        web.answer("/a", b"", "Location: b?x=1", status="302 Found")
        web.answer("/b?x=1", b"there")
        answer = await fetcher.fetch("GET", web.url("/a"))
        assert (answer.body, answer.url) == (b"there", web.url("/b?x=1"))

    async def test_a_post_does_not(self, web: Web, fetcher: Fetcher):
        web.answer("/a", b"", "Location: /b", status="307 Temporary Redirect")
        assert (await fetcher.fetch("POST", web.url("/a"), body=b"x")).status == 307

    @pytest.mark.parametrize("count", [3, 4])
    async def test_three_times_at_most(self, web: Web, fetcher: Fetcher, count: int):
        for number in range(count):
            web.answer(f"/{number}", b"", f"Location: /{number + 1}", status="301 Moved")
        web.answer(f"/{count}", b"there")
        if count <= 3:
            assert (await fetcher.fetch("GET", web.url("/0"))).body == b"there"
        else:
            with pytest.raises(FetchError, match="redirects"):
                await fetcher.fetch("GET", web.url("/0"))

    @pytest.mark.parametrize("target", ["http://private.test/", "file:///etc/passwd"])
    async def test_never_to_where_one_may_not_go(self, web: Web, named: Fetcher, target: str):
        web.answer("/", b"", f"Location: {target}", status="302 Found")
        with pytest.raises(FetchError):
            await named.fetch("GET", web.url("/", "good.test"))

    @pytest.mark.parametrize("host", ["good.test", "mixed.test"])
    async def test_what_authorises_stays_with_its_host(self, web: Web, named: Fetcher, host: str):
        web.answer("/a", b"", f"Location: {web.url('/b', host)}", status="302 Found")
        web.answer("/b")
        secret = {"Authorization": "Bearer secret"}
        await named.fetch("GET", web.url("/a", "good.test"), headers=secret)
        assert ("authorization" in web.asked[1].headers) == (host == "good.test")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for good.test, with its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl: apt-get install openssl")
    path = tmp_path_factory.mktemp("tls") / "good.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/CN=good.test", "-addext", "subjectAltName=DNS:good.test",
         "-keyout", path, "-out", path.with_suffix(".crt")],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.mark.parametrize("host", ["good.test", "mixed.test"])
async def test_a_certificate_must_be_of_the_name(
    named: Fetcher, certificate: Path, host: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    async with serving(tls) as web:
        web.answer("/", b"hello")
        if host == "good.test":
            assert (await named.fetch("GET", web.url("/", host, "https"))).body == b"hello"
        else:
            with pytest.raises(FetchError, match="certificate"):
                await named.fetch("GET", web.url("/", host, "https"))


@pytest.mark.parametrize(
    "target", ["http://[x/", "http://a:b:c/", "http://\u00a0/", "https://a@b/", "file:///etc"]
)
async def test_a_redirect_that_leads_nowhere_is_no_answer(
    web: Web, fetcher: Fetcher, target: str
) -> None:
    web.answer("/", b"", f"Location: {target}", status="302 Found")
    with pytest.raises(FetchError):
        await fetcher.fetch("GET", web.url("/"))
