"""Events: the draft that a person wants to send, and the event that a room keeps.

Spec: room versions 3 to 12, "Event format"; client-server API, "Room event format",
"Stripped state" and "Size limits".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from depesha.base.canonical import MAX_INT, Content, Json, canonical, embed, find_unsafe
from depesha.base.errors import bad_json, too_large
from depesha.base.ids import MAX_ID_BYTES, is_event_id, is_room_id, parse_user_id
from depesha.events.redact import redact_content
from depesha.events.sign import (
    Signer,
    encode_base64,
    event_id_of,
    reference_hash,
    sign_pdu,
)
from depesha.events.versions import DEFAULT_ROOM_VERSION, ROOM_VERSIONS, RoomVersion

__all__ = [
    "DEFAULT_ROOM_VERSION",
    "MAX_EVENT_BYTES",
    "ROOM_VERSIONS",
    "Draft",
    "Event",
    "RoomVersion",
    "add_signature",
    "build_event",
    "check_size",
    "client_event",
    "load_event",
    "parse_event",
    "stripped_event",
]

MAX_EVENT_BYTES = 65_536
MAX_AUTH_EVENTS = 10
MAX_PREV_EVENTS = 20

STICKY = "msc4354_sticky"
"""The key of a sticky event's `duration_ms`."""

MAX_STICKY_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What an event is to say, before it has a place in its room."""

    type: str
    content: Content
    sender: str
    room_id: str
    """Empty for a create event whose id becomes the room's id (room version 12)."""
    state_key: str | None = None
    redacts: str | None = None
    sticky_ms: int | None = None
    """How long every member is to be given the message reliably (MSC4354)."""


@dataclass(frozen=True, slots=True)
class Event:
    """A signed event. Equal events have equal bytes."""

    event_id: str
    room_id: str
    type: str
    state_key: str | None
    sender: str
    origin_server_ts: int
    content: Content
    depth: int
    auth_events: tuple[str, ...]
    prev_events: tuple[str, ...]
    redacts: str | None
    """The event that a redaction redacts, wherever the room version keeps it."""
    pdu: bytes
    """The signed event in federation format, without `unsigned`, as canonical JSON."""
    room_version: RoomVersion
    sticky_ms: int | None = None
    """For how many milliseconds after its making the event sticks; None: not at all (MSC4354)."""

    def sticks_for(self, now_ms: int) -> int:
        """Milliseconds that the event still sticks; 0 when it does not."""
        if self.sticky_ms is None:
            return 0
        return max(0, min(now_ms, self.origin_server_ts) + self.sticky_ms - now_ms)


def build_event(
    draft: Draft,
    version: RoomVersion,
    *,
    prev_events: Sequence[str],
    auth_events: Sequence[str],
    depth: int,
    origin_server_ts: int,
    signer: Signer,
) -> Event:
    """The event made of the draft: hashed, named and signed.

    Raises MatrixError M_BAD_JSON for content without a canonical form and M_TOO_LARGE.
    Spec: server-server API, "Adding hashes and signatures to outgoing events".
    """
    content, redacts = _place_redacts(draft, version)
    problem = find_unsafe(content)
    if problem is not None:
        raise bad_json(f"The content cannot be sent: {problem}")
    pdu: Content = {
        "auth_events": auth_events,
        "depth": min(depth, MAX_INT),
        "origin_server_ts": origin_server_ts,
        "prev_events": prev_events,
        "sender": draft.sender,
        "type": draft.type,
    }
    if not (version.hashed_room_id and draft.type == "m.room.create"):
        pdu["room_id"] = draft.room_id
    if draft.state_key is not None:
        pdu["state_key"] = draft.state_key
    lost: Content = {} if redacts is None else {"redacts": redacts}
    if draft.sticky_ms is not None:
        lost[STICKY] = {"duration_ms": draft.sticky_ms}
    return _seal(pdu, content, lost, version, signer)


def _place_redacts(draft: Draft, version: RoomVersion) -> tuple[Content, str | None]:
    """The content, and the event level `redacts` of versions before 11.

    Spec: client-server API, PUT /rooms/{roomId}/send/{eventType}/{txnId}: `redacts` in the
    content of a redaction is moved to where the room version keeps it.
    """
    if draft.type != "m.room.redaction":
        return draft.content, None
    content = draft.content
    redacts = content.get("redacts") if draft.redacts is None else draft.redacts
    if version.redacts_in_content:
        return (content if redacts is None else {**content, "redacts": redacts}), None
    content = {key: value for key, value in content.items() if key != "redacts"}
    return content, redacts if isinstance(redacts, str) else None


