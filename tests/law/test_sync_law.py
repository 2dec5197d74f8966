"""Old sync + changes = fresh sync, for every verb, in both forms of the state."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.harness.client import Client
from tests.harness.server import Server
from tests.keys.signing import Device

FORMS: dict[str, dict[str, str]] = {"state": {}, "state_after": {"use_state_after": "true"}}


@dataclass
class RoomPicture:
    """What a client knows of a room that it is in."""

    state: dict[tuple[str, str], str] = field(default_factory=dict)
    """Event id of each piece."""
    timeline: list[str] = field(default_factory=list)
    account_data: dict[str, Any] = field(default_factory=dict)
    receipts: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """Event id by user, kind and thread."""
    typing: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)

    def apply(self, part: Any, form: str) -> None:
        timeline = part.get("timeline", {})
        events = timeline.get("events", [])
        self._apply_state(part.get(form, {}).get("events", []))
        if form == "state":
            self._apply_state(events)
        if timeline.get("limited"):
            self.timeline = []
        self.timeline += [event["event_id"] for event in events]
        for event in part.get("account_data", {}).get("events", []):
            self.account_data[event["type"]] = event["content"]
        for event in part.get("ephemeral", {}).get("events", []):
            if event["type"] == "m.typing":
                self.typing = sorted(event["content"]["user_ids"])
            elif event["type"] == "m.receipt":
                self._apply_receipts(event["content"])
        self.summary |= part.get("summary", {})
        self.unread = part.get("unread_notifications", self.unread)

    def _apply_state(self, events: list[Any]) -> None:
        for event in events:
            if "state_key" in event:
                self.state[event["type"], event["state_key"]] = event["event_id"]

    def _apply_receipts(self, content: Any) -> None:
        for event_id, kinds in content.items():
            for kind, users in kinds.items():
                for user_id, receipt in users.items():
                    self.receipts[user_id, kind, receipt.get("thread_id", "")] = event_id


@dataclass
class Picture:
    """What a client knows."""

    rooms: dict[str, RoomPicture] = field(default_factory=dict)
    invited: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    account_data: dict[str, Any] = field(default_factory=dict)

    def apply(self, answer: Any, form: str) -> None:
        rooms = answer.get("rooms", {})
        for room_id, part in rooms.get("join", {}).items():
            self.invited.pop(room_id, None)
            self.rooms.setdefault(room_id, RoomPicture()).apply(part, form)
        for room_id, part in rooms.get("invite", {}).items():
            self.rooms.pop(room_id, None)
            events = part["invite_state"]["events"]
            self.invited[room_id] = {(event["type"], event["state_key"]) for event in events}
        for room_id in rooms.get("leave", {}):
            self.rooms.pop(room_id, None)
            self.invited.pop(room_id, None)
        for event in answer.get("account_data", {}).get("events", []):
            self.account_data[event["type"]] = event["content"]


def check_equal(old: Picture, fresh: Picture) -> None:
    """The law. Of the timelines, the part that the fresh one shows."""
    for room_id, room in fresh.rooms.items():
        known = old.rooms[room_id]
        both = min(len(known.timeline), len(room.timeline))
        assert both, "neither is ever empty"
        assert known.timeline[-both:] == room.timeline[-both:]
        known.timeline = room.timeline
    assert old == fresh


@dataclass
class World:
    """Two people and a room of the first; each verb may be refused, which is no matter."""

    alice: Client
    bob: Client
    room: str
    events: list[str]
    number: int = 0

    def next(self) -> int:
        self.number += 1
        return self.number

    async def send(self, who: Client, body: str) -> None:
        path = f"/rooms/{self.room}/send/m.room.message/{self.room}-{self.next()}"
        answer = await who.put(path, {"msgtype": "m.text", "body": body})
        if answer.status == 200:
            self.events.append(answer.json["event_id"])


Verb = Callable[[World], Awaitable[object]]


async def flood(w: World) -> None:
    for _ in range(12):
        await w.send(w.alice, "much")


def state(kind: str, content: dict[str, Any]) -> Verb:
    async def verb(w: World) -> object:
        numbered = {key: f"{value}{w.next()}" for key, value in content.items()}
        return await w.alice.put(f"/rooms/{w.room}/state/{kind}/", numbered)

    return verb


def on_bob(verb: str) -> Verb:
    return lambda w: w.alice.post(f"/rooms/{w.room}/{verb}", {"user_id": w.bob.user_id})


def account_data(w: World, path: str) -> Awaitable[object]:
    return w.alice.put(f"/user/{w.alice.user_id}/{path}", {"n": w.next()})


async def alias(w: World) -> None:
    name = f"#a{w.next()}{w.room[1:9].lower()}:depesha.test"
    await w.alice.put(f"/directory/room/{name.replace('#', '%23')}", {"room_id": w.room})
    await w.alice.put(f"/rooms/{w.room}/state/m.room.canonical_alias/", {"alias": name})


VERBS: dict[str, Verb] = {
    "alice sends": lambda w: w.send(w.alice, "hello"),
    "bob sends": lambda w: w.send(w.bob, "hello"),
    "alice mentions bob": lambda w: w.send(w.alice, f"{w.bob.user_id}: look"),
    "much is sent": flood,
    "state is set": state("org.example.state", {"value": "v"}),
    "the room is named": state("m.room.name", {"name": "Room "}),
    "the topic is set": state("m.room.topic", {"topic": "Topic "}),
    "an alias is given": alias,
    "bob is invited": on_bob("invite"),
    "bob is kicked": on_bob("kick"),
    "bob is banned": on_bob("ban"),
    "bob is unbanned": on_bob("unban"),
    "bob joins": lambda w: w.bob.post(f"/join/{w.room}", {}),
    "bob forgets": lambda w: w.bob.post(f"/rooms/{w.room}/forget", {}),
    "bob leaves": lambda w: w.bob.post(f"/rooms/{w.room}/leave", {}),
    "another room is made": lambda w: w.alice.create_room(invite=[w.bob.user_id]),
    "the last is redacted": lambda w: w.alice.put(
        f"/rooms/{w.room}/redact/{w.events[-1]}/{w.room}-{w.next()}", {}
    ),
    "alice is renamed": lambda w: w.alice.put(
        f"/profile/{w.alice.user_id}/displayname", {"displayname": f"Alice {w.next()}"}
    ),
    "bob is renamed": lambda w: w.bob.put(
        f"/profile/{w.bob.user_id}/displayname", {"displayname": f"Bob {w.next()}"}
    ),
    "account data": lambda w: account_data(w, "account_data/org.example"),
    "room account data": lambda w: account_data(w, f"rooms/{w.room}/account_data/org.example"),
    "a tag": lambda w: w.alice.put(
        f"/user/{w.alice.user_id}/rooms/{w.room}/tags/u.mine", {"order": 0.5}
    ),
    "no tag": lambda w: w.alice.delete(f"/user/{w.alice.user_id}/rooms/{w.room}/tags/u.mine"),
    "bob has read": lambda w: w.bob.post(f"/rooms/{w.room}/receipt/m.read/{w.events[-1]}", {}),
    "alice has read": lambda w: w.alice.post(
        f"/rooms/{w.room}/read_markers", {"m.fully_read": w.events[-1], "m.read": w.events[-1]}
    ),
    "bob types": lambda w: w.bob.put(
        f"/rooms/{w.room}/typing/{w.bob.user_id}", {"typing": True, "timeout": 30_000}
    ),
    "bob types no more": lambda w: w.bob.put(
        f"/rooms/{w.room}/typing/{w.bob.user_id}", {"typing": False}
    ),
}


async def begin(alice: Client, bob: Client) -> World:
    room = await alice.create_room(preset="public_chat", name="Room")
    await bob.join(room)
    return World(alice, bob, room, [await alice.send(room, "first")])


async def check_law(world: World, verbs: list[str]) -> None:
    """Both people, in both forms, before and after."""
    kept = []
    for client in (world.alice, world.bob):
        for form, query in FORMS.items():
            picture, answer = Picture(), await client.sync(**query)
            picture.apply(answer, form)
            kept.append((client, form, query, picture, answer["next_batch"]))
    for verb in verbs:
        await VERBS[verb](world)
    for client, form, query, picture, since in kept:
        picture.apply(await client.sync(since, **query), form)
        fresh = Picture()
        fresh.apply(await client.sync(**query), form)
        check_equal(picture, fresh)


async def test_each_verb(server: Server, alice: Client, bob: Client) -> None:
    for verb in VERBS:
        await check_law(await begin(alice, bob), [verb])


@pytest.mark.slow
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(verbs=st.lists(st.sampled_from(sorted(VERBS)), min_size=2, max_size=7))
async def test_verbs_in_any_order(alice: Client, bob: Client, verbs: list[str]) -> None:
    await check_law(await begin(alice, bob), verbs)


async def test_device_lists(alice: Client, bob: Client) -> None:
    phone = Device(bob)
    world = await begin(alice, bob)
    await Device(alice).upload()
    since = (await alice.sync())["next_batch"]
    await phone.upload()
    answer = await alice.sync(since)
    assert answer["device_lists"]["changed"] == [bob.user_id]
    await bob.leave(world.room)
    answer = await alice.sync(answer["next_batch"])
    assert answer["device_lists"]["left"] == [bob.user_id]
    await bob.join(world.room)
    answer = await alice.sync(answer["next_batch"])
    assert answer["device_lists"]["changed"] == [bob.user_id]
