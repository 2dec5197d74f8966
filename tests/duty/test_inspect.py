"""Reading correspondence needs two persons, and those concerned learn of it."""

import io
from typing import Any
from zipfile import ZipFile

import orjson

from depesha.duty.rules import DAY_MS
from tests.accounts.steps import make_admin
from tests.conftest import StartServer
from tests.duty.test_retention import AUDIT, DAY, TEXT, UPLOAD, again, swept
from tests.harness.client import Client
from tests.harness.clock import TestClock
from tests.harness.server import Server

CIPHERTEXT = {
    "algorithm": "m.megolm.v1.aes-sha2",
    "ciphertext": "AwgAEnACgAkLmt6qF84IK",
    "session_id": "abc",
}
INSPECTIONS = "/_depesha/v1/admin/inspections"


def asked(clock: TestClock, target: str, **fields: Any) -> dict[str, Any]:
    """The body of a request for all that was said until now and a day more."""
    now = clock.now_ms()
    return {
        "target": target,
        "since_ts": 0,
        "until_ts": now + DAY_MS,
        "ground": "order 7",
        "case_number": "B-2",
        "expires_ts": now + 5 * DAY_MS,
        **fields,
    }


async def officers(server: Server) -> tuple[Client, Client]:
    first = await make_admin(server, await server.register("officer"))
    return first, await make_admin(server, await server.register("auditor"))


def unpacked(body: bytes) -> tuple[list[Any], dict[str, bytes]]:
    """The lines of what was said, and all files of the archive by name."""
    with ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    return [orjson.loads(line) for line in files["said.jsonl"].splitlines()], files


