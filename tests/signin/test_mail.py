"""Letters: registration, recovery, addresses of accounts."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from depesha.base.mail_server import MailServer, read_mail_server
from depesha.io.mail import Letter, Mailer, MailFailed
from tests.accounts.steps import is_signed_in, login_body, make_admin
from tests.conftest import StartServer
from tests.harness.client import PASSWORD, Client
from tests.harness.clock import TestClock
from tests.harness.server import Server
from tests.signin.steps import ACCOUNT, Browser, visible

NEW = "another horse battery"
LINK = "https://app.test/"
ADDRESS = "ivan@city.test"
SIGNUP = "/_depesha/signup"


class Box:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.senders: list[str] = []
        self.refuses = False
        self.port = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuses:
            return "451 Try later"
        assert isinstance(envelope.content, bytes)
        letter: Any = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append(letter)
        self.senders.append(envelope.mail_from or "")
        return "250 OK"

    def link(self, n: int = -1) -> str:
        """The path of the link in a letter."""
        found = re.search(r"http://[^/]+(/_depesha/letter\?token=\S+)", self.text(n))
        assert found is not None
        return found[1]

    def text(self, n: int = -1) -> str:
        text: str = self.letters[n].get_content()
        return text


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    box = Box()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(box, hostname="mail.test", loop=loop), "127.0.0.1", 0
    )
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()


def settings(box: Box, **fields: Any) -> dict[str, Any]:
    return {
        "mail_server": f"smtp+plain://127.0.0.1:{box.port}",
        "mail_from": "Депеша <depesha@city.test>",
        "registration_domains": ("city.test",),
        "open_registration": False,
        **fields,
    }


@pytest.fixture
async def server(start_server: StartServer, box: Box) -> AsyncIterator[Server]:
    """A server that sends letters; people of city.test may register."""
    async with start_server(**settings(box)) as found:
        yield found


async def arrived(server: Server, box: Box, count: int) -> None:
    """Let the letters leave that wait; there are so many then."""
    turns = 0
    while len(box.letters) < count:
        await server.running.house.spine.db.read(_nothing)
        if turns < 200:  # a slow machine needs more turns, not a clock that runs away
            await server.clock.advance(0.01)
        turns += 1
    assert len(box.letters) == count


async def _nothing(tx: Any) -> None:
    await tx.value(int, "SELECT 1")


async def _register(server: Server, box: Box, name: str = "ivan") -> Browser:
    """Register by a letter on the pages."""
    browser = Browser(server)
    await browser.open(SIGNUP)
    await browser.submit(address=ADDRESS)
    assert "on its way" in browser.page
    await arrived(server, box, 1)
    await browser.open(box.link())
    assert browser.url.startswith(f"{SIGNUP}?letter=")
    await browser.submit(user=name, password=PASSWORD, again=PASSWORD)
    assert browser.url == ACCOUNT
    return browser


# On the pages


async def test_people_register_by_a_letter(server: Server, box: Box) -> None:
    browser = await _register(server, box)
    letter = box.letters[0]
    assert letter["To"] == ADDRESS
    assert letter["From"] == "Депеша <depesha@city.test>"
    assert letter["Subject"] == "Registration on depesha.test"
    assert box.senders == ["depesha@city.test"]
    client = await server.anyone.login("ivan")
    found = (await client.get("/account/3pid")).ok()["threepids"]
    assert [one["address"] for one in found] == [ADDRESS]
    # A link is good once.
    await browser.open(box.link())
    assert browser.status == 404
    assert "used already" in browser.page
    late = Browser(server)
    await late.open(f"{SIGNUP}?letter={box.link().partition('=')[2]}")
    assert "used already" in late.page
    await late.submit(user="petr", password=PASSWORD, again=PASSWORD)
    assert late.status == 400


async def test_other_domains_get_no_letter(server: Server, box: Box) -> None:
    browser = Browser(server)
    await browser.open(SIGNUP)
    await browser.submit(address="ivan@else.test")
    assert "cannot be used" in browser.page
    await browser.open(SIGNUP)
    await browser.submit(address="no address")
    assert browser.status == 400
    await browser.open(SIGNUP)
    await browser.submit(address=ADDRESS)
    await arrived(server, box, 1)


async def test_letters_speak_the_readers_language(server: Server, box: Box) -> None:
    browser = Browser(server, language="ru")
    await browser.open(SIGNUP)
    await browser.submit(address=ADDRESS)
    await arrived(server, box, 1)
    assert box.letters[0]["Subject"] == "Регистрация на depesha.test"
    assert "в течение часа" in box.text()


async def test_a_link_holds_for_an_hour(server: Server, box: Box) -> None:
    browser = Browser(server)
    await browser.open(SIGNUP)
    await browser.submit(address=ADDRESS)
    await arrived(server, box, 1)
    await server.clock.leap(3599)
    await browser.open(box.link())
    assert browser.url.startswith(SIGNUP)
    await server.clock.advance(1)
    await browser.open(box.link())
    assert browser.status == 404


async def test_a_forgotten_password_is_reset(server: Server, box: Box) -> None:
    await _register(server, box)
    client = await server.anyone.login("ivan")
    browser = Browser(server)
    await browser.open("/_depesha/signin")
    assert "I have forgotten my password" in browser.page
    told = ""
    for count in (2, 3):
        await browser.open("/_depesha/forgot")
        await browser.submit(address=ADDRESS.upper())
        told = visible(browser.page)
        await arrived(server, box, count)
    await browser.open(box.link())
    await browser.submit(new=NEW, again="else")
    assert browser.status == 400
    await browser.submit(new="short", again="short")
    assert browser.status == 400
    assert await is_signed_in(client)
    await browser.submit(new=NEW, again=NEW)
    assert "@ivan:depesha.test" in browser.page
    assert not await is_signed_in(client)
    await server.anyone.login("ivan", NEW)
    (await server.anyone.post("/login", login_body("ivan"))).refused(403, "M_FORBIDDEN")
    # Nor is any other letter good any more, whoever has asked for it.
    for each in (-1, -2):
        await browser.open(box.link(each))
        assert browser.status == 404
    # Nobody learns who has an address.
    stranger = Browser(server)
    await stranger.open("/_depesha/forgot")
    await stranger.submit(address="nobody@city.test")
    assert visible(stranger.page) == told
    await arrived(server, box, 3)


async def test_an_address_is_added_on_the_account_page(start_server: StartServer, box: Box) -> None:
    async with start_server(**settings(box, open_registration=True)) as server:
        alice, _ = await server.register("alice"), await server.register("bob")
        browser = Browser(server)
        await browser.open("/_depesha/account/mail")
        await browser.sign_in()
        await browser.submit(address="alice@home.test")
        await arrived(server, box, 1)
        bobs = Browser(server)
        await bobs.open(box.link())
        await bobs.sign_in("bob")
        await bobs.submit()
        assert bobs.status in {403, 404} or "/signin" in bobs.url
        await browser.open(box.link())
        assert "alice@home.test" in browser.page
        await browser.submit()
        assert browser.url == "/_depesha/account/mail"
        found = (await alice.get("/account/3pid")).ok()["threepids"]
        assert [one["address"] for one in found] == ["alice@home.test"]
        # Whoever has it is told so, by a letter alone.
        other = Browser(server)
        await other.open("/_depesha/account/mail")
        await other.sign_in("bob")
        await other.submit(address="alice@home.test")
        assert "on its way" in other.page
        await arrived(server, box, 2)
        assert "You have an account" in box.letters[-1]["Subject"]
        assert "token=" not in box.text()
        await browser.submit()
        assert (await alice.get("/account/3pid")).ok()["threepids"] == []


async def test_an_ended_account_leaves_its_address(server: Server, box: Box) -> None:
    browser = await _register(server, box)
    await browser.open(f"{ACCOUNT}?action=org.matrix.account_deactivate")
    await browser.submit(confirm="@ivan:depesha.test")
    box.letters.clear()
    await _register(server, box, "ivan2")


async def test_letters_to_an_address_are_counted(start_server: StartServer, box: Box) -> None:
    async with start_server(**settings(box, rate_limits=True)) as server:
        for _ in range(5):
            browser = Browser(server)
            await browser.open(SIGNUP)
            await browser.submit(address=ADDRESS)
            assert browser.status == 200
        browser = Browser(server)
        await browser.open(SIGNUP)
        await browser.submit(address=ADDRESS)
        assert browser.status == 429
        await arrived(server, box, 5)


# Clients of the legacy API


async def _ask(client: Client, place: str, **fields: Any) -> Any:
    body = {"client_secret": "s3cret", "email": ADDRESS, "send_attempt": 1, **fields}
    return await client.post(f"{place}/email/requestToken", body)


async def _open(server: Server, box: Box) -> Browser:
    browser = Browser(server)
    await browser.open(box.link())
    return browser


async def test_a_legacy_client_registers_by_a_letter(server: Server, box: Box) -> None:
    anyone = server.anyone
    body = {"username": "ivan", "password": PASSWORD}
    asked = (await anyone.post("/register", body)).ok(401)
    assert asked["flows"] == [{"stages": ["m.login.email.identity"]}]
    sid = (await _ask(anyone, "/register", next_link=LINK)).ok()["sid"]
    # Asked again with the same number, nothing is sent; with the next one, another letter.
    assert (await _ask(anyone, "/register")).ok()["sid"] == sid
    await arrived(server, box, 1)
    assert (await _ask(anyone, "/register", send_attempt=2, next_link=LINK)).ok()["sid"] == sid
    await arrived(server, box, 2)
    auth = {
        "type": "m.login.email.identity",
        "session": asked["session"],
        "threepid_creds": {"sid": sid, "client_secret": "s3cret"},
    }
    refused = (await anyone.post("/register", {**body, "auth": auth})).ok(401)
    assert refused["errcode"] == "M_UNAUTHORIZED"
    browser = await _open(server, box)
    # Opening the link is not enough: mail programs open links too.
    (await anyone.post("/register", {**body, "auth": auth})).ok(401)
    await browser.submit()
    assert 'href="https://app.test/"' in browser.page
    wrong = {**auth, "threepid_creds": {"sid": sid, "client_secret": "else"}}
    (await anyone.post("/register", {**body, "auth": wrong})).ok(401)
    made = (await anyone.post("/register", {**body, "auth": auth})).ok()
    assert made["user_id"] == "@ivan:depesha.test"
    fresh = (await anyone.post("/register", {"username": "two", "password": PASSWORD})).ok(401)
    again = {**auth, "session": fresh["session"]}
    (await anyone.post("/register", {"username": "two", "password": PASSWORD, "auth": again})).ok(
        401
    )


async def test_a_legacy_client_resets_a_password(server: Server, box: Box) -> None:
    await _register(server, box)
    anyone = server.anyone
    sid = (await _ask(anyone, "/account/password")).ok()["sid"]
    await arrived(server, box, 2)
    body = {"new_password": NEW}
    asked = (await anyone.post("/account/password", body)).ok(401)
    assert asked["flows"] == [{"stages": ["m.login.email.identity"]}]
    auth = {
        "type": "m.login.email.identity",
        "session": asked["session"],
        "threepid_creds": {"sid": sid, "client_secret": "s3cret"},
    }
    (await anyone.post("/account/password", {**body, "auth": auth})).ok(401)
    await (await _open(server, box)).submit()
    (await anyone.post("/account/password", {**body, "auth": auth})).ok()
    await server.anyone.login("ivan", NEW)


async def test_a_letter_is_for_its_purpose(server: Server, box: Box) -> None:
    await _register(server, box)
    anyone = server.anyone
    sid = (await _ask(anyone, "/register")).ok()["sid"]
    await arrived(server, box, 2)
    assert "You have an account" in box.letters[-1]["Subject"]
    asked = (await anyone.post("/account/password", {"new_password": NEW})).ok(401)
    auth = {
        "type": "m.login.email.identity",
        "session": asked["session"],
        "threepid_creds": {"sid": sid, "client_secret": "s3cret"},
    }
    body = {"new_password": NEW, "auth": auth}
    (await anyone.post("/account/password", body)).ok(401)
    unknown = (await _ask(anyone, "/account/password", email="nobody@city.test")).ok()
    assert unknown["sid"]
    await arrived(server, box, 2)


async def test_odd_requests_for_letters_are_refused(server: Server, box: Box) -> None:
    anyone = server.anyone
    (await _ask(anyone, "/register", client_secret="no spaces")).refused(400, "M_INVALID_PARAM")
    (await _ask(anyone, "/register", email="x@y")).refused(400, "M_INVALID_PARAM")
    (await _ask(anyone, "/register", email="a@city.test\nBcc: b@c.test")).refused(
        400, "M_INVALID_PARAM"
    )
    (await _ask(anyone, "/register", email="a@else.test")).refused(403, "M_THREEPID_DENIED")
    (await _ask(anyone, "/account/3pid")).refused(403, "M_THREEPID_DENIED")


async def test_without_a_mail_server_there_are_no_letters(start_server: StartServer) -> None:
    async with start_server() as server:
        for place in ("/register", "/account/password"):
            (await _ask(server.anyone, place)).refused(403, "M_THREEPID_DENIED")
        body = {"new_password": NEW}
        (await server.anyone.post("/account/password", body)).refused(401, "M_MISSING_TOKEN")
        browser = Browser(server)
        await browser.open("/_depesha/forgot")
        assert browser.status == 404


# The mail server


async def test_an_administrator_tries_it(start_server: StartServer, box: Box) -> None:
    async with start_server(**settings(box, open_registration=True)) as server:
        alice = await server.register("alice")
        body, path = {"to": ADDRESS}, "/_depesha/v1/admin/mail/test"
        (await alice.post(path, body)).refused(403, "M_FORBIDDEN")
        await make_admin(server, alice)
        (await alice.post(path, body)).ok()
        await arrived(server, box, 1)
        box.refuses = True
        found = (await alice.post(path, body)).refused(502, "M_UNKNOWN")
        assert "Try later" in found["error"]


async def test_a_letter_is_sent_again_when_the_mail_server_was_away(
    server: Server, box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    box.refuses = True
    browser = Browser(server)
    await browser.open(SIGNUP)
    await browser.submit(address=ADDRESS)
    while "a job has failed" not in caplog.text:
        await server.running.house.spine.db.read(_nothing)
        await server.clock.advance(0.01)
    box.refuses = False
    await server.clock.advance(6)
    await arrived(server, box, 1)


async def test_plain_letters_do_not_leave_where_tls_is_asked_for(box: Box) -> None:
    server = MailServer("127.0.0.1", box.port, is_tls=False, is_plain=False)
    mailer = Mailer(TestClock(), server, "a@city.test", ("", ""))
    with pytest.raises(MailFailed):
        await mailer.send(Letter(ADDRESS, "s", "t"))
    assert box.letters == []


def test_mail_servers_are_named_by_addresses() -> None:
    assert read_mail_server("") is None
    assert read_mail_server("smtps://m.test") == MailServer("m.test", 465, True, False)
    assert read_mail_server("smtp://m.test:25") == MailServer("m.test", 25, False, False)
    for wrong in ("m.test", "smtp+plain://m.test", "smtps://u:p@m.test", "http://m.test"):
        with pytest.raises(ValueError):
            read_mail_server(wrong)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """The files of a certificate for localhost that signs itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    found = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    pem = serialization.Encoding.PEM
    chain, secret = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(found.public_bytes(pem))
    kind = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(pem, kind, serialization.NoEncryption()))
    return chain, secret


@pytest.mark.parametrize("is_tls", [True, False])
async def test_letters_leave_by_tls_to_a_trusted_server(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, is_tls: bool
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    box, loop = Box(), asyncio.get_running_loop()

    def speak() -> SMTP:
        tls = {} if is_tls else {"tls_context": context, "require_starttls": True}
        return SMTP(box, hostname="mail.test", loop=loop, **tls)  # type: ignore[arg-type]

    listener = await loop.create_server(speak, "127.0.0.1", 0, ssl=context if is_tls else None)
    port = listener.sockets[0].getsockname()[1]
    mailer = Mailer(TestClock(), MailServer("localhost", port, is_tls, False), "a@b.test", ("", ""))
    letter = Letter(ADDRESS, "Тема", "Текст")
    with pytest.raises(MailFailed, match="certificate"):
        await mailer.send(letter)
    assert box.letters == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    await mailer.send(letter)
    assert box.letters[0]["Subject"] == "Тема"
    assert box.text(0).strip() == "Текст"
    listener.close()
    await listener.wait_closed()
    for _ in range(50):
        await asyncio.sleep(0)  # its connections close in the next turns of the loop
