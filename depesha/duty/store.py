"""SQL on complaints, retention, holds, inspections and copies. Times are in milliseconds."""

from typing import NamedTuple

from depesha.io.tx import Tx


class ReportRow(NamedTuple):
    """A complaint about an event, a room or a person; `ts` in milliseconds."""

    position: int
    reporter: str
    room_id: str | None
    event_id: str | None
    user_id: str | None
    reason: str
    score: int | None
    ts: int


class DecidedRow(NamedTuple):
    """A complaint and what became of it; `decision` is None while it is open."""

    position: int
    reporter: str
    room_id: str | None
    event_id: str | None
    user_id: str | None
    reason: str
    score: int | None
    ts: int
    decision: str | None
    answer: str | None
    decided_by: str | None
    decided_ts: int | None


async def insert_report(tx: Tx, institution_id: int, row: ReportRow) -> None:
    await tx.execute(
        "INSERT INTO duty_reports (institution_id, position, reporter, room_id, event_id,"
        " user_id, reason, score, ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        institution_id,
        *row,
    )


_DECIDED = (
    "SELECT position, reporter, room_id, event_id, user_id, reason, score, ts, decision, answer,"
    " decided_by, decided_ts FROM duty_reports WHERE institution_id = $1"
)


async def select_reports(
    tx: Tx, institution_id: int, before: int, limit: int, only_open: int
) -> list[DecidedRow]:
    """Complaints with a smaller number than `before`, the latest first."""
    return await tx.rows(
        DecidedRow,
        _DECIDED + " AND position < $2 AND ($4 = 0 OR decision IS NULL)"
        " ORDER BY position DESC LIMIT $3",
        institution_id,
        before,
        limit,
        only_open,
    )


async def select_report(tx: Tx, institution_id: int, position: int) -> DecidedRow | None:
    return await tx.row(DecidedRow, _DECIDED + " AND position = $2", institution_id, position)


async def update_decision(
    tx: Tx, institution_id: int, position: int, decision: str, answer: str, by: str, ts: int
) -> None:
    await tx.execute(
        "UPDATE duty_reports SET decision = $3, answer = $4, decided_by = $5, decided_ts = $6"
        " WHERE institution_id = $1 AND position = $2",
        institution_id,
        position,
        decision,
        answer,
        by,
        ts,
    )


async def is_reported(tx: Tx, institution_id: int, event_id: str) -> bool:
    """True for an event of which somebody has complained."""
    found = await tx.value(
        int,
        "SELECT 1 FROM duty_reports WHERE institution_id = $1 AND event_id = $2 LIMIT 1",
        institution_id,
        event_id,
    )
    return found is not None


# --- rooms ---------------------------------------------------------------------------


class RoomRow(NamedTuple):
    """A room as retention needs it."""

    room_nid: int
    room_id: str
    kind: str
    creator: str
    wanted_ms: int | None
    erased_order: int
    erased_ts: int
    position: int
    unit_id: int | None


_ROOM = (
    "SELECT room_nid, room_id, kind, creator, wanted_ms, erased_order, erased_ts, position, unit_id"
    " FROM duty_rooms WHERE institution_id = $1"
)


async def insert_room(
    tx: Tx, institution_id: int, room_nid: int, room_id: str, kind: str, creator: str
) -> None:
    await tx.execute(
        "INSERT INTO duty_rooms (institution_id, room_nid, room_id, kind, creator, wanted_ms,"
        " erased_order, erased_ts, position) VALUES ($1, $2, $3, $4, $5, NULL, 0, 0, 0)"
        " ON CONFLICT (institution_id, room_nid) DO NOTHING",
        institution_id,
        room_nid,
        room_id,
        kind,
        creator,
    )


async def update_kind(tx: Tx, institution_id: int, room_nid: int, before: str, kind: str) -> None:
    """Give a room another kind, if it has the one before."""
    await tx.execute(
        "UPDATE duty_rooms SET kind = $4 WHERE institution_id = $1 AND room_nid = $2 AND kind = $3",
        institution_id,
        room_nid,
        before,
        kind,
    )


