"""What an event's transaction writes for retention, and what it seals.

Requirements D6, D7: what others than its author have removed, or somebody has complained of, is
kept sealed for three months; what is under a hold as long as that stands.
"""

import re

from depesha.duty import store
from depesha.duty.hold import select_held
from depesha.duty.rules import DAY_MS, RETENTION_TYPES, is_channel, kind_of, wanted_of
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Logged
from depesha.eventlog.state import MEMBER, Tip
from depesha.events.group import GROUP, read_group
from depesha.rooms import NOTICES

SEALED_MS = 92 * DAY_MS
"""How long removed content is kept sealed: three months."""

_MXC = re.compile(rb"mxc://([^/\s\"\\]{1,255})/([A-Za-z0-9_-]{1,255})")
_MOST_FILES = 50
"""Files of one event that are noted."""


async def project_duty(w: Writing, logged: Logged, tip: Tip) -> None:
    """Note a new room, its kind, what it asks for, and the files of an event; seal."""
    event, institution_id, nid = logged.event, w.institution.id, tip.room.nid
    if event.state_key is not None:
        await _note_state(w, logged, tip)
    elif event.type == "m.room.redaction":
        await _seal(w, logged)
    if b"mxc://" not in event.pdu:
        return
    own = w.institution.server_name.encode()
    found = {media_id for server, media_id in _MXC.findall(event.pdu) if server == own}
    for media_id in sorted(found)[:_MOST_FILES]:
        row = store.FileRow(
            media_id.decode(),
            logged.position,
            nid,
            event.origin_server_ts,
            int(event.state_key is not None),
        )
        await store.insert_file(w.tx, institution_id, row)


async def _note_state(w: Writing, logged: Logged, tip: Tip) -> None:
    event, institution_id, nid = logged.event, w.institution.id, tip.room.nid
    if event.type == "m.room.create":
        kind = kind_of(event.content, is_of_notices=event.content.get(NOTICES) is True)
        await store.insert_room(w.tx, institution_id, nid, event.room_id, kind, event.sender)
    elif event.type == MEMBER and event.content.get("is_direct") is True:
        await store.update_kind(w.tx, institution_id, nid, "basic", "direct")
    elif event.type == "m.room.power_levels":
        before, after = ("basic", "channel")[:: 1 if is_channel(event.content) else -1]
        await store.update_kind(w.tx, institution_id, nid, before, after)
    elif event.type == GROUP and event.state_key == "":
        group = read_group(event.content)
        if group is not None:
            await store.update_group(w.tx, institution_id, nid, group.kind, group.unit)
    elif event.type in RETENTION_TYPES and event.state_key == "":
        await store.update_wanted(w.tx, institution_id, nid, wanted_of(event.content))


async def _seal(w: Writing, redaction: Logged) -> None:
    """Keep what a redaction has erased, where it must not be destroyed yet."""
    institution_id, now = w.institution.id, w.log.clock.now_ms()
    redactor = redaction.event.sender
    for erased in w.erased:
        if erased.redacted_by != redaction.position:
            continue
        event = erased.event
        removed = redactor != event.sender or await store.is_reported(
            w.tx, institution_id, event.event_id
        )
        held = await select_held(w.tx, institution_id, now)
        if removed or event.sender in held or event.room_id in held:
            row = store.SealedRow(
                erased.position,
                event.event_id,
                event.room_id,
                event.sender,
                redactor,
                now,
                now + SEALED_MS if removed else now,
                w.originals[erased.position],
            )
            await store.insert_sealed(w.tx, institution_id, row)
