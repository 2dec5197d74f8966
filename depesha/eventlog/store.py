"""The spine's SQL: the log, events and their bodies, rooms, current state and members."""

from collections.abc import Mapping
from typing import NamedTuple

from depesha.eventlog.changes import Change, Reach
from depesha.io.tx import Tx

ACCEPTED = 0
OVER = 5
"""The status of an event whose time was over: its body is gone, and nobody is shown it."""


class RoomRow(NamedTuple):
    room_nid: int
    room_id: str
    version: str


class EventRow(NamedTuple):
    """An event as stored, with its body and what `unsigned` needs."""

    position: int
    room_order: int
    state_id: int
    event_id: str
    room_version: str
    body: bytes
    replaces: int | None
    sent_by: str | None
    redacted_by: int | None
    prev_body: bytes | None
    because_body: bytes | None
    because_id: str | None


class StateRow(NamedTuple):
    position: int
    event_id: str
    body: bytes


class MemberRow(NamedTuple):
    room_id: str
    membership: str
    position: int
    since_position: int
    sender: str
    forgotten: int


class ChangeRow(NamedTuple):
    position: int
    kind: str
    reach: int
    room_id: str | None
    user_id: str | None
    item: str

    def change(self) -> Change:
        return Change(
            self.kind, Reach(self.reach), self.user_id, self.room_id, self.item, self.position
        )


class RunRow(NamedTuple):
    run_id: str
    start_position: int


class EndRow(NamedTuple):
    """The end of a room's line."""

    position: int
    state_id: int
    event_id: str
    body: bytes


class PlaceRow(NamedTuple):
    """Where an event stands."""

    position: int
    room_order: int
    room_id: str


_EVENT = """
    SELECT e.position, e.room_order, e.state_id, e.event_id, r.version, b.body, e.replaces,
           e.sent_by, e.redacted_by, p.body, c.body, ce.event_id
    FROM events e
    JOIN eventlog_rooms r ON r.institution_id = e.institution_id AND r.room_nid = e.room_nid
    JOIN event_bodies b ON b.institution_id = e.institution_id AND b.position = e.position
    LEFT JOIN event_bodies p ON p.institution_id = e.institution_id AND p.position = e.replaces
    LEFT JOIN event_bodies c ON c.institution_id = e.institution_id AND c.position = e.redacted_by
    LEFT JOIN events ce ON ce.institution_id = e.institution_id AND ce.position = e.redacted_by
"""


# --- the log -------------------------------------------------------------------------


async def lock_head(tx: Tx, institution_id: int) -> int:
    """The last position given out; on PostgreSQL no other worker numbers until the commit."""
    found = await tx.value(
        int,
        "UPDATE eventlog_heads SET position = position WHERE institution_id = $1"
        " RETURNING position",
        institution_id,
    )
    if found is None:
        raise LookupError(f"institution {institution_id} has no log")
    return found


async def select_head(tx: Tx, institution_id: int) -> int:
    found = await tx.value(
        int, "SELECT position FROM eventlog_heads WHERE institution_id = $1", institution_id
    )
    return found or 0


async def update_head(tx: Tx, institution_id: int, position: int) -> None:
    await tx.execute(
        "UPDATE eventlog_heads SET position = $2 WHERE institution_id = $1",
        institution_id,
        position,
    )


async def insert_head(tx: Tx, institution_id: int) -> None:
    await tx.execute(
        "INSERT INTO eventlog_heads (institution_id, position) VALUES ($1, 0)"
        " ON CONFLICT (institution_id) DO NOTHING",
        institution_id,
    )


async def insert_run(tx: Tx, institution_id: int, run_id: str, start: int) -> None:
    await tx.execute(
        "INSERT INTO eventlog_runs (institution_id, run_id, start_position) VALUES ($1, $2, $3)",
        institution_id,
        run_id,
        start,
    )


