"""What was said, as lines of JSON with the files that it names, for copies and inspections."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from depesha.base.canonical import Content, encode
from depesha.duty import store
from depesha.duty.pack import Pack
from depesha.duty.record import Duty
from depesha.eventlog.changes import Logged
from depesha.eventlog.load import logged_of
from depesha.eventlog.read import END
from depesha.eventlog.state import Room
from depesha.eventlog.store import select_page_forward
from depesha.events.event import load_event
from depesha.media import find_file

_PAGE = 200
ENCRYPTED = "m.room.encrypted"


@dataclass(slots=True)
class Gathered:
    """What was put in: events, those of them that only people's devices can read, and files."""

    events: int = 0
    encrypted: int = 0
    media_ids: dict[str, None] = field(default_factory=dict)


async def lines_of(
    duty: Duty,
    room: Room,
    gathered: Gathered,
    wanted: Callable[[Logged], bool],
    *,
    with_sealed: bool,
) -> AsyncIterator[bytes]:
    """The wanted events of a room, oldest first, a JSON object a line.

    With what is sealed in place of what was redacted, where that is asked for.
    """
    institution_id, after = duty.spine.institution.id, -1
    scan = duty.spine.db.scan
    while rows := await scan(select_page_forward, institution_id, room.nid, after, END, _PAGE):
        after = rows[-1].room_order
        events = [logged for logged in map(logged_of, rows) if wanted(logged)]
        positions = [logged.position for logged in events]
        files = await scan(store.select_files_of, institution_id, positions)
        gathered.media_ids.update(dict.fromkeys(row.media_id for row in files))
        sealed: dict[int, store.SealedRow] = {}
        if with_sealed:
            found = await scan(store.select_sealed, institution_id, positions)
            sealed = {row.position: row for row in found}
        gathered.events += len(events)
        gathered.encrypted += sum(logged.event.type == ENCRYPTED for logged in events)
        yield b"".join(_line(room, logged, sealed.get(logged.position)) for logged in events)


def _line(room: Room, logged: Logged, sealed: store.SealedRow | None) -> bytes:
    event = logged.event
    if sealed is not None:
        event = load_event(sealed.body, event.event_id, room.version)
    line: Content = {
        "event_id": event.event_id,
        "room_id": event.room_id,
        "sender": event.sender,
        "type": event.type,
        "origin_server_ts": event.origin_server_ts,
        "content": event.content,
    }
    if event.state_key is not None:
        line["state_key"] = event.state_key
    if event.type == ENCRYPTED:
        line["readable"] = False
    if logged.redacted_by is not None:
        line["redacted"] = True
    if sealed is not None:
        line["redactor"] = sealed.redactor
    return encode(line) + b"\n"


async def files_in(duty: Duty, pack: Pack, media_ids: list[str]) -> AsyncIterator[bytes]:
    """The files, with a list of their names and types first; what is gone is passed over."""
    rows = [row for id_ in media_ids if (row := await find_file(duty.media, id_)) is not None]
    yield pack.add_json(
        "files.json",
        [
            {
                "media_id": row.media_id,
                "name": row.file_name,
                "type": row.content_type,
                "size": row.size,
                "uploaded_by": row.user_id,
                "uploaded_ts": row.created_ts,
            }
            for row in rows
        ],
    )
    for row in rows:
        content = duty.media.blobs.get(row.sha256 or "")
        async for piece in pack.add_pieces(f"files/{row.media_id}", content):
            yield piece
