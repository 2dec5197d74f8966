"""Keeping the index: a consumer of the log."""

from collections.abc import Sequence

from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Entry, Logged
from depesha.eventlog.consume import consume
from depesha.eventlog.read import find_event
from depesha.io.tx import Tx
from depesha.search import store
from depesha.search.record import Search
from depesha.search.words import stems, text_of

PAUSE_SECONDS = 1.0
"""Between two pieces: a search may be that far behind."""

_Word = tuple[int, int, str]
"""Position, room and stems; no stems: to be forgotten."""


async def keep_index(search: Search) -> None:
    """Index what was said and forget what was redacted, for ever."""
    log, institution_id = search.spine.log, search.spine.institution.id
    # What came before may have been indexed already by whoever did this last.
    doubtful = await log.follow()

    async def handle(entries: Sequence[Entry]) -> None:
        nonlocal doubtful
        words = [word for entry in entries for word in await _words(log, entry)]
        if not words:
            return

        async def write(tx: Tx) -> None:
            for position, room_nid, text in words:
                if not text or position <= doubtful:
                    await store.delete_words(tx, institution_id, position)
                if text:
                    await store.insert_words(tx, institution_id, position, room_nid, text)

        try:
            await search.spine.db.write(write)
        except Exception:
            # Whether a commit whose answer was lost took place is not known.
            doubtful = entries[-1].position
            raise

    await consume(log, "search", handle, PAUSE_SECONDS)


async def _words(log: EventLog, entry: Entry) -> list[_Word]:
    if not isinstance(entry, Logged):
        return []
    event = entry.event
    if event.type == "m.room.redaction" and event.redacts:
        target = await find_event(log, event.room_id, event.redacts)
        return [(target.position, 0, "")] if target and target.redacted_by else []
    text = " ".join(stems(text_of(event.type, event.content)))
    room = await log.find_room(event.room_id) if text else None
    return [(entry.position, room.nid, text)] if room else []