async def update_group(tx: Tx, institution_id: int, room_nid: int, kind: str, unit_id: int) -> None:
    """Note what the state of a group says; a channel and a direct chat stay what they are."""
    await tx.execute(
        "UPDATE duty_rooms SET unit_id = $4,"
        " kind = CASE WHEN kind IN ('basic', 'project') THEN $3 ELSE kind END"
        " WHERE institution_id = $1 AND room_nid = $2",
        institution_id,
        room_nid,
        kind,
        unit_id,
    )


async def update_wanted(tx: Tx, institution_id: int, room_nid: int, wanted_ms: int | None) -> None:
    await tx.execute(
        "UPDATE duty_rooms SET wanted_ms = $3 WHERE institution_id = $1 AND room_nid = $2",
        institution_id,
        room_nid,
        wanted_ms,
    )


async def select_rooms(tx: Tx, institution_id: int, after: int, limit: int) -> list[RoomRow]:
    """Rooms in the order of their numbers."""
    return await tx.rows(
        RoomRow,
        _ROOM + " AND room_nid > $2 ORDER BY room_nid LIMIT $3",
        institution_id,
        after,
        limit,
    )


async def select_rooms_of(tx: Tx, institution_id: int, room_ids: list[str]) -> list[RoomRow]:
    return await tx.rows(RoomRow, _ROOM + " AND room_id = ANY($2)", institution_id, room_ids)


async def select_told_since(
    tx: Tx, institution_id: int, room_ids: list[str], since: int, until: int
) -> list[RoomRow]:
    """Those of the rooms of which it was told in (since, until] that something was erased."""
    return await tx.rows(
        RoomRow,
        _ROOM + " AND position > $3 AND position <= $4 AND room_id = ANY($2)",
        institution_id,
        room_ids,
        since,
        until,
    )


async def update_erased(
    tx: Tx, institution_id: int, room_nid: int, order: int, ts: int, position: int
) -> None:
    await tx.execute(
        "UPDATE duty_rooms SET erased_order = $3, erased_ts = $4, position = $5"
        " WHERE institution_id = $1 AND room_nid = $2",
        institution_id,
        room_nid,
        order,
        ts,
        position,
    )


async def update_unerased(tx: Tx, institution_id: int) -> None:
    """Let every room be gone through anew: a hold has ended."""
    await tx.execute(
        "UPDATE duty_rooms SET erased_order = 0 WHERE institution_id = $1 AND erased_order > 0",
        institution_id,
    )


# --- policies ------------------------------------------------------------------------


class PolicyRow(NamedTuple):
    """How long rooms of a kind in a unit keep what is in them."""

    unit_id: int
    kind: str
    messages_ms: int | None
    files_ms: int | None
    least_ms: int | None


async def select_policies(tx: Tx, institution_id: int) -> list[PolicyRow]:
    return await tx.rows(
        PolicyRow,
        "SELECT unit_id, kind, messages_ms, files_ms, least_ms FROM duty_policies"
        " WHERE institution_id = $1 ORDER BY unit_id, kind",
        institution_id,
    )


async def upsert_policy(tx: Tx, institution_id: int, row: PolicyRow) -> None:
    await tx.execute(
        "INSERT INTO duty_policies (institution_id, unit_id, kind, messages_ms, files_ms, least_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (institution_id, unit_id, kind)"
        " DO UPDATE SET messages_ms = excluded.messages_ms, files_ms = excluded.files_ms,"
        " least_ms = excluded.least_ms",
        institution_id,
        *row,
    )


async def delete_policy(tx: Tx, institution_id: int, unit_id: int, kind: str) -> int:
    """How many there were."""
    return await tx.execute(
        "DELETE FROM duty_policies WHERE institution_id = $1 AND unit_id = $2 AND kind = $3",
        institution_id,
        unit_id,
        kind,
    )


# --- files ---------------------------------------------------------------------------


class FileRow(NamedTuple):
    """A file that an event names in clear."""

    media_id: str
    position: int
    room_nid: int
    ts: int
    is_state: int


_FILE = (
    "SELECT media_id, position, room_nid, ts, is_state FROM duty_files WHERE institution_id = $1"
)


