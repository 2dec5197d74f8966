"""SQL on relations between events and on threads."""

from typing import NamedTuple

from depesha.io.tx import Tx


class ChildRow(NamedTuple):
    """A child event as its parents' aggregations need it."""

    parent_id: str
    position: int
    child_id: str
    rel_type: str
    type: str
    sender: str


class ThreadRow(NamedTuple):
    """A thread root and the position of its latest reply."""

    root_id: str
    last_position: int


_CHILD = "SELECT parent_id, position, child_id, rel_type, type, sender FROM timeline_relations"


async def insert_relation(
    tx: Tx, institution_id: int, room_nid: int, child: ChildRow, item: str
) -> None:
    await tx.execute(
        "INSERT INTO timeline_relations (institution_id, room_nid, parent_id, position, child_id,"
        " rel_type, type, sender, item) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        institution_id,
        room_nid,
        *child,
        item,
    )


async def find_annotation(
    tx: Tx, institution_id: int, room_nid: int, child: ChildRow, item: str
) -> int | None:
    """The position of the same annotation by the same sender, or None."""
    return await tx.value(
        int,
        "SELECT position FROM timeline_relations WHERE institution_id = $1 AND room_nid = $2"
        " AND parent_id = $3 AND rel_type = $4 AND type = $5 AND sender = $6 AND item = $7",
        institution_id,
        room_nid,
        child.parent_id,
        child.rel_type,
        child.type,
        child.sender,
        item,
    )


async def select_child(tx: Tx, institution_id: int, position: int) -> ChildRow | None:
    return await tx.row(
        ChildRow,
        _CHILD + " WHERE institution_id = $1 AND position = $2",
        institution_id,
        position,
    )


async def delete_relation(tx: Tx, institution_id: int, position: int) -> None:
    await tx.execute(
        "DELETE FROM timeline_relations WHERE institution_id = $1 AND position = $2",
        institution_id,
        position,
    )


async def select_children(
    tx: Tx, institution_id: int, room_nid: int, parent_id: str, limit: int
) -> list[ChildRow]:
    """Children of an event, oldest first, at most `limit`."""
    return await tx.rows(
        ChildRow,
        _CHILD + " WHERE institution_id = $1 AND room_nid = $2 AND parent_id = $3"
        " ORDER BY position LIMIT $4",
        institution_id,
        room_nid,
        parent_id,
        limit,
    )


class BelowRow(NamedTuple):
    """An event below another, whatever lies between."""

    position: int
    sender: str


async def select_below(
    tx: Tx,
    institution_id: int,
    room_nid: int,
    parent_id: str,
    depth: int,
    kinds: tuple[str | None, str | None],
    after: int,
    until: int,
    limit: int,
    *,
    backward: bool,
) -> list[BelowRow]:
    """Up to `limit` children with after < position <= until, and theirs down to `depth`.

    `kinds` are the kind of relation and the type of event, None for any.
    """
    where, args = "", list[str]()
    for column, kind in zip(("rel_type", "type"), kinds, strict=True):
        if kind is not None:
            args.append(kind)
            where += f" AND {column} = ${7 + len(args)}"
    return await tx.rows(
        BelowRow,
        "WITH RECURSIVE below (child_id, position, rel_type, type, sender, depth) AS ("
        " SELECT child_id, position, rel_type, type, sender, 1 FROM timeline_relations"
        " WHERE institution_id = $1 AND room_nid = $2 AND parent_id = $3"
        " UNION ALL SELECT r.child_id, r.position, r.rel_type, r.type, r.sender, b.depth + 1"
        " FROM below b JOIN timeline_relations r ON r.institution_id = $1 AND r.room_nid = $2"
        " AND r.parent_id = b.child_id WHERE b.depth < $4)"
        f" SELECT position, sender FROM below WHERE position > $5 AND position <= $6{where}"
        f" ORDER BY position {'DESC' if backward else 'ASC'} LIMIT $7",
        institution_id,
        room_nid,
        parent_id,
        depth,
        after,
        until,
        limit,
        *args,
    )


