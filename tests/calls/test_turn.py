"""TURN credentials."""

import hmac
import socket
from base64 import b64encode
from typing import Any

from tests.accounts.steps import make_admin
from tests.calls.relay import RELAYED, Relay, by_tcp, by_udp
from tests.harness.server import Server

PATH = "/_matrix/client/v3/voip/turnServer"


async def test_without_a_relay_there_are_no_credentials(server: Server) -> None:
    alice = await server.register("alice")
    assert (await alice.get(PATH)).ok() == {}
    transports = "/_matrix/client/unstable/org.matrix.msc4143/rtc/transports"
    assert (await alice.get(transports)).ok() == {"rtc_transports": []}


async def test_credentials_are_those_that_a_relay_checks(start_server: Any) -> None:
    uris = ("turn:turn.example.org?transport=udp",)
    async with start_server(turn_uris=uris, turn_secret="shared", turn_ttl_seconds=60) as server:
        alice = await server.register("alice")
        told = (await alice.get(PATH)).ok()
        digest = hmac.digest(b"shared", told["username"].encode(), "sha1")
        assert told["password"] == b64encode(digest).decode()
        expires, user = told["username"].split(":", 1)
        assert int(expires) == server.clock.now_ms() // 1000 + 60
        assert user == alice.user_id
        assert (told["uris"], told["ttl"]) == (list(uris), 60)
        (await server.anyone.get(PATH)).refused(401, "M_MISSING_TOKEN")


TEST = "/_depesha/v1/admin/turn/test"
GIVEN = f"{RELAYED[0]}:{RELAYED[1]}"


async def test_a_relay_is_tried_with_a_real_allocation(start_server: Any) -> None:
    relay = Relay("shared", drop=1)  # a lost datagram is sent anew
    async with by_udp(relay) as udp, by_tcp(Relay("shared")) as tcp:
        uris = (f"turn:{udp}", f"turn:{tcp}?transport=tcp", f"stun:{udp}")
        async with start_server(turn_uris=uris, turn_secret="shared") as server:
            admin = await make_admin(server, await server.register("root"))
            told = (await admin.post(TEST, {})).ok()["relays"]
            assert told == [{"uri": uri, "address": GIVEN} for uri in uris]
            assert (relay.given, relay.open) == (1, set())
            alice = await server.register("alice")
            (await alice.post(TEST, {})).refused(403, "M_FORBIDDEN")


async def test_why_a_relay_does_not_work_is_told(start_server: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{taken.getsockname()[1]}"
        async with (
            by_udp(Relay("another")) as other,
            by_udp(Relay("shared", refuse=486)) as full,
            by_tcp(Relay("shared", drop=1)) as web,
        ):
            reasons = {
                f"turn:{other}": "turn_secret is another than its own (401",
                f"turn:{full}": "(486 No)",
                f"turn:{web}?transport=tcp": "no relay",
                f"turn:{closed}?transport=tcp": closed.replace(":", ", port "),
                "turn:": "expected turn:HOST",
            }
            uris = tuple(reasons)
            async with start_server(turn_uris=uris, turn_secret="shared") as server:
                admin = await make_admin(server, await server.register("root"))
                told = (await admin.post(TEST, {})).ok()["relays"]
    for each, (uri, reason) in zip(told, reasons.items(), strict=True):
        assert each["uri"] == uri
        assert reason in each["error"]


async def test_without_a_relay_there_is_nothing_to_try(server: Server) -> None:
    admin = await make_admin(server, await server.register("root"))
    (await admin.post(TEST, {})).refused(404, "M_NOT_FOUND")
