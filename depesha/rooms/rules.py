"""Pure decisions about rooms: how they begin, who may look in, what may be set.

Spec: client-server API, "Creation", "Restricted rooms", "Room aliases", "Server ACLs",
"Spaces", "Room Upgrades".
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from depesha.base.canonical import Content, Json
from depesha.base.errors import bad_json, forbidden, invalid_param
from depesha.base.ids import domain_of, is_room_id, parse_alias, parse_user_id
from depesha.base.match import whole_glob
from depesha.events.event import Draft, RoomVersion
from depesha.events.group import GROUP, MENTION_GROUPS, read_group, read_mention_groups

# --- creation ------------------------------------------------------------------------


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
        raise bad_json(f"preset must be one of {', '.join(_PRESETS)}")
    return _PRESETS[name]


def default_power_levels(
    version: RoomVersion, creator: str, trusted: list[str], override: Content
) -> Content:
    """`m.room.power_levels` of a new room. Spec: `POST /createRoom`."""
    has_creators = version.privileged_creators
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
            "m.room.tombstone": 150 if has_creators else 100,
        },
        "events_default": 0,
        "invite": 0,
        "kick": 50,
        "redact": 50,
        "state_default": 50,
        "users": {} if has_creators else dict.fromkeys([creator, *trusted], 100),
        "users_default": 0,
    }
    return {**levels, **override}


def creation_content(
    asked: Content, creator: str, version: RoomVersion, trusted: Iterable[str] = ()
) -> Content:
    """`m.room.create` of a new room; 400 M_BAD_JSON for what are no additional creators."""
    content: Content = {**asked, "room_version": version.id}
    content.pop("creator", None)
    if not version.sender_is_creator:
        content["creator"] = creator
    named = content.pop("additional_creators", [])
    if not version.privileged_creators:
        return content
    if not (isinstance(named, list) and all(map(_is_user_id, named))):
        raise bad_json("additional_creators must be a list of user ids")
    others = [each for each in dict.fromkeys([*named, *trusted]) if each != creator]
    if others:
        content["additional_creators"] = others
    return content


def _is_user_id(value: Json) -> bool:
    return isinstance(value, str) and parse_user_id(value) is not None


AUTHORISED_VIA = "join_authorised_via_users_server"

# --- state ---------------------------------------------------------------------------


def check_state(draft: Draft) -> None:
    """Raise for well-known state that would break clients or the room."""
    content = draft.content
    if draft.type == "m.room.create":
        raise forbidden("A room is created only once")
    if draft.type == "m.room.redaction":
        # Its sender may not have what taking others' messages away needs.
        raise forbidden("State takes nothing away")
    if draft.type == "m.room.member" and not _is_user_id(draft.state_key):
        raise invalid_param("The state key must be a user id")
    if draft.type == "m.room.member" and AUTHORISED_VIA in content:
        # On whose word somebody joins is for the server to find out.
        raise forbidden("Nobody vouches for oneself")
    if draft.type == "m.room.server_acl" and draft.state_key == "":
        _check_acl(content, draft.sender)
    if draft.type == GROUP and draft.state_key == "" and read_group(content) is None:
        raise bad_json("kind must be basic or project, and unit a number")
    if draft.type == MENTION_GROUPS and read_mention_groups(content) is None:
        raise bad_json("groups must be names, each with user_ids")
    is_encryption = draft.type == "m.room.encryption" and draft.state_key == ""
    if is_encryption and not isinstance(content.get("algorithm"), str):
        raise bad_json("algorithm must be a string")


def _check_acl(content: Content, sender: str) -> None:
    """An ACL that shuts out one's own server would be the last event of the room."""
    denied, allowed = content.get("deny", []), content.get("allow", [])
    if not isinstance(denied, list) or not isinstance(allowed, list):
        raise bad_json("allow and deny must be lists")
    host = _PORT.sub("", domain_of(sender))
    if not _any_glob(allowed, host) or _any_glob(denied, host):
        raise bad_json("This list would shut out your own server")


_PORT = re.compile(r":\d{1,5}\Z")


def _any_glob(patterns: list[Json], text: str) -> bool:
    return any(isinstance(each, str) and whole_glob(each)(text) for each in patterns)


def listed_aliases(content: Content) -> list[str]:
    """The aliases in a canonical alias event; 400 M_BAD_JSON or M_INVALID_PARAM."""
    alias, others = content.get("alias"), content.get("alt_aliases", [])
    if not isinstance(others, list):
        raise bad_json("alt_aliases must be a list")
    # An empty alias is how some clients take it away.
    found = [each for each in (alias, *others) if each is not None and each != ""]
    for each in found:
        if not isinstance(each, str) or parse_alias(each) is None:
            raise invalid_param("Not a room alias")
    return found


