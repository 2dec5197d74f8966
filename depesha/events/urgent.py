"""Urgent messages, by a mark of our own (requirement M7). Pure."""

from depesha.base.canonical import Json

URGENT = "org.depesha.urgent"
"""Key of the content whose value, an object, makes a message urgent; in clear also where the rest
is encrypted."""

_TYPES = frozenset({"m.room.message", "m.room.encrypted"})


def is_urgent(event_type: Json, content: Json) -> bool:
    """True for an urgent message; the edit of one rings nobody again."""
    if type(event_type) is not str or event_type not in _TYPES or type(content) is not dict:
        return False
    if type(content.get(URGENT)) is not dict:
        return False
    relation = content.get("m.relates_to")
    return type(relation) is not dict or relation.get("rel_type") != "m.replace"
