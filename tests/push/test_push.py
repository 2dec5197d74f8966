"""Push rules, and pushes to a real gateway."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import web

from tests.harness.client import Client
from tests.harness.server import Server

RULES = "/_matrix/client/v3/pushrules/"
SET = "/_matrix/client/v3/pushers/set"


async def test_rules_are_added_changed_and_removed(server: Server) -> None:
    alice = await server.register("alice")
    rule = RULES + "global/content/words"
    (await alice.get(rule)).refused(404, "M_NOT_FOUND")
    (await alice.put(rule, {"actions": ["notify"]})).refused(400, "M_MISSING_PARAM")
    since = (await alice.sync())["next_batch"]
    (await alice.put(rule, {"actions": ["notify"], "pattern": "pie"})).ok()
    told = (await alice.sync(since))["account_data"]["events"]
    assert [event["type"] for event in told] == ["m.push_rules"]
    assert told[0]["content"]["global"]["content"][0]["rule_id"] == "words"
    assert (await alice.get(rule)).ok()["pattern"] == "pie"
    (await alice.put(rule + "/enabled", {"enabled": False})).ok()
    assert (await alice.get(rule + "/enabled")).ok() == {"enabled": False}
    (await alice.put(rule + "/actions", {"actions": []})).ok()
    assert (await alice.get(rule + "/actions")).ok() == {"actions": []}
    other = RULES + "global/content/other"
    query = {"after": "none"}
    body = {"actions": [], "pattern": "x"}
    (await alice.put(other, body, query=query)).refused(400, "M_UNKNOWN")
    (await alice.put(other, body, query={"after": "words"})).ok()
    whole = (await alice.get(RULES)).ok()["global"]
    assert [r["rule_id"] for r in whole["content"][:2]] == ["words", "other"]
    assert (await alice.get(RULES + "global/")).ok() == whole
    (await alice.delete(rule)).ok()
    (await alice.delete(rule)).refused(404, "M_NOT_FOUND")
    (await alice.delete(RULES + "global/override/.m.rule.master")).refused(404, "M_NOT_FOUND")


class Gateway:
    """A push gateway that keeps what it is sent."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[Any] = asyncio.Queue()
        self.rejected: list[str] = []
        self.url = ""
        self.status = 200

    async def notify(self, request: web.Request) -> web.Response:
        self.got.put_nowait(orjson.loads(await request.read())["notification"])
        return web.json_response({"rejected": self.rejected}, status=self.status)


@asynccontextmanager
async def gateway() -> AsyncIterator[Gateway]:
    found = Gateway()
    app = web.Application()
    app.router.add_post("/_matrix/push/v1/notify", found.notify)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    found.url = f"http://127.0.0.1:{port}/_matrix/push/v1/notify"
    try:
        yield found
    finally:
        await runner.cleanup()


def pusher(url: str, **data: Any) -> dict[str, Any]:
    return {
        "app_id": "org.example.app",
        "pushkey": "key",
        "kind": "http",
        "app_display_name": "App",
        "device_display_name": "Phone",
        "lang": "ru",
        "data": {"url": url, **data},
    }


async def test_a_message_reaches_the_gateway(start_server: Any) -> None:
    async with (
        start_server(allowed_networks=("127.0.0.0/8",)) as server,
        gateway() as phone,
    ):
        alice, bob = await server.register("alice"), await server.register("bob")
        path = "/_matrix/client/v3/pushers/set"
        (await bob.post(path, {"app_id": "x"})).refused(400, "M_MISSING_PARAM")
        wrong = pusher("http://127.0.0.1/else")
        (await bob.post(path, wrong)).refused(400, "M_INVALID_PARAM")
        for unkept in ({"pushkey": "\x00"}, {"app_id": "\x00"}, {"lang": "\x00"}):
            gone = {"app_id": "x", "pushkey": "y", "kind": None, **unkept}
            (await bob.post(path, gone)).refused(400, "M_BAD_JSON")
        (await bob.post(path, pusher(phone.url, format="event_id_only"))).ok()
        (told,) = (await bob.get("/_matrix/client/v3/pushers")).ok()["pushers"]
        assert told["data"]["url"] == phone.url
        room = await alice.create_room(invite=[bob.user_id])
        invitation = await phone.got.get()
        assert (invitation["room_id"], invitation["counts"]["unread"]) == (room, 1)
        await bob.join(room)
        event_id = await alice.send(room, "hello")
        push = await phone.got.get()
        assert push["event_id"] == event_id
        assert "content" not in push
        assert push["devices"][0]["pushkey"] == "key"
        phone.rejected = ["key"]
        await alice.send(room, "once more")
        await phone.got.get()
        while (await bob.get("/_matrix/client/v3/pushers")).ok()["pushers"]:
            pass


