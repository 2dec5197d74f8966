"""Sending messages, once each, and refusing what cannot be sent."""

from typing import Any

import pytest

from tests.accounts.steps import make_admin
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE, timeline

TEXT = {"msgtype": "m.text", "body": "hello"}


def path(room: str, txn: str = "t", kind: str = "m.room.message") -> str:
    return f"/rooms/{room}/send/{kind}/{txn}"


async def test_a_message_arrives(alice: Client, bob: Client) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    event_id = (await alice.put(path(room), TEXT)).ok()["event_id"]
    event = (await timeline(bob, room))[-1]
    assert (event["event_id"], event["sender"], event["content"]) == (
        event_id,
        alice.user_id,
        TEXT,
    )
    assert "transaction_id" not in event["unsigned"]
    assert (await timeline(alice, room))[-1]["unsigned"]["transaction_id"] == "t"


async def test_a_transaction_sends_once_also_after_a_restart(start_server: StartServer) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        phone = await alice.login("alice")
        room, other = await alice.create_room(), await alice.create_room(name="other")
        first = (await alice.put(path(room), TEXT)).ok()["event_id"]
        assert (await alice.put(path(room), {"body": "changed"})).ok()["event_id"] == first
    async with start_server() as server:
        alice, phone = (
            Client(server.wire, each.user_id, each.token, each.device_id) for each in (alice, phone)
        )
        assert (await alice.put(path(room), TEXT)).ok()["event_id"] == first
        others = [
            (await client.put(where, TEXT)).ok()["event_id"]
            for client, where in (
                (alice, path(room, "u")),
                (alice, path(other)),
                (alice, path(room, kind="org.example.a")),
                (phone, path(room)),
            )
        ]
        assert len({first, *others}) == 5


async def test_what_is_sent_at_once_is_sent_in_order(alice: Client) -> None:
    room = await alice.create_room()
    sent = [await alice.send(room, str(number)) for number in range(20)]
    told = [event["event_id"] for event in await timeline(alice, room)][-20:]
    assert told == sent


async def test_only_members_send(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat")
    refusals = [
        (await bob.put(path(each), TEXT)).refused(403, "M_FORBIDDEN")
        for each in (room, NOWHERE, "no room")
    ]
    assert refusals[0] == refusals[1] == refusals[2]
    await bob.join(room)
    (await bob.put(path(room), TEXT)).ok()
    await bob.leave(room)
    (await bob.put(path(room, "u"), TEXT)).refused(403, "M_FORBIDDEN")


@pytest.mark.parametrize(
    ("kind", "content", "status", "errcode"),
    [
        ("m.room.message", {"body": 1.5}, 400, "M_BAD_JSON"),
        ("m.room.message", {"body": 2**53}, 400, "M_BAD_JSON"),
        ("m.room.message", {"body": "a\x00"}, 400, "M_BAD_JSON"),
        ("m.room.message", {"body": "x" * 65_536}, 413, "M_TOO_LARGE"),
        ("x" * 256, {}, 413, "M_TOO_LARGE"),
        ("m.room.member", {"membership": "join"}, 403, "M_FORBIDDEN"),
        ("m.room.create", {}, 403, "M_FORBIDDEN"),
    ],
)
async def test_what_cannot_be_sent(
    alice: Client, kind: str, content: dict[str, Any], status: int, errcode: str
) -> None:
    room = await alice.create_room()
    before = await timeline(alice, room)
    (await alice.put(path(room, kind=kind), content)).refused(status, errcode)
    assert await timeline(alice, room) == before


async def test_a_body_must_be_an_object(alice: Client) -> None:
    room = await alice.create_room()
    (await alice.put(path(room), data=b"[1]")).refused(400, "M_BAD_JSON")
    (await alice.put(path(room), data=b"{")).refused(400, "M_NOT_JSON")


async def test_the_room_says_who_may_speak(alice: Client, bob: Client) -> None:
    room = await alice.create_room(
        preset="public_chat", power_level_content_override={"events_default": 10}
    )
    await bob.join(room)
    (await bob.put(path(room), TEXT)).refused(403, "M_FORBIDDEN")
    levels = await alice.state(room, "m.room.power_levels")
    await alice.set_state(room, "m.room.power_levels", {**levels, "users": {bob.user_id: 10}})
    (await bob.put(path(room), TEXT)).ok()


async def test_the_suspended_read_leave_and_take_back(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    admin = await make_admin(server, await server.register("root"))
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    mine, yours = await bob.send(room, "mine"), await alice.send(room, "yours")
    levels = await alice.state(room, "m.room.power_levels")
    await alice.set_state(room, "m.room.power_levels", {**levels, "users": {bob.user_id: 100}})
    suspension = f"/_matrix/client/v1/admin/suspend/{bob.user_id}"
    (await admin.put(suspension, {"suspended": True})).ok()
    for answer in (
        await bob.put(path(room), TEXT),
        await bob.put(f"/rooms/{room}/state/m.room.name", {"name": "Bob's"}),
        await bob.put(f"/rooms/{room}/redact/{yours}/t", {}),
        await bob.post(f"/rooms/{room}/invite", {"user_id": "@root:depesha.test"}),
        await bob.post(f"/rooms/{room}/kick", {"user_id": alice.user_id}),
        await bob.post(f"/join/{room}", {}),
        await bob.post(f"/knock/{room}", {}),
        await bob.post("/createRoom", {}),
        await bob.post(f"/rooms/{room}/upgrade", {"new_version": "12"}),
        await bob.put("/directory/room/%23a:depesha.test", {"room_id": room}),
        await bob.put(f"/directory/list/room/{room}", {"visibility": "public"}),
    ):
        answer.refused(403, "M_USER_SUSPENDED")
    (await bob.put(f"/rooms/{room}/redact/{mine}/u", {})).ok()
    await timeline(bob, room)
    await bob.leave(room)
    (await admin.put(suspension, {"suspended": False})).ok()
    await bob.join(room)
