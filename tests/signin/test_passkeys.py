"""Passkeys, with an authenticator made of software."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from tests.conftest import StartServer
from tests.harness.server import Server
from tests.signin.steps import ACCOUNT, Browser

PASSKEYS = "/_depesha/account/passkeys"
ORIGIN = "https://chat.test"


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def options_of(browser: Browser) -> Any:
    """What the script of the page asks the device for."""
    found = re.search(
        r"const options = (\{.*?\});const bytes|const options = (\{.*?\});\n", browser.page
    )
    assert found is not None
    return json.loads(found[1] or found[2])


@dataclass
class Key:
    """A passkey on a device, whose owner is there and has shown a finger unless told otherwise."""

    origin: str = ORIGIN
    host: str = "chat.test"
    flags: int = 0x05
    count: int = 0
    id: bytes = b"credential-1"
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def _client_data(self, kind: str, options: Any) -> bytes:
        found = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(found).encode()

    def _authenticator(self, flags: int) -> bytes:
        self.count += 1
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def create(self, options: Any) -> str:
        """The answer to a registration."""
        numbers = self.private.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        data = self._authenticator(self.flags | 0x40)
        data += bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=_text(self._client_data("webauthn.create", options)),
            attestationObject=_text(attestation),
        )

    def get(self, options: Any) -> str:
        """The answer to a sign-in."""
        client_data = self._client_data("webauthn.get", options)
        data = self._authenticator(self.flags)
        signature = self.private.sign(data + sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=_text(client_data),
            authenticatorData=_text(data),
            signature=_text(signature),
        )

    def _answer(self, **response: str) -> str:
        return json.dumps(
            {
                "id": _text(self.id),
                "rawId": _text(self.id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )


@pytest.fixture
async def server(start_server: StartServer) -> AsyncIterator[Server]:
    """A server at an address that passkeys can be bound to, and Alice."""
    async with start_server(public_url=ORIGIN) as found:
        await found.register("alice")
        yield found


async def _at_passkeys(server: Server) -> Browser:
    browser = Browser(server)
    await browser.open(PASSKEYS)
    await browser.sign_in()
    return browser


def _form(browser: Browser, name: str) -> int:
    return next(n for n, (_, given) in enumerate(browser.forms()) if name in given)


async def _add(browser: Browser, key: Key, name: str = "Phone") -> None:
    answer = key.create(options_of(browser))
    await browser.submit(_form(browser, "credential"), credential=answer, name=name)


async def _use(server: Server, key: Key) -> Browser:
    """A browser that a passkey has been used in."""
    browser = Browser(server)
    await browser.open(ACCOUNT)
    answer = key.get(options_of(browser))
    await browser.submit(_form(browser, "credential"), credential=answer)
    return browser


async def test_a_passkey_signs_in(server: Server) -> None:
    key = Key()
    browser = await _at_passkeys(server)
    await _add(browser, key)
    assert "Remove “Phone”" in browser.page
    assert options_of(browser)["excludeCredentials"][0]["id"] == _text(key.id)
    found = await _use(server, key)
    assert found.url == ACCOUNT
    assert "@alice:depesha.test" in found.page
    again = await _use(server, key)
    assert again.url == ACCOUNT


async def test_a_passkey_needs_no_code(server: Server) -> None:
    key = Key()
    browser = await _at_passkeys(server)
    await _add(browser, key)
    options = options_of(browser)
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["rp"]["id"] == "chat.test"


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": "https://evil.test"},
        {"host": "evil.test"},
        {"flags": 0x01},  # nobody has shown a finger
        {"private": ec.generate_private_key(ec.SECP256R1())},
    ],
)
async def test_a_wrong_answer_signs_nobody_in(server: Server, fields: dict[str, Any]) -> None:
    key = Key()
    await _add(await _at_passkeys(server), key)
    before = {name: getattr(key, name) for name in fields}
    for name, value in fields.items():
        setattr(key, name, value)
    assert (await _use(server, key)).status == 401
    for name, value in before.items():
        setattr(key, name, value)
    assert (await _use(server, key)).url == ACCOUNT


async def test_an_answer_is_for_its_browser_and_its_time(server: Server) -> None:
    key = Key()
    await _add(await _at_passkeys(server), key)
    mine, other = Browser(server), Browser(server)
    await mine.open(ACCOUNT)
    await other.open(ACCOUNT)
    answer = key.get(options_of(mine))
    await other.submit(_form(other, "credential"), credential=answer)
    assert other.status == 401
    await server.clock.leap(1200)
    await mine.submit(_form(mine, "credential"), credential=answer)
    assert mine.status == 401
    fresh = key.get(options_of(mine))
    await mine.submit(_form(mine, "credential"), credential=fresh)
    assert mine.url == ACCOUNT


async def test_no_answer_is_good_twice(server: Server) -> None:
    """Also of a passkey that does not count, as those that are kept in step between devices."""
    key = Key(count=-1)
    await _add(await _at_passkeys(server), key)
    browser = Browser(server)
    await browser.open(ACCOUNT)
    key.count = -1
    answer = key.get(options_of(browser))
    thief = replace(browser, cookies=dict(browser.cookies))
    await browser.submit(_form(browser, "credential"), credential=answer)
    assert browser.url == ACCOUNT
    await thief.submit(_form(thief, "credential"), credential=answer)
    assert thief.status == 401
    # Whoever is refused may try anew.
    key.count = -1
    fresh = key.get(options_of(thief))
    await thief.submit(_form(thief, "credential"), credential=fresh)
    assert thief.url == ACCOUNT


async def test_a_copied_key_is_noticed(server: Server) -> None:
    key = Key()
    await _add(await _at_passkeys(server), key)
    assert (await _use(server, key)).url == ACCOUNT
    key.count -= 1
    assert (await _use(server, key)).status == 401


async def test_malformed_answers_are_refused(server: Server) -> None:
    key = Key()
    await _add(await _at_passkeys(server), key)
    for answer in ("", "[]", "{}", '{"rawId": 1}', '{"rawId": "%%"}', "{" * 3000):
        browser = Browser(server)
        await browser.open(ACCOUNT)
        await browser.submit(_form(browser, "credential"), credential=answer)
        assert browser.status in {400, 401}


async def test_a_passkey_is_removed_by_its_owner(server: Server) -> None:
    key = Key()
    browser = await _at_passkeys(server)
    await _add(browser, key)
    mallory = await server.register("mallory")
    thief = Browser(server)
    await thief.open(PASSKEYS)
    await thief.sign_in("mallory")
    await thief.submit(remove=urlsafe_b64encode(key.id).decode())
    assert (await _use(server, key)).url == ACCOUNT
    assert mallory.user_id
    # The same key cannot be another's as well.
    await _add(thief, key)
    assert thief.status == 400
    await browser.open(PASSKEYS)
    await browser.submit(_form(browser, "remove"))
    assert (await _use(server, key)).status == 401
