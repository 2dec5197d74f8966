"""A sliding sync across a restart of the server: docs/decisions/0014-connections-in-memory.md."""

from typing import Any

from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.server import Server
from tests.keys.signing import Device

PATH = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
LIST = {"ranges": [[0, 9]], "timeline_limit": 5, "required_state": [["m.room.name", ""]]}


class Phone:
    """A client as phones are: it keeps its place, and apart from it that of messages to it."""

    def __init__(self, client: Client, to_device: str = "") -> None:
        self.client, self.pos, self.to_device = client, "", to_device

    async def ask(self) -> Any:
        extensions: dict[str, Any] = {
            "to_device": {"enabled": True},
            "e2ee": {"enabled": True},
            "account_data": {"enabled": True},
        }
        if self.to_device:
            extensions["to_device"]["since"] = self.to_device
        body = {"lists": {"all": LIST}, "extensions": extensions}
        return await self.client.post(PATH, body, query={"pos": self.pos} if self.pos else {})

    async def sync(self) -> Any:
        answer = (await self.ask()).ok()
        self.pos = answer["pos"]
        self.to_device = answer["extensions"]["to_device"]["next_batch"]
        return answer


def at(server: Server, client: Client) -> Client:
    """The same device at a server that was started anew."""
    return Client(server.wire, client.user_id, client.token, client.device_id)


async def tell(sender: Client, to: Client, number: int) -> None:
    body = {"messages": {to.user_id: {to.device_id: {"n": number}}}}
    (await sender.put(f"/sendToDevice/test.kind/{number}", body)).ok()


def numbers(answer: Any) -> list[int]:
    return [event["content"]["n"] for event in answer["extensions"]["to_device"]["events"]]


async def test_who_comes_back_after_a_restart_begins_anew_and_misses_nothing(
    start_server: StartServer,
) -> None:
    async with start_server() as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(name="One", invite=[bob.user_id])
        await bob.join(room)
        await Device(bob).upload(["one", "two"])
        phone = Phone(bob)
        await phone.sync()
        await tell(alice, bob, 1)
        assert numbers(await phone.sync()) == [1]
        # This answer never reaches the phone: its places stay those of before.
        await tell(alice, bob, 2)
        lost = await phone.ask()
        assert numbers(lost.ok()) == [2]
        await tell(alice, bob, 3)
        await alice.send(room, "before the restart")
    async with start_server() as server:
        alice, bob = at(server, alice), at(server, bob)
        await tell(alice, bob, 4)
        path = f"/rooms/{room}/send/m.room.message/after"
        (await alice.put(path, {"msgtype": "m.text", "body": "after it"})).ok()
        phone.client = bob
        (await phone.ask()).refused(400, "M_UNKNOWN_POS")
        phone.pos = ""
        answer = await phone.sync()
        assert numbers(answer) == [2, 3, 4]
        shown = answer["rooms"][room]
        assert shown["initial"] is True
        assert [event["content"].get("body") for event in shown["timeline"]][-2:] == [
            "before the restart",
            "after it",
        ]
        counts = answer["extensions"]["e2ee"]["device_one_time_keys_count"]
        assert counts == {"signed_curve25519": 2}
        # What was told is acknowledged with the next request, and comes no more.
        await tell(alice, bob, 5)
        assert numbers(await phone.sync()) == [5]
        assert numbers(await Phone(bob, phone.to_device).sync()) == []
