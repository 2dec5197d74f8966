"""Official notices: to everybody or to units, above mutes, with figures (D3)."""

import asyncio
from typing import Any

import pytest

from tests.accounts.steps import make_admin
from tests.conftest import StartServer
from tests.harness.client import Client, Response
from tests.harness.clock import TestClock
from tests.harness.server import Server
from tests.notices.test_urgent import acknowledge, counts
from tests.org.institution import make_ministry, user

OFFICIAL = "/_depesha/v1/admin/notices/official"
SENDER = "@notices:depesha.test"
SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"


async def send(admin: Client, **body: Any) -> Response:
    return await admin.post(OFFICIAL, {"kind": "official", "body": "The lift rests.", **body})


async def figures(admin: Client, notice_id: str) -> list[int]:
    """Addressed, sent, delivered, shown, acknowledged, not reached."""
    found = (await admin.get(f"{OFFICIAL}/{notice_id}")).ok()
    names = ("addressed", "sent", "delivered", "shown", "acknowledged", "not_reached")
    return [found[name] for name in names]


async def not_reached(admin: Client, notice_id: str) -> list[str]:
    found: list[str] = (await admin.get(f"{OFFICIAL}/{notice_id}/not_reached")).ok()["users"]
    return found


async def official(client: Client) -> list[dict[str, Any]]:
    """The official notices that somebody has, with the rooms they are in."""
    found: list[dict[str, Any]] = []
    for room in (await client.get("/joined_rooms")).ok()["joined_rooms"]:
        page = await client.messages(room, dir="f", limit=100)
        found += [e for e in page["chunk"] if "org.depesha.official" in e["content"]]
    return found


async def test_a_notice_reaches_everybody_and_is_counted(
    server: Server, clock: TestClock, alice: Client, bob: Client
) -> None:
    admin = await make_admin(server, await server.register("root"))
    ended = await server.register("ended")
    await admin.post(f"/_depesha/v1/admin/users/{ended.user_id}/deactivate", {})
    notice_id = (await send(admin, kind="emergency", all=True)).ok()["notice_id"]
    await clock.advance(1)
    # Alice, Bob and the administrator: in the room at once, without having been asked.
    assert await figures(admin, notice_id) == [3, 3, 0, 0, 0, 3]
    assert await not_reached(admin, notice_id) == [alice.user_id, bob.user_id, admin.user_id]
    (event,) = await official(alice)
    assert event["sender"] == SENDER
    assert event["content"]["body"] == "The lift rests."
    assert event["content"]["org.depesha.official"] == {"notice_id": notice_id, "kind": "emergency"}
    first = await alice.sync()
    await clock.advance(1)
    # An answer may be lost on its way: it has come when the device goes on from it.
    assert await figures(admin, notice_id) == [3, 3, 0, 0, 0, 3]
    await alice.sync(first["next_batch"])
    wanted = {"lists": {"a": {"ranges": [[0, 9]], "timeline_limit": 1, "required_state": []}}}
    pos = (await bob.post(SLIDING, wanted)).ok()["pos"]
    (await bob.post(SLIDING, wanted, query={"pos": pos})).ok()
    await clock.advance(1)
    assert await figures(admin, notice_id) == [3, 3, 2, 0, 0, 1]
    room = event["room_id"]
    (await alice.post(f"/rooms/{room}/receipt/m.read/{event['event_id']}", {})).ok()
    assert await figures(admin, notice_id) == [3, 3, 2, 1, 0, 1]
    (await acknowledge(alice, room, event["event_id"])).ok()
    assert await figures(admin, notice_id) == [3, 3, 2, 1, 1, 1]
    assert await not_reached(admin, notice_id) == [admin.user_id]
    page = (await admin.get(OFFICIAL)).ok()["notices"]
    assert [(each["notice_id"], each["kind"]) for each in page] == [(notice_id, "emergency")]
    assert (page[0]["sender"], page[0]["to"]["all"]) == (admin.user_id, True)


async def test_a_notice_stands_above_mutes_and_cannot_be_ignored(
    server: Server, clock: TestClock, alice: Client
) -> None:
    admin = await make_admin(server, await server.register("root"))
    (await send(admin, users=[alice.user_id])).ok()
    await clock.advance(1)
    (event,) = await official(alice)
    room = event["room_id"]
    master = "/_matrix/client/v3/pushrules/global/override/.m.rule.master/enabled"
    (await alice.put(master, {"enabled": True})).ok()
    data = f"/user/{alice.user_id}/account_data/m.ignored_user_list"
    (await alice.put(data, {"ignored_users": {SENDER: {}}})).ok()
    assert await counts(alice, room) == (1, 1)
    (await send(admin, users=[alice.user_id])).ok()
    await clock.advance(1)
    assert await counts(alice, room) == (2, 2)
    assert len(await official(alice)) == 2
    # Whoever has left the room is in it again.
    await alice.leave(room)
    (await send(admin, users=[alice.user_id])).ok()
    await clock.advance(1)
    assert len(await official(alice)) == 3


