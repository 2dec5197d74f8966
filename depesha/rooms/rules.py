"""Pure decisions about rooms.

Spec: client-server API, "Creation" (presets), "Invite permission" (MSC4380), "Room Upgrades".
"""

import re
from dataclasses import dataclass

from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, bad_json, invalid_param
from depesha.base.ids import parse_alias, parse_user_id
from depesha.events.event import Draft, RoomVersion

PRESETS = ("private_chat", "trusted_private_chat", "public_chat")


@dataclass(frozen=True, slots=True)
class Preset:
    """What a preset sets. Spec: `POST /createRoom`, `preset`."""

    join_rule: str
    guest_access: str
    trusts_invited: bool = False


_PRESETS = {
    "private_chat": Preset("invite", "can_join"),
    "trusted_private_chat": Preset("invite", "can_join", trusts_invited=True),
    "public_chat": Preset("public", "forbidden"),
}


def preset_of(name: str | None, visibility: str) -> Preset:
    """The preset; without a name it follows the visibility. 400 M_BAD_JSON."""
    if name is None:
        name = "public_chat" if visibility == "public" else "private_chat"
    if name not in _PRESETS:
        raise bad_json(f"preset must be one of {', '.join(PRESETS)}")
    return _PRESETS[name]


def default_power_levels(
    creators: frozenset[str], version: RoomVersion, trusted: list[str], override: Content
) -> Content:
    """`m.room.power_levels` of a new room. Spec: `POST /createRoom`."""
    levels: Content = {
        "ban": 50,
        "events": {
            "m.room.avatar": 50,
            "m.room.canonical_alias": 50,
            "m.room.encryption": 100,
            "m.room.history_visibility": 100,
            "m.room.name": 50,
            "m.room.power_levels": 100,
            "m.room.server_acl": 100,
            "m.room.tombstone": 150 if version.privileged_creators else 100,
        },
        "events_default": 0,
        "invite": 0,
        "kick": 50,
        "redact": 50,
        "state_default": 50,
        "users": {},
        "users_default": 0,
    }
    if not version.privileged_creators:
        levels["users"] = dict.fromkeys([*creators, *trusted], 100)
    levels.update(override)
    return levels


def find_state_problem(draft: Draft) -> MatrixError | None:
    """What is wrong with well-known state that clients depend on, or None."""
    if draft.type == "m.room.member" and parse_user_id(draft.state_key or "") is None:
        return invalid_param("The state key must be a user id")
    if draft.type == "m.room.create":
        return MatrixError(403, "M_FORBIDDEN", "A room is created only once")
    if draft.type == "m.room.server_acl":
        return _acl_problem(draft)
    is_encryption = draft.type == "m.room.encryption" and draft.state_key == ""
    if is_encryption and not isinstance(draft.content.get("algorithm"), str):
        return bad_json("algorithm must be a string")
    return None


def _acl_problem(draft: Draft) -> MatrixError | None:
    """An ACL that shuts out one's own server would be the last event of the room."""
    denied, allowed = draft.content.get("deny", []), draft.content.get("allow", [])
    if not isinstance(denied, list) or not isinstance(allowed, list):
        return bad_json("allow and deny must be lists")
    server = draft.sender.partition(":")[2]
    if not _any_glob(allowed, server) or _any_glob(denied, server):
        return MatrixError(400, "M_BAD_JSON", "This list would shut out your own server")
    return None


def _any_glob(patterns: list[object], text: str) -> bool:
    return any(isinstance(p, str) and _glob(p).fullmatch(text) is not None for p in patterns)


def _glob(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.IGNORECASE)


def blocks_invites(permission: Content) -> bool:
    """True when `m.invite_permission_config` refuses all invites. Spec: "Invite permission"."""
    return permission.get("default_action") == "block"


def listed_aliases(content: Content) -> list[str]:
    """The aliases in a canonical alias event; 400 M_INVALID_PARAM for what is no alias."""
    alias, others = content.get("alias"), content.get("alt_aliases", [])
    if not isinstance(others, list):
        raise bad_json("alt_aliases must be a list")
    found = [*([alias] if alias is not None else []), *others]
    for each in found:
        if not isinstance(each, str) or parse_alias(each) is None:
            raise invalid_param("Not a room alias")
    return found
