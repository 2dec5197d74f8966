"""A client of the sliding sync that phones speak today, with the connections they hold.

COMPAT(Element X, 2026): one connection for the room list, one for encryption.
"""

from typing import Any

from tests.harness.client import Client

PATH = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"

LIST_STATE = [
    ["m.room.name", ""],
    ["m.room.encryption", ""],
    ["m.room.member", "$LAZY"],
    ["m.room.member", "$ME"],
    ["m.room.create", ""],
]
"""What the list shows of a room."""

ROOM_STATE = [*LIST_STATE, ["m.room.topic", ""], ["m.room.power_levels", ""]]

ROUNDS = 20


class Connection:
    """One sliding connection: it remembers the place, and what it was told."""

    def __init__(self, client: Client, conn_id: str, **asked: Any) -> None:
        self.client = client
        self.asked: dict[str, Any] = {"conn_id": conn_id, **asked}
        self.pos: str | None = None
        self.rooms: dict[str, dict[str, Any]] = {}
        self.counts: dict[str, int] = {}
        self.to_device: list[Any] = []

    async def sync(self, timeout: int = 0) -> Any:
        query: dict[str, Any] = {"timeout": timeout}
        if self.pos is not None:
            query["pos"] = self.pos
        answer = (await self.client.post(PATH, self.asked, query=query)).ok()
        self.pos = answer["pos"]
        for room_id, room in answer["rooms"].items():
            known = {} if room.get("initial") else self.rooms.setdefault(room_id, {})
            timeline = [*known.get("timeline", []), *room.get("timeline", [])]
            self.rooms[room_id] = {**known, **room, "timeline": timeline}
        self.counts.update({name: each["count"] for name, each in answer["lists"].items()})
        if "to_device" in answer["extensions"]:
            part = answer["extensions"]["to_device"]
            self.to_device += part.get("events", [])
            self.asked["extensions"]["to_device"]["since"] = part["next_batch"]
        return answer

    async def until_body(self, room_id: str, body: str) -> Any:
        """The event with that text, once it is in the timeline."""
        for _ in range(ROUNDS):
            for event in self.rooms.get(room_id, {}).get("timeline", []):
                if event["content"].get("body") == body:
                    return event
            await self.sync(timeout=1_000)
        raise AssertionError("the message did not come")


def room_list(client: Client) -> Connection:
    wanted = {"ranges": [[0, 1]], "timeline_limit": 1, "required_state": LIST_STATE}
    extensions = {
        "account_data": {"enabled": True},
        "receipts": {"enabled": True},
        "typing": {"enabled": True},
    }
    return Connection(client, "room-list", lists={"all_rooms": wanted}, extensions=extensions)


def encryption(client: Client) -> Connection:
    extensions: dict[str, Any] = {"to_device": {"enabled": True}, "e2ee": {"enabled": True}}
    return Connection(client, "encryption", extensions=extensions)


async def test_the_room_list_grows_to_all_rooms(people: tuple[Client, Client]) -> None:
    alice, _ = people
    rooms = [await alice.create_room(name=f"Room {number}") for number in range(5)]
    shown = room_list(alice)
    await shown.sync()
    assert shown.counts == {"all_rooms": 5}
    assert set(shown.rooms) == set(rooms[3:])
    assert all(len(room["timeline"]) == 1 for room in shown.rooms.values())
    shown.asked["lists"]["all_rooms"]["ranges"] = [[0, 4]]
    grown = await shown.sync()
    assert set(grown["rooms"]) == set(rooms[:3])  # the others it has already
    assert {room["name"] for room in shown.rooms.values()} == {f"Room {n}" for n in range(5)}
    assert (await shown.sync())["rooms"] == {}


async def test_opening_a_room_gives_its_history_then_what_comes(
    people: tuple[Client, Client],
) -> None:
    alice, bob = people
    room = await alice.create_room(name="One", topic="All", preset="public_chat", room_version="12")
    await bob.join(room)
    for number in range(15):
        await alice.send(room, {"msgtype": "m.text", "body": str(number)})
    shown = room_list(bob)
    await shown.sync()
    assert [event["content"]["body"] for event in shown.rooms[room]["timeline"]] == ["14"]
    shown.asked["room_subscriptions"] = {room: {"timeline_limit": 10, "required_state": ROOM_STATE}}
    opened = (await shown.sync())["rooms"][room]
    bodies = [event["content"]["body"] for event in opened["timeline"]]
    assert bodies == [str(number) for number in range(5, 15)]
    assert opened["prev_batch"]
    state = {event["type"] for event in opened["required_state"]}
    assert {"m.room.topic", "m.room.power_levels"} <= state
    await alice.send(room, {"msgtype": "m.text", "body": "new"})
    assert (await shown.until_body(room, "new"))["sender"] == alice.user_id
    assert shown.rooms[room]["notification_count"] >= 1


async def test_messages_between_devices_come_until_acknowledged(
    people: tuple[Client, Client],
) -> None:
    alice, bob = people
    keys = encryption(bob)
    await keys.sync()
    before = {**keys.asked["extensions"]["to_device"]}
    body = {"messages": {bob.user_id: {bob.device_id: {"secret": 1}}}}
    await alice.put("/_matrix/client/v3/sendToDevice/test.kind/one", body)
    await keys.sync()
    assert [event["content"] for event in keys.to_device] == [{"secret": 1}]

    again = encryption(bob)  # the answer was lost: it asks anew with the old place
    again.asked["extensions"]["to_device"] = before
    await again.sync()
    assert again.to_device == keys.to_device

    await again.sync()  # its `since` acknowledges
    third = encryption(bob)
    await third.sync()
    assert third.to_device == []


async def test_the_two_connections_do_not_disturb_each_other(
    people: tuple[Client, Client],
) -> None:
    alice, _ = people
    room = await alice.create_room(name="One")
    shown, keys = room_list(alice), encryption(alice)
    await shown.sync()
    await keys.sync()
    await alice.send(room, {"msgtype": "m.text", "body": "new"})
    assert (await keys.sync())["rooms"] == {}
    await shown.until_body(room, "new")


async def test_an_unknown_place_begins_anew(people: tuple[Client, Client]) -> None:
    alice, _ = people
    room = await alice.create_room(name="One")
    shown = room_list(alice)
    shown.pos = "0/nowhere"
    query = {"pos": shown.pos}
    (await alice.post(PATH, shown.asked, query=query)).refused(400, "M_UNKNOWN_POS")
    shown.pos = None
    await shown.sync()
    assert set(shown.rooms) == {room}
