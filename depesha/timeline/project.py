"""What an event's transaction writes about relations, and the relations that it refuses.

Spec: client-server API, "Validation of m.thread relationships", "Annotating events" (avoiding
duplicate annotations).
"""

from depesha.base.errors import MatrixError
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Logged
from depesha.eventlog.load import load_logged
from depesha.eventlog.state import Tip
from depesha.timeline import store
from depesha.timeline.rules import ANNOTATION, THREAD, Relation, read_relation


async def project_relation(w: Writing, logged: Logged, tip: Tip) -> None:
    """Note the relation of a new event, or unnote that of a redacted one."""
    event = logged.event
    if event.type == "m.room.redaction":
        for erased in w.erased:
            if erased.redacted_by == logged.position:
                await forget_relation(w, erased.position, tip.room.nid)
        return
    relation = read_relation(event.content)
    if relation is None or event.state_key is not None:
        return
    institution_id, nid = w.institution.id, tip.room.nid
    child = store.ChildRow(
        relation.parent_id,
        logged.position,
        event.event_id,
        relation.rel_type,
        event.type,
        event.sender,
    )
    await _check(w, child, relation, tip)
    await store.insert_relation(w.tx, institution_id, nid, child, relation.item)
    if relation.rel_type == THREAD:
        await store.upsert_thread(w.tx, institution_id, nid, relation.parent_id, logged.position)


async def _check(w: Writing, child: store.ChildRow, relation: Relation, tip: Tip) -> None:
    institution_id, nid = w.institution.id, tip.room.nid
    if relation.rel_type == ANNOTATION and child.type == "m.reaction":
        if await store.find_annotation(w.tx, institution_id, nid, child, relation.item):
            raise MatrixError(
                400, "M_DUPLICATE_ANNOTATION", "You have already annotated this event so"
            )
    elif relation.rel_type == THREAD:
        root = await load_logged(w.tx, institution_id, relation.parent_id, tip.room_id)
        if root is not None and read_relation(root.event.content) is not None:
            raise MatrixError(400, "M_UNKNOWN", "A thread cannot start at an event with a relation")


async def forget_relation(w: Writing, position: int, nid: int) -> None:
    """Within a plan: an erased event of the room relates to nothing any more."""
    institution_id = w.institution.id
    child = await store.select_child(w.tx, institution_id, position)
    if child is None:
        return
    await store.delete_relation(w.tx, institution_id, position)
    if child.rel_type != THREAD:
        return
    last = await store.select_last_reply(w.tx, institution_id, nid, child.parent_id)
    if last is not None:
        await store.upsert_thread(w.tx, institution_id, nid, child.parent_id, last)
    else:
        await store.delete_thread(w.tx, institution_id, nid, child.parent_id)
