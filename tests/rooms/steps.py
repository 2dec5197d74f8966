"""Steps that several tests of rooms take."""

from typing import Any

from tests.harness.client import Client

NOWHERE = "!nowhere"
"""The id of a room that is not there."""


async def timeline(client: Client, room: str) -> list[dict[str, Any]]:
    """The events of a room, oldest first."""
    chunk: list[dict[str, Any]] = (await client.messages(room, limit=100))["chunk"]
    return chunk[::-1]


async def members(client: Client, room: str, **query: Any) -> dict[str, str]:
    """Membership by user."""
    chunk = (await client.get(f"/rooms/{room}/members", query)).ok()["chunk"]
    return {event["state_key"]: event["content"]["membership"] for event in chunk}


async def restricted_room(owner: Client, allowed: str, **fields: Any) -> str:
    """A room that members of the room `allowed` may join."""
    rules = {
        "join_rule": "restricted",
        "allow": [{"type": "m.room_membership", "room_id": allowed}],
        **fields,
    }
    return await owner.create_room(initial_state=[{"type": "m.room.join_rules", "content": rules}])
