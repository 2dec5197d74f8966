"""Unseen means absent: whom the tree lets somebody not see, leaves no trace at any endpoint.

Institutions are made up at random; whom one sees is reckoned here anew, from the words of the
requirement.
"""

import random
import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.accounts.steps import make_admin
from tests.harness.client import Client, Response
from tests.harness.endpoints import load_endpoints
from tests.harness.server import Server
from tests.law.doors import ENDING, body_for, classify, master_key
from tests.org.institution import ADMIN, OWN, Institution
from tests.org.test_rules import Plan

ROWS = sorted({(row.method, path, row) for row in load_endpoints() for path in row.paths}, key=str)
PEOPLE = tuple(f"person{letter}" for letter in "abcdefgh")
QUERY = {"dir": "b", "limit": 50, "ts": 0, "timeout": 0}


def test_every_endpoint_is_classified() -> None:
    unknown = [f"{method} {path}" for method, path, row in ROWS if not classify(row, path)]
    assert unknown == []


def made_up(seed: int) -> Plan:
    """A tree of seven levels in which nobody is above all others."""
    dice = random.Random(seed)
    parents = {1: 0, **{unit: dice.randint(1, min(3, unit - 1)) for unit in range(2, 8)}}
    ids = [f"@{name}:depesha.test" for name in PEOPLE]
    managers: dict[int, str | None] = {unit: dice.choice([None, *ids]) for unit in range(2, 8)}
    posts = {user: [dice.randint(2, 7)] for user in ids}
    return Plan(parents, {1: None, **managers}, dict.fromkeys(parents), posts)


async def build(server: Server, root: Client, plan: Plan) -> Institution:
    house = Institution(server, root)
    for unit, parent in plan.parents.items():
        await house.level(f"u{unit}", f"u{parent}" if parent else None)
    for user_id, units in plan.posts.items():
        await house.person(user_id[1:].partition(":")[0], *(f"u{unit}" for unit in units))
    for unit, manager in plan.managers.items():
        if manager is not None:
            path = f"{ADMIN}/units/{house.units[f'u{unit}']}"
            (await root.put(path, {"manager": manager})).ok()
    return house


async def live(house: Institution) -> dict[str, str]:
    """Everyone has a name, keys, presence and an open room of their own; user id → room."""
    rooms: dict[str, str] = {}
    for client in house.people.values():
        me = client.user_id
        name = {"displayname": f"Name of {me[1:].partition(':')[0]}"}
        (await client.put(f"/profile/{me}/displayname", name)).ok()
        status = {"presence": "online", "status_msg": f"busy {me}"}
        (await client.put(f"/presence/{me}/status", status)).ok()
        device = {
            "user_id": me,
            "device_id": client.device_id,
            "algorithms": [],
            "keys": {f"ed25519:{client.device_id}": "a" * 43},
            "signatures": {},
        }
        (await client.post("/keys/upload", {"device_keys": device})).ok()
        (await client.post("/keys/device_signing/upload", {"master_key": master_key(me)})).ok()
        readable = {
            "type": "m.room.history_visibility",
            "content": {"history_visibility": "world_readable"},
        }
        rooms[me] = await client.create_room(
            preset="public_chat",
            visibility="public",
            initial_state=[readable],
            creation_content={"type": "m.space"},
        )
        await client.send(rooms[me], f"words of {me}")
        child = {"via": ["depesha.test"]}
        await client.set_state(rooms[me], "m.space.child", child, rooms[me])
    return rooms


def filled(path: str, names: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: quote(names.get(found[1], "x"), safe=""), path)


async def ask(client: Client, method: str, path: str, who: str, names: dict[str, str]) -> Response:
    """The endpoint asked about somebody, in whatever way it names people."""
    named = {**names, "userId": who, "stateKey": who, "eventType": "m.room.member"}
    if "/sendToDevice/" in path:
        body: Any = {"messages": {who: {"*": {}}}}
        named["txnId"] = client.next_txn()
    else:
        body = body_for(path, who)
    query = {**QUERY, "user_id": who, "userid": who}
    sends = body if method in {"POST", "PUT", "DELETE"} else None
    return await client.request(method, filled(path, named), json=sends, query=query)


def plain(answer: Response, who: str) -> tuple[int, bytes]:
    """Status and body without the id that was asked for."""
    return answer.status, answer.body.replace(who.encode(), b"somebody")


