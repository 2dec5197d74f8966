"""The list of groups, the chats that another sees, and how long a chat is kept."""

from tests.accounts.steps import make_admin
from tests.conftest import StartServer
from tests.duty.test_inspect import INSPECTIONS, asked, officers
from tests.duty.test_retention import AUDIT, DAY, PROJECT, RETENTION, again, swept
from tests.harness.clock import TestClock
from tests.harness.server import Server

GROUPS = "/_depesha/v1/admin/groups"


async def test_groups_are_listed_by_name_and_page(server: Server) -> None:
    admin = await make_admin(server, await server.register("admin"))
    alice, bob = await server.register("alice"), await server.register("bob")
    law = await alice.create_room(name="Law", preset="public_chat")
    project = await alice.create_room(name="New house", initial_state=[PROJECT])
    await bob.join(law)
    await alice.create_room(is_direct=True, invite=[bob.user_id])
    (await alice.get(GROUPS)).refused(403, "M_FORBIDDEN")

    found = (await admin.get(GROUPS)).ok()
    assert [(row["name"], row["kind"], row["members"]) for row in found["groups"]] == [
        ("Law", "basic", 2),
        ("New house", "project", 1),
    ]
    assert "next" not in found
    (by_name,) = (await admin.get(GROUPS, {"search": "HOUSE"})).ok()["groups"]
    assert (by_name["room_id"], by_name["creator"]) == (project, alice.user_id)
    page = (await admin.get(GROUPS, {"limit": 1})).ok()
    assert [row["room_id"] for row in page["groups"]] == [law]
    rest = (await admin.get(GROUPS, {"limit": 1, "after": page["next"]})).ok()
    assert [row["room_id"] for row in rest["groups"]] == [project]


async def test_the_chats_of_another_are_seen_and_that_is_written_down(server: Server) -> None:
    admin = await make_admin(server, await server.register("admin"))
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room(name="Law")
    direct = await bob.create_room(is_direct=True, invite=[alice.user_id])
    await bob.create_room(name="Not hers")
    path = f"/_depesha/v1/admin/users/{alice.user_id}/chats"
    (await bob.get(path)).refused(403, "M_FORBIDDEN")
    (await admin.get("/_depesha/v1/admin/users/@nobody:depesha.test/chats")).refused(
        404, "M_NOT_FOUND"
    )
    found = {row["room_id"]: row for row in (await admin.get(path)).ok()["chats"]}
    assert set(found) == {room, direct}
    assert found[room]["name"] == "Law"
    assert found[direct]["others"] == [bob.user_id]
    assert (found[direct]["kind"], found[direct]["membership"]) == ("direct", "invite")
    lines = (await admin.get(AUDIT, {"target": alice.user_id})).ok()["lines"]
    assert [(line["act"], line["details"]["what"]) for line in lines] == [("org.see-as", "chats")]


async def test_members_see_how_long_a_chat_is_kept_and_that_it_was_read(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        officer, auditor = await officers(server)
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room()
        keeping = f"/_depesha/v1/rooms/{room}/keeping"
        assert (await alice.get(keeping)).ok() == {
            "messages_ms": None,
            "files_ms": None,
            "inspections": [],
        }
        (await bob.get(keeping)).refused(403, "M_FORBIDDEN")
        policy = {"messages_days": 9, "files_days": 2}
        (await officer.put(f"{RETENTION}/0/any", policy)).ok()
        told = (await alice.get(keeping)).ok()
        assert (told["messages_ms"], told["files_ms"]) == (9 * DAY * 1000, 2 * DAY * 1000)
        for fields in ({"case_number": "B-1"}, {"case_number": "B-2", "secret": True}):
            row = (await officer.post(INSPECTIONS, asked(clock, room, **fields))).ok()
            path = f"{INSPECTIONS}/{row['inspection_id']}"
            (await auditor.put(path, {"approved": True})).ok()
            (await officer.post(f"{path}/export", {})).ok()
        assert (await alice.get(keeping)).ok()["inspections"] == []
    await clock.advance(6 * DAY)
    async with start_server() as server:
        await swept(server)
        (seen,) = (await again(alice, server).get(keeping)).ok()["inspections"]
        assert (seen["of"], seen["case_number"]) == ("room", "B-1")
        assert (seen["asked_by"], seen["approved_by"]) == (officer.user_id, auditor.user_id)
