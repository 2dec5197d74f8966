"""Relations between events, as pure functions.

Spec: client-server API, "Forming relationships between events", "Event replacements",
"Threading".
"""

from typing import NamedTuple

from depesha.base.canonical import Content
from depesha.events.event import Event

THREAD, REPLACE, ANNOTATION, REFERENCE = "m.thread", "m.replace", "m.annotation", "m.reference"


class Relation(NamedTuple):
    """What `m.relates_to` says; `item` is the key of an annotation."""

    rel_type: str
    parent_id: str
    item: str


def read_relation(content: Content) -> Relation | None:
    """The relation of an event's content, or None; a rich reply alone is none."""
    relates = content.get("m.relates_to")
    if type(relates) is not dict:
        return None
    rel_type, parent_id, key = relates.get("rel_type"), relates.get("event_id"), relates.get("key")
    if type(rel_type) is not str or type(parent_id) is not str:
        return None
    return Relation(rel_type, parent_id, key if type(key) is str else "")


def is_replacement(edit: Event, original: Event) -> bool:
    """True when `edit` is a valid replacement. Spec: "Validity of replacement events"."""
    relation = read_relation(edit.content)
    before = read_relation(original.content)
    return (
        relation is not None
        and relation.rel_type == REPLACE
        and relation.parent_id == original.event_id
        and edit.room_id == original.room_id
        and edit.sender == original.sender
        and edit.type == original.type
        and edit.state_key is None
        and original.state_key is None
        and (before is None or before.rel_type != REPLACE)
        and (edit.type == "m.room.encrypted" or type(edit.content.get("m.new_content")) is dict)
    )
