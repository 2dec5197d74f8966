"""Web Push: sealing as the standard's example, and a browser's way from subscribing to reading."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from depesha.events.sign import decode_base64, encode_url_base64
from depesha.push.webpush import read_browser, seal
from tests.harness.server import Server

SET = "/_matrix/client/v3/pushers/set"
KEY = "/_depesha/v1/push/key"
TRIAL = "/_depesha/v1/push/trial"


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decode_base64(text), "big"), ec.SECP256R1())


def test_sealing_gives_the_bytes_of_the_standard() -> None:
    """RFC 8291, appendix A."""
    browser = read_browser(
        "https://push.example.net/x",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    sealed = seal(
        b"When I grow up, I want to be a watermelon",
        browser,
        private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        decode_base64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert encode_url_base64(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc"
        "InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLV"
        "WGNWQexSgSxsj_Qulcy4a-fN"
    )


@dataclass
class Browser:
    """A browser and its push service: keeps what it is sent, opened and with who sent it."""

    url: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = b"sixteen bytes, !"
    status: int = 201
    got: asyncio.Queue[tuple[dict[str, Any], dict[str, str]]] = field(default_factory=asyncio.Queue)

    @property
    def p256dh(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.got.put_nowait((orjson.loads(self.open(body)), dict(request.headers)))
        return web.Response(status=self.status)

    def open(self, sealed: bytes) -> bytes:
        """The plain text, by the receiver's half of RFC 8291."""
        salt, (_, length) = sealed[:16], struct.unpack(">IB", sealed[16:21])
        point, rest = sealed[21 : 21 + length], sealed[21 + length :]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        shared = self.key.exchange(ec.ECDH(), theirs)

        def derive(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
            return HKDF(hashes.SHA256(), size, salt, info).derive(secret)

        material = derive(shared, self.auth, b"WebPush: info\x00" + self.p256dh + point, 32)
        key = derive(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = derive(material, salt, b"Content-Encoding: nonce\x00", 12)
        plain = AESGCM(key).decrypt(nonce, rest, None)
        assert plain[-1:] == b"\x02"
        return plain[:-1]

    def subscription(self, **fields: Any) -> dict[str, Any]:
        return {
            "app_id": "org.depesha.web",
            "kind": "org.matrix.msc4174.webpush",
            "pushkey": encode_url_base64(self.p256dh),
            "app_display_name": "Depesha",
            "device_display_name": "Browser",
            "lang": "ru",
            "data": {"url": self.url, "auth": encode_url_base64(self.auth)},
            **fields,
        }


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    found = Browser()
    app = web.Application()
    app.router.add_post("/push/{id}", found.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/push/1"
    try:
        yield found
    finally:
        await runner.cleanup()


def check_sender(authorization: str, public: str, origin: str) -> None:
    """RFC 8292: the token is signed by the key that the browser was given, for this service."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert (scheme, parts["k"]) == ("vapid", public)
    signed, _, signature = parts["t"].rpartition(".")
    raw = decode_base64(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode_base64(public))
    key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    assert orjson.loads(decode_base64(signed.partition(".")[2]))["aud"] == origin


async def test_a_closed_browser_is_told_in_its_language(start_server: Any) -> None:
    async with start_server(allowed_networks=("127.0.0.0/8",)) as server, browser() as chrome:
        alice, bob = await server.register("alice"), await server.register("bob")
        key = (await bob.get(KEY)).ok()["key"]
        (await bob.post(SET, chrome.subscription())).ok()
        room = await alice.create_room(invite=[bob.user_id], name="Канцелярия")
        told, headers = await chrome.got.get()
        assert told["body"] == "Приглашение в чат"
        assert (headers["Content-Encoding"], headers["TTL"]) == ("aes128gcm", "86400")
        check_sender(headers["Authorization"], key, chrome.url.removesuffix("/push/1"))
        await bob.join(room)
        event_id = await alice.send(room, "Приказ подписан")
        told, _ = await chrome.got.get()
        assert told == {
            "unread": 1,
            "room_id": room,
            "event_id": event_id,
            "title": "alice · Канцелярия",
            "body": "Приказ подписан",
        }


async def test_the_content_stays_hidden_if_so_set(start_server: Any) -> None:
    async with start_server(allowed_networks=("127.0.0.0/8",)) as server, browser() as chrome:
        alice, bob = await server.register("alice"), await server.register("bob")
        hidden = chrome.subscription()
        hidden["data"]["format"] = "event_id_only"
        (await bob.post(SET, hidden)).ok()
        await alice.create_room(invite=[bob.user_id])
        told, _ = await chrome.got.get()
        assert set(told) == {"unread", "room_id", "event_id"}


async def test_in_quiet_hours_a_browser_is_told_to_be_silent(start_server: Any) -> None:
    async with start_server(allowed_networks=("127.0.0.0/8",)) as server, browser() as chrome:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(invite=[bob.user_id])
        await bob.join(room)
        (await bob.post(SET, chrome.subscription())).ok()
        always = {"on": True, "days": [0, 1, 2, 3, 4, 5, 6], "zone": "UTC", "show": "silent"}
        (await bob.put(f"/user/{bob.user_id}/account_data/org.depesha.quiet", always)).ok()
        await alice.send(room, "hello")
        told, headers = await chrome.got.get()
        assert (told["silent"], headers["Urgency"]) == (True, "normal")
        urgent = {"msgtype": "m.text", "body": "!", "org.depesha.urgent": {}}
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/1"
        (await alice.put(path, urgent)).ok()
        told, headers = await chrome.got.get()
        assert ("silent" in told, told["urgent"], headers["Urgency"]) == (False, True, "high")


async def test_an_album_is_told_once(start_server: Any) -> None:
    async with start_server(allowed_networks=("127.0.0.0/8",)) as server, browser() as chrome:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(invite=[bob.user_id])
        await bob.join(room)
        (await bob.post(SET, chrome.subscription())).ok()
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message"
        picture = {"msgtype": "m.image", "body": "a.png", "url": "mxc://test/a"}
        for number, album in enumerate(["one", "one", "two", "one"]):
            part = {**picture, "org.depesha.album": album}
            (await alice.put(f"{path}/{number}", part)).ok()
        called = {**picture, "org.depesha.album": "one", "m.mentions": {"user_ids": [bob.user_id]}}
        (await alice.put(f"{path}/called", called)).ok()
        (await alice.put(f"{path}/alone", picture)).ok()
        told = [(await chrome.got.get())[0]["body"] for _ in range(4)]
        assert told == ["Фото и видео"] * 3 + ["Фотография"]


async def test_a_subscription_that_ended_is_forgotten(start_server: Any) -> None:
    async with start_server(allowed_networks=("127.0.0.0/8",)) as server, browser() as chrome:
        alice, bob = await server.register("alice"), await server.register("bob")
        (await bob.post(SET, chrome.subscription())).ok()
        chrome.status = 410
        await alice.create_room(invite=[bob.user_id])
        await chrome.got.get()
        while (await bob.get("/_matrix/client/v3/pushers")).ok()["pushers"]:
            await asyncio.sleep(0)


async def test_a_trial_tells_what_the_push_service_answers(start_server: Any) -> None:
    async with start_server(allowed_networks=("127.0.0.0/8",)) as server, browser() as chrome:
        alice, bob = await server.register("alice"), await server.register("bob")
        (await bob.post(SET, chrome.subscription())).ok()
        assert (await bob.post(TRIAL, {})).ok() == {"status": 201}
        told, _ = await chrome.got.get()
        assert told["title"] == "Уведомления работают"
        chrome.status = 403
        assert (await bob.post(TRIAL, {})).ok() == {"status": 403}
        nowhere = chrome.subscription()
        nowhere["data"]["url"] = "http://127.0.0.1:1/gone"
        (await bob.post(SET, nowhere)).ok()
        assert (await bob.post(TRIAL, {})).ok() == {"status": None}
        (await alice.post(TRIAL, {})).refused(404, "M_NOT_FOUND")


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"pushkey": "not a point"}, "M_INVALID_PARAM"),
        ({"data": {"url": "https://push.example.net/x"}}, "M_MISSING_PARAM"),
        ({"data": {"url": "https://push.example.net/x", "auth": "AAAA"}}, "M_INVALID_PARAM"),
        ({"data": {"url": "ftp://push.example.net/x", "auth": "AAAA"}}, "M_INVALID_PARAM"),
    ],
)
async def test_what_is_no_subscription_is_refused(
    server: Server, change: dict[str, Any], errcode: str
) -> None:
    alice = await server.register("alice")
    (
        await alice.post(SET, Browser(url="https://push.example.net/x").subscription(**change))
    ).refused(400, errcode)
