"""Old place + changes = fresh connection, for every verb, in both forms of sliding sync."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.harness.client import Client
from tests.law.test_sync_law import VERBS, begin

UNSTABLE = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
STABLE = "/_matrix/client/v4/sync"
EXTENSIONS = {name: {"enabled": True} for name in ("receipts", "account_data")}
FIELDS = (
    *("name", "avatar", "heroes", "is_dm", "membership", "bump_stamp", "lists"),
    *("joined_count", "invited_count", "notification_count", "highlight_count"),
)


@dataclass
class Connection:
    """What a client knows that asks for all rooms with all their state."""

    client: Client
    is_stable: bool
    conn_id: str
    pos: str = ""
    rooms: dict[str, dict[str, Any]] = field(default_factory=dict)
    account_data: dict[tuple[str, str], Any] = field(default_factory=dict)
    receipts: dict[tuple[str, str, str], str] = field(default_factory=dict)

    async def sync(self) -> None:
        answer = await (self._stable() if self.is_stable else self._unstable())
        self.pos = answer["pos"]
        for room_id, told in answer["rooms"].items():
            self._apply(room_id, told)
        extensions = answer["extensions"]
        for event in extensions["account_data"]["global"]:
            self.account_data["", event["type"]] = event["content"]
        for room_id, events in extensions["account_data"]["rooms"].items():
            for event in events:
                self.account_data[room_id, event["type"]] = event["content"]
        for event in extensions["receipts"]["rooms"].values():
            for event_id, kinds in event["content"].items():
                for kind, people in kinds.items():
                    for user_id, receipt in people.items():
                        self.receipts[user_id, kind, receipt.get("thread_id", "")] = event_id

    async def _stable(self) -> Any:
        wanted = {"timeline_limit": 20, "required_state": {"include": [{}]}}
        body = {"conn_id": self.conn_id, "lists": {"all": wanted}, "extensions": EXTENSIONS}
        return (await self.client.post(STABLE, body | ({"pos": self.pos} if self.pos else {}))).ok()

    async def _unstable(self) -> Any:
        wanted = {"ranges": [[0, 99]], "timeline_limit": 20, "required_state": [["*", "*"]]}
        body = {"conn_id": self.conn_id, "lists": {"all": wanted}, "extensions": EXTENSIONS}
        query = {"pos": self.pos} if self.pos else {}
        return (await self.client.post(UNSTABLE, body, query=query)).ok()

    def _apply(self, room_id: str, told: Any) -> None:
        assert told.get("initial") or room_id in self.rooms
        if told.get("initial"):
            self.rooms[room_id] = {"state": {}, "timeline": [], "is_dm": False}
        room = self.rooms[room_id]
        for event in told.get("required_state", []):
            room["state"][event["type"], event["state_key"]] = event["event_id"]
        if told.get("limited"):
            room["timeline"] = []
        room["timeline"] += [event["event_id"] for event in told.get("timeline", [])]
        room |= {name: told[name] for name in FIELDS if name in told}
        stripped = told.get("invite_state", told.get("stripped_state", []))
        room["stripped"] = {(event["type"], event["state_key"]) for event in stripped}


def check_equal(old: Connection, fresh: Connection, verb: str) -> None:
    """The law, of the rooms that a fresh connection shows."""
    for room_id, room in fresh.rooms.items():
        known = dict(old.rooms[room_id])
        both = min(len(known["timeline"]), len(room["timeline"]))
        assert known["timeline"][-both:] == room["timeline"][-both:], verb
        assert known | {"timeline": room["timeline"]} == room, verb
    assert fresh.account_data.items() <= old.account_data.items(), verb
    assert fresh.receipts.items() <= old.receipts.items(), verb


@pytest.mark.parametrize(
    ("is_stable", "tail"),
    [(False, 2**20), (True, 1)],
    ids=["as phones speak, from memory", "as accepted, from the tables"],
)
async def test_each_verb(start_server: StartServer, is_stable: bool, tail: int) -> None:
    async with start_server(hot_tail_bytes=tail) as server:
        alice, bob = await server.register("alice"), await server.register("bob")
        world = await begin(alice, bob)
        held = [Connection(who, is_stable, "old") for who in (alice, bob)]
        for old in held:
            await old.sync()
        for verb in VERBS:
            await VERBS[verb](world)
            for old in held:
                await old.sync()
                fresh = Connection(old.client, is_stable, "fresh")
                await fresh.sync()
                check_equal(old, fresh, verb)
