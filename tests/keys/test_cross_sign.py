"""Cross-signing keys and signatures: who may change them, and who sees which."""

from typing import Any

import pytest

from tests.harness.client import Client
from tests.harness.server import Server
from tests.keys.signing import (
    Device,
    Identity,
    new_key,
    password_auth,
    public,
    query,
    sign,
)

UPLOAD = "/keys/device_signing/upload"
SIGN = "/keys/signatures/upload"


@pytest.fixture
async def identity(alice: Client) -> Identity:
    """Alice's cross-signing keys, uploaded."""
    identity = Identity(alice.user_id)
    (await identity.upload(alice)).ok()
    return identity


@pytest.fixture
async def bobs(bob: Client) -> Identity:
    """Bob's cross-signing keys, uploaded."""
    identity = Identity(bob.user_id)
    (await identity.upload(bob)).ok()
    return identity


# --- uploading keys ------------------------------------------------------------------


async def test_the_first_keys_need_no_authentication(
    alice: Client, bob: Client, identity: Identity
) -> None:
    user_id = alice.user_id
    own = await query(alice, user_id)
    assert own["master_keys"][user_id] == identity.key("master")
    assert own["self_signing_keys"][user_id] == identity.key("self_signing")
    assert own["user_signing_keys"][user_id] == identity.key("user_signing")
    others = await query(bob, user_id)
    assert others["master_keys"][user_id] == identity.key("master")
    assert others["self_signing_keys"][user_id] == identity.key("self_signing")
    # The user-signing key is its owner's alone to see.
    assert others["user_signing_keys"] == {}


async def test_the_same_keys_are_free(alice: Client, identity: Identity) -> None:
    (await identity.upload(alice)).ok()
    (await alice.post(UPLOAD, identity.body("self_signing"))).ok()


async def test_replacing_keys_needs_the_password(alice: Client, identity: Identity) -> None:
    new = Identity(alice.user_id)
    asked = await new.upload(alice)
    assert asked.status == 401
    session = asked.json["session"]
    wrong = password_auth(alice.user_id, session, "not the password")
    assert (await new.upload(alice, auth=wrong)).status == 401
    assert (await query(alice, alice.user_id))["master_keys"][alice.user_id] == identity.key(
        "master"
    )
    (await new.upload(alice, auth=password_auth(alice.user_id, session))).ok()
    assert (await query(alice, alice.user_id))["master_keys"][alice.user_id] == new.key("master")


async def test_an_authentication_is_for_the_keys_it_was_begun_with(
    alice: Client, identity: Identity
) -> None:
    new, other = Identity(alice.user_id), Identity(alice.user_id)
    session = (await new.upload(alice)).json["session"]
    auth = password_auth(alice.user_id, session)
    (await other.upload(alice, auth=auth)).refused(403, "M_FORBIDDEN")


async def test_a_further_key_needs_the_password(alice: Client) -> None:
    identity = Identity(alice.user_id)
    (await alice.post(UPLOAD, identity.body("master"))).ok()
    assert (await alice.post(UPLOAD, identity.body("self_signing"))).status == 401
    body = identity.body("self_signing") | {"auth": password_auth(alice.user_id)}
    (await alice.post(UPLOAD, body)).ok()


async def test_a_new_master_key_ends_what_the_old_one_signed(
    alice: Client, identity: Identity
) -> None:
    new = Identity(alice.user_id)
    body = new.body("master") | {"auth": password_auth(alice.user_id)}
    (await alice.post(UPLOAD, body)).ok()
    found = await query(alice, alice.user_id)
    assert found["master_keys"][alice.user_id] == new.key("master")
    assert found["self_signing_keys"] == {}
    assert found["user_signing_keys"] == {}


async def test_keys_without_a_master_key_are_refused(alice: Client) -> None:
    body = Identity(alice.user_id).body("self_signing")
    (await alice.post(UPLOAD, body)).refused(400, "M_MISSING_PARAM")
    assert (await query(alice, alice.user_id))["self_signing_keys"] == {}


async def test_keys_that_the_master_key_did_not_sign_are_refused(alice: Client) -> None:
    identity, other = Identity(alice.user_id), Identity(alice.user_id)
    for usage in ("self_signing", "user_signing"):
        body = identity.body() | {f"{usage}_key": other.key(usage)}
        (await alice.post(UPLOAD, body)).refused(400, "M_INVALID_SIGNATURE")
        forged = identity.key(usage)
        forged["signatures"] = {
            alice.user_id: {f"ed25519:{public(identity.master)}": "AAAA" + "A" * 82}
        }
        body = identity.body() | {f"{usage}_key": forged}
        (await alice.post(UPLOAD, body)).refused(400, "M_INVALID_SIGNATURE")
    assert (await query(alice, alice.user_id))["master_keys"] == {}
    (await identity.upload(alice)).ok()


