"""TURN credentials."""

import hmac
from base64 import b64encode
from typing import Any

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
