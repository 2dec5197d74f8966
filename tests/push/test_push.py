"""Push rules, and pushes to a real gateway."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import web

from tests.harness.server import Server

RULES = "/_matrix/client/v3/pushrules/"


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

    async def notify(self, request: web.Request) -> web.Response:
        self.got.put_nowait(orjson.loads(await request.read())["notification"])
        return web.json_response({"rejected": self.rejected})


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
