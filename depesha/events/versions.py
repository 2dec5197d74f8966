"""Room versions as a table: each row says what its version changes.

Spec: room versions 3 to 12. Versions 1 and 2 are left out: their event ids are chosen by the
sending server and their references carry hashes, which no other version needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from depesha.base.canonical import (
    Content,
    Json,
    canonical,
    canonical_loose,
    decode,
    decode_loose,
    find_unsafe,
)


@dataclass(frozen=True, slots=True)
class RoomVersion:
    """The traits in which room versions differ; the defaults are those of version 3."""

    id: str
    url_safe_event_ids: bool = False
    """Event ids in the URL-safe alphabet of Base64 (4)."""
    key_validity: bool = False
    """A signing key counts only until its `valid_until_ts` (5)."""
    strict_json: bool = False
    """An event that is not canonical JSON is no event (6)."""
    aliases_rule: bool = True
    """`m.room.aliases` has an auth rule of its own (until 5)."""
    notification_levels_rule: bool = False
    """Changes of `notifications` in the power levels are authorised (6)."""
    knock: bool = False
    """Membership and join rule `knock` (7)."""
    restricted: bool = False
    """Join rule `restricted` (8)."""
    knock_restricted: bool = False
    """Join rule `knock_restricted` (10)."""
    integer_levels: bool = False
    """Power levels are integers, not texts of integers (10)."""
    redaction: Literal[1, 6, 8, 9, 11] = 1
    """The room version whose redaction algorithm holds."""
    redacts_in_content: bool = False
    """`redacts` is a key of a redaction's content, not of the event (11)."""
    sender_is_creator: bool = False
    """The room's creator is the sender of its create event, not `content.creator` (11)."""
    privileged_creators: bool = False
    """Creators, also the additional ones, have power above every number (12)."""
    hashed_room_id: bool = False
    """The room id is the create event's id, which therefore is no auth event (12)."""
    state_resolution: Literal["v2", "v2.1"] = "v2"

    def encode(self, value: Content) -> bytes:
        """The JSON that this version hashes and signs; the value has passed `find_unsafe`."""
        return canonical(value) if self.strict_json else canonical_loose(value)

    def decode(self, data: bytes) -> Json:
        """The JSON value; raises ValueError. Numbers are kept as exact as `encode` needs them."""
        return decode(data) if self.strict_json else decode_loose(data)

    def find_unsafe(self, value: Json) -> str | None:
        """What keeps the value out of an event of this version, or None."""
        return find_unsafe(value, any_number=not self.strict_json, any_size=not self.strict_json)


_V3 = RoomVersion("3")
_V4 = replace(_V3, id="4", url_safe_event_ids=True)
_V5 = replace(_V4, id="5", key_validity=True)
_V6 = replace(
    _V5, id="6", strict_json=True, aliases_rule=False, notification_levels_rule=True, redaction=6
)
_V7 = replace(_V6, id="7", knock=True)
_V8 = replace(_V7, id="8", restricted=True, redaction=8)
_V9 = replace(_V8, id="9", redaction=9)
_V10 = replace(_V9, id="10", knock_restricted=True, integer_levels=True)
_V11 = replace(_V10, id="11", redaction=11, redacts_in_content=True, sender_is_creator=True)
_V12 = replace(
    _V11, id="12", privileged_creators=True, hashed_room_id=True, state_resolution="v2.1"
)

ROOM_VERSIONS: Mapping[str, RoomVersion] = MappingProxyType(
    {each.id: each for each in (_V3, _V4, _V5, _V6, _V7, _V8, _V9, _V10, _V11, _V12)}
)
DEFAULT_ROOM_VERSION = "12"
