"""Kinds of group, named groups of participants, and mentions of units: marks of our own. Pure.

Requirements O5, M6.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from depesha.base.canonical import Content, Json

GROUP = "org.depesha.group"
"""Type of the state, with an empty key, that says of what kind a group is."""
KIND_KEY = "org.depesha.kind"
"""Key of the create event that tells of a channel, and of a chat of two."""
MENTION_GROUPS = "org.depesha.mention_groups"
"""Type of the state, with an empty key, that names groups of participants."""
MENTIONS = "org.depesha.mentions"
"""Key of the content that mentions `units` by number and `groups` by name."""

BASIC, PROJECT = "basic", "project"

MOST_GROUPS = 100
MOST_NAMED = 20
"""Units and groups that one event mentions; of more it mentions none."""
_LONGEST_NAME = 100


class Group(NamedTuple):
    """A kind of group: a basic one is of a unit (0: of the institution), a project's is of none."""

    kind: str
    unit: int = 0


def read_group(content: Content) -> Group | None:
    """What the state says, or None when it says nothing that is understood."""
    kind, unit = content.get("kind"), content.get("unit", 0)
    if type(kind) is not str or kind not in {BASIC, PROJECT} or type(unit) is not int or unit < 0:
        return None
    return Group(kind, unit if kind == BASIC else 0)


def read_mention_groups(content: Content) -> Mapping[str, Sequence[str]] | None:
    """Name → user ids, or None when the state has another form."""
    groups = content.get("groups", {})
    if not isinstance(groups, dict) or len(groups) > MOST_GROUPS:
        return None
    found: dict[str, Sequence[str]] = {}
    for name, group in groups.items():
        users = group.get("user_ids") if isinstance(group, dict) else None
        if not (0 < len(name) <= _LONGEST_NAME and isinstance(users, list)):
            return None
        if not all(isinstance(user, str) for user in users):
            return None
        found[name] = users
    return found


class Mentions(NamedTuple):
    """What an event mentions besides people."""

    units: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()


def read_mentions(content: Content) -> Mentions:
    """The units and groups that an event mentions."""
    found: Json = content.get(MENTIONS)
    if not isinstance(found, dict):
        return Mentions()
    units, groups = found.get("units", []), found.get("groups", [])
    if not isinstance(units, list) or not isinstance(groups, list):
        return Mentions()
    if len(units) + len(groups) > MOST_NAMED:
        return Mentions()
    return Mentions(
        tuple(unit for unit in units if type(unit) is int),
        tuple(name for name in groups if type(name) is str),
    )
