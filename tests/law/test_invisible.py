"""Invisible means absent: who is outside a room finds no trace of it in any GET endpoint."""

import re
from urllib.parse import quote

import pytest

from tests.harness.client import Client, Response
from tests.harness.endpoints import load_endpoints
from tests.harness.server import Server

PATHS = sorted(
    path for row in load_endpoints() for path in row.paths if row.method == "GET" and path != "/"
)
IN_ROOMS = [path for path in PATHS if re.search(r"\{roomId\w*\}", path)]

QUERY = {"dir": "b", "limit": 10, "ts": 0, "timeout": 0}
SECRET = "the-secret-of-the-house"


def filled(path: str, names: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: quote(names.get(found[1], "x"), safe=""), path)


def plain(answer: Response, names: dict[str, str]) -> tuple[int, bytes]:
    """Status and body without the ids that were asked for."""
    body = answer.body
    for name in ("roomId", "eventId"):
        body = body.replace(names[name].encode(), name.encode())
    return answer.status, body


def test_there_are_endpoints_to_look_at() -> None:
    assert len(IN_ROOMS) > 15
    assert any(path.endswith("/messages") for path in IN_ROOMS)


@pytest.mark.parametrize("was_in", [False, True], ids=["never in", "left and forgot"])
async def test_a_hidden_room_and_none_answer_alike(
    server: Server, alice: Client, bob: Client, *, was_in: bool
) -> None:
    room = await alice.create_room(
        preset="private_chat", name=SECRET, invite=[bob.user_id] if was_in else []
    )
    if was_in:
        await bob.join(room)
        await bob.leave(room)
        (await bob.post(f"/rooms/{room}/forget", {})).ok()
    event_id = await alice.send(room, SECRET)
    known = {
        "userId": bob.user_id,
        "eventType": "m.room.name",
        "stateKey": "",
        "relType": "m.thread",
    }
    hidden = known | {"roomId": room, "roomIdOrAlias": room, "eventId": event_id}
    absent_room = "!" + "A" * (len(room) - 1)
    absent = known | {
        "roomId": absent_room,
        "roomIdOrAlias": absent_room,
        "eventId": "$" + "A" * (len(event_id) - 1),
    }
    for path in IN_ROOMS:
        answers = [
            plain(await bob.get(filled(path, names), QUERY), names) for names in (hidden, absent)
        ]
        assert answers[0] == answers[1], path
        assert SECRET.encode() not in answers[0][1], path
        # Who is in it is told, or the test would look at nothing.
    (await alice.get(f"/rooms/{room}/state/m.room.name/")).ok()
    (await bob.get(f"/rooms/{room}/state/m.room.name/")).refused(403, "M_FORBIDDEN")


async def test_no_endpoint_tells_of_a_hidden_room(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await alice.create_room(preset="private_chat", name=SECRET, topic=SECRET)
    event_id = await alice.send(room, SECRET)
    names = {"userId": bob.user_id, "deviceId": bob.device_id, "eventType": "m.room.name"}
    traces = [room.encode(), event_id.encode(), SECRET.encode()]
    for path in PATHS:
        answer = await bob.get(filled(path, names), QUERY)
        assert not [trace for trace in traces if trace in answer.body], path
    words = {"search_categories": {"room_events": {"search_term": SECRET}}}
    found = (await bob.post("/search", words)).ok()
    assert found["search_categories"]["room_events"].get("results", []) == []
    told = await alice.sync()
    assert room in told["rooms"]["join"]