async def insert_file(tx: Tx, institution_id: int, row: FileRow) -> None:
    await tx.execute(
        "INSERT INTO duty_files (institution_id, media_id, position, room_nid, ts, is_state)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (institution_id, media_id, position) DO NOTHING",
        institution_id,
        *row,
    )


async def select_files_of(tx: Tx, institution_id: int, positions: list[int]) -> list[FileRow]:
    """Files that the events at these positions name."""
    return await tx.rows(
        FileRow, _FILE + " AND position = ANY($2) ORDER BY position", institution_id, positions
    )


async def select_old_files(
    tx: Tx, institution_id: int, room_nid: int, before: int, limit: int
) -> list[FileRow]:
    """Files that messages of a room have named before a time."""
    return await tx.rows(
        FileRow,
        _FILE + " AND room_nid = $2 AND ts < $3 AND is_state = 0 ORDER BY ts LIMIT $4",
        institution_id,
        room_nid,
        before,
        limit,
    )


async def count_old_files(tx: Tx, institution_id: int, room_nids: list[int], before: int) -> int:
    """How many files messages of rooms have named before a time."""
    found = await tx.value(
        int,
        "SELECT COUNT(DISTINCT media_id) FROM duty_files WHERE institution_id = $1"
        " AND room_nid = ANY($2) AND ts < $3 AND is_state = 0",
        institution_id,
        room_nids,
        before,
    )
    return found or 0


async def delete_names(tx: Tx, institution_id: int, position: int) -> None:
    """Forget which files an event names."""
    await tx.execute(
        "DELETE FROM duty_files WHERE institution_id = $1 AND position = $2",
        institution_id,
        position,
    )


async def is_named(tx: Tx, institution_id: int, media_id: str) -> bool:
    """True when an event names the file."""
    found = await tx.value(
        int,
        "SELECT 1 FROM duty_files WHERE institution_id = $1 AND media_id = $2 LIMIT 1",
        institution_id,
        media_id,
    )
    return found is not None


# --- holds ---------------------------------------------------------------------------


class HoldRow(NamedTuple):
    """A hold on a person or a room."""

    hold_id: str
    target: str
    ground: str
    case_number: str
    placed_by: str
    placed_ts: int
    until_ts: int | None
    ended_ts: int | None


_HOLD = (
    "SELECT hold_id, target, ground, case_number, placed_by, placed_ts, until_ts, ended_ts"
    " FROM duty_holds WHERE institution_id = $1"
)


async def insert_hold(tx: Tx, institution_id: int, row: HoldRow) -> None:
    await tx.execute(
        "INSERT INTO duty_holds (institution_id, hold_id, target, ground, case_number, placed_by,"
        " placed_ts, until_ts, ended_ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        institution_id,
        *row,
    )


async def select_holds(tx: Tx, institution_id: int) -> list[HoldRow]:
    """All holds, the latest first, also those that have ended."""
    return await tx.rows(
        HoldRow, _HOLD + " ORDER BY placed_ts DESC, hold_id LIMIT 1000", institution_id
    )


async def select_standing(tx: Tx, institution_id: int) -> list[HoldRow]:
    """Holds that nobody has ended; the time of some may be over."""
    return await tx.rows(HoldRow, _HOLD + " AND ended_ts IS NULL", institution_id)


async def select_hold(tx: Tx, institution_id: int, hold_id: str) -> HoldRow | None:
    return await tx.row(HoldRow, _HOLD + " AND hold_id = $2", institution_id, hold_id)


async def update_ended(tx: Tx, institution_id: int, hold_id: str, ended_ts: int) -> None:
    await tx.execute(
        "UPDATE duty_holds SET ended_ts = $3 WHERE institution_id = $1 AND hold_id = $2",
        institution_id,
        hold_id,
        ended_ts,
    )


# --- what is sealed ------------------------------------------------------------------


class SealedRow(NamedTuple):
    """An event as it was before its redaction."""

    position: int
    event_id: str
    room_id: str
    sender: str
    redactor: str
    sealed_ts: int
    until_ts: int
    body: bytes


_SEALED = (
    "SELECT position, event_id, room_id, sender, redactor, sealed_ts, until_ts, body"
    " FROM duty_sealed WHERE institution_id = $1"
)


