"""What is over its time goes with its copies; what is held stays; what is removed is sealed."""

import asyncio
from copy import copy
from typing import Any

import pytest
from aiohttp import web

from depesha.duty.retention import EVERY_MS, KIND
from depesha.duty.rules import DAY_MS
from depesha.duty.store import select_sealed_over
from depesha.io.store import select_next_due
from tests.accounts.steps import make_admin
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.clock import START_MS, TestClock
from tests.harness.server import Server

RETENTION = "/_depesha/v1/admin/retention"
HOLDS = "/_depesha/v1/admin/holds"
AUDIT = "/_depesha/v1/admin/audit"
CONFIGURATION = "/_matrix/client/unstable/org.matrix.msc1763/retention/configuration"
UPLOAD = "/_matrix/media/v3/upload"
PROJECT = {"type": "org.depesha.group", "state_key": "", "content": {"kind": "project"}}
TEXT = {"Content-Type": "text/plain"}
DAY = DAY_MS / 1000


def again(client: Client, server: Server) -> Client:
    """The same device, on a server that was started anew."""
    device = copy(client)
    device.wire = server.wire
    return device


async def swept(server: Server) -> None:
    """Return once the job has gone through everything and waits for its next hour."""
    await server.clock.advance(1)
    spine = server.running.house.spine
    for _ in range(10_000):
        due = await spine.db.read(select_next_due, spine.institution.id, [KIND])
        if due is not None and due - spine.clock.now_ms() > EVERY_MS / 2:
            return
        await asyncio.sleep(0)
    raise AssertionError("the job does not end")


async def texts(client: Client, room: str) -> list[str]:
    """What the room says to a reader, oldest first."""
    page = await client.messages(room, limit=100, dir="f")
    return [
        event["content"].get("body", "")
        for event in page["chunk"]
        if event["type"] == "m.room.message"
    ]