async def select_bundled(
    tx: Tx,
    institution_id: int,
    room_nid: int,
    parent_ids: list[str],
    rel_types: list[str],
    limit: int,
) -> list[ChildRow]:
    """The newest `limit` children of these kinds of any of the parents, oldest first."""
    rows = await tx.rows(
        ChildRow,
        _CHILD + " WHERE institution_id = $1 AND room_nid = $2 AND parent_id = ANY($3)"
        " AND rel_type = ANY($4) ORDER BY position DESC LIMIT $5",
        institution_id,
        room_nid,
        parent_ids,
        rel_types,
        limit,
    )
    return rows[::-1]


async def select_parents(
    tx: Tx, institution_id: int, room_nid: int, rel_types: list[str], limit: int
) -> list[ChildRow]:
    """Children of certain relations in a room, newest first: to find which events are parents."""
    return await tx.rows(
        ChildRow,
        _CHILD + " WHERE institution_id = $1 AND room_nid = $2 AND rel_type = ANY($3)"
        " ORDER BY position DESC LIMIT $4",
        institution_id,
        room_nid,
        rel_types,
        limit,
    )


async def select_last_reply(tx: Tx, institution_id: int, room_nid: int, root_id: str) -> int | None:
    """The position of the latest reply in a thread, or None."""
    return await tx.value(
        int,
        "SELECT position FROM timeline_relations WHERE institution_id = $1 AND room_nid = $2"
        " AND parent_id = $3 AND rel_type = 'm.thread' ORDER BY position DESC LIMIT 1",
        institution_id,
        room_nid,
        root_id,
    )


async def has_replied(
    tx: Tx, institution_id: int, room_nid: int, root_id: str, user_id: str
) -> bool:
    """True for who has sent something into a thread that is still there."""
    found = await tx.value(
        int,
        "SELECT 1 FROM timeline_relations WHERE institution_id = $1 AND room_nid = $2"
        " AND parent_id = $3 AND rel_type = 'm.thread' AND sender = $4 LIMIT 1",
        institution_id,
        room_nid,
        root_id,
        user_id,
    )
    return found is not None


async def upsert_thread(
    tx: Tx, institution_id: int, room_nid: int, root_id: str, position: int
) -> None:
    await tx.execute(
        "INSERT INTO timeline_threads (institution_id, room_nid, root_id, last_position)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (institution_id, room_nid, root_id)"
        " DO UPDATE SET last_position = excluded.last_position",
        institution_id,
        room_nid,
        root_id,
        position,
    )


async def delete_thread(tx: Tx, institution_id: int, room_nid: int, root_id: str) -> None:
    await tx.execute(
        "DELETE FROM timeline_threads WHERE institution_id = $1 AND room_nid = $2 AND root_id = $3",
        institution_id,
        room_nid,
        root_id,
    )


async def select_threads(
    tx: Tx, institution_id: int, room_nid: int, before: int, limit: int
) -> list[ThreadRow]:
    """Threads whose latest reply is before a position, latest first."""
    return await tx.rows(
        ThreadRow,
        "SELECT root_id, last_position FROM timeline_threads WHERE institution_id = $1"
        " AND room_nid = $2 AND last_position < $3 ORDER BY last_position DESC LIMIT $4",
        institution_id,
        room_nid,
        before,
        limit,
    )


# --- threads that people follow ------------------------------------------------------


class SubscriptionRow(NamedTuple):
    """What a user last said of a thread; flags are 0 or 1."""

    room_id: str
    root_id: str
    is_subscribed: int
    is_automatic: int
    position: int


class _Subscriber(NamedTuple):
    user_id: str


_SUBSCRIPTION = (
    "SELECT room_id, root_id, is_subscribed, is_automatic, position FROM timeline_subscriptions"
    " WHERE institution_id = $1 AND user_id = $2"
)


async def select_subscription(
    tx: Tx, institution_id: int, user_id: str, room_id: str, root_id: str
) -> SubscriptionRow | None:
    return await tx.row(
        SubscriptionRow,
        _SUBSCRIPTION + " AND room_id = $3 AND root_id = $4",
        institution_id,
        user_id,
        room_id,
        root_id,
    )