@pytest.mark.limit(180)
@pytest.mark.parametrize("seed", [3, 8])
async def test_nobody_finds_a_trace_of_the_unseen(server: Server, seed: int) -> None:
    root = await make_admin(server, await server.register("root"))
    plan = made_up(seed)
    house = await build(server, root, plan)
    rooms = await live(house)
    people = list(house.people.values())
    pairs = [(one, other) for one in people for other in people if one is not other]
    random.Random(seed).shuffle(pairs)
    seen = [(v, t) for v, t in pairs if plan.sees(v.user_id, t.user_id)]
    unseen = [(v, t) for v, t in pairs if not plan.sees(v.user_id, t.user_id)]
    for viewer, target in unseen[:3]:
        await look(viewer, target.user_id, rooms, house.units[f"u{plan.of(target.user_id)[0]}"])
        await compare(viewer, target.user_id, rooms)
        await reach(plan, viewer, target, rooms)
    await look(server.anyone, unseen[0][1].user_id, rooms, 0)
    # Whom one sees is found, or the law would look at nothing.
    for viewer, target in seen[:3]:
        await find(viewer, target)


async def look(viewer: Client, target: str, rooms: dict[str, str], unit: int) -> None:
    """Search the answers of all endpoints for traces of somebody unseen."""
    local = target[1:].partition(":")[0]
    traces = [text.encode() for text in (f'"{target}"', f"Name of {local}", f"words of {target}")]
    room = rooms[target]
    names = {"deviceId": viewer.device_id, "unitId": str(unit), "keyName": "displayname"}
    names |= {"roomId": room, "roomIdOrAlias": room}
    for method, path, row in ROWS:
        kind = classify(row, path)
        if kind == "keeper" or ENDING.fullmatch(path) or not (method == "GET" or kind == "list"):
            continue
        who = target if kind == "list" else viewer.user_id
        answer = await ask(viewer, method, path, who, names)
        where = f"{method} {path} ({kind}) by {viewer.user_id} of {target}"
        assert not [trace for trace in traces if trace in answer.body], where


async def compare(viewer: Client, target: str, rooms: dict[str, str]) -> None:
    """Whoever is asked about somebody unseen answers as about nobody."""
    absent = f"@{target[1:].partition(':')[0][:-1]}z:depesha.test"
    room = rooms[viewer.user_id]
    names = {"deviceId": viewer.device_id, "keyName": "displayname", "roomId": room}
    for method, path, row in ROWS:
        if classify(row, path) != "person":
            continue
        answers = [await ask(viewer, method, path, who, names) for who in (target, absent)]
        told = [plain(each, who) for each, who in zip(answers, (target, absent), strict=True)]
        assert told[0] == told[1], f"{method} {path} by {viewer.user_id} of {target}"


async def reach(plan: Plan, viewer: Client, target: Client, rooms: dict[str, str]) -> None:
    """What is sent to the unseen comes to nobody, and their doors are closed."""
    before = (await target.sync())["next_batch"]
    body = {"messages": {target.user_id: {"*": {"secret": "of the house"}}}}
    (await viewer.put(f"/sendToDevice/m.law/{viewer.next_txn()}", body)).ok()
    (await viewer.post("/createRoom", {"invite": [target.user_id]})).refused(404, "M_NOT_FOUND")
    assert (await target.sync(before)).get("to_device", {}).get("events", []) == []
    rules = {"type": "m.room.join_rules", "content": {"join_rule": "knock"}}
    door = await target.create_room(initial_state=[rules])
    (await viewer.post(f"/knock/{door}", {})).refused(403, "M_FORBIDDEN")
    if not plan.sees(target.user_id, viewer.user_id):
        room = rooms[target.user_id]
        (await viewer.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")


async def find(viewer: Client, target: Client) -> None:
    local = target.user_id[1:].partition(":")[0]
    body = {"search_term": local}
    found = (await viewer.post("/user_directory/search", body)).ok()["results"]
    assert [person["display_name"] for person in found] == [f"Name of {local}"]
    (await viewer.get(f"/profile/{target.user_id}")).ok()
    (await viewer.get(f"{OWN}/people/{target.user_id}")).ok()
    query: Any = {"device_keys": {target.user_id: []}}
    keys = (await viewer.post("/keys/query", query)).ok()
    assert target.user_id in keys["device_keys"]
