"""What a policy would erase is counted before it is set, and nothing goes by looking."""

from tests.accounts.steps import make_admin
from tests.conftest import StartServer
from tests.duty.test_retention import DAY, HOLDS, PROJECT, RETENTION, TEXT, UPLOAD, again, texts
from tests.harness.clock import TestClock
from tests.harness.server import Server


async def test_what_would_go_is_counted_and_stays(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        admin = await make_admin(server, await server.register("admin"))
        alice, bob = await server.register("alice"), await server.register("bob")
        room = await alice.create_room(preset="public_chat")
        await bob.join(room)
        project = await alice.create_room(initial_state=[PROJECT])
        held = await alice.create_room()
        file = (await alice.post(UPLOAD, data=b"a file", headers=TEXT)).ok()["content_uri"]
        await alice.send(room, {"msgtype": "m.file", "body": "notes", "url": file})
        await bob.send(room, "of bob")
        await alice.send(project, "of the project")
        await alice.send(held, "evidence")
        for target in (held, bob.user_id):
            hold = {"target": target, "ground": "a lawsuit", "case_number": "A-1"}
            (await admin.post(HOLDS, hold)).ok()
    await clock.advance(3 * DAY)
    async with start_server() as server:
        admin, alice = again(admin, server), again(alice, server)
        await alice.send(room, "of now")

        async def look(path: str, **days: int) -> tuple[int, ...]:
            found = (await admin.get(f"{RETENTION}/{path}/preview", days)).ok()
            return tuple(found[name] for name in ("rooms", "held", "messages", "files"))

        assert await look("0/any", messages_days=2) == (3, 1, 2, 1)
        assert await look("0/any", messages_days=10, files_days=2) == (3, 1, 0, 1)
        assert await look("0/any") == (3, 1, 0, 0)
        assert await look("0/project", messages_days=2) == (1, 0, 1, 0)
        (await admin.put(f"{RETENTION}/0/project", {"messages_days": 30})).ok()
        assert await look("0/any", messages_days=2) == (2, 1, 1, 1)
        assert await texts(alice, room) == ["notes", "of bob", "of now"]
        kept = (await admin.get(RETENTION)).ok()["policies"]
        assert [row["kind"] for row in kept] == ["project"]


async def test_a_preview_is_for_who_keeps_retention(server: Server) -> None:
    admin = await make_admin(server, await server.register("admin"))
    alice = await server.register("alice")
    path = f"{RETENTION}/0/any/preview"
    (await alice.get(path)).refused(403, "M_FORBIDDEN")
    assert (await admin.get(path)).ok() == {"rooms": 0, "held": 0, "messages": 0, "files": 0}
    (await admin.get(path, {"messages_days": 0})).refused(400, "M_INVALID_PARAM")
    (await admin.get(f"{RETENTION}/7/any/preview")).refused(404, "M_NOT_FOUND")
