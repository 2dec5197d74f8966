"""Building, parsing and showing events."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.base.canonical import Content, Json, canonical
from depesha.base.errors import MatrixError
from depesha.events.event import (
    DEFAULT_ROOM_VERSION,
    MAX_EVENT_BYTES,
    ROOM_VERSIONS,
    Draft,
    RoomVersion,
    build_event,
    check_size,
    client_event,
    load_event,
    parse_event,
    stripped_event,
)
from depesha.events.sign import has_right_hash, sign_pdu, verify_pdu
from tests.events.rooms import ALICE, SIGNER, VERSIONS, create_room
from tests.events.values import json_objects, texts

V5, V6, V10, V11, V12 = (ROOM_VERSIONS[each] for each in ("5", "6", "10", "11", "12"))
each_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.id)


def test_the_versions_served() -> None:
    assert list(ROOM_VERSIONS) == [str(number) for number in range(3, 13)]
    assert DEFAULT_ROOM_VERSION == "12"
    assert all(version.id == name for name, version in ROOM_VERSIONS.items())


@given(st.sampled_from(VERSIONS), texts, st.none() | texts, json_objects)
def test_what_is_built_can_be_parsed_and_verified(
    version: RoomVersion, event_type: str, state_key: str | None, content: Content
) -> None:
    event = create_room(version).build("m." + event_type, content, state_key=state_key)
    assert (event.type, event.content, event.state_key) == ("m." + event_type, content, state_key)
    assert parse_event(event.pdu, version) == event
    assert load_event(event.pdu, event.event_id, version) == event
    pdu = json.loads(event.pdu)
    assert canonical(pdu) == event.pdu
    assert has_right_hash(pdu, version)
    assert verify_pdu(pdu, version, "here", {"ed25519:1": SIGNER.public_key})
    assert sign_pdu(pdu, version, SIGNER) == pdu, "the quick way and the plain way agree"


@each_version
def test_places_in_the_room(version: RoomVersion) -> None:
    room = create_room(version)
    member = room.member(ALICE)
    event = room.build("m.room.name", {}, state_key="", prev=(member,))
    create = room.current("m.room.create")
    assert event.prev_events == (member,)
    assert event.auth_events == ((member,) if version is V12 else (create.event_id, member))
    assert event.room_id == create.room_id
    assert event.event_id.startswith("$")
    assert len(event.event_id) == 44


def test_the_room_id_of_version_12_is_the_create_event() -> None:
    create = create_room(V12).find("m.room.create", "")
    assert create is not None
    assert create.room_id == "!" + create.event_id[1:]
    assert "room_id" not in json.loads(create.pdu)
    with pytest.raises(ValueError, match="no `room_id`"):
        parse_event(canonical({**json.loads(create.pdu), "room_id": create.room_id}), V12)


@each_version
def test_unsigned_is_no_part_of_the_event(version: RoomVersion) -> None:
    event = create_room(version).build("m.room.message", {"body": "text"})
    spaced = json.dumps({**json.loads(event.pdu), "unsigned": {"age": 5}}, indent=1).encode()
    assert parse_event(spaced, version) == event


@pytest.mark.parametrize("given_in", ["draft", "content"])
@each_version
def test_a_redaction_names_its_target_where_the_version_keeps_it(
    version: RoomVersion, given_in: str
) -> None:
    content = {"reason": "rude"} if given_in == "draft" else {"reason": "rude", "redacts": "$x"}
    redacts = "$x" if given_in == "draft" else None
    event = create_room(version).build("m.room.redaction", content, redacts=redacts)
    pdu = json.loads(event.pdu)
    in_content = int(version.id) >= 11
    assert pdu["content"].get("redacts") == ("$x" if in_content else None)
    assert pdu.get("redacts") == (None if in_content else "$x")
    assert event.redacts == parse_event(event.pdu, version).redacts == "$x"
    shown = json.loads(client_event(event) + b"}")
    assert shown["redacts"] == "$x"
    assert shown["content"] == {"reason": "rude", "redacts": "$x"}


@each_version
def test_only_redactions_redact(version: RoomVersion) -> None:
    event = create_room(version).build("m.room.message", {"redacts": "$x"}, redacts="$x")
    assert event.redacts is None
    assert "redacts" not in json.loads(client_event(event) + b"}")


@each_version
def test_the_client_format(version: RoomVersion) -> None:
    """Spec: client-server API, "Room event format" and "Stripped state"."""
    room = create_room(version)
    message = room.build("m.room.message", {"b": 1, "a": "й"})
    expected = {
        "content": {"b": 1, "a": "й"},
        "event_id": message.event_id,
        "origin_server_ts": message.origin_server_ts,
        "room_id": room.room_id,
        "sender": ALICE,
        "type": "m.room.message",
    }
    assert json.loads(client_event(message) + b"}") == expected
    unsigned = client_event(message) + b',"unsigned":{"age":1}}'
    assert json.loads(unsigned) == {**expected, "unsigned": {"age": 1}}
    name = room.build("m.room.name", {"name": "n"}, state_key="")
    assert json.loads(client_event(name) + b"}")["state_key"] == ""
    assert stripped_event(name) == {
        "content": {"name": "n"},
        "sender": ALICE,
        "state_key": "",
        "type": "m.room.name",
    }


def test_no_room_is_deeper_than_an_integer() -> None:
    event = build_event(
        Draft("m.room.message", {}, ALICE, create_room(V12).room_id),
        V12,
        prev_events=[],
        auth_events=[],
        depth=2**60,
        origin_server_ts=8,
        signer=SIGNER,
    )
    assert (event.depth, event.origin_server_ts) == (2**53 - 1, 8)


@pytest.mark.parametrize("content", [{"a": 1.5}, {"a": [2**53]}, {"a": "\0"}, {"\0": {}}])
def test_content_without_a_canonical_form_is_not_sent(content: Content) -> None:
    room = create_room(V12)
    assert room.build("m.room.message", {"a": 1}).content == {"a": 1}
    with pytest.raises(MatrixError, match="M_BAD_JSON"):
        room.build("m.room.message", content)


@pytest.mark.parametrize(
    ("name", "fits", "exceeds"),
    [
        ("type", "t" * 255, "t" * 256),
        ("state_key", "й" * 127, "й" * 128),
        ("sender", f"@{'a' * 249}:here", f"@{'a' * 250}:here"),
        ("room_id", "!" + "a" * 254, "!" + "a" * 255),
        ("pdu", b"x" * MAX_EVENT_BYTES, b"x" * (MAX_EVENT_BYTES + 1)),
    ],
)
def test_size_limits(name: str, fits: Json, exceeds: Json) -> None:
    """Spec: client-server API, "Size limits"."""
    event = create_room(V12).build("m.room.name", {}, state_key="")
    check_size(replace(event, **{name: fits}))
    with pytest.raises(MatrixError) as refused:
        check_size(replace(event, **{name: exceeds}))
    assert (refused.value.status, refused.value.errcode) == (413, "M_TOO_LARGE")


@each_version
def test_an_event_is_no_larger_than_it_may_be(version: RoomVersion) -> None:
    room = create_room(version)
    rest = len(room.build("m.room.message", {"body": ""}).pdu)
    event = room.build("m.room.message", {"body": "x" * (MAX_EVENT_BYTES - rest)})
    assert len(event.pdu) == MAX_EVENT_BYTES
    with pytest.raises(MatrixError, match="M_TOO_LARGE"):
        room.build("m.room.message", {"body": "x" * (MAX_EVENT_BYTES - rest + 1)})
    pdu = json.loads(event.pdu)
    assert parse_event(canonical({**pdu, "unsigned": {"age": 1}}), version) == event
    with pytest.raises(ValueError, match="larger than 65536"):
        parse_event(canonical({**pdu, "z": 1}), version)


ABSENT = object()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("type", ABSENT, "`type` is missing or not a string"),
        ("type", 1, "`type`"),
        ("type", "t" * 256, "`type` is longer than 255 bytes"),
        ("sender", ABSENT, "`sender`"),
        ("sender", "alice", "`sender` is not a user id"),
        ("sender", "@alice", "`sender` is not a user id"),
        ("content", ABSENT, "`content`"),
        ("content", [], "`content` is missing or not an object"),
        ("origin_server_ts", ABSENT, "`origin_server_ts`"),
        ("origin_server_ts", "1", "`origin_server_ts`"),
        ("origin_server_ts", True, "`origin_server_ts` is missing or not an integer"),
        ("depth", ABSENT, "`depth`"),
        ("depth", -1, "`depth` is out of range"),
        ("hashes", ABSENT, "`hashes`"),
        ("hashes", {}, "`hashes` has no `sha256` string"),
        ("signatures", ABSENT, "`signatures`"),
        ("signatures", {"here": []}, "`signatures` is not an object of objects"),
        ("signatures", {"here": {"ed25519:1": 1}}, "`signatures` is not an object of objects"),
        ("auth_events", ABSENT, "`auth_events`"),
        ("auth_events", {}, "`auth_events` is missing or not an array"),
        ("auth_events", ["x"], "`auth_events` has an entry that is not an event id"),
        ("auth_events", [["$x", {}]], "`auth_events` has an entry"),
        ("auth_events", ["$x"] * 11, "`auth_events` has more than 10 entries"),
        ("prev_events", ABSENT, "`prev_events`"),
        ("prev_events", [1], "`prev_events` has an entry that is not an event id"),
        ("prev_events", ["$x"] * 21, "`prev_events` has more than 20 entries"),
        ("state_key", None, "`state_key` is not a string"),
        ("state_key", "k" * 256, "`state_key` is longer than 255 bytes"),
        ("room_id", ABSENT, "`room_id` is missing or not a room id"),
        ("room_id", "#room:here", "`room_id` is missing or not a room id"),
        ("x", "\0", "no canonical form"),
    ],
)
@pytest.mark.parametrize("version", [V5, V10, V12], ids=lambda version: version.id)
def test_what_is_no_event_is_refused(
    version: RoomVersion, name: str, value: object, message: str
) -> None:
    pdu = json.loads(create_room(version).build("m.room.message", {}).pdu)
    assert parse_event(json.dumps(pdu).encode(), version).type == "m.room.message"
    changed = {key: each for key, each in {**pdu, name: value}.items() if each is not ABSENT}
    with pytest.raises(ValueError, match=message):
        parse_event(json.dumps(changed).encode(), version)


@each_version
def test_what_is_just_an_event_is_one(version: RoomVersion) -> None:
    pdu = json.loads(create_room(version).build("m.room.message", {}).pdu)
    edges = {
        "auth_events": [f"${n}" for n in range(10)],
        "prev_events": [f"${n}" for n in range(20)],
        "depth": 0,
        "state_key": "k" * 255,
    }
    event = parse_event(canonical({**pdu, **edges}), version)
    assert (len(event.auth_events), len(event.prev_events), event.depth) == (10, 20, 0)


def test_times_of_old_versions_fit_64_bits() -> None:
    pdu = json.loads(create_room(V5).build("m.room.message", {}).pdu)
    for edge, beyond in ((2**63 - 1, 2**63), (-(2**63), -(2**63) - 1)):
        at_edge = json.dumps({**pdu, "origin_server_ts": edge}).encode()
        assert parse_event(at_edge, V5).origin_server_ts == edge
        with pytest.raises(ValueError, match="`origin_server_ts` is out of range"):
            parse_event(json.dumps({**pdu, "origin_server_ts": beyond}).encode(), V5)


@pytest.mark.parametrize("data", [b"", b"[]", b"1", b"{", b"\xff", b'{"a":NaN}', b"[" * 5000])
@each_version
def test_what_is_no_json_object_is_refused(version: RoomVersion, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"the PDU is not (JSON|an object)"):
        parse_event(data, version)


def test_the_room_id_has_the_form_of_the_version() -> None:
    """Spec: appendices, "Room IDs"."""
    for version, other in ((V11, "!domainless"), (V12, "!room:here")):
        pdu = json.loads(create_room(version).build("m.room.message", {}).pdu)
        assert parse_event(canonical(pdu), version).room_id == pdu["room_id"]
        with pytest.raises(ValueError, match="form of this room version"):
            parse_event(canonical({**pdu, "room_id": other}), version)


def test_redacts_is_a_string_where_it_is_a_key_of_the_event() -> None:
    pdu = json.loads(create_room(V10).build("m.room.redaction", {}, redacts="$x").pdu)
    assert parse_event(canonical(pdu), V10).redacts == "$x"
    with pytest.raises(ValueError, match="`redacts` is not a string"):
        parse_event(canonical({**pdu, "redacts": 1}), V10)


@pytest.mark.parametrize(
    ("number", "canonical_form"),
    [
        ("1.5", b"1.5"),
        ("1e10", b"10000000000.0"),
        ("1e22", b"1e+22"),
        ("9007199254740993", b"9007199254740993"),
        ("123456789012345678901234567890", b"123456789012345678901234567890"),
    ],
)
def test_room_version_6_made_canonical_json_strict(number: str, canonical_form: bytes) -> None:
    """Spec: room version 6, "Canonical JSON", against the code of appendices, "Canonical JSON"."""
    for version in (V5, V6):
        pdu = json.loads(create_room(version).build("m.room.message", {"n": 1}).pdu)
        text = json.dumps(pdu).replace('"n": 1', f'"n": {number}').encode()
        assert parse_event(json.dumps(pdu).encode(), version).type == "m.room.message"
        if version is V6:
            with pytest.raises(ValueError, match="a number is not an integer"):
                parse_event(text, version)
        else:
            event = parse_event(text, version)
            assert b'"content":{"n":' + canonical_form + b"}" in event.pdu
            assert load_event(event.pdu, event.event_id, version) == event
            assert parse_event(event.pdu, version) == event
            assert canonical_form in client_event(event)


def test_the_depth_of_old_versions_may_be_greater() -> None:
    for version, limit in ((V5, 2**63 - 1), (V6, 2**53 - 1)):
        pdu = json.loads(create_room(version).build("m.room.message", {}).pdu)
        assert parse_event(canonical({**pdu, "depth": limit}), version).depth == limit
        with pytest.raises(ValueError, match=r"depth|2\^53"):
            parse_event(json.dumps({**pdu, "depth": limit + 1}).encode(), version)
