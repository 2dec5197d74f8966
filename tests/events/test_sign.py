"""Hashes, ids and signatures: the vectors of the specification, and their properties."""

import binascii
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.base.canonical import Content, canonical, canonical_loose
from depesha.events.event import ROOM_VERSIONS, add_signature, parse_event
from depesha.events.sign import (
    MAX_KEY_LIFE_MS,
    Signer,
    content_hash,
    decode_base64,
    encode_base64,
    encode_url_base64,
    event_id_of,
    has_right_hash,
    is_key_expired,
    is_key_valid,
    reference_hash,
    sign_json,
    sign_pdu,
    verify_json,
    verify_pdu,
    verify_signature,
)
from tests.events.rooms import SIGNER, VERSIONS, create_room
from tests.events.values import json_objects

SPEC_SIGNER = Signer(
    "domain", "ed25519:1", decode_base64("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1")
)
V3 = ROOM_VERSIONS["3"]
"""Redacts as room version 1 does, which the vectors are of."""


@pytest.mark.parametrize(
    ("value", "signature"),
    [
        (
            {},
            "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ",
        ),
        (
            {"one": 1, "two": "Two"},
            "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw",
        ),
    ],
)
def test_json_vectors(value: Content, signature: str) -> None:
    """Spec: appendices, "JSON Signing"."""
    signed = sign_json(value, SPEC_SIGNER)
    assert signed == {**value, "signatures": {"domain": {"ed25519:1": signature}}}


MINIMAL = {
    "room_id": "!x:domain",
    "sender": "@a:domain",
    "origin": "domain",
    "origin_server_ts": 1000000,
    "signatures": {},
    "hashes": {},
    "type": "X",
    "content": {},
    "prev_events": [],
    "auth_events": [],
    "depth": 3,
    "unsigned": {"age_ts": 1000000},
}
REDACTABLE = {
    "content": {"body": "Here is the message content"},
    "event_id": "$0:domain",
    "origin": "domain",
    "origin_server_ts": 1000000,
    "type": "m.room.message",
    "room_id": "!r:domain",
    "sender": "@u:domain",
    "signatures": {},
    "unsigned": {"age_ts": 1000000},
}


@pytest.mark.parametrize(
    ("pdu", "sha256", "signature"),
    [
        (
            MINIMAL,
            "5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos",
            "KxwGjPSDEtvnFgU00fwFz+l6d2pJM6XBIaMEn81SXPTRl16AqLAYqfIReFGZlHi5KLjAWbOoMszkwsQma+lYAg",
        ),
        (
            REDACTABLE,
            "onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g",
            "Wm+VzmOUOz08Ds+0NTWb1d4CZrVsJSikkeRxh6aCcUwu6pNC78FunoD7KNWzqFn241eYHYMGCA5McEiVPdhzBA",
        ),
    ],
)
def test_event_vectors(pdu: Content, sha256: str, signature: str) -> None:
    """Spec: appendices, "Event Signing"."""
    hashed = {**pdu, "hashes": {"sha256": content_hash(pdu, V3)}}
    assert hashed["hashes"]["sha256"] == sha256
    signed = sign_pdu(hashed, V3, SPEC_SIGNER)
    assert signed == {**hashed, "signatures": {"domain": {"ed25519:1": signature}}}
    keys = {"ed25519:1": SPEC_SIGNER.public_key}
    assert verify_pdu(signed, V3, "domain", keys)
    assert not verify_pdu({**signed, "sender": "@b:domain"}, V3, "domain", keys)


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"", ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"foobar", "Zm9vYmFy")],
)
def test_base64_examples(data: bytes, text: str) -> None:
    """Spec: appendices, "Unpadded Base64"."""
    assert encode_base64(data) == text
    assert decode_base64(text) == data


@given(st.binary())
def test_base64_is_read_in_either_alphabet_padded_or_not(data: bytes) -> None:
    text = encode_base64(data)
    assert decode_base64(text + "=" * (-len(text) % 4)) == data
    assert decode_base64(encode_url_base64(data)) == data
    assert not set(encode_url_base64(data)) & set("+/=")


@pytest.mark.parametrize("text", ["a", "Zg*", "Zm 9v", "Zé"])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises((binascii.Error, UnicodeEncodeError)):
        decode_base64(text)