def _seal(
    pdu: Content, content: Content, lost: Content, version: RoomVersion, signer: Signer
) -> Event:
    """Hash, sign and encode; every part of the PDU but content and `lost` survives redaction.

    Signature and event id cover the very same bytes, and the content is encoded only once.
    """
    whole = {**pdu, **lost, "content": embed(canonical(content))}
    whole["hashes"] = {"sha256": encode_base64(sha256(canonical(whole)).digest())}
    pdu["hashes"] = whole["hashes"]
    pdu["content"] = redact_content(pdu["type"], content, version)
    covered = canonical(pdu)
    whole["signatures"] = {signer.server_name: {signer.key_id: signer.sign(covered)}}
    data = canonical(whole)
    whole["content"] = content
    event = _event(whole, data, event_id_of(sha256(covered).digest(), version), version)
    check_size(event)
    return event


def parse_event(pdu: bytes, version: RoomVersion) -> Event:
    """The event of a PDU in federation format; its hash and signatures are not looked at.

    `unsigned` is dropped. Raises ValueError that says what makes this no event of the version.
    Spec: server-server API, "Checks performed on receipt of a PDU", 1.
    """
    try:
        value = version.decode(pdu)
    except ValueError as error:
        raise ValueError(f"the PDU is not JSON: {error}") from error
    if type(value) is not dict:
        raise ValueError("the PDU is not an object")
    problem = version.find_unsafe(value)
    if problem is not None:
        raise ValueError(f"the PDU has no canonical form: {problem}")
    value.pop("unsigned", None)
    _check_format(value, version)
    event_id = event_id_of(reference_hash(value, version), version)
    event = _event(value, version.encode(value), event_id, version)
    problem = _find_oversize(event)
    if problem is not None:
        raise ValueError(problem)
    return event


def load_event(pdu: bytes, event_id: str, version: RoomVersion) -> Event:
    """The event whose `pdu` and id were stored: `parse_event` without any check."""
    return _event(version.decode(pdu), pdu, event_id, version)


def add_signature(event: Event, signer: Signer) -> Event:
    """The event with one more signature; its id stays.

    Spec: server-server API, PUT /invite and "Restricted rooms" (events that two servers sign).
    """
    version = event.room_version
    pdu = sign_pdu(version.decode(event.pdu), version, signer)
    return load_event(version.encode(pdu), event.event_id, version)


def _event(value: Content, pdu: bytes, event_id: str, version: RoomVersion) -> Event:
    content = value["content"]
    redacts = None
    if value["type"] == "m.room.redaction":
        redacts = (content if version.redacts_in_content else value).get("redacts")
    return Event(
        event_id=event_id,
        # Only the create event of a room whose id is made of it comes without a room id.
        room_id=value.get("room_id") or "!" + event_id[1:],
        type=value["type"],
        state_key=value.get("state_key"),
        sender=value["sender"],
        origin_server_ts=value["origin_server_ts"],
        content=content,
        depth=value["depth"],
        auth_events=tuple(value["auth_events"]),
        prev_events=tuple(value["prev_events"]),
        redacts=redacts if type(redacts) is str else None,
        pdu=pdu,
        room_version=version,
        sticky_ms=_sticky_ms(value[STICKY]) if STICKY in value else None,
    )


def _sticky_ms(sticky: Json) -> int | None:
    """How long the event sticks, if what it says of that is valid. Spec: MSC4354."""
    duration = sticky.get("duration_ms") if type(sticky) is dict else None
    return duration if type(duration) is int and 0 <= duration <= MAX_STICKY_MS else None


_FORMAT = (
    ("type", str, "a string"),
    ("sender", str, "a string"),
    ("content", dict, "an object"),
    ("origin_server_ts", int, "an integer"),
    ("depth", int, "an integer"),
    ("hashes", dict, "an object"),
    ("signatures", dict, "an object"),
    ("auth_events", list, "an array"),
    ("prev_events", list, "an array"),
)


