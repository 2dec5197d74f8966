"""Power levels: how much each user has, and how much each act needs.

Spec: client-server API, `m.room.power_levels`; server-server API, "Definitions"; room version 12,
"Authorisation rules" (creators).
"""

import math
import re
from collections.abc import Iterator
from typing import Literal

from depesha.base.canonical import Content, Json
from depesha.base.ids import parse_user_id
from depesha.events.state import AuthEvent, CheckedEvent, Denied, State
from depesha.events.versions import RoomVersion

INFINITE_POWER = 2**53
"""The power of a room's creators from version 12 on: above every integer of canonical JSON."""

LevelName = Literal[
    "users_default", "events_default", "state_default", "ban", "redact", "kick", "invite"
]
LEVEL_DEFAULTS: dict[LevelName, int] = {
    "users_default": 0,
    "events_default": 0,
    "state_default": 50,
    "ban": 50,
    "redact": 50,
    "kick": 50,
    "invite": 0,
}
NOTIFICATION_DEFAULT = 50
MAX_LEVEL_TEXT = 4000
"""Longer texts of digits are more than `int` converts."""

_INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)


def read_level(value: Json, version: RoomVersion) -> int | None:
    """The level that the JSON value stands for, or None when it stands for none.

    Spec: room versions 3 to 9, "Deprecated event content schemas": texts of integers, and floats,
    which are truncated, where canonical JSON does not forbid them.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if version.integer_levels:
        return None
    if isinstance(value, float) and not version.strict_json and math.isfinite(value):
        return math.trunc(value)
    if isinstance(value, str) and len(value) < MAX_LEVEL_TEXT and _INTEGER.fullmatch(value):
        return int(value)
    return None


def _entry(levels: Content, name: str, key: str, version: RoomVersion) -> int | None:
    entries = levels.get(name)
    return read_level(entries.get(key), version) if type(entries) is dict else None


def _level(levels: Content, name: LevelName, version: RoomVersion) -> int:
    level = read_level(levels.get(name), version)
    return LEVEL_DEFAULTS[name] if level is None else level


def _levels(state: State) -> Content:
    event = state("m.room.power_levels", "")
    return {} if event is None else event.content


def creators_of(create: AuthEvent, version: RoomVersion) -> tuple[str, ...]:
    """The users whom the room's create event makes its creators."""
    if not version.sender_is_creator:
        creator = create.content.get("creator")
        return (creator,) if type(creator) is str else ()
    if not version.privileged_creators:
        return (create.sender,)
    return (create.sender, *create.content.get("additional_creators", ()))


def power_of(user: str, state: State, version: RoomVersion) -> int:
    """The user's power level, `INFINITE_POWER` for a creator from version 12 on."""
    create = state("m.room.create", "")
    is_creator = create is not None and user in creators_of(create, version)
    if is_creator and version.privileged_creators:
        return INFINITE_POWER
    event = state("m.room.power_levels", "")
    if event is None:
        return 100 if is_creator else 0
    level = _entry(event.content, "users", user, version)
    return _level(event.content, "users_default", version) if level is None else level


def level_of(name: LevelName, state: State, version: RoomVersion) -> int:
    """One of the levels that the power levels name, or its default."""
    return _level(_levels(state), name, version)


def required_power(
    event_type: str, state_key: str | None, state: State, version: RoomVersion
) -> int:
    """The power level that sending an event of this type needs (None: not a state event)."""
    levels = _levels(state)
    level = _entry(levels, "events", event_type, version)
    if level is not None:
        return level
    return _level(levels, "events_default" if state_key is None else "state_default", version)


def notification_level(key: str, state: State, version: RoomVersion) -> int:
    """The power level that notifying everyone by this key (such as `room`) needs."""
    level = _entry(_levels(state), "notifications", key, version)
    return NOTIFICATION_DEFAULT if level is None else level


def check_power_levels(event: CheckedEvent, state: State, version: RoomVersion) -> Denied | None:
    """Rule 10 of room version 12, "Authorisation rules" (9 of versions 6 to 11)."""
    new = event.content
    problem = _find_malformed(new, version)
    if problem is not None:  # 10.1 to 10.3
        return Denied(problem)
    create = state("m.room.create", "")
    if version.privileged_creators and create is not None:
        users: Content = new.get("users", {})
        if any(user in users for user in creators_of(create, version)):  # 10.4
            return Denied("The power of a creator cannot be set")
    current = state("m.room.power_levels", "")
    if current is None:  # 10.5
        return None
    old, power = current.content, power_of(event.sender, state, version)
    for key, before, after in _level_changes(old, new, version):  # 10.6 to 10.8
        if _is_above(power, before) or _is_above(power, after):
            return Denied(f"You may not change the level of {key} in this way")
    for user, before, after in _changes(old.get("users"), new.get("users"), version):
        # 10.9, 10.10: no power is given above one's own, nor taken from equals but oneself.
        is_other = user != event.sender
        if _is_above(power - is_other, before) or _is_above(power, after):
            return Denied(f"You may not change the power of {user} in this way")
    return None


def _find_malformed(content: Content, version: RoomVersion) -> str | None:
    """Rules 10.1 to 10.3, of which the first two came with integer levels."""
    if version.integer_levels:
        for name in LEVEL_DEFAULTS:
            if name in content and type(content[name]) is not int:
                return f"`{name}` is not an integer"
        for table in ("events", "notifications"):
            if table in content and not _is_levels(content[table], version):
                return f"`{table}` is not an object of integers"
    users = content.get("users", {})
    if not _is_levels(users, version) or any(parse_user_id(user) is None for user in users):
        return "`users` is not an object of user ids and integers"
    return None


def _is_levels(value: Json, version: RoomVersion) -> bool:
    return type(value) is dict and all(
        read_level(level, version) is not None for level in value.values()
    )


_Change = tuple[str, int | None, int | None]


def _level_changes(old: Content, new: Content, version: RoomVersion) -> Iterator[_Change]:
    yield from _changes(_named_levels(old), _named_levels(new), version)
    yield from _changes(old.get("events"), new.get("events"), version)
    if version.notification_levels_rule:
        yield from _changes(old.get("notifications"), new.get("notifications"), version)


def _named_levels(content: Content) -> Content:
    return {name: content.get(name) for name in LEVEL_DEFAULTS}


def _changes(old: Json, new: Json, version: RoomVersion) -> Iterator[_Change]:
    """Key, old and new level (None: absent) of whatever was added, changed or removed."""
    old, new = (each if type(each) is dict else {} for each in (old, new))
    for key in old | new:
        before, after = read_level(old.get(key), version), read_level(new.get(key), version)
        if before != after:
            yield key, before, after


def _is_above(power: int, level: int | None) -> bool:
    return level is not None and level > power
