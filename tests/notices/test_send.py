"""What the server itself tells people. Spec: client-server API, "Server Notices"."""

from typing import Any

from tests.accounts.steps import make_admin
from tests.conftest import StartServer
from tests.harness.client import Client, Response
from tests.harness.server import Server

NOTICES = "/_depesha/v1/admin/notices"
SENDER = "@notices:depesha.test"


async def tell(admin: Client, user_id: str, text: str) -> Response:
    return await admin.post(NOTICES, {"user_id": user_id, "body": text})


async def tags(client: Client, room: str) -> Any:
    return (await client.get(f"/user/{client.user_id}/rooms/{room}/tags")).ok()["tags"]


async def texts(client: Client, room: str) -> list[str]:
    page = await client.messages(room, dir="f", limit=100)
    return [e["content"]["body"] for e in page["chunk"] if e["type"] == "m.room.message"]


async def test_a_notice_comes_in_a_room_of_its_own(server: Server, alice: Client) -> None:
    admin = await make_admin(server, await server.register("root"))
    since = (await alice.sync())["next_batch"]
    told = (await tell(admin, alice.user_id, "The server rests on Sunday.")).ok()
    room = told["room_id"]
    news = await alice.sync(since)
    state = news["rooms"]["invite"][room]["invite_state"]["events"]
    assert {e["sender"] for e in state} == {SENDER}
    assert "Server notices" in [e["content"].get("name") for e in state]
    assert await tags(alice, room) == {"m.server_notice": {}}
    await alice.join(room)
    event = (await alice.get(f"/rooms/{room}/event/{told['event_id']}")).ok()
    assert event["sender"] == SENDER
    assert event["content"] == {
        "msgtype": "m.server_notice",
        "server_notice_type": "depesha.notice",
        "body": "The server rests on Sunday.",
    }
    profile = (await alice.get(f"/profile/{SENDER}")).ok()
    assert profile["displayname"] == "Server notices"
    # The next one comes in the same room, in which nobody else speaks or invites.
    assert (await tell(admin, alice.user_id, "It is awake.")).ok()["room_id"] == room
    assert await texts(alice, room) == ["The server rests on Sunday.", "It is awake."]
    message = {"msgtype": "m.text", "body": "Thank you"}
    (await alice.put(f"/rooms/{room}/send/m.room.message/t", message)).refused(403, "M_FORBIDDEN")
    invited = await alice.post(f"/rooms/{room}/invite", {"user_id": admin.user_id})
    invited.refused(403, "M_FORBIDDEN")


async def test_the_invitation_cannot_be_refused_but_the_room_can_be_left(
    server: Server, alice: Client
) -> None:
    admin = await make_admin(server, await server.register("root"))
    room = (await tell(admin, alice.user_id, "One")).ok()["room_id"]
    refusal = "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM"
    (await alice.post(f"/rooms/{room}/leave", {})).refused(403, refusal)
    leaving = await alice.put(
        f"/rooms/{room}/state/m.room.member/{alice.user_id}", {"membership": "leave"}
    )
    leaving.refused(403, refusal)
    await alice.join(room)
    await alice.leave(room)
    # Whoever has left is invited again with the next notice.
    assert (await tell(admin, alice.user_id, "Two")).ok()["room_id"] == room
    assert room in (await alice.sync())["rooms"]["invite"]
    await alice.join(room)
    assert await texts(alice, room) == ["One", "Two"]


async def test_a_mark_of_ones_own_binds_nobody(server: Server, alice: Client, bob: Client) -> None:
    marked = {"creation_content": {"depesha.server_notices": True}}
    room = await alice.create_room(invite=[bob.user_id], **marked)
    await bob.leave(room)
    admin = await make_admin(server, await server.register("root"))
    path = f"/_matrix/client/v1/admin/suspend/{bob.user_id}"
    await alice.invite(room, bob)
    (await admin.put(path, {"suspended": True})).ok()
    (await bob.post(f"/join/{room}", {})).refused(403, "M_USER_SUSPENDED")


async def test_notices_reach_the_suspended_and_who_takes_no_invitations(
    server: Server, alice: Client
) -> None:
    admin = await make_admin(server, await server.register("root"))
    data = f"/user/{alice.user_id}/account_data/m.invite_permission_config"
    (await alice.put(data, {"default_action": "block"})).ok()
    suspension = f"/_matrix/client/v1/admin/suspend/{alice.user_id}"
    (await admin.put(suspension, {"suspended": True})).ok()
    room = (await tell(admin, alice.user_id, "You are suspended: ask Anna.")).ok()["room_id"]
    assert room in (await alice.sync())["rooms"]["invite"]
    wanted = {"ranges": [[0, 9]], "timeline_limit": 1, "required_state": []}
    path = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
    assert room in (await alice.post(path, {"lists": {"all": wanted}})).ok()["rooms"]
    await alice.join(room)
    assert await texts(alice, room) == ["You are suspended: ask Anna."]


async def test_who_may_send_notices_to_whom(server: Server, alice: Client, bob: Client) -> None:
    admin = await make_admin(server, await server.register("root"))
    (await tell(alice, bob.user_id, "Boo")).refused(403, "M_FORBIDDEN")
    assert "rooms" not in await bob.sync() or not (await bob.sync())["rooms"].get("invite")
    for nobody in ("@nobody:depesha.test", "@a:elsewhere.test", "alice", "@\x00:x", SENDER):
        (await tell(admin, nobody, "Boo")).refused(404, "M_NOT_FOUND")
    (await tell(admin, alice.user_id, "")).refused(400, "M_BAD_JSON")
    (await tell(admin, alice.user_id, "\x00")).refused(400, "M_BAD_JSON")
    (await admin.post(NOTICES, {"user_id": alice.user_id})).refused(400, "M_MISSING_PARAM")
    (await tell(admin, alice.user_id, "Good morning")).ok()
    (await tell(admin, SENDER, "To myself")).refused(404, "M_NOT_FOUND")


async def test_nobody_else_is_called_like_the_sender(start_server: StartServer) -> None:
    async with start_server(notices_user="duty", notices_name="Дежурный") as server:
        body = {
            "username": "duty",
            "password": "a long password",
            "auth": {"type": "m.login.dummy"},
        }
        (await server.anyone.post("/register", body)).refused(400, "M_EXCLUSIVE")
        alice = await server.register("alice")
        admin = await make_admin(server, await server.register("root"))
        room = (await tell(admin, alice.user_id, "Hello")).ok()["room_id"]
        await alice.join(room)
        assert (await alice.state(room, "m.room.name")) == {"name": "Дежурный"}
        (await server.anyone.post("/register", body)).refused(400, "M_EXCLUSIVE")
