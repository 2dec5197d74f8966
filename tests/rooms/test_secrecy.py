"""Where the institution requires end-to-end encryption, and where it has none."""

from typing import Any

import pytest

from depesha.base.config import ConfigError, load_config
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import timeline

MEGOLM = {"algorithm": "m.megolm.v1.aes-sha2"}
ENCRYPTION = "m.room.encryption"
SEALED = {"algorithm": MEGOLM["algorithm"], "ciphertext": "AwgA", "session_id": "s"}
DIRECT: dict[str, Any] = {"is_direct": True, "preset": "trusted_private_chat"}
PROJECT = {"initial_state": [{"type": "org.depesha.group", "content": {"kind": "project"}}]}
CHANNEL = {"creation_content": {"org.depesha.kind": "channel"}}
KINDS: dict[str, dict[str, Any]] = {
    "direct": DIRECT,
    "group": {},
    "project": PROJECT,
    "channel": CHANNEL,
    "public": {"preset": "public_chat"},
}


async def _make(client: Client, kind: str, other: Client) -> str:
    return await client.create_room(invite=[other.user_id], **KINDS[kind])


async def _is_encrypted(client: Client, room: str) -> bool:
    answer = await client.get(f"/rooms/{room}/state/{ENCRYPTION}")
    return answer.status == 200


async def _people(server: Server) -> tuple[Client, Client]:
    return await server.register("alice"), await server.register("bob")


async def test_what_is_required_is_there_from_the_first(start_server: StartServer) -> None:
    required = ("direct", "project", "channel")
    async with start_server(encryption_required=required) as server:
        alice, bob = await _people(server)
        for kind in KINDS:
            room = await _make(alice, kind, bob)
            assert await _is_encrypted(alice, room) == (kind in required)
            path = f"/rooms/{room}/send/m.room.message/1"
            answer = await alice.put(path, {"msgtype": "m.text", "body": "in clear"})
            if kind in required:
                answer.refused(403, "M_FORBIDDEN")
                sent = await alice.send(room, SEALED, "m.room.encrypted")
                assert (await timeline(alice, room))[-1]["event_id"] == sent
            else:
                answer.ok()


async def test_what_is_off_cannot_be_switched_on(start_server: StartServer) -> None:
    off = ("group", "public")
    async with start_server(encryption_off=off) as server:
        alice, bob = await _people(server)
        for kind, fields in KINDS.items():
            state = [*fields.get("initial_state", []), {"type": ENCRYPTION, "content": MEGOLM}]
            asked = {**fields, "invite": [bob.user_id], "initial_state": state}
            answer = await alice.post("/createRoom", asked)
            room = await _make(alice, kind, bob)
            later = await alice.put(f"/rooms/{room}/state/{ENCRYPTION}", MEGOLM)
            if kind in off:
                answer.refused(403, "M_FORBIDDEN")
                later.refused(403, "M_FORBIDDEN")
            else:
                answer.ok()
                later.ok()
            assert await _is_encrypted(alice, room) == (kind not in off)


CLEAR = {"msgtype": "m.text", "body": "in clear"}


async def test_no_other_door_leads_round_what_is_required(start_server: StartServer) -> None:
    kinds = tuple(KINDS)
    async with start_server(encryption_required=kinds) as server:
        alice, bob = await _people(server)
        room = await _make(alice, "group", bob)
        paths = ("send/m.poll.response/1", "send/m.poll.end/2", "state/m.room.message/")
        for path in paths:
            (await alice.put(f"/rooms/{room}/{path}", CLEAR)).refused(403, "M_FORBIDDEN")
        # Nobody speaks in clear in a space, nor in the name of the server.
        space = await alice.create_room(creation_content={"type": "m.space"})
        assert not await _is_encrypted(alice, space)
        answer = await alice.put(f"/rooms/{space}/send/m.room.message/3", CLEAR)
        answer.refused(403, "M_FORBIDDEN")
        marked = {"creation_content": {"depesha.server_notices": True}}
        assert await _is_encrypted(alice, await alice.create_room(**marked))


async def test_where_it_is_off_only_what_was_encrypted_goes_on(start_server: StartServer) -> None:
    async with start_server() as server:
        alice, bob = await _people(server)
        before = await _make(alice, "group", bob)
        (await alice.put(f"/rooms/{before}/state/{ENCRYPTION}", MEGOLM)).ok()
    async with start_server(encryption_off=("group",)) as server:
        alice, bob = await server.anyone.login("alice"), await server.anyone.login("bob")
        room = await _make(alice, "group", bob)
        answer = await alice.put(f"/rooms/{room}/send/m.room.encrypted/1", SEALED)
        answer.refused(403, "M_FORBIDDEN")
        await alice.send(before, SEALED, "m.room.encrypted")


async def test_clients_are_told(start_server: StartServer) -> None:
    async with start_server(
        encryption_required=("project",), encryption_off=("direct", "group")
    ) as server:
        alice = await server.register("alice")
        told = (await alice.get("/capabilities")).ok()["capabilities"]["org.depesha.encryption"]
        assert told == {"required": ["project"], "off": ["direct", "group"]}
        known = (await server.anyone.request("GET", "/.well-known/matrix/client")).ok()
        assert known["io.element.e2ee"] == {"default": False, "force_disable": True}


@pytest.mark.parametrize("setting", ["encryption_required", "encryption_off"])
def test_an_unknown_kind_is_no_setting(setting: str) -> None:
    with pytest.raises(ConfigError, match=setting):
        load_config(environ={f"DEPESHA_{setting.upper()}": "direct,letters"})