def without_alias(content: Content, alias: str) -> Content | None:
    """The canonical alias event without an alias, or None when it does not name it."""
    others = content.get("alt_aliases", [])
    if content.get("alias") != alias and alias not in others:
        return None
    cleaned = {key: kept for key, kept in content.items() if (key, kept) != ("alias", alias)}
    if alias in others:
        cleaned["alt_aliases"] = [each for each in others if each != alias]
    return cleaned


# --- looking in from outside ---------------------------------------------------------


def allowed_rooms(join_rules: Content, version: RoomVersion) -> list[str]:
    """The rooms whose members a restricted join rule lets in. Spec: "Restricted rooms"."""
    restricted = version.restricted and join_rules.get("join_rule") == "restricted"
    both = version.knock_restricted and join_rules.get("join_rule") == "knock_restricted"
    allowed = join_rules.get("allow")
    if not (restricted or both) or not isinstance(allowed, list):
        return []
    found = [
        each.get("room_id")
        for each in allowed
        if isinstance(each, dict) and each.get("type") == "m.room_membership"
    ]
    return [each for each in found if isinstance(each, str) and is_room_id(each)]


def is_knockable(join_rules: Content, version: RoomVersion) -> bool:
    """True when people outside may ask to be let in."""
    rule = join_rules.get("join_rule")
    return (rule == "knock" and version.knock) or (
        rule == "knock_restricted" and version.knock_restricted
    )


@dataclass(frozen=True, slots=True)
class Outside:
    """What decides whether somebody may know of a room: the room's rules, and who asks."""

    join_rules: Content
    is_readable: bool
    version: RoomVersion
    membership: str
    joined: Collection[str]


def may_preview(found: Outside) -> bool:
    """True for whoever is in the room, invited to it, or could join, knock or read.

    Spec: `GET /rooms/{roomId}/hierarchy`, `rooms`; "Room summary API".
    """
    if found.membership in {"join", "invite", "knock"}:
        return True
    if found.membership == "ban":
        return False
    return (
        found.is_readable
        or found.join_rules.get("join_rule") == "public"
        or is_knockable(found.join_rules, found.version)
        or any(each in found.joined for each in allowed_rooms(found.join_rules, found.version))
    )


def plain_topic(content: Content) -> str | None:
    """The topic as plain text. Spec: `m.room.topic`."""
    block = content.get("m.topic")
    texts = block.get("m.text") if isinstance(block, dict) else None
    for each in texts if isinstance(texts, list) else ():
        if isinstance(each, dict) and each.get("mimetype", "text/plain") == "text/plain":
            body = each.get("body")
            return body if isinstance(body, str) and body else None
    topic = content.get("topic")
    return topic if isinstance(topic, str) and topic else None


# --- spaces --------------------------------------------------------------------------


class Child(Protocol):
    """What the order of a space's children is made of; a state entry is one."""

    @property
    def state_key(self) -> str: ...
    @property
    def content(self) -> Content: ...
    @property
    def origin_server_ts(self) -> int: ...


def is_child(child: Child) -> bool:
    """True for a valid `m.space.child`: one that says through which servers to go."""
    via = child.content.get("via")
    is_listed = isinstance(via, list) and any(isinstance(each, str) for each in via)
    return is_listed and is_room_id(child.state_key)


def child_order(child: Child) -> tuple[bool, str, int, str]:
    """What to sort by. Spec: "Ordering of children within a space"."""
    order = child.content.get("order")
    if not isinstance(order, str) or _ORDER.fullmatch(order) is None:
        return True, "", child.origin_server_ts, child.state_key
    return False, order, child.origin_server_ts, child.state_key


_ORDER = re.compile(r"[\x20-\x7e]{0,50}")

# --- upgrades ------------------------------------------------------------------------


def predecessor_of(creation: Content) -> str | None:
    """The id of the room that a room replaces, or None."""
    before = creation.get("predecessor")
    room_id = before.get("room_id") if isinstance(before, dict) else None
    return room_id if isinstance(room_id, str) and is_room_id(room_id) else None


def moved_direct_rooms(direct: Content, old: str, new: str) -> Content | None:
    """`m.direct` with the new room beside the old; None when the old is no direct chat."""
    moved = {
        user: [*listed, new]
        for user, listed in direct.items()
        if isinstance(listed, list) and old in listed and new not in listed
    }
    return {**direct, **moved} if moved else None
