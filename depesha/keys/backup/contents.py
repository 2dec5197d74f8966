"""The session keys in a backup."""

from dataclasses import dataclass

from depesha.base.canonical import Content, Json, embed
from depesha.base.errors import not_found
from depesha.io.tx import Tx
from depesha.keys.backup import store
from depesha.keys.backup.version import select_live, select_writable
from depesha.keys.record import Keys


@dataclass(frozen=True, slots=True)
class Place:
    """Which keys of a version are meant: all, those of a room, or one."""

    version: str
    room_id: str | None = None
    session_id: str | None = None


async def put_sessions(
    keys: Keys, user_id: str, version: str, sessions: list[store.Session]
) -> Content:
    """Store keys, each unless there is a better one; the new etag and count.

    Raises 403 M_WRONG_ROOM_KEYS_VERSION, 404 M_NOT_FOUND.
    """

    async def plan(tx: Tx) -> Content:
        backup = await select_writable(tx, keys.institution_id, user_id, version)
        there = await _select_there(tx, keys.institution_id, user_id, backup.version, sessions)
        better = [session for session in sessions if _is_better(session, there)]
        place = (keys.institution_id, user_id, backup.version)
        await store.upsert_sessions(tx, *place, better)
        new = sum((session.room_id, session.session_id) not in there for session in better)
        return await _tell(tx, keys, user_id, backup, changed=len(better), count=new)

    return await keys.spine.db.write(plan)


_There = dict[tuple[str, str], store.Session]


async def _select_there(
    tx: Tx, institution_id: int, user_id: str, version: int, sessions: list[store.Session]
) -> _There:
    """The keys in the backup of the same sessions."""
    names: dict[str, list[str]] = {}
    for session in sessions:
        names.setdefault(session.room_id, []).append(session.session_id)
    found: _There = {}
    for room_id, session_ids in names.items():
        rows = await store.select_sessions_named(
            tx, institution_id, user_id, version, room_id, session_ids
        )
        found.update(((row.room_id, row.session_id), row) for row in rows)
    return found


def _is_better(session: store.Session, there: _There) -> bool:
    old = there.get((session.room_id, session.session_id))
    return old is None or session.rank.is_better_than(old.rank)


async def _tell(
    tx: Tx, keys: Keys, user_id: str, backup: store.Backup, *, changed: int, count: int
) -> Content:
    """Set the etag and the count if keys have changed; both as told to the client."""
    etag, total = backup.etag + (1 if changed else 0), backup.total + count
    if changed:
        place = (keys.institution_id, user_id, backup.version)
        await store.update_contents(tx, *place, etag, total)
    return {"etag": str(etag), "count": total}


async def delete_sessions(keys: Keys, user_id: str, place: Place) -> Content:
    """Delete keys; the new etag and count. Raises 404 M_NOT_FOUND without such a backup."""

    async def plan(tx: Tx) -> Content:
        backup = await select_live(tx, keys.institution_id, user_id, place.version)
        gone = await store.delete_sessions(
            tx, keys.institution_id, user_id, backup.version, place.room_id, place.session_id
        )
        return await _tell(tx, keys, user_id, backup, changed=gone, count=-gone)

    return await keys.spine.db.write(plan)


async def load_sessions(keys: Keys, user_id: str, place: Place) -> dict[str, dict[str, Json]]:
    """Keys by room and session; 404 M_NOT_FOUND without such a backup."""

    async def select(tx: Tx) -> list[store.Session]:
        backup = await select_live(tx, keys.institution_id, user_id, place.version)
        return await store.select_sessions(
            tx, keys.institution_id, user_id, backup.version, place.room_id, place.session_id
        )

    read = keys.spine.db.scan if place.session_id is None else keys.spine.db.read
    found: dict[str, dict[str, Json]] = {}
    for row in await read(select):
        found.setdefault(row.room_id, {})[row.session_id] = _body_of(row)
    return found


async def access_session(keys: Keys, user_id: str, place: Place) -> Json:
    """One key; 404 M_NOT_FOUND."""
    found = await load_sessions(keys, user_id, place)
    try:
        return found[place.room_id or ""][place.session_id or ""]
    except KeyError:
        raise not_found("Key not found") from None


def _body_of(row: store.Session) -> Content:
    return {
        "first_message_index": row.first_index,
        "forwarded_count": row.forwarded_count,
        "is_verified": bool(row.is_verified),
        "session_data": embed(row.body),
    }
