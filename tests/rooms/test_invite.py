"""Inviting people."""

import pytest

from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE, members


async def test_an_invitation_reaches_its_receiver(alice: Client, bob: Client) -> None:
    room = await alice.create_room(name="Plans")
    since = (await bob.sync())["next_batch"]
    body = {"user_id": bob.user_id, "reason": "join us"}
    (await alice.post(f"/rooms/{room}/invite", body)).ok()
    (await alice.post(f"/rooms/{room}/invite", body)).ok()
    state = (await bob.sync(since))["rooms"]["invite"][room]["invite_state"]["events"]
    told = {event["type"]: event["content"] for event in state}
    assert told["m.room.member"] == {"membership": "invite", "reason": "join us"}
    assert told["m.room.name"] == {"name": "Plans"}
    assert told["m.room.create"]["room_version"] == "12"


async def test_who_may_not_be_invited(server: Server, alice: Client, bob: Client) -> None:
    eve = await server.register("eve")
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    path = f"/rooms/{room}/invite"
    (await alice.post(path, {"user_id": bob.user_id})).refused(403, "M_FORBIDDEN")
    (await alice.post(path, {"user_id": "@nobody:depesha.test"})).refused(404, "M_NOT_FOUND")
    (await alice.post(path, {"user_id": "@eve:elsewhere.test"})).refused(403, "M_FORBIDDEN")
    (await alice.post(path, {"user_id": "eve"})).refused(400, "M_INVALID_PARAM")
    (await alice.post(path, {})).refused(400, "M_MISSING_PARAM")
    address = {"medium": "email", "address": "eve@example.org", "id_server": "i.example.org"}
    answer = await alice.post(path, {**address, "id_access_token": "x"})
    answer.refused(403, "M_THREEPID_DENIED")
    (await alice.post(f"/rooms/{room}/ban", {"user_id": eve.user_id})).ok()
    (await alice.post(path, {"user_id": eve.user_id})).refused(403, "M_FORBIDDEN")
    assert await members(alice, room) == {
        alice.user_id: "join",
        bob.user_id: "join",
        eve.user_id: "ban",
    }


async def test_only_members_with_the_power_invite(server: Server) -> None:
    alice, bob, eve = [await server.register(name) for name in ("alice", "bob", "eve")]
    room = await alice.create_room(power_level_content_override={"invite": 50})
    body = {"user_id": eve.user_id}
    refusals = [
        (await bob.post(f"/rooms/{each}/invite", body)).refused(403, "M_FORBIDDEN")
        for each in (room, NOWHERE)
    ]
    assert refusals[0] == refusals[1]
    await alice.invite(room, bob)
    await bob.join(room)
    (await bob.post(f"/rooms/{room}/invite", body)).refused(403, "M_FORBIDDEN")


@pytest.mark.parametrize(
    "type_", ["m.invite_permission_config", "org.matrix.msc4380.invite_permission_config"]
)
async def test_who_blocks_invitations_gets_none(alice: Client, bob: Client, type_: str) -> None:
    room = await alice.create_room()
    path = f"/user/{bob.user_id}/account_data/{type_}"
    (await bob.put(path, {"default_action": "block"})).ok()
    body = {"user_id": bob.user_id}
    (await alice.post(f"/rooms/{room}/invite", body)).refused(403, "M_INVITE_BLOCKED")
    fields = {"invite": [bob.user_id]}
    (await alice.post("/createRoom", fields)).refused(403, "M_INVITE_BLOCKED")
    answer = await alice.put(
        f"/rooms/{room}/state/m.room.member/{bob.user_id}", {"membership": "invite"}
    )
    answer.refused(403, "M_INVITE_BLOCKED")
    assert await members(alice, room) == {alice.user_id: "join"}
    (await bob.put(path, {"default_action": "org.example.sometimes"})).ok()
    await alice.invite(room, bob)


async def test_who_blocks_invitations_sees_none_of_before(alice: Client, bob: Client) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    sliding = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
    every = {"lists": {"a": {"ranges": [[0, 9]], "timeline_limit": 1, "required_state": []}}}

    async def shown() -> tuple[bool, bool]:
        invited = (await bob.sync()).get("rooms", {}).get("invite", {})
        return room in invited, room in (await bob.post(sliding, every)).ok()["rooms"]

    assert await shown() == (True, True)
    path = f"/user/{bob.user_id}/account_data/m.invite_permission_config"
    (await bob.put(path, {"default_action": "block"})).ok()
    assert await shown() == (False, False)
    (await bob.put(path, {})).ok()
    assert await shown() == (True, True)


FILTER = "org.matrix.msc4155.invite_permission_config"
SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"


async def choose(client: Client, **lists: object) -> None:
    path = f"/user/{client.user_id}/account_data/{FILTER}"
    (await client.put(path, lists)).ok()


async def is_shown(client: Client, room: str) -> bool:
    """Whether both kinds of sync show an invitation, which must agree."""
    every = {"lists": {"a": {"ranges": [[0, 9]], "timeline_limit": 1, "required_state": []}}}
    invited = (await client.sync()).get("rooms", {}).get("invite", {})
    slid = (await client.post(SLIDING, every)).ok()["rooms"]
    assert (room in invited) is (room in slid)
    return room in invited


async def test_whose_invitations_are_taken_is_chosen_by_lists(
    server: Server, alice: Client, bob: Client
) -> None:
    carol = await server.register("carol")
    found = (await bob.get("/capabilities")).ok()["capabilities"]
    assert found[f"{FILTER}_enforced"] == {"enabled": True}
    await choose(
        bob,
        allowed_users=["@AL*:depesha.test"],
        blocked_servers=["*"],
        ignored_users=None,
        ignored_servers="nonsense",
    )
    body = {"user_id": bob.user_id}
    theirs = await carol.create_room()
    (await carol.post(f"/rooms/{theirs}/invite", body)).refused(403, "M_INVITE_BLOCKED")
    (await carol.post("/createRoom", {"invite": [bob.user_id]})).refused(403, "M_INVITE_BLOCKED")
    ours = await alice.create_room(invite=[bob.user_id])
    assert await is_shown(bob, ours)
    await choose(bob, blocked_servers=["*.elsewhere"], blocked_users=[7, "@ca?ol:depesha.test"])
    (await carol.post(f"/rooms/{theirs}/invite", body)).refused(403, "M_INVITE_BLOCKED")
    await choose(bob)
    (await carol.post(f"/rooms/{theirs}/invite", body)).ok()
    assert await is_shown(bob, theirs)


async def test_who_is_ignored_learns_nothing_and_nobody_sees_the_invitation(
    server: Server, alice: Client, bob: Client
) -> None:
    carol = await server.register("carol")
    await choose(bob, allowed_users=[carol.user_id], ignored_servers=["depesha.test"])
    since = (await bob.sync())["next_batch"]
    hidden = await alice.create_room(invite=[bob.user_id])
    assert (await members(alice, hidden))[bob.user_id] == "invite"
    assert not await is_shown(bob, hidden)
    assert hidden not in (await bob.sync(since)).get("rooms", {}).get("invite", {})
    seen = await carol.create_room(invite=[bob.user_id])
    assert await is_shown(bob, seen)
    await choose(bob)
    assert await is_shown(bob, hidden)
