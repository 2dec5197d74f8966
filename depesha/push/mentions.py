"""Whom a mention of units and named groups means (requirement M6)."""

from collections.abc import Callable, Collection

from depesha.base.canonical import Content
from depesha.events.group import MENTION_GROUPS, MENTIONS, read_mention_groups, read_mentions
from depesha.events.state import AuthEvent

MOST_MEANT = 1_000
"""People whom one event may mean so; of more it means the first ones, by their ids."""


FindPeople = Callable[[Collection[int]], set[str]]
"""Finds the people of levels and of those below them, their managers too."""

FindState = Callable[[str, str], AuthEvent | None]
"""Finds a piece of a room's state."""


def find_meant(
    content: Content, find: FindState, members: Collection[str], people_of: FindPeople
) -> frozenset[str]:
    """The members whom an event's mentions of units and groups mean."""
    if MENTIONS not in content:
        return frozenset()
    mentions = read_mentions(content)
    found = people_of(mentions.units) if mentions.units else set[str]()
    state = find(MENTION_GROUPS, "") if mentions.groups else None
    groups = read_mention_groups(state.content) if state is not None else None
    for name in mentions.groups:
        found.update((groups or {}).get(name, ()))
    return frozenset(sorted(found.intersection(members))[:MOST_MEANT])