async def insert_sealed(tx: Tx, institution_id: int, row: SealedRow) -> None:
    await tx.execute(
        "INSERT INTO duty_sealed (institution_id, position, event_id, room_id, sender, redactor,"
        " sealed_ts, until_ts, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (institution_id, position) DO NOTHING",
        institution_id,
        *row,
    )


async def select_sealed(tx: Tx, institution_id: int, positions: list[int]) -> list[SealedRow]:
    return await tx.rows(SealedRow, _SEALED + " AND position = ANY($2)", institution_id, positions)


async def select_sealed_over(
    tx: Tx, institution_id: int, now: int, after: int, limit: int
) -> list[SealedRow]:
    """Those whose time is over, in the order of their positions."""
    return await tx.rows(
        SealedRow,
        _SEALED + " AND until_ts <= $2 AND position > $3 ORDER BY position LIMIT $4",
        institution_id,
        now,
        after,
        limit,
    )


async def delete_sealed(tx: Tx, institution_id: int, position: int) -> None:
    await tx.execute(
        "DELETE FROM duty_sealed WHERE institution_id = $1 AND position = $2",
        institution_id,
        position,
    )


# --- inspections ---------------------------------------------------------------------


class InspectionRow(NamedTuple):
    """A request to read somebody's correspondence, or a room's, and what became of it."""

    inspection_id: str
    target: str
    since_ts: int
    until_ts: int
    ground: str
    case_number: str
    asked_by: str
    asked_ts: int
    expires_ts: int
    is_secret: int
    decided_by: str | None
    decided_ts: int | None
    is_approved: int
    downloaded_ts: int | None
    told_ts: int | None


_INSPECTION = (
    "SELECT inspection_id, target, since_ts, until_ts, ground, case_number, asked_by, asked_ts,"
    " expires_ts, is_secret, decided_by, decided_ts, is_approved, downloaded_ts, told_ts"
    " FROM duty_inspections WHERE institution_id = $1"
)


async def insert_inspection(tx: Tx, institution_id: int, row: InspectionRow) -> None:
    await tx.execute(
        "INSERT INTO duty_inspections (institution_id, inspection_id, target, since_ts, until_ts,"
        " ground, case_number, asked_by, asked_ts, expires_ts, is_secret, decided_by, decided_ts,"
        " is_approved, downloaded_ts, told_ts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        institution_id,
        *row,
    )


async def select_inspection(
    tx: Tx, institution_id: int, inspection_id: str
) -> InspectionRow | None:
    return await tx.row(
        InspectionRow, _INSPECTION + " AND inspection_id = $2", institution_id, inspection_id
    )


async def select_inspections(tx: Tx, institution_id: int) -> list[InspectionRow]:
    """The latest first."""
    return await tx.rows(
        InspectionRow, _INSPECTION + " ORDER BY asked_ts DESC LIMIT 1000", institution_id
    )


async def select_untold(tx: Tx, institution_id: int, now: int) -> list[InspectionRow]:
    """Those that took place, whose term is over, and of which nobody has been told."""
    return await tx.rows(
        InspectionRow,
        _INSPECTION + " AND downloaded_ts IS NOT NULL AND is_secret = 0 AND told_ts IS NULL"
        " AND expires_ts <= $2",
        institution_id,
        now,
    )


async def select_told(tx: Tx, institution_id: int, targets: list[str]) -> list[InspectionRow]:
    """The latest of those of which the people concerned have been told."""
    return await tx.rows(
        InspectionRow,
        _INSPECTION + " AND target = ANY($2) AND told_ts IS NOT NULL"
        " ORDER BY told_ts DESC LIMIT 100",
        institution_id,
        targets,
    )


async def update_inspection(tx: Tx, institution_id: int, row: InspectionRow) -> None:
    """Keep what became of a request."""
    await tx.execute(
        "UPDATE duty_inspections SET decided_by = $3, decided_ts = $4, is_approved = $5,"
        " downloaded_ts = $6, told_ts = $7 WHERE institution_id = $1 AND inspection_id = $2",
        institution_id,
        row.inspection_id,
        row.decided_by,
        row.decided_ts,
        row.is_approved,
        row.downloaded_ts,
        row.told_ts,
    )


