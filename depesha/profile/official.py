"""Names and pictures that the institution gives: they become those of its people's profiles."""

from collections.abc import Sequence

from depesha.base.canonical import encode
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Entry
from depesha.eventlog.consume import consume
from depesha.org import NAMED, PICTURED
from depesha.profile import store
from depesha.profile.fields import note_change, tell_rooms
from depesha.profile.record import Profile
from depesha.profile.rules import NAME, PICTURE

_FIELDS = {NAMED: NAME, PICTURED: PICTURE}


async def follow_name(w: Writing, change: Change) -> None:
    """Take over the name or the picture that the institution has for somebody."""
    name = _FIELDS.get(change.kind)
    if name is not None and change.user_id is not None:
        text: str = encode(change.item).decode()
        await store.upsert_field(w.tx, w.institution.id, change.user_id, name, text)
        await note_change(w, change.user_id, name, change.item)


async def tell_names(profile: Profile) -> None:
    """Repeat them in the rooms of those who got them, for ever."""

    async def handle(entries: Sequence[Entry]) -> None:
        for entry in entries:
            if isinstance(entry, Change) and entry.kind in _FIELDS and entry.user_id is not None:
                await tell_rooms(profile, entry.user_id, _FIELDS[entry.kind])

    await consume(profile.spine.log, "names", handle)