async def test_malformed_keys_are_refused(alice: Client) -> None:
    identity = Identity(alice.user_id)
    master, name = identity.key("master"), public(identity.master)
    changes: list[dict[str, Any]] = [
        {"user_id": "@other:depesha.test"},
        {"usage": ["self_signing"]},
        {"usage": "master"},
        {"keys": {}},
        {"keys": {f"ed25519:{name}": name, "ed25519:b": "b"}},
        {"keys": {"ed25519:other": name}},
        {"keys": {"ed25519:AAAA": "AAAA"}},
        {"keys": {"ed25519:???": "???"}},
        {"signatures": []},
    ]
    for change in changes:
        answer = await alice.post(UPLOAD, {"master_key": master | change})
        answer.refused(400, "M_INVALID_PARAM")
    (await alice.post(UPLOAD, {"master_key": master})).ok()


async def test_a_key_is_not_called_like_a_device(server: Server, alice: Client) -> None:
    identity = Identity(alice.user_id)
    await server.anyone.login("alice", device_id=public(identity.self_signing))
    (await identity.upload(alice)).refused(403, "M_FORBIDDEN")
    assert (await query(alice, alice.user_id))["master_keys"] == {}


async def test_a_device_is_not_called_like_a_key(
    server: Server, alice: Client, identity: Identity
) -> None:
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": "alice"},
        "password": password_auth("")["password"],
    }
    for key in (identity.master, identity.self_signing, identity.user_signing):
        answer = await server.anyone.post("/login", body | {"device_id": public(key)})
        answer.refused(403, "M_FORBIDDEN")


async def test_the_master_key_comes_with_a_devices_signature(phone: Device, bob: Client) -> None:
    alice = phone.client
    await phone.upload()
    identity = Identity(alice.user_id)
    master = identity.key("master")
    wrong = sign(master, alice.user_id, alice.device_id, new_key())
    body = identity.body() | {"master_key": wrong}
    (await alice.post(UPLOAD, body)).refused(400, "M_INVALID_SIGNATURE")
    right = sign(master, alice.user_id, alice.device_id, phone.key)
    (await alice.post(UPLOAD, identity.body() | {"master_key": right})).ok()
    assert (await query(bob, alice.user_id))["master_keys"][alice.user_id] == right


# --- uploading signatures ------------------------------------------------------------


async def test_a_self_signing_key_signs_a_device_for_all_to_see(
    phone: Device, bob: Client, identity: Identity
) -> None:
    alice = phone.client
    await phone.upload()
    name = public(identity.self_signing)
    signed = sign(phone.keys, alice.user_id, name, identity.self_signing)
    body = {alice.user_id: {alice.device_id: signed}}
    assert (await alice.post(SIGN, body)).ok()["failures"] == {}
    for viewer in (alice, bob):
        found = await query(viewer, alice.user_id)
        assert found["device_keys"][alice.user_id][alice.device_id] == signed


async def test_a_device_signs_its_owners_master_key(
    phone: Device, bob: Client, identity: Identity
) -> None:
    alice = phone.client
    await phone.upload()
    signed = sign(identity.key("master"), alice.user_id, alice.device_id, phone.key)
    body = {alice.user_id: {public(identity.master): signed}}
    assert (await alice.post(SIGN, body)).ok()["failures"] == {}
    for viewer in (alice, bob):
        assert (await query(viewer, alice.user_id))["master_keys"][alice.user_id] == signed


async def test_nobody_else_sees_whom_somebody_has_verified(
    server: Server, alice: Client, bob: Client, identity: Identity, bobs: Identity
) -> None:
    name = public(identity.user_signing)
    signed = sign(bobs.key("master"), alice.user_id, name, identity.user_signing)
    body = {bob.user_id: {public(bobs.master): signed}}
    assert (await alice.post(SIGN, body)).ok()["failures"] == {}
    assert (await query(alice, bob.user_id))["master_keys"][bob.user_id] == signed
    carol = await server.register("carol")
    for viewer in (bob, carol):
        found = await query(viewer, bob.user_id)
        assert found["master_keys"][bob.user_id] == bobs.key("master")