async def test_an_invitation_that_is_ignored_rings_nowhere(start_server: Any) -> None:
    async with (
        start_server(allowed_networks=("127.0.0.0/8",)) as server,
        gateway() as phone,
    ):
        alice, bob = await server.register("alice"), await server.register("bob")
        (await bob.post("/_matrix/client/v3/pushers/set", pusher(phone.url))).ok()
        kind = "org.matrix.msc4155.invite_permission_config"
        path = f"/user/{bob.user_id}/account_data/{kind}"
        (await bob.put(path, {"ignored_users": [alice.user_id]})).ok()
        await alice.create_room(invite=[bob.user_id])
        carol = await server.register("carol")
        room = await carol.create_room(invite=[bob.user_id])
        invitation = await phone.got.get()
        assert (invitation["room_id"], invitation["counts"]["unread"]) == (room, 1)


async def test_mentions_are_highlights_and_notifications(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    await alice.send(room, "plain")
    body = {"msgtype": "m.text", "body": "you", "m.mentions": {"user_ids": [bob.user_id]}}
    path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/mention"
    mention = (await alice.put(path, body)).ok()["event_id"]
    counts = (await bob.sync())["rooms"]["join"][room]["unread_notifications"]
    assert counts == {"notification_count": 2, "highlight_count": 1}
    found = (await bob.get("/_matrix/client/v3/notifications")).ok()["notifications"]
    assert [n["event"]["content"].get("body") for n in found][:2] == ["you", "plain"]
    assert found[0]["read"] is False
    only = (await bob.get("/_matrix/client/v3/notifications", {"only": "highlight"})).ok()
    assert [n["event"]["event_id"] for n in only["notifications"]] == [mention]
    receipt = f"/_matrix/client/v3/rooms/{room}/receipt/m.read/{mention}"
    (await bob.post(receipt, {})).ok()
    counts = (await bob.sync())["rooms"]["join"][room]["unread_notifications"]
    assert counts == {"notification_count": 0, "highlight_count": 0}


async def test_what_is_not_taken_is_sent_later(start_server: Any) -> None:
    async with gateway() as phone:
        phone.status = 503
        async with start_server(allowed_networks=("127.0.0.0/8",)) as server:
            alice, bob = await server.register("alice"), await server.register("bob")
            room = await alice.create_room(invite=[bob.user_id])
            await bob.join(room)
            (await bob.post(SET, pusher(phone.url))).ok()
            events = [await alice.send(room, "one")]
            assert (await phone.got.get())["event_id"] == events[0]
            events.append(await alice.send(room, "two"))
            await server.clock.advance(6)
            assert phone.got.empty()
        phone.status = 200
        async with start_server(allowed_networks=("127.0.0.0/8",)) as server:
            assert await _after(server, phone) == events[0]
            assert await _after(server, phone) == events[1]
            alice = await server.anyone.login("alice")
            third = await alice.send(room, "three")
            assert await _after(server, phone) == third


async def _after(server: Server, phone: Gateway) -> str:
    """The event of the next push, for which time may have to pass."""
    while phone.got.empty():
        await server.clock.advance(1)
    event_id: str = (await phone.got.get())["event_id"]
    return event_id


async def test_reading_takes_the_badge_away(start_server: Any) -> None:
    async with start_server(allowed_networks=("127.0.0.0/8",)) as server, gateway() as phone:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(invite=[bob.user_id])
        await bob.join(room)
        (await bob.post(SET, pusher(phone.url, own="data"))).ok()
        body = {"msgtype": "m.text", "body": "you", "m.mentions": {"user_ids": [bob.user_id]}}
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/1"
        event_id = (await alice.put(path, body)).ok()["event_id"]
        push = await phone.got.get()
        assert (push["content"], push["prio"], push["counts"]) == (body, "high", {"unread": 1})
        assert push["devices"][0]["tweaks"] == {"sound": "default", "highlight": True}
        assert push["devices"][0]["data"] == {"own": "data"}
        (await bob.post(f"/_matrix/client/v3/rooms/{room}/receipt/m.read/{event_id}", {})).ok()
        badge = await phone.got.get()
        assert (badge["counts"], "event_id" in badge) == ({"unread": 0}, False)


async def test_who_has_signed_out_is_not_told(start_server: Any) -> None:
    async with start_server(allowed_networks=("127.0.0.0/8",)) as server, gateway() as phone:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(invite=[bob.user_id])
        await bob.join(room)
        other = await server.anyone.login("bob")
        (await bob.post(SET, pusher(phone.url))).ok()
        (await other.post(SET, pusher(phone.url) | {"pushkey": "other"})).ok()
        (await bob.post("/_matrix/client/v3/logout")).ok()
        await alice.send(room, "hello")
        assert (await phone.got.get())["devices"][0]["pushkey"] == "other"
        (left,) = (await other.get("/_matrix/client/v3/pushers")).ok()["pushers"]
        assert left["pushkey"] == "other"


async def test_plain_http_is_for_allowed_networks(server: Server) -> None:
    bob = await server.register("bob")
    for url in (
        "http://127.0.0.1/_matrix/push/v1/notify",
        "http://push.example.org/_matrix/push/v1/notify",
        "https://push.example.org/other",
        "https://a:b@push.example.org/_matrix/push/v1/notify",
        "ftp://push.example.org/_matrix/push/v1/notify",
    ):
        (await bob.post(SET, pusher(url))).refused(400, "M_INVALID_PARAM")
    (await bob.post(SET, pusher("https://push.example.org/_matrix/push/v1/notify"))).ok()
    (await bob.post(SET, {"kind": None, "app_id": "org.example.app", "pushkey": "key"})).ok()
    assert (await bob.get("/_matrix/client/v3/pushers")).ok() == {"pushers": []}


async def test_a_key_belongs_to_the_last_who_set_it(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    wanted = pusher("https://push.example.org/_matrix/push/v1/notify")
    (await alice.post(SET, wanted)).ok()
    (await bob.post(SET, wanted | {"append": True})).ok()
    assert (await alice.get("/_matrix/client/v3/pushers")).ok()["pushers"]
    (await bob.post(SET, wanted)).ok()
    assert (await alice.get("/_matrix/client/v3/pushers")).ok()["pushers"] == []


async def _be_quiet(server: Server, user: Client, **change: Any) -> None:
    """Keep hours of quiet that are on now, by the clock of UTC."""
    now = server.clock.now_ms() // 60_000 % 1_440
    since, until = (now - 60) % 1_440, (now + 60) % 1_440
    hours = {
        "on": True,
        "from": f"{since // 60:02}:{since % 60:02}",
        "until": f"{until // 60:02}:{until % 60:02}",
        "zone": "UTC",
        **change,
    }
    (await user.put(f"/user/{user.user_id}/account_data/org.depesha.quiet", hours)).ok()


async def test_quiet_hours_are_kept_for_every_phone(start_server: Any) -> None:
    async with start_server(allowed_networks=("127.0.0.0/8",)) as server, gateway() as phone:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(invite=[bob.user_id])
        await bob.join(room)
        (await bob.post(SET, pusher(phone.url))).ok()
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/"
        named = {"msgtype": "m.text", "body": "you", "m.mentions": {"user_ids": [bob.user_id]}}
        urgent = {**named, "org.depesha.urgent": {}}

        await _be_quiet(server, bob)
        (await alice.put(path + "1", named)).ok()
        event_id = (await alice.put(path + "2", urgent)).ok()["event_id"]
        told = await phone.got.get()
        assert (told["event_id"], told["prio"]) == (event_id, "high")
        assert told["devices"][0]["tweaks"]["sound"]

        await _be_quiet(server, bob, show="silent")
        event_id = (await alice.put(path + "3", named)).ok()["event_id"]
        told = await phone.got.get()
        assert (told["event_id"], told["prio"]) == (event_id, "low")
        assert told["devices"][0]["tweaks"] == {}

        # Where Bob is, it is another hour.
        await _be_quiet(server, bob, zone="Asia/Tokyo")
        event_id = (await alice.put(path + "4", named)).ok()["event_id"]
        told = await phone.got.get()
        assert (told["event_id"], told["prio"]) == (event_id, "high")

        await _be_quiet(server, bob)
        await server.clock.leap(2 * 3_600)
        event_id = (await alice.put(path + "5", named)).ok()["event_id"]
        assert (await phone.got.get())["event_id"] == event_id


async def test_a_user_has_a_bounded_number_of_pushers(server: Server) -> None:
    alice = await server.register("alice")
    one = pusher("https://push.example.org/_matrix/push/v1/notify")
    for number in range(50):
        (await alice.post(SET, one | {"pushkey": f"key {number}"})).ok()
    (await alice.post(SET, one | {"pushkey": "one more"})).refused(413, "M_TOO_LARGE")
    (await alice.post(SET, one | {"pushkey": "key 0", "lang": "ru"})).ok()
    (await alice.post(SET, one | {"pushkey": "key 1", "kind": None})).ok()
    (await alice.post(SET, one | {"pushkey": "one more"})).ok()
    found = (await alice.get("/_matrix/client/v3/pushers")).ok()["pushers"]
    assert len(found) == 50
