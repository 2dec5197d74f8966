"""Complaints about events, rooms and people."""

from tests.harness.server import Server


async def test_what_one_can_see_can_be_reported(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    room = await alice.create_room()
    event_id = await alice.send(room, "rude")
    rooms = f"/_matrix/client/v3/rooms/{room}"
    reason = {"reason": "rude"}
    (await alice.post(f"{rooms}/report/{event_id}", {**reason, "score": -50})).ok()
    (await bob.post(f"{rooms}/report/{event_id}", reason)).refused(404, "M_NOT_FOUND")
    (await alice.post(f"{rooms}/report/$unknown", reason)).refused(404, "M_NOT_FOUND")
    (await bob.post(f"{rooms}/report", reason)).ok()
    unknown = "/_matrix/client/v3/rooms/!unknown/report"
    (await bob.post(unknown, reason)).refused(404, "M_NOT_FOUND")


async def test_a_report_of_a_person_does_not_tell_whether_they_exist(server: Server) -> None:
    alice, bob = await server.register("alice"), await server.register("bob")
    for user_id in (bob.user_id, "@nobody:depesha.test"):
        path = f"/_matrix/client/v3/users/{user_id}/report"
        assert (await alice.post(path, {"reason": "rude"})).ok() == {}
    bad = "/_matrix/client/v3/users/bob/report"
    (await alice.post(bad, {"reason": "rude"})).refused(400, "M_INVALID_PARAM")