# --- copies of one's own data --------------------------------------------------------


class CopyRow(NamedTuple):
    """A copy of somebody's data; `sha256` is None until it is made."""

    copy_id: str
    user_id: str
    asked_ts: int
    expires_ts: int
    sha256: str | None
    size: int


_COPY = (
    "SELECT copy_id, user_id, asked_ts, expires_ts, sha256, size FROM duty_copies"
    " WHERE institution_id = $1"
)


async def insert_copy(tx: Tx, institution_id: int, row: CopyRow) -> None:
    await tx.execute(
        "INSERT INTO duty_copies (institution_id, copy_id, user_id, asked_ts, expires_ts, sha256,"
        " size) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        institution_id,
        *row,
    )


async def select_copies(tx: Tx, institution_id: int, user_id: str) -> list[CopyRow]:
    return await tx.rows(
        CopyRow, _COPY + " AND user_id = $2 ORDER BY asked_ts", institution_id, user_id
    )


async def select_copy(tx: Tx, institution_id: int, copy_id: str) -> CopyRow | None:
    return await tx.row(CopyRow, _COPY + " AND copy_id = $2", institution_id, copy_id)


async def select_copies_over(tx: Tx, institution_id: int, now: int) -> list[CopyRow]:
    return await tx.rows(CopyRow, _COPY + " AND expires_ts <= $2", institution_id, now)


async def update_made(tx: Tx, institution_id: int, row: CopyRow) -> int:
    """Note that a copy is made; 0 when nobody wants it any more."""
    return await tx.execute(
        "UPDATE duty_copies SET sha256 = $3, size = $4, expires_ts = $5"
        " WHERE institution_id = $1 AND copy_id = $2",
        institution_id,
        row.copy_id,
        row.sha256,
        row.size,
        row.expires_ts,
    )


async def delete_copy(tx: Tx, institution_id: int, copy_id: str) -> None:
    await tx.execute(
        "DELETE FROM duty_copies WHERE institution_id = $1 AND copy_id = $2",
        institution_id,
        copy_id,
    )


# --- the institution's recovery key --------------------------------------------------


class CustodyRow(NamedTuple):
    """The public half of the recovery key; `holders` is a JSON list of user ids."""

    key_id: str
    public_key: str
    threshold: int
    holders: str
    made_by: str
    made_ts: int


class EscrowRow(NamedTuple):
    """The key of somebody's backup of this version, sealed for the recovery key `key_id`."""

    user_id: str
    key_id: str
    version: str
    sealed: str
    ts: int


async def select_custody(tx: Tx, institution_id: int) -> CustodyRow | None:
    return await tx.row(
        CustodyRow,
        "SELECT key_id, public_key, threshold, holders, made_by, made_ts FROM duty_custody"
        " WHERE institution_id = $1",
        institution_id,
    )


async def replace_custody(tx: Tx, institution_id: int, row: CustodyRow | None) -> None:
    """Put another in the place of what there is; with None there is none any more."""
    await tx.execute("DELETE FROM duty_custody WHERE institution_id = $1", institution_id)
    if row is not None:
        await tx.execute(
            "INSERT INTO duty_custody (institution_id, key_id, public_key, threshold, holders,"
            " made_by, made_ts) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            institution_id,
            *row,
        )


async def delete_escrow(tx: Tx, institution_id: int) -> None:
    await tx.execute("DELETE FROM duty_escrow WHERE institution_id = $1", institution_id)


async def select_escrow(tx: Tx, institution_id: int, user_id: str) -> EscrowRow | None:
    return await tx.row(
        EscrowRow,
        "SELECT user_id, key_id, version, sealed, ts FROM duty_escrow"
        " WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def upsert_escrow(tx: Tx, institution_id: int, row: EscrowRow) -> None:
    await tx.execute(
        "INSERT INTO duty_escrow (institution_id, user_id, key_id, version, sealed, ts)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (institution_id, user_id) DO UPDATE SET"
        " key_id = excluded.key_id, version = excluded.version, sealed = excluded.sealed,"
        " ts = excluded.ts",
        institution_id,
        *row,
    )