async def test_a_notice_to_a_unit_reaches_those_below_and_nobody_else(
    server: Server, clock: TestClock
) -> None:
    house = await make_ministry(server)
    units, people = [house.units["Law"]], [user("coder"), user("nobody"), "alice"]
    notice_id = (await send(house.root, units=units, users=people)).ok()["notice_id"]
    await clock.advance(1)
    # Nobody and what is no id are addressed, and cannot be told.
    assert await figures(house.root, notice_id) == [6, 4, 0, 0, 0, 6]
    for name, client in house.people.items():
        told = name in {"lawhead", "lawyer", "judge", "coder"}
        assert (await official(client) != []) == told, name


async def test_what_is_asked_for_is_done_after_a_restart(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        admin = await make_admin(server, await server.register("root"))
        first = (await send(admin, users=[alice.user_id])).ok()["notice_id"]
        await clock.advance(1)
    async with start_server() as server:
        alice, admin = await asyncio.gather(
            server.anyone.login("alice"), server.anyone.login("root")
        )
        assert await figures(admin, first) == [1, 1, 0, 0, 0, 1]
        assert len(await official(alice)) == 1
        await alice.sync((await alice.sync())["next_batch"])
        await clock.advance(1)
        assert await figures(admin, first) == [1, 1, 1, 0, 0, 0]


async def test_every_notice_leaves_a_line_in_the_log(server: Server, clock: TestClock) -> None:
    admin = await make_admin(server, await server.register("root"))
    notice_id = (await send(admin, all=True)).ok()["notice_id"]
    lines = (await admin.get("/_depesha/v1/admin/audit", {"target": notice_id})).ok()["lines"]
    (line,) = lines
    assert (line["act"], line["actor"]) == ("notice.official", admin.user_id)
    assert line["details"]["body"] == "The lift rests."
    await clock.advance(1)


async def test_who_may_send_what_to_whom(server: Server, alice: Client) -> None:
    admin = await make_admin(server, await server.register("root"))
    (await send(alice, all=True)).refused(403, "M_FORBIDDEN")
    (await alice.get(OFFICIAL)).refused(403, "M_FORBIDDEN")
    (await send(admin)).refused(400, "M_INVALID_PARAM")
    (await send(admin, units=[99])).refused(404, "M_NOT_FOUND")
    (await send(admin, all=True, kind="advert")).refused(400, "M_BAD_JSON")
    (await send(admin, all=True, body="")).refused(400, "M_BAD_JSON")
    (await send(admin, users=["x"] * 1001)).refused(400, "M_BAD_JSON")
    for path in ("none", "none/not_reached"):
        (await admin.get(f"{OFFICIAL}/{path}")).refused(404, "M_NOT_FOUND")
    assert (await admin.get(OFFICIAL)).ok() == {"notices": []}


async def test_those_not_reached_come_in_pages(server: Server, clock: TestClock) -> None:
    admin = await make_admin(server, await server.register("root"))
    names = [(await server.register(f"p{n}")).user_id for n in range(5)]
    notice_id = (await send(admin, users=names)).ok()["notice_id"]
    await clock.advance(1)
    found, after = list[str](), ""
    while True:
        query = {"limit": 2, "after": after}
        page = (await admin.get(f"{OFFICIAL}/{notice_id}/not_reached", query)).ok()
        found += page["users"]
        if "next" not in page:
            break
        after = page["next"]
    assert found == names


FORGED: list[dict[str, Any]] = [
    {"org.depesha.official": {"kind": "emergency", "signed": "Ministry"}},
    {"org.depesha.substitution": {"user_id": "@a:x", "sender": "@b:x"}},
    {"msgtype": "m.server_notice"},
]


@pytest.mark.parametrize("forged", FORGED)
async def test_nobody_else_speaks_officially(
    server: Server, alice: Client, forged: dict[str, Any]
) -> None:
    """Clients show by these marks that the server itself says something."""
    room = await alice.create_room()
    said = {"msgtype": "m.text", "body": "Leave the building", **forged}
    first = await alice.send(room, "Hello")
    relation = {"rel_type": "m.replace", "event_id": first}
    edit = {"msgtype": "m.text", "body": "*", "m.new_content": said, "m.relates_to": relation}
    for content in (said, edit):
        path = f"/rooms/{room}/send/m.room.message/{alice.next_txn()}"
        (await alice.put(path, content)).refused(403, "M_FORBIDDEN")
