"""The institution's recovery key: sealed by clients, given out by two persons, told of."""

from base64 import b64encode
from typing import Any

from tests.accounts.steps import make_admin
from tests.conftest import StartServer
from tests.duty.test_inspect import INSPECTIONS, asked, officers
from tests.duty.test_retention import AUDIT
from tests.harness.client import Client
from tests.harness.clock import TestClock
from tests.harness.server import Server

ADMIN = "/_depesha/v1/admin/custody"
MINE = "/_depesha/v1/me/custody"
POINT = b64encode(b"\x04" + bytes(64)).decode().rstrip("=")


async def found(server: Server, owner: Client, threshold: int = 2) -> tuple[str, list[str]]:
    """A recovery key with three holders: its id, and they."""
    holders = [(await server.register(name)).user_id for name in ("first", "second", "third")]
    body = {"public_key": POINT, "threshold": threshold, "holders": holders}
    return (await owner.put(ADMIN, body)).ok()["key_id"], holders


async def consented(
    officer: Client, auditor: Client, clock: TestClock, target: str, **fields: Any
) -> str:
    """The path of an inspection that a second person has consented to."""
    row = (await officer.post(INSPECTIONS, asked(clock, target, **fields))).ok()
    path = f"{INSPECTIONS}/{row['inspection_id']}"
    (await auditor.put(path, {"approved": True})).ok()
    return path


async def test_a_sealed_key_is_given_out_after_a_second_persons_consent(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        officer, auditor = await officers(server)
        alice, bob = await server.register("alice"), await server.register("bob")
        assert (await alice.get(MINE)).ok() == {"custody": None, "sealed": None}
        early = {"key_id": "none", "version": "1", "sealed": "c2VhbGVk"}
        (await alice.put(MINE, early)).refused(404, "M_NOT_FOUND")

        key_id, holders = await found(server, officer)
        told = (await alice.get(MINE)).ok()
        assert told["custody"]["public_key"] == POINT
        assert (told["custody"]["threshold"], told["custody"]["holders"]) == (2, 3)
        (await alice.put(MINE, {**early, "key_id": key_id})).ok()
        sealed = (await alice.get(MINE)).ok()["sealed"]
        assert (sealed["key_id"], sealed["version"]) == (key_id, "1")
        assert (await officer.get(ADMIN)).ok()["custody"]["holders"] == holders

        row = (await officer.post(INSPECTIONS, asked(clock, alice.user_id))).ok()
        path = f"{INSPECTIONS}/{row['inspection_id']}"
        (await officer.post(f"{path}/sealed_key", {})).refused(403, "M_FORBIDDEN")
        (await auditor.put(path, {"approved": True})).ok()
        (await auditor.post(f"{path}/sealed_key", {})).refused(403, "M_FORBIDDEN")
        (await bob.post(f"{path}/sealed_key", {})).refused(403, "M_FORBIDDEN")
        given = (await officer.post(f"{path}/sealed_key", {})).ok()
        assert given == {"key_id": key_id, "version": "1", "sealed": "c2VhbGVk"}

        assert "B-2" in await last_notice(alice)
        acts = [line["act"] for line in (await officer.get(AUDIT)).ok()["lines"]]
        assert {"custody.found", "custody.open"} <= set(acts)


async def last_notice(who: Client) -> str:
    """The last text in the room of the server's notices, after joining it."""
    (room,) = (await who.sync())["rooms"]["invite"]
    await who.join(room)
    events = (await who.get(f"/rooms/{room}/messages", {"dir": "b", "limit": 10})).ok()["chunk"]
    return next(e["content"]["body"] for e in events if e["type"] == "m.room.message")


async def test_a_secret_opening_tells_nobody_and_an_unsealed_person_has_nothing(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        officer, auditor = await officers(server)
        alice, bob = await server.register("alice"), await server.register("bob")
        key_id, _ = await found(server, officer)
        body = {"key_id": key_id, "version": "1", "sealed": "c2VhbGVk"}
        (await alice.put(MINE, body)).ok()
        path = await consented(officer, auditor, clock, bob.user_id)
        (await officer.post(f"{path}/sealed_key", {})).refused(404, "M_NOT_FOUND")
        path = await consented(officer, auditor, clock, alice.user_id, secret=True)
        (await officer.post(f"{path}/sealed_key", {})).ok()
        assert "invite" not in (await alice.sync()).get("rooms", {})
        soon = clock.now_ms() + 60_000
        path = await consented(officer, auditor, clock, alice.user_id, expires_ts=soon)
        await clock.advance(61)
        (await officer.post(f"{path}/sealed_key", {})).refused(404, "M_NOT_FOUND")


async def test_another_key_takes_the_place_and_none_forgets_what_was_sealed(
    start_server: StartServer,
) -> None:
    async with start_server() as server:
        owner = await make_admin(server, await server.register("owner"))
        alice = await server.register("alice")
        first, holders = await found(server, owner)
        body = {"key_id": first, "version": "1", "sealed": "c2VhbGVk"}
        (await alice.put(MINE, body)).ok()
        more = {"public_key": POINT, "threshold": 3, "holders": holders}
        second = (await owner.put(ADMIN, more)).ok()["key_id"]
        (await alice.put(MINE, body)).refused(404, "M_NOT_FOUND")
        told = (await alice.get(MINE)).ok()
        assert (told["custody"]["key_id"], told["sealed"]["key_id"]) == (second, first)

        (await alice.put(ADMIN, more)).refused(403, "M_FORBIDDEN")
        (await alice.delete(ADMIN)).refused(403, "M_FORBIDDEN")
        (await owner.delete(ADMIN)).ok()
        (await owner.delete(ADMIN)).refused(404, "M_NOT_FOUND")
        assert (await alice.get(MINE)).ok() == {"custody": None, "sealed": None}


async def test_a_key_that_one_alone_could_open_is_refused(start_server: StartServer) -> None:
    async with start_server() as server:
        owner = await make_admin(server, await server.register("owner"))
        _, holders = await found(server, owner)
        whole = {"public_key": POINT, "threshold": 2, "holders": holders}
        for fields in (
            {"threshold": 1},
            {"threshold": 4},
            {"holders": [holders[0], holders[0]]},
            {"holders": [holders[0], "@nobody:example.org"]},
        ):
            (await owner.put(ADMIN, {**whole, **fields})).refused(400, "M_INVALID_PARAM")
        (await owner.put(ADMIN, {**whole, "public_key": "short"})).refused(400, "M_BAD_JSON")