@given(json_objects, json_objects)
def test_a_signature_holds_for_its_object_only(value: Content, other: Content) -> None:
    signed = sign_json(value, SIGNER)
    keys = {"ed25519:1": SIGNER.public_key}
    assert verify_json(signed, "here", keys)
    assert verify_json({**signed, "unsigned": {"age": 1}}, "here", keys)
    moved = {**other, "signatures": signed["signatures"]}
    assert verify_json(moved, "here", keys) is (canonical(other) == canonical(value))


def test_signatures_are_looked_up_by_server_and_key() -> None:
    other = Signer("here", "ed25519:2", b"o" * 32)
    signed = sign_json(sign_json({"a": 1}, SIGNER), other)
    keys = {"ed25519:1": SIGNER.public_key, "ed25519:2": other.public_key}
    assert verify_json(signed, "here", keys)
    assert verify_json(signed, "here", {"ed25519:2": other.public_key}), "unknown keys are skipped"
    assert not verify_json(signed, "there", keys)
    assert not verify_json(signed, "here", {})
    assert not verify_json(signed, "here", {**keys, "ed25519:2": SIGNER.public_key})


@pytest.mark.parametrize(
    "signatures",
    [None, [], {}, {"here": None}, {"here": {"ed25519:1": 1}}, {"here": {"ed25519:1": "*"}}],
)
def test_what_is_no_signature_verifies_nothing(signatures: object) -> None:
    value = {"a": 1, "signatures": signatures}
    assert not verify_json(value, "here", {"ed25519:1": SIGNER.public_key})


def test_a_key_of_the_wrong_length_verifies_nothing() -> None:
    assert verify_signature(b"text", SIGNER.sign(b"text"), SIGNER.public_key)
    assert not verify_signature(b"text", SIGNER.sign(b"text"), SIGNER.public_key[:-1])


def test_event_ids_differ_by_alphabet() -> None:
    digest = b"\xfb\xff" * 16
    assert event_id_of(digest, ROOM_VERSIONS["3"]) == "$" + encode_base64(digest)
    assert event_id_of(digest, ROOM_VERSIONS["4"]) == "$" + encode_url_base64(digest)
    assert encode_base64(digest) != encode_url_base64(digest)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.id)
def test_the_hash_covers_all_and_the_id_what_redaction_leaves(version) -> None:
    event = create_room(version).build("m.room.message", {"body": "text"})
    pdu = json.loads(event.pdu)
    assert has_right_hash(pdu, version)
    altered = {**pdu, "content": {"body": "other"}}
    assert not has_right_hash(altered, version)
    assert reference_hash(altered, version) == reference_hash(pdu, version)
    later = {**pdu, "origin_server_ts": pdu["origin_server_ts"] + 1}
    assert reference_hash(later, version) != reference_hash(pdu, version)
    assert not has_right_hash({**pdu, "hashes": {"sha256": "no hash"}}, version)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.id)
def test_a_second_server_may_sign(version) -> None:
    event = create_room(version).build("m.room.message", {"body": "text"})
    there = Signer("there", "ed25519:7", b"t" * 32)
    both = add_signature(event, there)
    assert both.event_id == event.event_id
    assert parse_event(both.pdu, version) == both
    pdu = json.loads(both.pdu)
    assert verify_pdu(pdu, version, "here", {"ed25519:1": SIGNER.public_key})
    assert verify_pdu(pdu, version, "there", {"ed25519:7": there.public_key})


def test_a_key_is_valid_for_so_long() -> None:
    """Spec: room version 5, "Signing key validity period"."""
    now, strict, lax = 10**12, ROOM_VERSIONS["5"], ROOM_VERSIONS["4"]
    assert is_key_valid(now, now, now, strict)
    assert not is_key_valid(now - 1, now, now, strict)
    assert is_key_valid(now - 1, now, now, lax)
    far = now + 2 * MAX_KEY_LIFE_MS
    assert MAX_KEY_LIFE_MS == 604_800_000, "seven days"
    assert is_key_valid(far, now + MAX_KEY_LIFE_MS, now, strict)
    assert not is_key_valid(far, now + MAX_KEY_LIFE_MS + 1, now, strict)
    assert is_key_expired(now - 1, now)
    assert not is_key_expired(now, now)


@given(json_objects)
def test_both_canonical_forms_agree_where_both_are_defined(value: Content) -> None:
    assert canonical_loose(value) == canonical(value)