async def test_what_is_over_its_time_goes_with_its_copies(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        admin = await make_admin(server, await server.register("admin"))
        alice = await server.register("alice")
        room = await alice.create_room(name="kept")
        file = (
            await alice.post(UPLOAD, data=b"a file", headers={"Content-Type": "text/plain"})
        ).ok()
        media_id = file["content_uri"].rpartition("/")[2]
        old = await alice.send(room, "walrus of old")
        content = {"msgtype": "m.file", "body": "notes.txt", "url": file["content_uri"]}
        await alice.send(room, content)
        reply = {"m.relates_to": {"rel_type": "m.thread", "event_id": old}}
        await alice.send(room, {"msgtype": "m.text", "body": "a reply", **reply})
        (await admin.put(f"{RETENTION}/0/any", {"messages_days": 10})).ok()
        since = (await alice.sync())["next_batch"]
        await clock.advance(2)
    await clock.advance(9 * DAY)
    async with start_server() as server:
        alice = again(alice, server)
        await swept(server)
        assert await texts(alice, room) == ["walrus of old", "notes.txt", "a reply"]
        await alice.send(room, "walrus of now")
    await clock.advance(2 * DAY)
    async with start_server() as server:
        alice = again(alice, server)
        await swept(server)
        assert await texts(alice, room) == ["walrus of now"]
        (await alice.get(f"/rooms/{room}/event/{old}")).refused(404, "M_NOT_FOUND")
        path = f"/_matrix/client/v1/media/download/depesha.test/{media_id}"
        (await alice.get(path)).refused(404, "M_NOT_FOUND")
        found = await search(alice, "walrus")
        assert found == ["walrus of now"]
        threads = f"/_matrix/client/v1/rooms/{room}/threads"
        assert (await alice.get(threads)).ok()["chunk"] == []
        assert (await alice.state(room, "m.room.name"))["name"] == "kept"
        joined = (await alice.sync(since))["rooms"]["join"][room]
        told = [e for e in joined["account_data"]["events"] if e["type"] == "org.depesha.erased"]
        assert len(told) == 1
        before = told[0]["content"]["before_ts"]
        assert START_MS < before <= clock.now_ms() - 10 * DAY_MS
        fresh = (await alice.sync())["rooms"]["join"][room]
        assert told[0] in fresh["account_data"]["events"]
        lines = (await again(admin, server).get(AUDIT, {"target": room})).ok()["lines"]
        assert [(line["act"], line["details"]["events"]) for line in lines] == [
            ("retention.erase", 3)
        ]


async def search(client: Client, words: str) -> list[str]:
    body = {"search_categories": {"room_events": {"search_term": words}}}
    found = (await client.post("/search", body)).ok()["search_categories"]["room_events"]
    return [hit["result"]["content"]["body"] for hit in found["results"]]


async def test_what_is_over_counts_for_nobody(start_server: StartServer, clock: TestClock) -> None:
    async with start_server() as server:
        admin = await make_admin(server, await server.register("admin"))
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(preset="public_chat")
        await bob.join(room)
        for number in range(130):
            await alice.send(room, f"message {number}")
        (await admin.put(f"{RETENTION}/0/any", {"messages_days": 1})).ok()
        assert unread(await bob.sync(), room) == 130
    await clock.advance(2 * DAY)
    async with start_server() as server:
        alice, bob = again(alice, server), again(bob, server)
        await alice.send(room, "one more")
        await swept(server)
        assert await texts(bob, room) == ["one more"]
        assert unread(await bob.sync(), room) == 1


def unread(answer: Any, room: str) -> int:
    count: int = answer["rooms"]["join"][room]["unread_notifications"]["notification_count"]
    return count


async def test_a_unit_and_a_kind_have_their_own_time_and_a_room_a_say(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        admin = await make_admin(server, await server.register("admin"))
        alice = await server.register("alice")
        rooms = {
            "basic": await alice.create_room(),
            "project": await alice.create_room(initial_state=[PROJECT]),
            "brief": await alice.create_room(),
            "briefest": await alice.create_room(),
        }
        for name, days in (("brief", 4), ("briefest", 1)):
            wanted = {"max_lifetime": days * DAY_MS}
            await alice.set_state(rooms[name], "m.room.retention", wanted)
        for room in rooms.values():
            await alice.send(room, "said")
        policy = {"messages_days": 10, "least_days": 3}
        (await admin.put(f"{RETENTION}/0/any", policy)).ok()
        (await admin.put(f"{RETENTION}/0/project", {"messages_days": 20})).ok()
        kept = (await admin.get(RETENTION)).ok()["policies"]
        assert [(row["kind"], row["messages_days"]) for row in kept] == [
            ("any", 10),
            ("project", 20),
        ]
        told = (await alice.get(CONFIGURATION)).ok()
        assert told["policies"]["*"] == {"max_lifetime": 10 * DAY_MS}
        assert told["policies"][rooms["briefest"]] == {"max_lifetime": 3 * DAY_MS}
        assert told["policies"][rooms["project"]] == {"max_lifetime": 20 * DAY_MS}
        assert told["limits"]["max_lifetime"] == {"min": 3 * DAY_MS, "max": 10 * DAY_MS}
    steps: tuple[tuple[float, set[str]], ...] = (
        (2.0, {"basic", "project", "brief", "briefest"}),
        (1.5, {"basic", "project", "brief"}),
        (1.0, {"basic", "project"}),
        (6.0, {"project"}),
        (10.0, set()),
    )
    for later, left in steps:
        await clock.advance(later * DAY)
        async with start_server() as server:
            await swept(server)
            reader = again(alice, server)
            said = {name for name, room in rooms.items() if await texts(reader, room)}
            assert said == left


async def test_a_policy_is_refused_to_others_and_where_it_makes_no_sense(server: Server) -> None:
    admin = await make_admin(server, await server.register("admin"))
    alice = await server.register("alice")
    (await alice.put(f"{RETENTION}/0/any", {"messages_days": 1})).refused(403, "M_FORBIDDEN")
    for path in ("0/nonsense", "x/any", "-1/any"):
        refused = await admin.put(f"{RETENTION}/{path}", {"messages_days": 1})
        refused.refused(400, "M_INVALID_PARAM")
    (await admin.put(f"{RETENTION}/7/any", {"messages_days": 1})).refused(404, "M_NOT_FOUND")
    bad = {"messages_days": 1, "least_days": 2}
    (await admin.put(f"{RETENTION}/0/any", bad)).refused(400, "M_INVALID_PARAM")
    (await admin.put(f"{RETENTION}/0/any", {"messages_days": 0})).refused(400, "M_BAD_JSON")
    (await admin.delete(f"{RETENTION}/0/any")).refused(404, "M_NOT_FOUND")
    (await admin.put(f"{RETENTION}/0/any", {"messages_days": 1})).ok()
    (await admin.delete(f"{RETENTION}/0/any")).ok()
    assert (await admin.get(RETENTION)).ok()["policies"] == []


@pytest.mark.parametrize("on", ["person", "room"])
async def test_nothing_under_a_hold_is_erased_until_it_ends(
    start_server: StartServer, clock: TestClock, on: str
) -> None:
    async with start_server() as server:
        admin = await make_admin(server, await server.register("admin"))
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(preset="public_chat")
        other = await bob.create_room()
        await bob.join(room)
        await alice.send(room, "of alice")
        await bob.send(room, "of bob")
        await bob.send(other, "elsewhere")
        (await admin.put(f"{RETENTION}/0/any", {"messages_days": 1})).ok()
        hold = {
            "target": alice.user_id if on == "person" else room,
            "ground": "a lawsuit",
            "case_number": "A-1",
            "until_ts": clock.now_ms() + 10 * DAY_MS,
        }
        placed = (await admin.post(HOLDS, hold)).ok()
        assert placed["standing"]
    await clock.advance(9 * DAY)
    async with start_server() as server:
        await swept(server)
        left = ["of alice"] if on == "person" else ["of alice", "of bob"]
        assert await texts(again(bob, server), room) == left
        assert await texts(again(bob, server), other) == []
        (hold,) = (await again(admin, server).get(HOLDS)).ok()["holds"]
        assert hold["standing"]
    await clock.advance(2 * DAY)
    async with start_server() as server:
        await swept(server)
        assert await texts(again(bob, server), room) == []
        reader = again(admin, server)
        (hold,) = (await reader.get(HOLDS)).ok()["holds"]
        assert not hold["standing"]
        assert hold["ended_ts"] == hold["until_ts"]
        acts = [line["act"] for line in (await reader.get(AUDIT)).ok()["lines"]]
        assert acts.index("hold.place") < acts.index("hold.end")


async def test_a_hold_is_released_once_and_only_by_who_may(server: Server) -> None:
    admin = await make_admin(server, await server.register("admin"))
    alice = await server.register("alice")
    hold = {"target": alice.user_id, "ground": "a lawsuit", "case_number": "A-1"}
    (await alice.post(HOLDS, hold)).refused(403, "M_FORBIDDEN")
    for target in ("@nobody:depesha.test", "!nowhere"):
        (await admin.post(HOLDS, {**hold, "target": target})).refused(404, "M_NOT_FOUND")
    (await admin.post(HOLDS, {**hold, "until_ts": 1})).refused(400, "M_INVALID_PARAM")
    placed = (await admin.post(HOLDS, hold)).ok()["hold_id"]
    (await alice.delete(f"{HOLDS}/{placed}")).refused(403, "M_FORBIDDEN")
    (await admin.delete(f"{HOLDS}/{placed}")).ok()
    (await admin.delete(f"{HOLDS}/{placed}")).refused(404, "M_NOT_FOUND")


async def test_files_may_go_before_their_messages(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        admin = await make_admin(server, await server.register("admin"))
        alice = await server.register("alice")
        room = await alice.create_room()
        kept: dict[str, str] = {}
        for name in ("sent", "shown"):
            uploaded = (await alice.post(UPLOAD, data=name.encode(), headers=TEXT)).ok()
            kept[name] = uploaded["content_uri"]
            content = {"msgtype": "m.file", "body": name, "url": kept[name]}
            await alice.send(room, content)
        avatar = f"/profile/{alice.user_id}/avatar_url"
        (await alice.put(avatar, {"avatar_url": kept["shown"]})).ok()
        policy = {"messages_days": 10, "files_days": 2}
        (await admin.put(f"{RETENTION}/0/any", policy)).ok()
    await clock.advance(3 * DAY)
    async with start_server() as server:
        await swept(server)
        alice = again(alice, server)
        assert await texts(alice, room) == ["sent", "shown"]
        path = "/_matrix/client/v1/media/download/"
        (await alice.get(path + kept["sent"][6:])).refused(404, "M_NOT_FOUND")
        assert (await alice.get(path + kept["shown"][6:])).body == b"shown"


async def test_what_a_moderator_removes_is_sealed_for_three_months(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        admin = await make_admin(server, await server.register("admin"))
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(preset="public_chat")
        await bob.join(room)
        removed, own = await bob.send(room, "rude"), await bob.send(room, "a slip")
        for who, event_id in ((alice, removed), (bob, own)):
            (await who.put(f"/rooms/{room}/redact/{event_id}/{who.next_txn()}", {})).ok()
        assert await texts(alice, room) == ["", ""]
        assert await sealed(server) == [removed]
    await clock.advance(91 * DAY)
    async with start_server() as server:
        await swept(server)
        assert await sealed(server) == [removed]
    await clock.advance(2 * DAY)
    async with start_server() as server:
        await swept(server)
        assert await sealed(server) == []
        lines = (await again(admin, server).get(AUDIT, {"target": room})).ok()["lines"]
        assert [line["act"] for line in lines] == ["sealed.destroy"]


async def test_what_is_redacted_under_a_hold_is_sealed_as_long_as_it_stands(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        admin = await make_admin(server, await server.register("admin"))
        alice = await server.register("alice")
        room = await alice.create_room()
        hold = {"target": alice.user_id, "ground": "a lawsuit", "case_number": "A-1"}
        placed = (await admin.post(HOLDS, hold)).ok()["hold_id"]
        event_id = await alice.send(room, "evidence")
        (await alice.put(f"/rooms/{room}/redact/{event_id}/{alice.next_txn()}", {})).ok()
        assert await texts(alice, room) == [""]
    await clock.advance(200 * DAY)
    async with start_server() as server:
        await swept(server)
        assert await sealed(server) == [event_id]
        (await again(admin, server).delete(f"{HOLDS}/{placed}")).ok()
    await clock.advance(DAY)
    async with start_server() as server:
        await swept(server)
        assert await sealed(server) == []


async def sealed(server: Server) -> list[str]:
    """The events whose originals are kept: only an inspection shows them, so the table is asked."""
    spine = server.running.house.spine
    rows = await spine.db.read(select_sealed_over, spine.institution.id, 2**62, 0, 100)
    return [row.event_id for row in rows]


async def test_a_group_keeps_what_its_unit_says(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        admin = await make_admin(server, await server.register("admin"))
        alice = await server.register("alice")
        units = "/_depesha/v1/admin/org/units"
        top = (await admin.post(units, {"name": "Ministry", "kind": "organisation"})).ok()[
            "unit_id"
        ]
        below = (await admin.post(units, {"name": "Office", "parent": top})).ok()["unit_id"]
        post = f"/_depesha/v1/admin/org/people/{alice.user_id}/posts/"
        (await admin.put(f"{post}{below}", {"title": "clerk"})).ok()
        content = {"kind": "basic", "unit": top}
        group = {"type": "org.depesha.group", "state_key": "", "content": content}
        of_top = await alice.create_room(initial_state=[group])
        of_creator = await alice.create_room()
        for room in (of_top, of_creator):
            await alice.send(room, "said")
        (await admin.put(f"{RETENTION}/{top}/any", {"messages_days": 5})).ok()
        (await admin.put(f"{RETENTION}/{below}/any", {"messages_days": 2})).ok()
    await clock.advance(3 * DAY)
    async with start_server() as server:
        await swept(server)
        reader = again(alice, server)
        assert await texts(reader, of_top) == ["said"]
        assert await texts(reader, of_creator) == []


async def test_pictures_of_previews_go_unless_somebody_has_sent_them(
    start_server: StartServer, clock: TestClock
) -> None:
    """And make room again for others."""
    pages = web.Application()

    async def page(request: web.Request) -> web.Response:
        text = f'<meta property="og:image" content="/picture/{request.match_info["name"]}">'
        return web.Response(text=text, content_type="text/html")

    async def picture(request: web.Request) -> web.Response:
        body = request.match_info["name"].encode() * 100
        return web.Response(body=body, content_type="image/png")

    pages.router.add_get("/page/{name}", page)
    pages.router.add_get("/picture/{name}", picture)
    runner = web.AppRunner(pages)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/page"
    settings: dict[str, Any] = {
        "allowed_networks": ("127.0.0.0/8",),
        "media_quota_bytes": 100,
        "media_total_bytes": 250,
    }
    try:
        async with start_server(**settings) as server:
            alice = await server.register("alice")

            async def preview(name: str) -> Any:
                path = "/_matrix/client/v1/media/preview_url"
                return (await alice.get(path, {"url": f"{url}/{name}"})).ok()

            sent, lost = (await preview("a"))["og:image"], (await preview("b"))["og:image"]
            assert "og:image" not in await preview("c")
            room = await alice.create_room()
            await alice.send(room, {"msgtype": "m.image", "body": "seen", "url": sent})
            own = {"data": b"o" * 100, "headers": TEXT}
            (await alice.request("POST", UPLOAD, **own)).refused(403, "M_FORBIDDEN")
            for uri in (sent, lost):
                (await alice.get(down(uri))).ok()
        await clock.advance(31 * DAY)
        async with start_server(**settings) as server:
            alice = await server.anyone.login("alice")
            await swept(server)
            (await alice.get(down(sent))).ok()
            (await alice.get(down(lost))).refused(404, "M_NOT_FOUND")
            (await alice.request("POST", UPLOAD, **own)).ok()
    finally:
        await runner.cleanup()


def down(uri: str) -> str:
    return "/_matrix/client/v1/media/download/" + uri.removeprefix("mxc://")
