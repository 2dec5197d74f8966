"""Joining rooms."""

from typing import Any

import pytest
from nacl.signing import SigningKey

from depesha.base.canonical import canonical
from depesha.events.sign import encode_base64
from tests.harness.client import Client
from tests.harness.server import Server
from tests.rooms.steps import NOWHERE, members, restricted_room, timeline


async def test_an_open_room_by_id_and_by_alias(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat", room_alias_name="open")
    answer = await bob.post(f"/rooms/{room}/join", {"reason": "curious"})
    assert answer.ok() == {"room_id": room}
    member = await bob.state(room, "m.room.member", bob.user_id)
    assert member == {"membership": "join", "reason": "curious"}
    await bob.leave(room)
    assert await bob.join("#open:depesha.test") == room
    # Once more changes nothing.
    assert await bob.join(room) == room
    assert len(await timeline(bob, room)) == len(await timeline(alice, room)) == 10


async def test_an_invitation_opens_a_closed_room(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    (await bob.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")
    await alice.invite(room, bob)
    await bob.join(room)
    assert await members(bob, room) == {alice.user_id: "join", bob.user_id: "join"}


async def test_a_closed_room_and_none_are_refused_alike(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    refusals = [
        (await bob.post(f"/join/{each}", {})).refused(403, "M_FORBIDDEN")
        for each in (room, NOWHERE)
    ]
    assert refusals[0] == refusals[1]


async def test_the_banned_stay_out(alice: Client, bob: Client) -> None:
    room = await alice.create_room(preset="public_chat")
    (await alice.post(f"/rooms/{room}/ban", {"user_id": bob.user_id})).ok()
    (await bob.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")


async def test_what_leads_to_no_room(alice: Client) -> None:
    (await alice.post("/join/%23none:depesha.test", {})).refused(404, "M_NOT_FOUND")
    (await alice.post("/join/room", {})).refused(400, "M_INVALID_PARAM")
    (await alice.post("/rooms/room/join", {})).refused(403, "M_FORBIDDEN")


# Restricted rooms


@pytest.mark.parametrize("rule", ["restricted", "knock_restricted"])
async def test_members_of_one_room_may_join_another(alice: Client, bob: Client, rule: str) -> None:
    space = await alice.create_room(preset="public_chat")
    room = await restricted_room(alice, space, join_rule=rule)
    (await bob.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")
    await bob.join(space)
    await bob.join(room)
    member = await bob.state(room, "m.room.member", bob.user_id)
    assert member["join_authorised_via_users_server"] == alice.user_id
    await bob.leave(room)
    await bob.leave(space)
    (await bob.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")


async def test_an_invitation_needs_nobody_s_word(alice: Client, bob: Client) -> None:
    space = await alice.create_room(preset="public_chat")
    room = await restricted_room(alice, space)
    await bob.join(space)
    await alice.invite(room, bob)
    await bob.join(room)
    assert await bob.state(room, "m.room.member", bob.user_id) == {"membership": "join"}


async def test_only_who_may_invite_lets_others_in(server: Server) -> None:
    alice, bob, eve = [await server.register(name) for name in ("alice", "bob", "eve")]
    space = await alice.create_room(preset="public_chat")
    room = await restricted_room(alice, space)
    await bob.join(space)
    await bob.join(room)
    await eve.join(space)
    levels = await alice.state(room, "m.room.power_levels")
    await alice.set_state(room, "m.room.power_levels", {**levels, "invite": 50})
    await alice.leave(room)
    (await eve.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")


# Guests


async def test_guests_join_where_they_may_and_leave_when_not(server: Server, alice: Client) -> None:
    answer = (await server.anyone.post("/register", {}, query={"kind": "guest"})).ok()
    guest = Client(server.wire, answer["user_id"], answer["access_token"], answer["device_id"])
    room = await alice.create_room(preset="public_chat")
    answer = await guest.post(f"/rooms/{room}/join", {})
    answer.refused(403, "M_GUEST_ACCESS_FORBIDDEN")
    where = f"/rooms/{room}/state/m.room.member/{guest.user_id}"
    answer = await guest.put(where, {"membership": "join"})
    answer.refused(403, "M_GUEST_ACCESS_FORBIDDEN")
    await alice.set_state(room, "m.room.guest_access", {"guest_access": "can_join"})
    await guest.join(room)
    await guest.send(room, "hello")
    (await guest.put(f"/profile/{guest.user_id}/displayname", {"displayname": "G"})).ok()
    refused = await guest.put(f"/profile/{guest.user_id}/m.tz", {"m.tz": "UTC"})
    refused.refused(403, "M_GUEST_ACCESS_FORBIDDEN")
    await alice.set_state(room, "m.room.guest_access", {"guest_access": "forbidden"})
    assert await members(alice, room) == {alice.user_id: "join", guest.user_id: "leave"}


# Third-party invitations


def _signed(key: SigningKey, user_id: str, token: str) -> dict[str, Any]:
    signed = {"mxid": user_id, "token": token}
    signature = encode_base64(key.sign(canonical(signed)).signature)
    return {**signed, "signatures": {"id.example.org": {"ed25519:0": signature}}}


async def test_a_third_party_invitation_is_redeemed_by_its_signature(
    alice: Client, bob: Client
) -> None:
    key, other = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
    room = await alice.create_room()
    invitation = {
        "display_name": "b…@example.org",
        "key_validity_url": "https://id.example.org/valid",
        "public_key": encode_base64(bytes(key.verify_key)),
    }
    await alice.set_state(room, "m.room.third_party_invite", invitation, "token")
    for wrong in (
        _signed(other, bob.user_id, "token"),
        _signed(key, alice.user_id, "token"),
        _signed(key, bob.user_id, "another"),
        {},
    ):
        body = {"third_party_signed": {"sender": alice.user_id, **wrong}}
        (await bob.post(f"/rooms/{room}/join", body)).refused(403, "M_FORBIDDEN")
    right = {"sender": alice.user_id, **_signed(key, bob.user_id, "token")}
    (await bob.post(f"/rooms/{room}/join", {"third_party_signed": right})).ok()
    invited, joined = (await timeline(bob, room))[-2:]
    assert invited["sender"] == alice.user_id
    assert invited["content"]["third_party_invite"]["display_name"] == "b…@example.org"
    assert joined["content"] == {"membership": "join"}


async def test_nobody_vouches_for_oneself(server: Server, alice: Client, bob: Client) -> None:
    """Whether a restricted room lets somebody in is for the server to find out."""
    inner = await alice.create_room(preset="private_chat")
    allow = [{"type": "m.room_membership", "room_id": inner}]
    rules = {"join_rule": "restricted", "allow": allow}
    room = await alice.create_room(initial_state=[{"type": "m.room.join_rules", "content": rules}])
    content = {"membership": "join", "join_authorised_via_users_server": alice.user_id}
    path = f"/rooms/{room}/state/m.room.member/{bob.user_id}"
    (await bob.put(path, content)).refused(403, "M_FORBIDDEN")
    (await bob.post(f"/join/{room}", {})).refused(403, "M_FORBIDDEN")
