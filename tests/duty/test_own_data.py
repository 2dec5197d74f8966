"""What the server holds about a person is told, given, and forgotten with a receipt."""

import io
from typing import Any
from zipfile import ZipFile

import orjson
from nacl.signing import VerifyKey

from depesha.base.canonical import canonical
from depesha.duty.held import KINDS, kind_of_table
from depesha.duty.store import select_copies
from depesha.events.sign import decode_base64
from depesha.io.store import select_tables_of_people
from tests.accounts.steps import make_admin, with_password
from tests.conftest import StartServer
from tests.duty.test_retention import AUDIT, DAY, TEXT, UPLOAD, again, swept
from tests.harness.client import Client
from tests.harness.clock import TestClock
from tests.harness.server import Server

DATA = "/_depesha/v1/me/data"


async def test_no_table_with_rows_of_people_is_forgotten(server: Server) -> None:
    tables = await server.running.house.spine.db.read(select_tables_of_people)
    assert "media_files" in tables
    assert [table for table in tables if kind_of_table(table) is None] == []
    assert {kind_of_table(table) for table in tables} | {"messages"} == KINDS.keys()


async def test_the_label_is_there_before_registration_in_both_languages(server: Server) -> None:
    label = (await server.anyone.get("/_depesha/v1/privacy")).ok()
    assert [kind["kind"] for kind in label["kinds"]] == list(KINDS)
    assert set(label["given_to"]) == {"en", "ru"}
    for kind in label["kinds"]:
        for part in ("what", "purpose", "kept"):
            assert set(kind[part]) == {"en", "ru"}
            assert kind[part]["en"] != kind[part]["ru"]


async def test_each_is_told_what_is_held_of_them_alone(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    await alice.send(room, "one")
    await alice.send(room, "two")
    await bob.send(room, "of bob")
    (await alice.post(UPLOAD, data=b"a file", headers=TEXT)).ok()
    told = (await alice.get(DATA)).ok()
    assert told["user_id"] == alice.user_id
    assert told["messages"]["count"] == 2
    assert told["files"] == {"count": 1, "bytes": 6}
    assert [device["device_id"] for device in told["devices"]] == [alice.device_id]
    counts = {kind["kind"]: kind["count"] for kind in told["kinds"]}
    assert (counts["messages"], counts["files"], counts["rooms"]) == (2, 1, 1)
    assert "bob" not in orjson.dumps(told).decode()
    (await server.anyone.get(DATA)).refused(401, "M_MISSING_TOKEN")


async def test_a_copy_is_made_given_to_its_owner_and_over_in_a_week(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(preset="public_chat", name="our chat")
        await bob.join(room)
        await alice.send(room, "of alice")
        await bob.send(room, "of bob")
        uploaded = (await alice.post(UPLOAD, data=b"a file", headers=TEXT)).ok()["content_uri"]
        data = f"/user/{alice.user_id}/account_data/org.example"
        (await alice.put(data, {"colour": "green"})).ok()
        path = (await alice.post(f"{DATA}/copies", {})).ok()["path"]
        await clock.advance(1)
        copy = await made(alice)
        (await bob.get(path)).refused(404, "M_NOT_FOUND")
        answer = await alice.get(path)
        answer.ok()
        assert len(answer.body) == copy["size"]
        with ZipFile(io.BytesIO(answer.body)) as archive:
            assert archive.testzip() is None
            said = archive.read("rooms/1.jsonl")
            assert (b"of alice" in said, b"of bob" in said) == (True, False)
            assert archive.read(f"files/{uploaded.rpartition('/')[2]}") == b"a file"
            assert b"green" in archive.read("account_data.json")
            assert orjson.loads(archive.read("rooms.json"))[0]["name"] == "our chat"
            assert orjson.loads(archive.read("about.json"))["held"]["messages"]["count"] == 1
        for _ in range(2):
            (await alice.post(f"{DATA}/copies", {})).ok()
        (await alice.post(f"{DATA}/copies", {})).refused(429, "M_LIMIT_EXCEEDED")
    await clock.advance(8 * DAY)
    async with start_server() as server:
        alice = again(alice, server)
        await swept(server)
        (await alice.get(path)).refused(404, "M_NOT_FOUND")
        assert (await alice.get(f"{DATA}/copies")).ok()["copies"] == []
        house = server.running.house
        assert (
            await house.spine.db.read(select_copies, house.spine.institution.id, alice.user_id)
            == []
        )


async def made(client: Client) -> Any:
    """The one copy that was asked for, once the job has made it."""
    for _ in range(1_000):
        (copy,) = (await client.get(f"{DATA}/copies")).ok()["copies"]
        if copy["ready"]:
            return copy
    raise AssertionError("the copy is not made")


async def test_consent_is_withdrawn_with_a_receipt(server: Server) -> None:
    admin = await make_admin(server, await server.register("admin"))
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    await alice.send(room, "said to bob")
    (await alice.put(f"/profile/{alice.user_id}/displayname", {"displayname": "Alice"})).ok()
    await server.clock.advance(1)
    found = (await with_password(alice, "POST", f"{DATA}/erase", {})).ok()
    receipt = found["receipt"]
    assert receipt["user_id"] == alice.user_id
    assert receipt["before"]["messages"] == 1
    assert receipt["before"]["profile"] > receipt["left"]["profile"] == 0
    key = (await admin.get(AUDIT)).ok()["public_key"]
    VerifyKey(decode_base64(key)).verify(canonical(receipt), decode_base64(found["signature"]))
    (await alice.get(DATA)).refused(401, "M_UNKNOWN_TOKEN")
    lines = (await admin.get(AUDIT, {"target": alice.user_id})).ok()["lines"]
    assert [(line["act"], line["actor"]) for line in lines] == [("account.erase", alice.user_id)]
    (await bob.post(f"{DATA}/erase", {})).ok(401)
