"""What locked and suspended accounts may do.

Spec: client-server API, "Account locking", "Account suspension".
"""

import re
from typing import Any

from tests.accounts.steps import operate, with_password
from tests.harness.client import Client
from tests.harness.endpoints import load_endpoints
from tests.harness.server import Server
from tests.keys.signing import Device

ADMIN = "/_matrix/client/v1/admin"
LEFT_OPEN = {"logout", "logout_all"}


async def test_every_endpoint_but_logging_out_is_closed_to_the_locked(
    server: Server, alice: Client
) -> None:
    assert await operate(server, "PUT", f"{ADMIN}/lock/{alice.user_id}", {"locked": True}) == 200
    asked = 0
    for row in load_endpoints():
        if row.auth.value == "none" or row.spec in LEFT_OPEN:
            continue
        for path in row.paths:
            # A body that is no JSON: the lock is told before anything is looked at.
            answer = await alice.request(row.method, re.sub(r"\{\w+\}", "x", path), data=b"{")
            assert answer.refused(401, "M_USER_LOCKED")["soft_logout"] is True
            asked += 1
    assert asked > 150
    (await alice.post("/logout")).ok()


async def suspend(server: Server, user: Client) -> None:
    path = f"{ADMIN}/suspend/{user.user_id}"
    assert await operate(server, "PUT", path, {"suspended": True}) == 200


async def test_the_suspended_are_refused_what_the_specification_lists(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await alice.create_room(preset="public_chat")
    await bob.join(room)
    levels = await alice.state(room, "m.room.power_levels")
    await alice.set_state(room, "m.room.power_levels", {**levels, "users": {bob.user_id: 100}})
    invited = await alice.create_room(invite=[bob.user_id])
    knocking = {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "knock"}}
    closed = await alice.create_room(initial_state=[knocking])
    hers = await alice.send(room, "hers")
    message: dict[str, Any] = {"msgtype": "m.text", "body": "hello"}
    member = f"/rooms/{invited}/state/m.room.member/{bob.user_id}"
    refused: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", f"/join/{room}", {}),
        ("POST", f"/rooms/{invited}/join", {}),
        ("PUT", member, {"membership": "join"}),
        ("POST", f"/knock/{closed}", {}),
        ("POST", f"/rooms/{room}/invite", {"user_id": "@root:depesha.test"}),
        ("PUT", f"/rooms/{room}/send/m.room.message/1", message),
        ("PUT", f"/rooms/{room}/send/m.reaction/2", {}),
        ("PUT", f"/rooms/{room}/send/m.room.redaction/3", {"redacts": hers}),
        ("PUT", f"/rooms/{room}/redact/{hers}/4", {}),
        ("PUT", f"/profile/{bob.user_id}/displayname", {"displayname": "B"}),
        ("PUT", f"/profile/{bob.user_id}/avatar_url", {"avatar_url": "mxc://x/y"}),
        ("DELETE", f"/profile/{bob.user_id}/displayname", {}),
    ]
    await suspend(server, bob)
    before = await alice.messages(room, limit=50)
    for method, path, body in refused:
        (await bob.request(method, path, json=body)).refused(403, "M_USER_SUSPENDED")
    assert (await alice.messages(room, limit=50))["chunk"] == before["chunk"]


async def test_the_suspended_are_left_what_the_specification_lists(
    server: Server, alice: Client, bob: Client
) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    other = await alice.create_room(invite=[bob.user_id])
    his = [await bob.send(room, str(number)) for number in range(2)]
    await suspend(server, bob)
    # Further sessions, and reading.
    phone = await server.anyone.login("bob")
    since = (await phone.sync())["next_batch"]
    hers = await alice.send(room, "hers")
    (event,) = (await phone.sync(since))["rooms"]["join"][room]["timeline"]["events"]
    assert event["event_id"] == hers
    assert (await phone.messages(room))["chunk"][0]["event_id"] == hers
    # Keys, cross-signing, verification, backup.
    await Device(phone).upload(["one"])
    secret = {"messages": {bob.user_id: {"*": {"transaction_id": "1"}}}}
    (await phone.put("/sendToDevice/m.key.verification.request/1", secret)).ok()
    body = {"algorithm": "m.megolm_backup.v1.curve25519-aes-sha2", "auth_data": {}}
    (await phone.post("/room_keys/version", body)).ok()
    # Taking back, leaving, refusing.
    (await bob.put(f"/rooms/{room}/redact/{his[0]}/1", {})).ok()
    path = f"/rooms/{room}/send/m.room.redaction/2"
    (await bob.put(path, {"redacts": his[1]})).ok()
    await bob.leave(room)
    await bob.leave(other)
    # Signing out, and ending it all.
    (await with_password(bob, "DELETE", f"/devices/{phone.device_id}", {})).ok()
    (await with_password(bob, "POST", "/account/deactivate", {})).ok()