def _check_format(value: Content, version: RoomVersion) -> None:
    """Raise ValueError unless the object has the form of a PDU of this version.

    Spec: server-server API, definitions `pdu_v3`, `pdu_v4`, `pdu_v6`, `pdu_v11`, `pdu_v12`.
    """
    for name, kind, what in _FORMAT:
        if type(value.get(name)) is not kind:
            raise ValueError(f"`{name}` is missing or not {what}")
    for name in ("state_key",) if version.redacts_in_content else ("state_key", "redacts"):
        if name in value and type(value[name]) is not str:
            raise ValueError(f"`{name}` is not a string")
    if parse_user_id(value["sender"]) is None:
        raise ValueError("`sender` is not a user id")
    # Version 6 brought the bound of depth down to what canonical JSON can hold.
    if not 0 <= value["depth"] <= (MAX_INT if version.strict_json else 2**63 - 1):
        raise ValueError("`depth` is out of range")
    if not -(2**63) <= value["origin_server_ts"] < 2**63:
        raise ValueError("`origin_server_ts` is out of range")
    _check_room_id(value, version)
    _check_references(value, "auth_events", MAX_AUTH_EVENTS)
    _check_references(value, "prev_events", MAX_PREV_EVENTS)
    _check_proofs(value)


def _check_room_id(value: Content, version: RoomVersion) -> None:
    if version.hashed_room_id and value["type"] == "m.room.create":
        if "room_id" in value:  # room version 12, auth rule 1.2
            raise ValueError("a create event of this room version has no `room_id`")
        return
    room_id = value.get("room_id")
    if type(room_id) is not str or not is_room_id(room_id):
        raise ValueError("`room_id` is missing or not a room id")
    if (":" in room_id) is version.hashed_room_id:
        raise ValueError("`room_id` has not the form of this room version")


def _check_references(value: Content, name: str, most: int) -> None:
    if len(value[name]) > most:
        raise ValueError(f"`{name}` has more than {most} entries")
    if not all(type(each) is str and is_event_id(each) for each in value[name]):
        raise ValueError(f"`{name}` has an entry that is not an event id")


def _check_proofs(value: Content) -> None:
    if type(value["hashes"].get("sha256")) is not str:
        raise ValueError("`hashes` has no `sha256` string")
    for signatures in value["signatures"].values():
        if type(signatures) is not dict or not all(
            type(each) is str for each in signatures.values()
        ):
            raise ValueError("`signatures` is not an object of objects of strings")


def check_size(event: Event) -> None:
    """Raise MatrixError 413 M_TOO_LARGE when the event exceeds a limit.

    Spec: client-server API, "Size limits".
    """
    problem = _find_oversize(event)
    if problem is not None:
        raise too_large(problem)


def _find_oversize(event: Event) -> str | None:
    if len(event.pdu) > MAX_EVENT_BYTES:
        return f"the event is larger than {MAX_EVENT_BYTES} bytes"
    for name, text in (
        ("type", event.type),
        ("state_key", event.state_key or ""),
        ("sender", event.sender),
        ("room_id", event.room_id),
    ):
        if len(text.encode()) > MAX_ID_BYTES:
            return f"`{name}` is longer than {MAX_ID_BYTES} bytes"
    return None


def client_event(event: Event) -> bytes:
    """The event in client format as JSON, open at its end: without `unsigned` and the last brace.

    A caller appends `,"unsigned":{...}}` or `}`. Redactions name what they redact in both places,
    for clients older or newer than the room's version.
    Spec: client-server API, "Room event format"; room version 11, "Moving the redacts property".
    """
    body: Content = {
        "content": event.content,
        "event_id": event.event_id,
        "origin_server_ts": event.origin_server_ts,
        "room_id": event.room_id,
        "sender": event.sender,
        "type": event.type,
    }
    if event.state_key is not None:
        body["state_key"] = event.state_key
    if event.redacts is not None:
        body["redacts"] = event.redacts
        body["content"] = {**event.content, "redacts": event.redacts}
    if event.sticky_ms is not None:
        body[STICKY] = {"duration_ms": event.sticky_ms}
    return event.room_version.encode(body)[:-1]


def stripped_event(event: Event) -> Content:
    """What someone outside the room may be told of a state event.

    Spec: client-server API, "Stripped state".
    """
    return {
        "content": event.content,
        "sender": event.sender,
        "state_key": event.state_key,
        "type": event.type,
    }
