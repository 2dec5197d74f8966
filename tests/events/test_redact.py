"""What survives redaction, version by version, written out from the specification."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.base.canonical import Content
from depesha.events.event import ROOM_VERSIONS, parse_event
from depesha.events.redact import redact, redact_content, redact_event
from depesha.events.sign import has_right_hash, verify_pdu
from depesha.events.versions import RoomVersion
from tests.events.rooms import SIGNER, VERSIONS, create_room
from tests.events.values import json_objects

ALWAYS = {
    *("event_id", "type", "room_id", "sender", "state_key", "content", "hashes", "signatures"),
    *("depth", "prev_events", "auth_events", "origin_server_ts"),
}
UNTIL_10 = {"origin", "membership", "prev_state"}
NEVER = {"unsigned", "redacts", "age", "replaces_state"}

LEVELS = {
    *("ban", "events", "events_default", "kick", "redact", "state_default", "users"),
    "users_default",
}
# Event type, key of the content, first and last room version in which it survives.
CONTENT = [
    ("m.room.member", "membership", 3, 12),
    ("m.room.member", "join_authorised_via_users_server", 9, 12),
    ("m.room.member", "displayname", 0, 0),
    ("m.room.member", "reason", 0, 0),
    ("m.room.create", "creator", 3, 12),
    ("m.room.create", "room_version", 11, 12),
    ("m.room.create", "type", 11, 12),
    ("m.room.create", "additional_creators", 11, 12),
    ("m.room.join_rules", "join_rule", 3, 12),
    ("m.room.join_rules", "allow", 8, 12),
    *(("m.room.power_levels", name, 3, 12) for name in sorted(LEVELS)),
    ("m.room.power_levels", "invite", 11, 12),
    ("m.room.power_levels", "notifications", 0, 0),
    ("m.room.history_visibility", "history_visibility", 3, 12),
    ("m.room.aliases", "aliases", 3, 5),
    ("m.room.redaction", "redacts", 11, 12),
    ("m.room.redaction", "reason", 0, 0),
    ("m.room.message", "body", 0, 0),
    ("m.room.name", "name", 0, 0),
]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.id)
def test_keys_of_the_event(version: RoomVersion) -> None:
    pdu = dict.fromkeys(ALWAYS | UNTIL_10 | NEVER, "x") | {"type": "m.x", "content": {"a": 1}}
    kept = ALWAYS if int(version.id) >= 11 else ALWAYS | UNTIL_10
    assert redact(pdu, version) == {key: pdu[key] for key in kept} | {"content": {}}
    assert set(pdu) == ALWAYS | UNTIL_10 | NEVER, "the PDU given is left alone"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.id)
def test_keys_of_the_content(version: RoomVersion) -> None:
    for event_type in {row[0] for row in CONTENT}:
        rows = [row for row in CONTENT if row[0] == event_type]
        content = {key: "x" for _, key, _, _ in rows} | {"org.other": "x"}
        kept = {key: "x" for _, key, first, last in rows if first <= int(version.id) <= last}
        if event_type == "m.room.create" and int(version.id) >= 11:
            kept = content
        assert redact_content(event_type, content, version) == kept, event_type


@pytest.mark.parametrize(
    ("invite", "left"),
    [
        ({"signed": {"token": "t"}, "display_name": "n"}, {"signed": {"token": "t"}}),
        ({"display_name": "n"}, {}),
    ],
)
def test_a_third_party_invite_keeps_what_is_signed(invite: Content, left: Content) -> None:
    content = {"membership": "invite", "third_party_invite": invite}
    kept: Content = {"membership": "invite"}
    assert redact_content("m.room.member", content, ROOM_VERSIONS["10"]) == kept
    kept |= {"third_party_invite": left}
    assert redact_content("m.room.member", content, ROOM_VERSIONS["11"]) == kept
    wrong = {"membership": "invite", "third_party_invite": "text"}
    assert redact_content("m.room.member", wrong, ROOM_VERSIONS["11"]) == {"membership": "invite"}


@given(
    st.sampled_from(VERSIONS),
    st.sampled_from(sorted({row[0] for row in CONTENT} - {"m.room.create", "m.room.redaction"})),
    st.sampled_from([None, "", "@alice:here"]),
    json_objects,
)
def test_a_redacted_event_is_the_same_event(
    version: RoomVersion, event_type: str, state_key: str | None, content: dict
) -> None:
    event = create_room(version).build(event_type, content, state_key=state_key)
    redacted = redact_event(event)
    assert parse_event(redacted.pdu, version) == redacted
    assert redacted.event_id == event.event_id
    assert redact_event(redacted) == redacted
    pdu = json.loads(redacted.pdu)
    assert verify_pdu(pdu, version, "here", {"ed25519:1": SIGNER.public_key})
    assert has_right_hash(pdu, version) is (redacted.content == event.content)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.id)
def test_a_redacted_redaction_names_its_target_from_version_11(version: RoomVersion) -> None:
    room = create_room(version)
    event = room.build("m.room.redaction", {"reason": "rude"}, redacts="$target")
    redacted = redact_event(event)
    assert redacted.event_id == event.event_id
    assert redacted == parse_event(redacted.pdu, version)
    assert redacted.redacts == ("$target" if int(version.id) >= 11 else None)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.id)
def test_a_redacted_create_event_makes_the_same_room(version: RoomVersion) -> None:
    create = next(iter(create_room(version, predecessor={"room_id": "!old"}).events.values()))
    redacted = redact_event(create)
    assert (redacted.event_id, redacted.room_id) == (create.event_id, create.room_id)
    assert parse_event(redacted.pdu, version) == redacted