async def select_subscriptions(
    tx: Tx, institution_id: int, user_id: str, since: int, until: int, limit: int
) -> list[SubscriptionRow]:
    """Changes in (since, until], latest first; with `since` 0 only what is followed."""
    return await tx.rows(
        SubscriptionRow,
        _SUBSCRIPTION + " AND position > $3 AND position <= $4"
        " AND (is_subscribed = 1 OR $3 > 0) ORDER BY position DESC LIMIT $5",
        institution_id,
        user_id,
        since,
        until,
        limit,
    )


async def upsert_subscription(
    tx: Tx, institution_id: int, user_id: str, row: SubscriptionRow
) -> None:
    await tx.execute(
        "INSERT INTO timeline_subscriptions (institution_id, user_id, room_id, root_id,"
        " is_subscribed, is_automatic, position) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (institution_id, user_id, room_id, root_id) DO UPDATE SET"
        " is_subscribed = excluded.is_subscribed, is_automatic = excluded.is_automatic,"
        " position = excluded.position",
        institution_id,
        user_id,
        *row,
    )


async def select_subscribers(tx: Tx, institution_id: int, root_id: str) -> frozenset[str]:
    """Who follows a thread."""
    rows = await tx.rows(
        _Subscriber,
        "SELECT user_id FROM timeline_subscriptions"
        " WHERE institution_id = $1 AND root_id = $2 AND is_subscribed = 1",
        institution_id,
        root_id,
    )
    return frozenset(row.user_id for row in rows)


async def delete_subscriptions(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM timeline_subscriptions WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


# --- what sticks ---------------------------------------------------------------------


class StuckRow(NamedTuple):
    """A sticky message, or the latest position and time of a room's."""

    room_id: str
    position: int
    until_ts: int


class _Position(NamedTuple):
    position: int


class _End(NamedTuple):
    until_ts: int


async def insert_stuck(tx: Tx, institution_id: int, row: StuckRow, sender: str) -> None:
    await tx.execute(
        "INSERT INTO timeline_sticky (institution_id, room_id, position, until_ts, sender)"
        " VALUES ($1, $2, $3, $4, $5)",
        institution_id,
        *row,
        sender,
    )


async def delete_unstuck(tx: Tx, institution_id: int, now_ms: int) -> None:
    await tx.execute(
        "DELETE FROM timeline_sticky WHERE institution_id = $1 AND until_ts <= $2",
        institution_id,
        now_ms,
    )


async def select_stuck_of(tx: Tx, institution_id: int, room_id: str, sender: str) -> list[int]:
    """When the messages of one person in one room stick no more, in ms, the first end first."""
    rows = await tx.rows(
        _End,
        "SELECT until_ts FROM timeline_sticky"
        " WHERE institution_id = $1 AND room_id = $2 AND sender = $3 ORDER BY until_ts",
        institution_id,
        room_id,
        sender,
    )
    return [row.until_ts for row in rows]


async def select_stuck_rooms(tx: Tx, institution_id: int, now_ms: int) -> list[StuckRow]:
    """Each room in which something sticks, once."""
    return await tx.rows(
        StuckRow,
        "SELECT room_id, MAX(position) AS position, MAX(until_ts) AS until_ts FROM timeline_sticky"
        " WHERE institution_id = $1 AND until_ts > $2 GROUP BY room_id",
        institution_id,
        now_ms,
    )


async def select_stuck(
    tx: Tx, institution_id: int, room_id: str, since: int, until: int, now_ms: int, limit: int
) -> list[int]:
    """Positions of what sticks in (since, until], oldest first."""
    rows = await tx.rows(
        _Position,
        "SELECT position FROM timeline_sticky WHERE institution_id = $1 AND room_id = $2"
        " AND position > $3 AND position <= $4 AND until_ts > $5 ORDER BY position LIMIT $6",
        institution_id,
        room_id,
        since,
        until,
        now_ms,
        limit,
    )
    return [row.position for row in rows]
