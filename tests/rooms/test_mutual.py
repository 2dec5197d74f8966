"""Rooms that two people share."""

from tests.harness.client import Client
from tests.harness.server import Server

PATH = "/_matrix/client/v1/mutual_rooms"


async def test_rooms_of_both(server: Server, alice: Client, bob: Client) -> None:
    rooms = [await alice.create_room(preset="public_chat") for _ in range(3)]
    await alice.create_room(invite=[bob.user_id])
    for room in rooms[:2]:
        await bob.join(room)
    for client, other in ((alice, bob), (bob, alice)):
        found = (await client.get(PATH, {"user_id": other.user_id})).ok()
        assert found == {"joined": sorted(rooms[:2]), "count": 2}
    unstable = "/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms"
    assert (await alice.get(unstable, {"user_id": bob.user_id})).ok()["count"] == 2
    stranger = {"user_id": "@nobody:depesha.test"}
    assert (await alice.get(PATH, stranger)).ok() == {"joined": [], "count": 0}


async def test_pages(alice: Client, bob: Client) -> None:
    rooms = []
    for _ in range(103):
        rooms.append(await alice.create_room(preset="trusted_private_chat", invite=[bob.user_id]))
        await bob.join(rooms[-1])
    first = (await alice.get(PATH, {"user_id": bob.user_id})).ok()
    query = {"user_id": bob.user_id, "from": first["next_batch"]}
    second = (await alice.get(PATH, query)).ok()
    assert first["joined"] + second["joined"] == sorted(rooms)
    assert (first["count"], second["count"], "next_batch" in second) == (103, 103, False)


async def test_what_cannot_be_asked(alice: Client) -> None:
    (await alice.get(PATH)).refused(400, "M_MISSING_PARAM")
    for query in (
        {"user_id": alice.user_id},
        {"user_id": "bob"},
        {"user_id": "@bob:depesha.test", "from": "x"},
    ):
        (await alice.get(PATH, query)).refused(400, "M_INVALID_PARAM")