async def select_runs(tx: Tx, institution_id: int) -> list[RunRow]:
    return await tx.rows(
        RunRow,
        "SELECT run_id, start_position FROM eventlog_runs WHERE institution_id = $1"
        " ORDER BY start_position, run_id",
        institution_id,
    )


async def insert_change(tx: Tx, institution_id: int, change: Change) -> None:
    await tx.execute(
        "INSERT INTO eventlog_changes"
        " (institution_id, position, kind, reach, room_id, user_id, item)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        institution_id,
        change.position,
        change.kind,
        int(change.reach),
        change.room_id,
        change.user_id,
        change.item,
    )


async def select_changes(
    tx: Tx, institution_id: int, after: int, until: int, limit: int
) -> list[ChangeRow]:
    """The newest `limit` changes in (after, until], oldest first."""
    rows = await tx.rows(
        ChangeRow,
        "SELECT position, kind, reach, room_id, user_id, item FROM eventlog_changes"
        " WHERE institution_id = $1 AND position > $2 AND position <= $3"
        " ORDER BY position DESC LIMIT $4",
        institution_id,
        after,
        until,
        limit,
    )
    return rows[::-1]


async def select_log_events(
    tx: Tx, institution_id: int, after: int, until: int, limit: int
) -> list[EventRow]:
    """The newest `limit` events in (after, until], oldest first."""
    rows = await tx.rows(
        EventRow,
        _EVENT + " WHERE e.institution_id = $1 AND e.position > $2 AND e.position <= $3"
        " AND e.room_order IS NOT NULL ORDER BY e.position DESC LIMIT $4",
        institution_id,
        after,
        until,
        limit,
    )
    return rows[::-1]


async def select_next_changes(
    tx: Tx, institution_id: int, after: int, limit: int
) -> list[ChangeRow]:
    """The `limit` changes that follow a position."""
    return await tx.rows(
        ChangeRow,
        "SELECT position, kind, reach, room_id, user_id, item FROM eventlog_changes"
        " WHERE institution_id = $1 AND position > $2 ORDER BY position LIMIT $3",
        institution_id,
        after,
        limit,
    )


async def select_next_events(tx: Tx, institution_id: int, after: int, limit: int) -> list[EventRow]:
    """The `limit` events that follow a position."""
    return await tx.rows(
        EventRow,
        _EVENT + " WHERE e.institution_id = $1 AND e.position > $2"
        " AND e.room_order IS NOT NULL ORDER BY e.position LIMIT $3",
        institution_id,
        after,
        limit,
    )


async def select_cursor(tx: Tx, institution_id: int, consumer: str) -> int | None:
    """How far a consumer has read, or None at its first start."""
    return await tx.value(
        int,
        "SELECT position FROM eventlog_cursors WHERE institution_id = $1 AND consumer = $2",
        institution_id,
        consumer,
    )


async def upsert_cursor(tx: Tx, institution_id: int, consumer: str, position: int) -> None:
    """Never backwards: the worker that had the lease before may come late."""
    await tx.execute(
        "INSERT INTO eventlog_cursors (institution_id, consumer, position) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, consumer) DO UPDATE SET position = excluded.position"
        " WHERE eventlog_cursors.position < excluded.position",
        institution_id,
        consumer,
        position,
    )


async def upsert_cursors(tx: Tx, institution_id: int, cursors: Mapping[str, int]) -> None:
    for consumer, position in cursors.items():
        await upsert_cursor(tx, institution_id, consumer, position)


# --- rooms ---------------------------------------------------------------------------


async def insert_room(
    tx: Tx, institution_id: int, room_nid: int, room_id: str, version: str
) -> None:
    await tx.execute(
        "INSERT INTO eventlog_rooms (institution_id, room_nid, room_id, version, state_complete)"
        " VALUES ($1, $2, $3, $4, 1)",
        institution_id,
        room_nid,
        room_id,
        version,
    )


async def select_room(tx: Tx, institution_id: int, room_id: str) -> RoomRow | None:
    return await tx.row(
        RoomRow,
        "SELECT room_nid, room_id, version FROM eventlog_rooms"
        " WHERE institution_id = $1 AND room_id = $2",
        institution_id,
        room_id,
    )


