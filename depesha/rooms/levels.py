"""Power levels of a room that is replaced, and of its replacement. Pure.

Spec: client-server API, "Room Upgrades"; room version 10, "Values in m.room.power_levels events
must be integers"; room version 12, "Room creators".
"""

from collections.abc import Collection
from itertools import chain

from depesha.base.canonical import Content
from depesha.events.event import RoomVersion
from depesha.events.power import LEVEL_DEFAULTS, read_level

_FULL = 100
_TABLES = ("users", "events", "notifications")
TOMBSTONE = "m.room.tombstone"


def carried_levels(
    levels: Content,
    old: RoomVersion,
    new: RoomVersion,
    old_creators: Collection[str],
    new_creators: Collection[str],
) -> Content:
    """The power levels of the new room: those of the old, in the form of its version.

    Where creators stand above all levels they are in none; where not, they get the highest.
    """
    carried = _as_integers(levels, old)
    users: dict[str, int] = carried.setdefault("users", {})
    if new.privileged_creators:
        for user_id in new_creators:
            users.pop(user_id, None)
        events: dict[str, int] = carried.setdefault("events", {})
        default = carried.get("state_default", LEVEL_DEFAULTS["state_default"])
        if events.get(TOMBSTONE, default) <= default:
            events[TOMBSTONE] = max(150, default + 1)
    if old.privileged_creators or not levels:
        former = [each for each in old_creators if each not in new_creators]
        users.update(dict.fromkeys(former, _FULL))
        if not new.privileged_creators:
            users.update(dict.fromkeys(new_creators, _highest(carried)))
    return carried


def _highest(levels: Content) -> int:
    """The level that suffices for everything that these levels ask for."""
    tables = (levels.get(name, {}).values() for name in _TABLES)
    named = (levels[name] for name in LEVEL_DEFAULTS if name in levels)
    highest: int = max([_FULL, *named, *chain.from_iterable(tables)])
    return highest


def _as_integers(levels: Content, version: RoomVersion) -> Content:
    """The levels as integers: what older versions took for one may be a text."""
    found = {k: v for k, v in levels.items() if k not in _TABLES and k not in LEVEL_DEFAULTS}
    found |= _read({key: levels[key] for key in LEVEL_DEFAULTS if key in levels}, version)
    for name in _TABLES:
        if isinstance(levels.get(name), dict):
            found[name] = _read(levels[name], version)
    return found


def _read(table: Content, version: RoomVersion) -> dict[str, int]:
    read = ((key, read_level(value, version)) for key, value in table.items())
    return {key: level for key, level in read if level is not None}


def quiet_levels(levels: Content, version: RoomVersion) -> Content:
    """The levels of the old room: only whoever has power there writes and invites."""
    default = read_level(levels.get("users_default"), version) or 0
    quiet = max(50, default + 1)
    raised = {
        name: max(quiet, read_level(levels.get(name), version) or 0)
        for name in ("events_default", "invite")
    }
    return {**levels, **raised}
