"""The rooms of a space."""

from typing import Any

from tests.harness.client import Client, Response
from tests.rooms.steps import NOWHERE, restricted_room

SPACE = {"creation_content": {"type": "m.space"}, "preset": "public_chat"}


async def walk(client: Client, space: str, **query: Any) -> Response:
    return await client.get(f"/_matrix/client/v1/rooms/{space}/hierarchy", query)


async def names(client: Client, space: str, **query: Any) -> list[str]:
    return [room.get("name", "") for room in (await walk(client, space, **query)).ok()["rooms"]]


async def add(owner: Client, space: str, child: str, **content: Any) -> None:
    content = {"via": ["depesha.test"], **content}
    await owner.set_state(space, "m.space.child", content, child)


async def tree(owner: Client) -> str:
    """A space with two rooms around a space with one."""
    root = await owner.create_room(name="root", **SPACE)
    below = await owner.create_room(name="below", **SPACE)
    rooms = [await owner.create_room(name=name, preset="public_chat") for name in "abc"]
    await add(owner, root, rooms[2], order="3")
    await add(owner, root, below, order="2", suggested=True)
    await add(owner, root, rooms[0], order="1")
    await add(owner, below, rooms[1])
    await add(owner, below, root)
    return root


async def test_depth_first_and_each_once(alice: Client, bob: Client) -> None:
    root = await tree(alice)
    assert await names(bob, root) == ["root", "a", "below", "b", "c"]
    first = (await walk(bob, root)).ok()["rooms"][0]
    assert (first["room_type"], first["num_joined_members"]) == ("m.space", 1)
    assert [child["content"]["order"] for child in first["children_state"]] == ["1", "2", "3"]
    assert first["children_state"][0]["origin_server_ts"] > 0
    assert await names(bob, root, max_depth=0) == ["root"]
    assert await names(bob, root, max_depth=1) == ["root", "a", "below", "c"]
    assert await names(bob, root, suggested_only=True) == ["root", "below"]


async def test_pages(alice: Client, bob: Client) -> None:
    root = await tree(alice)
    told, token = list[str](), None
    while not told or token:
        query = {"limit": 2, **({"from": token} if token else {})}
        answer = (await walk(bob, root, **query)).ok()
        told += [room["name"] for room in answer["rooms"]]
        token = answer.get("next_batch")
    assert told == ["root", "a", "below", "b", "c"]
    token = (await walk(bob, root, limit=2)).ok()["next_batch"]
    for wrong in (
        {"from": token, "max_depth": 3},
        {"from": token, "suggested_only": True},
        {"from": "x"},
        {"from": token + "0000000"},
        {"limit": 0},
        {"max_depth": -1},
    ):
        (await walk(bob, root, **wrong)).refused(400, "M_INVALID_PARAM")


async def test_children_that_do_not_count(alice: Client, bob: Client) -> None:
    root = await alice.create_room(name="root", **SPACE)
    closed = await alice.create_room(name="closed")
    removed = await alice.create_room(name="removed", preset="public_chat")
    plain = await alice.create_room(name="plain", preset="public_chat")
    await add(alice, root, closed, order="1")
    await add(alice, root, NOWHERE)
    await add(alice, root, "not a room")
    await alice.set_state(root, "m.space.child", {}, removed)
    await add(alice, root, plain, order="2")
    # Only a space has children.
    await add(alice, plain, removed)
    assert await names(bob, root) == ["root", "plain"]
    assert await names(alice, root) == ["root", "closed", "plain"]
    children = (await walk(bob, root)).ok()["rooms"][1]["children_state"]
    assert children == []


async def test_restricted_rooms_show_to_those_they_let_in(alice: Client, bob: Client) -> None:
    root = await alice.create_room(name="root", **SPACE)
    room = await restricted_room(alice, root)
    await alice.set_state(room, "m.room.name", {"name": "inner"})
    await add(alice, root, room)
    assert await names(bob, root) == ["root"]
    await bob.join(root)
    assert await names(bob, root) == ["root", "inner"]
    told = (await walk(bob, root)).ok()["rooms"][1]
    assert told["allowed_room_ids"] == [root]


async def test_a_closed_space_and_none_are_refused_alike(alice: Client, bob: Client) -> None:
    closed = await alice.create_room(creation_content={"type": "m.space"})
    refusals = [(await walk(bob, space)).refused(403, "M_FORBIDDEN") for space in (closed, NOWHERE)]
    assert refusals[0] == refusals[1]