async def select_room_end(tx: Tx, institution_id: int, room_nid: int) -> EndRow | None:
    return await tx.row(
        EndRow,
        "SELECT e.position, e.state_id, e.event_id, b.body FROM events e"
        " JOIN event_bodies b ON b.institution_id = e.institution_id AND b.position = e.position"
        " WHERE e.institution_id = $1 AND e.room_nid = $2 AND e.room_order IS NOT NULL"
        " ORDER BY e.room_order DESC LIMIT 1",
        institution_id,
        room_nid,
    )


async def select_last_of_types(
    tx: Tx, institution_id: int, room_nid: int, types: list[str]
) -> int | None:
    """The position of the latest event of any of the types in a room's timeline."""
    return await tx.value(
        int,
        "SELECT position FROM events WHERE institution_id = $1 AND room_nid = $2"
        " AND room_order IS NOT NULL AND type = ANY($3) ORDER BY room_order DESC LIMIT 1",
        institution_id,
        room_nid,
        types,
    )


async def select_current_state(tx: Tx, institution_id: int, room_nid: int) -> list[StateRow]:
    return await tx.rows(
        StateRow,
        "SELECT s.position, e.event_id, b.body FROM eventlog_state s"
        " JOIN events e ON e.institution_id = s.institution_id AND e.position = s.position"
        " JOIN event_bodies b ON b.institution_id = s.institution_id AND b.position = s.position"
        " WHERE s.institution_id = $1 AND s.room_nid = $2",
        institution_id,
        room_nid,
    )


async def select_state_at(
    tx: Tx, institution_id: int, room_nid: int, room_order: int
) -> list[StateRow]:
    """The state after the event at `room_order`, of a room whose history is a line."""
    return await tx.rows(
        StateRow,
        "SELECT s.position, s.event_id, b.body FROM ("
        " SELECT MAX(e.room_order) AS room_order FROM events e"
        " WHERE e.institution_id = $1 AND e.room_nid = $2 AND e.state_key IS NOT NULL"
        " AND e.room_order <= $3 GROUP BY e.type, e.state_key) newest"
        " JOIN events s ON s.institution_id = $1 AND s.room_nid = $2"
        " AND s.room_order = newest.room_order"
        " JOIN event_bodies b ON b.institution_id = $1 AND b.position = s.position",
        institution_id,
        room_nid,
        room_order,
    )


async def select_state_line(
    tx: Tx, institution_id: int, room_nid: int, type_: str, state_key: str
) -> list[StateRow]:
    """All events of one state key, oldest first; `position` is their room_order."""
    return await tx.rows(
        StateRow,
        "SELECT e.room_order, e.event_id, b.body FROM events e"
        " JOIN event_bodies b ON b.institution_id = e.institution_id AND b.position = e.position"
        " WHERE e.institution_id = $1 AND e.room_nid = $2 AND e.type = $3 AND e.state_key = $4"
        " AND e.room_order IS NOT NULL ORDER BY e.room_order",
        institution_id,
        room_nid,
        type_,
        state_key,
    )


async def upsert_state(
    tx: Tx, institution_id: int, room_nid: int, type_: str, state_key: str, position: int
) -> None:
    await tx.execute(
        "INSERT INTO eventlog_state (institution_id, room_nid, type, state_key, position)"
        " VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (institution_id, room_nid, type, state_key)"
        " DO UPDATE SET position = excluded.position",
        institution_id,
        room_nid,
        type_,
        state_key,
        position,
    )


# --- members -------------------------------------------------------------------------


