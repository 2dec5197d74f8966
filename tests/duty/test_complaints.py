"""Complaints about events, rooms and people."""

from tests.accounts.steps import make_admin
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


COMPLAINTS = "/_depesha/v1/admin/complaints"


async def test_a_complaint_is_decided_and_answered(server: Server) -> None:
    root = await make_admin(server, await server.register("root"))
    alice, bob = await server.register("alice"), await server.register("bob")
    path = f"/_matrix/client/v3/users/{bob.user_id}/report"
    (await alice.post(path, {"reason": "rude"})).ok()
    (await alice.post(path, {"reason": "rude again"})).ok()
    (await alice.get(COMPLAINTS)).refused(403, "M_FORBIDDEN")
    later, earlier = (await root.get(COMPLAINTS)).ok()["complaints"]
    assert (earlier["reporter"], earlier["user_id"]) == (alice.user_id, bob.user_id)
    assert (earlier["reason"], later["reason"]) == ("rude", "rude again")

    one = f"{COMPLAINTS}/{earlier['number']}"
    answer = {"decision": "upheld", "answer": "He was spoken to."}
    (await bob.put(one, answer)).refused(403, "M_FORBIDDEN")
    (await root.put(one, {"decision": "forgotten"})).refused(400, "M_BAD_JSON")
    (await root.put(f"{COMPLAINTS}/1x", answer)).refused(404, "M_NOT_FOUND")
    (await root.put(one, answer)).ok()
    (left,) = (await root.get(COMPLAINTS, {"open": "true"})).ok()["complaints"]
    assert left["number"] == later["number"]
    _, decided = (await root.get(COMPLAINTS)).ok()["complaints"]
    assert (decided["decision"], decided["decided_by"]) == ("upheld", root.user_id)
    invited = (await alice.sync())["rooms"]["invite"]
    assert len(invited) == 1

    page = (await root.get(COMPLAINTS, {"limit": 1})).ok()
    assert page["next"] == later["number"]
    (rest,) = (await root.get(COMPLAINTS, {"before": page["next"]})).ok()["complaints"]
    assert rest["number"] == earlier["number"]