async def test_signatures_that_come_with_a_key_are_hidden_alike(
    phone: Device, bob: Client, identity: Identity
) -> None:
    alice = phone.client
    await phone.upload()
    keys = phone.keys
    for name, key in (
        (public(identity.master), identity.master),
        (public(identity.user_signing), identity.user_signing),
    ):
        keys = sign(keys, alice.user_id, name, key)
    keys = sign(keys, "@carol:depesha.test", "ed25519", new_key())
    (await alice.post("/keys/upload", {"device_keys": keys})).ok()
    found = await query(bob, alice.user_id)
    seen = found["device_keys"][alice.user_id][alice.device_id]["signatures"]
    assert seen == phone.keys["signatures"]


async def _failure(client: Client, user_id: str, name: str, signed: dict[str, Any]) -> Any:
    answer = await client.post(SIGN, {user_id: {name: signed}})
    return answer.ok()["failures"][user_id][name]["errcode"]


async def test_wrong_signatures_fail_one_by_one(
    phone: Device, laptop: Device, identity: Identity, bobs: Identity
) -> None:
    alice, bob = phone.client, laptop.client
    await phone.upload()
    await laptop.upload()
    device, ssk = alice.device_id, identity.self_signing
    name = public(ssk)

    def by_ssk(value: dict[str, Any]) -> dict[str, Any]:
        return sign(value, alice.user_id, name, ssk)

    forged = sign(phone.keys, alice.user_id, name, new_key())
    assert await _failure(alice, alice.user_id, device, forged) == "M_INVALID_SIGNATURE"
    by_user_signing = sign(
        phone.keys, alice.user_id, public(identity.user_signing), identity.user_signing
    )
    assert await _failure(alice, alice.user_id, device, by_user_signing) == "M_INVALID_SIGNATURE"
    changed = by_ssk({**phone.keys, "algorithms": []})
    assert await _failure(alice, alice.user_id, device, changed) == "M_INVALID_PARAM"
    assert await _failure(alice, alice.user_id, "NONE", by_ssk(phone.keys)) == "M_NOT_FOUND"
    # Another person's device is not for the self-signing key to sign, nor for any of ours.
    other = by_ssk(laptop.keys)
    assert await _failure(alice, bob.user_id, bob.device_id, other) == "M_NOT_FOUND"
    for key in (identity.self_signing, identity.master):
        signed = sign(bobs.key("master"), alice.user_id, public(key), key)
        errcode = await _failure(alice, bob.user_id, public(bobs.master), signed)
        assert errcode == "M_INVALID_SIGNATURE"
    found = await query(alice, alice.user_id, bob.user_id)
    assert found["device_keys"][alice.user_id][device] == phone.keys
    assert found["master_keys"][bob.user_id] == bobs.key("master")


async def test_a_right_signature_is_kept_beside_a_wrong_one(
    phone: Device, identity: Identity
) -> None:
    alice = phone.client
    await phone.upload()
    name = public(identity.self_signing)
    right = sign(phone.keys, alice.user_id, name, identity.self_signing)
    body = {alice.user_id: {alice.device_id: right, "NONE": right}}
    failures = (await alice.post(SIGN, body)).ok()["failures"]
    assert failures[alice.user_id].keys() == {"NONE"}
    found = await query(alice, alice.user_id)
    assert found["device_keys"][alice.user_id][alice.device_id] == right


async def test_malformed_signatures_are_refused(alice: Client) -> None:
    for signed in ({}, {"signatures": 1}, {"signatures": {alice.user_id: {"a": 1}}}):
        answer = await alice.post(SIGN, {alice.user_id: {"D": signed}})
        answer.refused(400, "M_BAD_JSON")
    (await alice.post(SIGN, {alice.user_id: {"D": 1}})).refused(400, "M_BAD_JSON")


async def test_a_new_self_signing_key_voids_the_signatures_of_the_old_one(
    phone: Device, identity: Identity
) -> None:
    alice = phone.client
    await phone.upload()
    name = public(identity.self_signing)
    signed = sign(phone.keys, alice.user_id, name, identity.self_signing)
    (await alice.post(SIGN, {alice.user_id: {alice.device_id: signed}})).ok()
    identity.self_signing = new_key()
    body = identity.body("self_signing") | {"auth": password_auth(alice.user_id)}
    (await alice.post(UPLOAD, body)).ok()
    found = await query(alice, alice.user_id)
    assert found["device_keys"][alice.user_id][alice.device_id] == phone.keys
