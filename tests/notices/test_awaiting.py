"""What is urgent and awaits one's acknowledgement (M7)."""

from typing import Any

from tests.accounts.steps import make_admin
from tests.harness.client import Client
from tests.harness.clock import TestClock
from tests.harness.server import Server
from tests.notices.test_urgent import URGENT, acknowledge, send

OFFICIAL = "/_depesha/v1/admin/notices/official"


async def awaiting(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/_depesha/v1/urgent")).ok()["urgent"]
    return found


async def ids(client: Client) -> list[str]:
    return [each["event_id"] for each in await awaiting(client)]


async def test_it_awaits_until_it_is_acknowledged(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    (await send(alice, room, "1")).ok()
    first = (await send(alice, room, "2", **URGENT)).ok()["event_id"]
    sealed = await send(alice, room, "3", type_="m.room.encrypted", **URGENT)
    second = sealed.ok()["event_id"]
    assert await ids(bob) == [second, first]
    told = (await awaiting(bob))[1]
    assert (told["room_id"], told["sender"]) == (room, alice.user_id)
    assert await ids(alice) == []
    (await acknowledge(bob, room, first)).ok()
    assert await ids(bob) == [second]
    (await alice.put(f"/rooms/{room}/redact/{second}/4", {})).ok()
    assert await ids(bob) == []


async def test_only_for_who_was_there_and_still_is(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await alice.create_room(preset="public_chat")
    before = (await send(alice, room, "1", **URGENT)).ok()["event_id"]
    await bob.join(room)
    assert await ids(bob) == []
    (await acknowledge(bob, room, before)).ok()
    after = (await send(alice, room, "2", **URGENT)).ok()["event_id"]
    (await bob.put(f"/profile/{bob.user_id}/displayname", {"displayname": "Bobby"})).ok()
    assert await ids(bob) == [after]
    await bob.leave(room)
    assert await ids(bob) == []


async def test_official_notices_await_too(server: Server, clock: TestClock, bob: Client) -> None:
    admin = await make_admin(server, await server.register("root"))
    body = {"kind": "official", "body": "Drill", "signed": " Duty office ", "users": [bob.user_id]}
    notice_id = (await admin.post(OFFICIAL, body)).ok()["notice_id"]
    await clock.advance(1)
    (told,) = await awaiting(bob)
    event = (await bob.get(f"/rooms/{told['room_id']}/event/{told['event_id']}")).ok()
    mark = {"notice_id": notice_id, "kind": "official", "signed": "Duty office"}
    assert event["content"]["org.depesha.official"] == mark
    assert (await admin.get(f"{OFFICIAL}/{notice_id}")).ok()["signed"] == "Duty office"
    (await acknowledge(bob, told["room_id"], told["event_id"])).ok()
    assert await awaiting(bob) == []
