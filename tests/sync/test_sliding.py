"""Sliding sync, room by room: what phones rely on."""

from typing import Any

import orjson

from tests.harness.client import Client
from tests.harness.server import Server

PATH = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
EXTENSIONS = {name: {"enabled": True} for name in ("receipts", "typing", "account_data")}


class Phone:
    """One connection with one list of all rooms."""

    def __init__(self, client: Client, limit: int = 1, state: Any = ()) -> None:
        self.client, self.pos = client, ""
        wanted = {"ranges": [[0, 9]], "timeline_limit": limit, "required_state": list(state)}
        self.asked: dict[str, Any] = {"lists": {"all": wanted}, "extensions": EXTENSIONS}

    async def sync(self) -> Any:
        query = {"pos": self.pos} if self.pos else {}
        answer = (await self.client.post(PATH, self.asked, query=query)).ok()
        self.pos = answer["pos"]
        return answer


async def read(client: Client, room: str, event_id: str, thread_id: str | None) -> None:
    body = {} if thread_id is None else {"thread_id": thread_id}
    (await client.post(f"/rooms/{room}/receipt/m.read/{event_id}", body)).ok()


async def test_receipts_of_all_threads_come(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    carol = await server.register("carol")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    await carol.join(room)
    root = await alice.send(room, "hello")
    phone = Phone(alice)
    await phone.sync()
    await read(bob, room, root, "main")
    await read(bob, room, root, None)
    await read(carol, room, root, root)
    told = (await phone.sync())["extensions"]["receipts"]["rooms"][room]
    receipts = told["content"][root]["m.read"]
    assert receipts.keys() == {bob.user_id, carol.user_id}
    assert "thread_id" not in receipts[bob.user_id]
    assert receipts[carol.user_id]["thread_id"] == root


async def test_nobody_outside_is_told_who_types_and_reads(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    event_id = await alice.send(room, "hello")
    phone = Phone(bob)
    assert room in (await phone.sync())["rooms"]
    typing = {"typing": True, "timeout": 30_000}
    (await alice.put(f"/rooms/{room}/typing/{alice.user_id}", typing)).ok()
    await read(alice, room, event_id, None)
    answer = await phone.sync()
    assert alice.user_id not in orjson.dumps(answer["extensions"]).decode()
    await bob.join(room)
    extensions = (await phone.sync())["extensions"]
    assert extensions["typing"]["rooms"][room]["content"]["user_ids"] == [alice.user_id]
    assert room in extensions["receipts"]["rooms"]


async def test_only_rooms_that_become_direct_are_told_again(server: Server) -> None:
    alice = await server.register("alice")
    one, _ = [await alice.create_room() for _ in range(2)]
    phone = Phone(alice)
    await phone.sync()
    mine = f"/user/{alice.user_id}"
    (await alice.put(f"{mine}/rooms/{one}/account_data/org.example", {"a": 1})).ok()
    answer = await phone.sync()
    assert answer["rooms"].keys() <= {one}
    assert answer["extensions"]["account_data"]["rooms"].keys() == {one}
    for direct in (True, False):
        content = {"@bob:depesha.test": [one]} if direct else {}
        (await alice.put(f"{mine}/account_data/m.direct", content)).ok()
        rooms = (await phone.sync())["rooms"]
        assert {room: told["is_dm"] for room, told in rooms.items()} == {one: direct}


async def test_who_was_renamed_in_a_gap_is_told_anew(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    await bob.send(room, "hello")
    phone = Phone(alice, state=[["m.room.member", "$LAZY"]])
    assert names(await phone.sync(), room) == {bob.user_id: ""}
    (await bob.put(f"/profile/{bob.user_id}/displayname", {"displayname": "Robert"})).ok()
    for _ in range(3):
        await alice.send(room, "hello")
    assert (await phone.sync())["rooms"][room]["limited"]
    await bob.send(room, "it is me")
    assert names(await phone.sync(), room) == {bob.user_id: "Robert"}
    await bob.send(room, "again")
    assert names(await phone.sync(), room) == {}


async def test_whichever_answer_arrives_may_be_gone_on_from(server: Server) -> None:
    """Spec: MSC4186, a client goes on from "the last *processed* response"."""
    alice = await server.register("alice")
    room = await alice.create_room()
    phone = Phone(alice, limit=10)
    await phone.sync()
    begin = phone.pos
    first = await alice.send(room, "one")
    arrived = await phone.sync()
    assert said(arrived, room) == [first]
    second = await alice.send(room, "two")
    phone.pos = begin
    assert said(await phone.sync(), room) == [first, second]  # and is lost on the way
    phone.pos = arrived["pos"]
    assert said(await phone.sync(), room) == [second]
    phone.pos = begin
    (await alice.post(PATH, phone.asked, query={"pos": begin})).refused(400, "M_UNKNOWN_POS")


async def test_an_answer_that_was_lost_has_told_nothing(server: Server) -> None:
    alice = await server.register("alice")
    older, _ = [await alice.create_room() for _ in range(2)]
    phone = Phone(alice)
    phone.asked["lists"]["all"]["ranges"] = [[0, 0]]
    await phone.sync()
    begin, arrived = phone.pos, await phone.sync()
    assert arrived["rooms"] == {}
    phone.asked["lists"]["all"]["ranges"] = [[0, 1]]
    phone.pos = begin
    assert (await phone.sync())["rooms"].keys() == {older}  # and is lost on the way
    phone.pos = arrived["pos"]
    assert (await phone.sync())["rooms"].keys() == {older}


def said(answer: Any, room: str) -> list[str]:
    return [event["event_id"] for event in answer["rooms"][room]["timeline"]]


def names(answer: Any, room: str) -> dict[str, str]:
    state = answer["rooms"][room]["required_state"]
    return {event["state_key"]: event["content"].get("displayname", "") for event in state}