async def test_one_asks_another_consents_and_it_is_had_once(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        officer, auditor = await officers(server)
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(preset="public_chat")
        file = (await alice.post(UPLOAD, data=b"a file", headers=TEXT)).ok()["content_uri"]
        await alice.send(room, {"msgtype": "m.file", "body": "notes", "url": file})
        await alice.send(room, CIPHERTEXT, "m.room.encrypted")
        rude = await alice.send(room, "rude")
        (await alice.post(f"/rooms/{room}/report/{rude}", {"reason": "rude"})).ok()
        (await alice.put(f"/rooms/{room}/redact/{rude}/{alice.next_txn()}", {})).ok()
        others = await bob.create_room()
        await bob.send(others, "not of alice")

        row = (await officer.post(INSPECTIONS, asked(clock, alice.user_id))).ok()
        path = f"{INSPECTIONS}/{row['inspection_id']}"
        (await officer.post(f"{path}/export", {})).refused(403, "M_FORBIDDEN")
        (await officer.put(path, {"approved": True})).refused(403, "M_FORBIDDEN")
        (await bob.put(path, {"approved": True})).refused(403, "M_FORBIDDEN")
        (await auditor.put(path, {"approved": True})).ok()
        (await auditor.put(path, {"approved": True})).refused(404, "M_NOT_FOUND")
        (await auditor.post(f"{path}/export", {})).refused(403, "M_FORBIDDEN")

        answer = await officer.post(f"{path}/export", {})
        answer.ok()
        lines, files = unpacked(answer.body)
        mark, said = lines[0], [line for line in lines[1:] if "state_key" not in line]
        assert mark["case_number"] == "B-2"
        assert (mark["asked_by"], mark["approved_by"]) == (officer.user_id, auditor.user_id)
        assert [
            line["content"].get("body", "") for line in said if line["type"].endswith("message")
        ] == [
            "notes",
            "rude",
        ]
        (encrypted,) = [line for line in said if line["type"] == "m.room.encrypted"]
        assert encrypted["readable"] is False
        assert encrypted["content"] == CIPHERTEXT
        assert files[f"files/{file.rpartition('/')[2]}"] == b"a file"
        assert orjson.loads(files["contents.json"])["encrypted"] == 1
        assert b"not of alice" not in files["said.jsonl"]
        (await officer.post(f"{path}/export", {})).refused(404, "M_NOT_FOUND")

        lines = (await officer.get(AUDIT, {"target": alice.user_id})).ok()["lines"]
        assert [(line["act"], line["actor"]) for line in lines] == [
            ("inspection.request", officer.user_id),
            ("inspection.approve", auditor.user_id),
            ("inspection.export", officer.user_id),
        ]
        assert (await alice.sync())["rooms"].get("invite", {}) == {}
    await clock.advance(5 * DAY)
    async with start_server() as server:
        await swept(server)
        told = await notices(again(alice, server))
        assert len(told) == 1
        assert "B-2" in told[0]
        assert officer.user_id in told[0]
        assert await notices(again(bob, server)) == []


async def notices(client: Client) -> list[str]:
    """What the server has told somebody, who joins its room for that."""
    found: list[str] = []
    for room in (await client.sync())["rooms"].get("invite", {}):
        await client.join(room)
        page = await client.messages(room)
        found += [e["content"]["body"] for e in page["chunk"] if e["type"] == "m.room.message"]
    return found


async def test_a_secret_inspection_is_not_told(start_server: StartServer, clock: TestClock) -> None:
    async with start_server() as server:
        officer, auditor = await officers(server)
        alice = await server.register("alice")
        row = (await officer.post(INSPECTIONS, asked(clock, alice.user_id, secret=True))).ok()
        path = f"{INSPECTIONS}/{row['inspection_id']}"
        (await auditor.put(path, {"approved": True})).ok()
        (await officer.post(f"{path}/export", {})).ok()
    await clock.advance(6 * DAY)
    async with start_server() as server:
        await swept(server)
        assert await notices(again(alice, server)) == []


async def test_consent_and_the_copy_end_at_the_time_limit(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        officer, auditor = await officers(server)
        room = await officer.create_room()
        paths = []
        for _ in range(2):
            row = (await officer.post(INSPECTIONS, asked(clock, room))).ok()
            paths.append(f"{INSPECTIONS}/{row['inspection_id']}")
        (await auditor.put(paths[0], {"approved": True})).ok()
    await clock.advance(5 * DAY)
    async with start_server() as server:
        officer, auditor = again(officer, server), again(auditor, server)
        (await officer.post(f"{paths[0]}/export", {})).refused(404, "M_NOT_FOUND")
        (await auditor.put(paths[1], {"approved": True})).refused(404, "M_NOT_FOUND")


async def test_a_request_that_makes_no_sense_or_is_refused_gives_nothing(
    server: Server, clock: TestClock
) -> None:
    officer, auditor = await officers(server)
    alice = await server.register("alice")
    body = asked(clock, alice.user_id)
    (await alice.post(INSPECTIONS, body)).refused(403, "M_FORBIDDEN")
    for wrong in ({"until_ts": 0}, {"expires_ts": clock.now_ms()}, {"expires_ts": 2**52}):
        (await officer.post(INSPECTIONS, body | wrong)).refused(400, "M_INVALID_PARAM")
    for target in ("@nobody:depesha.test", "!nowhere"):
        (await officer.post(INSPECTIONS, body | {"target": target})).refused(404, "M_NOT_FOUND")
    (await officer.post(INSPECTIONS, body | {"ground": ""})).refused(400, "M_BAD_JSON")
    row = (await officer.post(INSPECTIONS, body)).ok()
    path = f"{INSPECTIONS}/{row['inspection_id']}"
    (await auditor.put(path, {"approved": False})).ok()
    (await officer.post(f"{path}/export", {})).refused(403, "M_FORBIDDEN")
    of_auditor = (await officer.post(INSPECTIONS, body | {"target": auditor.user_id})).ok()
    about = f"{INSPECTIONS}/{of_auditor['inspection_id']}"
    (await auditor.put(about, {"approved": True})).refused(403, "M_FORBIDDEN")
    (await alice.get(INSPECTIONS)).refused(403, "M_FORBIDDEN")
    assert len((await auditor.get(INSPECTIONS)).ok()["inspections"]) == 2