async def upsert_member(
    tx: Tx,
    institution_id: int,
    user_id: str,
    room_id: str,
    room_nid: int,
    membership: str,
    sender: str,
    position: int,
) -> None:
    await tx.execute(
        "INSERT INTO eventlog_members (institution_id, user_id, room_id, room_nid, membership,"
        " sender, position, since_position, forgotten) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0)"
        " ON CONFLICT (institution_id, user_id, room_id) DO UPDATE SET"
        " since_position = CASE WHEN eventlog_members.membership = excluded.membership"
        " THEN eventlog_members.since_position ELSE excluded.since_position END,"
        " membership = excluded.membership, sender = excluded.sender,"
        " position = excluded.position, forgotten = 0",
        institution_id,
        user_id,
        room_id,
        room_nid,
        membership,
        sender,
        position,
    )


async def update_forgotten(tx: Tx, institution_id: int, user_id: str, room_id: str) -> None:
    await tx.execute(
        "UPDATE eventlog_members SET forgotten = 1"
        " WHERE institution_id = $1 AND user_id = $2 AND room_id = $3",
        institution_id,
        user_id,
        room_id,
    )


async def select_memberships(tx: Tx, institution_id: int, user_id: str) -> list[MemberRow]:
    return await tx.rows(
        MemberRow,
        "SELECT room_id, membership, position, since_position, sender, forgotten"
        " FROM eventlog_members WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


class _RoomId(NamedTuple):
    room_id: str


async def select_rooms_since(
    tx: Tx, institution_id: int, user_id: str, since: int
) -> frozenset[str]:
    """Joined rooms of the user that have events after `since`."""
    rows = await tx.rows(
        _RoomId,
        "SELECT m.room_id FROM eventlog_members m"
        " WHERE m.institution_id = $1 AND m.user_id = $2 AND m.membership = 'join'"
        " AND EXISTS (SELECT 1 FROM events e WHERE e.institution_id = m.institution_id"
        " AND e.room_nid = m.room_nid AND e.room_order > $3)",
        institution_id,
        user_id,
        since,
    )
    return frozenset(row.room_id for row in rows)


async def select_member_events(
    tx: Tx, institution_id: int, room_ids: list[str], after: int, until: int
) -> list[EventRow]:
    """Member events of these rooms in (after, until], oldest first."""
    return await tx.rows(
        EventRow,
        _EVENT + " WHERE e.institution_id = $1 AND r.room_id = ANY($2)"
        " AND e.type = 'm.room.member' AND e.state_key IS NOT NULL"
        " AND e.room_order > $3 AND e.room_order <= $4 ORDER BY e.room_order",
        institution_id,
        room_ids,
        after,
        until,
    )


# --- events --------------------------------------------------------------------------


async def insert_event(
    tx: Tx,
    institution_id: int,
    position: int,
    event_id: str,
    room_nid: int,
    room_order: int | None,
    status: int,
    state_id: int | None,
    type_: str,
    state_key: str | None,
    sender: str,
    origin_server_ts: int,
    replaces: int | None,
    sent_by: str | None,
    txn_key: int | None,
    body: bytes,
) -> None:
    await tx.execute(
        "INSERT INTO events (institution_id, position, event_id, room_nid, room_order, status,"
        " state_id, type, state_key, sender, origin_server_ts, replaces, sent_by, txn_key)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        institution_id,
        position,
        event_id,
        room_nid,
        room_order,
        status,
        state_id,
        type_,
        state_key,
        sender,
        origin_server_ts,
        replaces,
        sent_by,
        txn_key,
    )
    await tx.execute(
        "INSERT INTO event_bodies (institution_id, position, body) VALUES ($1, $2, $3)",
        institution_id,
        position,
        body,
    )


async def select_events(tx: Tx, institution_id: int, positions: list[int]) -> list[EventRow]:
    """The events at the given positions, in no order."""
    return await tx.rows(
        EventRow,
        _EVENT + " WHERE e.institution_id = $1 AND e.position = ANY($2)",
        institution_id,
        positions,
    )


async def select_place(tx: Tx, institution_id: int, event_id: str) -> PlaceRow | None:
    """Where an accepted event stands, or None."""
    return await tx.row(
        PlaceRow,
        "SELECT e.position, e.room_order, r.room_id FROM events e"
        " JOIN eventlog_rooms r ON r.institution_id = e.institution_id AND r.room_nid = e.room_nid"
        " WHERE e.institution_id = $1 AND e.event_id = $2 AND e.room_order IS NOT NULL",
        institution_id,
        event_id,
    )


class PositionRow(NamedTuple):
    position: int


async def select_positions(
    tx: Tx, institution_id: int, room_nids: list[int], types: list[str], before: int, limit: int
) -> list[int]:
    """Positions of events of these types in these rooms, newest first."""
    rows = await tx.rows(
        PositionRow,
        "SELECT position FROM events WHERE institution_id = $1 AND room_nid = ANY($2)"
        " AND type = ANY($3) AND position < $4 AND room_order IS NOT NULL"
        " ORDER BY position DESC LIMIT $5",
        institution_id,
        room_nids,
        types,
        before,
        limit,
    )
    return [row.position for row in rows]


class SenderRow(NamedTuple):
    """Where an event stands, and whose it is."""

    room_order: int
    sender: str


async def select_senders(
    tx: Tx, institution_id: int, room_nid: int, types: list[str], until: int, limit: int
) -> list[SenderRow]:
    """Events of these types with room_order <= until, newest first."""
    return await tx.rows(
        SenderRow,
        "SELECT room_order, sender FROM events WHERE institution_id = $1 AND room_nid = $2"
        " AND type = ANY($3) AND room_order <= $4 AND status = 0"
        " ORDER BY room_order DESC LIMIT $5",
        institution_id,
        room_nid,
        types,
        until,
        limit,
    )


async def count_events(
    tx: Tx,
    institution_id: int,
    room_nid: int,
    types: list[str],
    not_senders: list[str],
    after: int,
    until: int,
) -> int:
    """How many events of these types have after < room_order <= until."""
    found = await tx.value(
        int,
        "SELECT COUNT(*) FROM events WHERE institution_id = $1 AND room_nid = $2"
        " AND type = ANY($3) AND sender <> ALL($4) AND room_order > $5 AND room_order <= $6"
        " AND status = 0",
        institution_id,
        room_nid,
        types,
        not_senders,
        after,
        until,
    )
    return found or 0


async def select_page_back(
    tx: Tx, institution_id: int, room_nid: int, before: int, after: int, limit: int
) -> list[EventRow]:
    """Events with after < room_order < before, newest first."""
    return await tx.rows(
        EventRow,
        _EVENT + " WHERE e.institution_id = $1 AND e.room_nid = $2 AND e.room_order < $3"
        " AND e.room_order > $4 AND e.status = 0 ORDER BY e.room_order DESC LIMIT $5",
        institution_id,
        room_nid,
        before,
        after,
        limit,
    )


async def select_page_forward(
    tx: Tx, institution_id: int, room_nid: int, after: int, before: int, limit: int
) -> list[EventRow]:
    """Events with after < room_order < before, oldest first."""
    return await tx.rows(
        EventRow,
        _EVENT + " WHERE e.institution_id = $1 AND e.room_nid = $2 AND e.room_order > $3"
        " AND e.room_order < $4 AND e.status = 0 ORDER BY e.room_order LIMIT $5",
        institution_id,
        room_nid,
        after,
        before,
        limit,
    )


async def select_state_between(
    tx: Tx, institution_id: int, room_nid: int, after: int, until: int
) -> list[StateRow]:
    """State events with after < room_order <= until, oldest first."""
    return await tx.rows(
        StateRow,
        "SELECT e.position, e.event_id, b.body FROM events e"
        " JOIN event_bodies b ON b.institution_id = e.institution_id AND b.position = e.position"
        " WHERE e.institution_id = $1 AND e.room_nid = $2 AND e.state_key IS NOT NULL"
        " AND e.room_order > $3 AND e.room_order <= $4 ORDER BY e.room_order",
        institution_id,
        room_nid,
        after,
        until,
    )


async def select_sent(tx: Tx, institution_id: int, txn_key: int) -> list[EventRow]:
    """Events whose transaction has this hash; the caller compares `sent_by`."""
    return await tx.rows(
        EventRow,
        _EVENT + " WHERE e.institution_id = $1 AND e.txn_key = $2",
        institution_id,
        txn_key,
    )


async def update_redacted(
    tx: Tx, institution_id: int, position: int, redacted_by: int, body: bytes, status: int
) -> None:
    """Replace the body of an event by its redacted form."""
    await tx.execute(
        "UPDATE events SET redacted_by = $3, status = $4"
        " WHERE institution_id = $1 AND position = $2",
        institution_id,
        position,
        redacted_by,
        status,
    )
    await tx.execute(
        "UPDATE event_bodies SET body = $3 WHERE institution_id = $1 AND position = $2",
        institution_id,
        position,
        body,
    )


async def select_said(
    tx: Tx, institution_id: int, room_nid: int, after: int, limit: int
) -> list[EventRow]:
    """Events with room_order > after that are no state, oldest first."""
    return await tx.rows(
        EventRow,
        _EVENT + " WHERE e.institution_id = $1 AND e.room_nid = $2 AND e.room_order > $3"
        " AND e.state_key IS NULL AND e.status = 0 ORDER BY e.room_order LIMIT $4",
        institution_id,
        room_nid,
        after,
        limit,
    )


async def count_said_before(
    tx: Tx, institution_id: int, room_nids: list[int], before: int, kept: list[str]
) -> int:
    """How many events of rooms, no state, are older than a time (ms), without some senders'."""
    found = await tx.value(
        int,
        "SELECT COUNT(*) FROM events WHERE institution_id = $1 AND room_nid = ANY($2)"
        " AND room_order IS NOT NULL AND state_key IS NULL AND status = 0"
        " AND origin_server_ts < $3 AND sender <> ALL($4)",
        institution_id,
        room_nids,
        before,
        kept,
    )
    return found or 0


async def select_erased_by(
    tx: Tx, institution_id: int, by: list[int], after: int
) -> list[EventRow]:
    """Events after a position that the changes at the positions `by` have erased."""
    return await tx.rows(
        EventRow,
        _EVENT + " WHERE e.institution_id = $1 AND e.position > $3 AND e.redacted_by = ANY($2)",
        institution_id,
        by,
        after,
    )


class SaidRow(NamedTuple):
    """How many events somebody has sent, and when the first and the last (ms)."""

    events: int
    first_ts: int | None
    last_ts: int | None


async def select_said_by(
    tx: Tx, institution_id: int, room_nids: list[int], sender: str
) -> SaidRow | None:
    """What somebody has said in these rooms, as far as it is still there."""
    return await tx.row(
        SaidRow,
        "SELECT COUNT(*), MIN(origin_server_ts), MAX(origin_server_ts) FROM events"
        " WHERE institution_id = $1 AND room_nid = ANY($2) AND sender = $3"
        " AND state_key IS NULL AND redacted_by IS NULL AND room_order IS NOT NULL",
        institution_id,
        room_nids,
        sender,
    )


async def select_position_at_time(
    tx: Tx, institution_id: int, room_nid: int, ts: int, first: int, last: int, *, forward: bool
) -> int | None:
    """The event nearest to a time (ms), at or after it, or else at or before it.

    Of those of a room's timeline with first <= room_order <= last. The plus keeps the planner to
    the index on times, by which the first row found is the one.
    """
    side, order = (">=", "ASC") if forward else ("<=", "DESC")
    return await tx.value(
        int,
        "SELECT position FROM events WHERE institution_id = $1 AND room_nid = $2"
        " AND +room_order >= $4 AND +room_order <= $5 AND status = 0"
        f" AND origin_server_ts {side} $3"
        f" ORDER BY origin_server_ts {order}, room_order {order} LIMIT 1",
        institution_id,
        room_nid,
        ts,
        first,
        last,
    )
