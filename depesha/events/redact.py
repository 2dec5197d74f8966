"""Redaction: what of an event survives it, by room version.

Spec: room versions 3, 6, 8, 9 and 11, "Redactions". The same algorithm decides what a signature
and an event id cover, so a key more or less here is a different event.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from depesha.base.canonical import Content
from depesha.events.versions import RoomVersion

if TYPE_CHECKING:
    from depesha.events.event import Event


@dataclass(frozen=True, slots=True)
class _Survivors:
    keys: frozenset[str]
    """Keys of the event."""
    content: Mapping[str, frozenset[str]]
    """Keys of the content, by event type."""


_KEYS_11 = frozenset(
    {
        "event_id",
        "type",
        "room_id",
        "sender",
        "state_key",
        "content",
        "hashes",
        "signatures",
        "depth",
        "prev_events",
        "auth_events",
        "origin_server_ts",
    }
)
_KEYS_1 = _KEYS_11 | {"prev_state", "origin", "membership"}

_LEVELS_1 = frozenset(
    {
        "ban",
        "events",
        "events_default",
        "kick",
        "redact",
        "state_default",
        "users",
        "users_default",
    }
)
_CONTENT_6 = {
    "m.room.member": frozenset({"membership"}),
    "m.room.create": frozenset({"creator"}),
    "m.room.join_rules": frozenset({"join_rule"}),
    "m.room.power_levels": _LEVELS_1,
    "m.room.history_visibility": frozenset({"history_visibility"}),
}
_CONTENT_1 = {**_CONTENT_6, "m.room.aliases": frozenset({"aliases"})}
_CONTENT_8 = {**_CONTENT_6, "m.room.join_rules": frozenset({"join_rule", "allow"})}
_CONTENT_9 = {
    **_CONTENT_8,
    "m.room.member": frozenset({"membership", "join_authorised_via_users_server"}),
}
_CONTENT_11 = {
    **_CONTENT_9,
    "m.room.power_levels": _LEVELS_1 | {"invite"},
    "m.room.redaction": frozenset({"redacts"}),
}

_SURVIVORS: Mapping[int, _Survivors] = {
    1: _Survivors(_KEYS_1, _CONTENT_1),
    6: _Survivors(_KEYS_1, _CONTENT_6),
    8: _Survivors(_KEYS_1, _CONTENT_8),
    9: _Survivors(_KEYS_1, _CONTENT_9),
    11: _Survivors(_KEYS_11, _CONTENT_11),
}


def redact_content(event_type: str, content: Content, version: RoomVersion) -> Content:
    """What remains of the content; the content given is not changed."""
    if version.redaction >= 11 and event_type == "m.room.create":
        return content
    keys = _SURVIVORS[version.redaction].content.get(event_type)
    if keys is None:
        return {}
    kept = {key: value for key, value in content.items() if key in keys}
    if version.redaction >= 11 and event_type == "m.room.member":
        invite = content.get("third_party_invite")
        if type(invite) is dict:
            # COMPAT(Synapse, 1.163): an object without `signed` stays, empty; dropping it
            # would give the event another id here than there.
            kept["third_party_invite"] = {k: v for k, v in invite.items() if k == "signed"}
    return kept


def redact(pdu: Content, version: RoomVersion) -> Content:
    """The redacted PDU; the PDU given, which must have a `type` and `content`, is not changed."""
    keys = _SURVIVORS[version.redaction].keys
    kept = {key: value for key, value in pdu.items() if key in keys}
    kept["content"] = redact_content(pdu["type"], pdu["content"], version)
    return kept


def redact_event(event: "Event") -> "Event":
    """The event as it is after redaction: the same id, hashes and signatures, less content."""
    version = event.room_version
    pdu = redact(version.decode(event.pdu), version)
    return replace(
        event,
        content=pdu["content"],
        redacts=event.redacts if version.redacts_in_content else None,
        pdu=version.encode(pdu),
        sticky_ms=None,
    )
