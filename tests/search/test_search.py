"""Search in what was said."""

from typing import Any

from depesha.eventlog import store
from depesha.search.words import stems
from tests.harness.client import Client
from tests.harness.server import Server

PATH = "/_matrix/client/v3/search"


async def find(client: Client, term: str, **criteria: Any) -> Any:
    body = {"search_categories": {"room_events": {"search_term": term, **criteria}}}
    return (await client.post(PATH, body)).ok()["search_categories"]["room_events"]


async def indexed(server: Server) -> None:
    """Let the index catch up: it stores how far it has read."""
    spine = server.running.house.spine
    while (await _cursor(spine)) < spine.log.position:
        await server.clock.advance(1.1)
        await server.anyone.get("/_matrix/client/v3/login")


async def _cursor(spine: Any) -> int:
    return await spine.db.read(store.select_cursor, spine.institution.id, "search")


async def test_words_are_found_in_every_form(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room()
    event_id = await alice.send(room, "Совещание переносится на четверг, documents follow")
    await alice.send(room, "Nothing of that kind")
    await indexed(server)
    for term in ("совещания", "СОВЕЩАНИЕ document", "четверга"):
        found = await find(alice, term)
        assert [r["result"]["event_id"] for r in found["results"]] == [event_id]
    assert "Совещание" in (await find(alice, "совещаний"))["highlights"]
    assert (await find(alice, "пятница"))["count"] == 0
    # Who is not in the room finds nothing.
    assert (await find(bob, "совещания"))["count"] == 0


async def test_what_was_redacted_is_not_found(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room()
    event_id = await alice.send(room, "a secret word")
    await indexed(server)
    assert (await find(alice, "secret"))["count"] == 1
    path = f"/_matrix/client/v3/rooms/{room}/redact/{event_id}/1"
    (await alice.put(path, {})).ok()
    assert (await find(alice, "secret"))["count"] == 0
    await indexed(server)
    assert (await find(alice, "secret"))["count"] == 0


async def test_context_groups_state_and_pages(server: Server) -> None:
    alice = await server.register("alice")
    room = await alice.create_room(name="Letters")
    sent = [await alice.send(room, f"letter {number}") for number in range(5)]
    await indexed(server)
    found = await find(
        alice,
        "letter",
        keys=["content.body"],
        order_by="recent",
        filter={"limit": 2},
        event_context={"before_limit": 1, "after_limit": 1, "include_profile": True},
        include_state=True,
        groupings={"group_by": [{"key": "room_id"}, {"key": "sender"}]},
    )
    assert found["count"] == 5
    assert [r["result"]["event_id"] for r in found["results"]] == sent[:-3:-1]
    context = found["results"][1]["context"]
    assert context["events_before"][0]["event_id"] == sent[2]
    assert context["events_after"][0]["event_id"] == sent[4]
    assert alice.user_id in context["profile_info"]
    assert set(found["groups"]) == {"room_id", "sender"}
    assert room in found["state"]
    body = {
        "search_categories": {
            "room_events": {
                "search_term": "letter",
                "keys": ["content.body"],
                "order_by": "recent",
                "filter": {"limit": 2},
            }
        }
    }
    more = (await alice.post(PATH, body, query={"next_batch": found["next_batch"]})).ok()
    results = more["search_categories"]["room_events"]["results"]
    assert [r["result"]["event_id"] for r in results] == sent[2:0:-1]
    (await alice.post(PATH, body, query={"next_batch": "bad"})).refused(400, "M_INVALID_PARAM")


def test_a_word_has_an_end() -> None:
    """Words are remembered with their stems: strangers write them, of any length."""
    assert {len(word) for word in stems("x" * 6400)} == {64}


async def test_who_has_left_is_told_the_names_of_then(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    await alice.send(room, "a letter")
    await bob.leave(room)
    (await alice.put(f"/profile/{alice.user_id}/displayname", {"displayname": "Later"})).ok()
    await indexed(server)
    context = {"include_profile": True}
    for client, name in ((alice, "Later"), (bob, None)):
        (hit,) = (await find(client, "letter", event_context=context))["results"]
        assert hit["context"]["profile_info"][alice.user_id].get("displayname") == name
