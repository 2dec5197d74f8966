"""Reading somebody's correspondence, or a room's: two persons, a case number and a time limit.

Requirements G10, D10. One person asks, another consents, the first fetches the copy, once, before
the time limit. After that the people concerned are told, unless the ground forbids it. Each step is
a line in the log of acts.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime

from depesha.audit import Act, act_of, actor_of, record
from depesha.base.canonical import Content, encode
from depesha.base.errors import MatrixError, forbidden, invalid_param, not_found
from depesha.duty import store
from depesha.duty.hold import SERVER, check_target
from depesha.duty.pack import Pack
from depesha.duty.record import Duty
from depesha.duty.said import Gathered, files_in, lines_of
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Logged
from depesha.eventlog.read import vision
from depesha.eventlog.state import Room
from depesha.http.caller import Caller
from depesha.notices import send_notice

LONGEST_TERM_DAYS = 90


async def request(
    duty: Duty,
    caller: Caller,
    *,
    target: str,
    period: tuple[int, int],
    ground: str,
    case_number: str,
    expires_ts: int,
    is_secret: bool,
) -> store.InspectionRow:
    """Ask to read what was said in a period (ms), until a time limit.

    400 M_INVALID_PARAM for a period or a limit that makes no sense, 404 for an unknown target.
    """
    clock = duty.spine.clock
    now = clock.now_ms()
    await check_target(duty, target)
    if period[0] >= period[1]:
        raise invalid_param("The period ends before it begins")
    if not now < expires_ts <= now + LONGEST_TERM_DAYS * 86_400_000:
        raise invalid_param(f"expires_ts lies at most {LONGEST_TERM_DAYS} days ahead")
    by = actor_of(caller)
    row = store.InspectionRow(
        clock.new_id(),
        target,
        period[0],
        period[1],
        ground,
        case_number,
        by,
        now,
        expires_ts,
        int(is_secret),
        decided_by=None,
        decided_ts=None,
        is_approved=0,
        downloaded_ts=None,
        told_ts=None,
    )

    async def plan(w: Writing) -> None:
        await store.insert_inspection(w.tx, w.institution.id, row)
        await record(
            w,
            act_of(
                caller,
                "inspection.request",
                target,
                inspection_id=row.inspection_id,
                since_ts=row.since_ts,
                until_ts=row.until_ts,
                ground=ground,
                case_number=case_number,
                expires_ts=expires_ts,
                secret=is_secret,
            ),
        )

    await duty.spine.log.commit(plan)
    return row


async def load_inspections(duty: Duty) -> list[store.InspectionRow]:
    """All requests, the latest first."""
    spine = duty.spine
    return await spine.db.read(store.select_inspections, spine.institution.id)


async def decide(duty: Duty, caller: Caller, inspection_id: str, *, approved: bool) -> None:
    """Consent to a request of another person, or refuse it.

    403 M_FORBIDDEN for who asked and for whom it is about; 404 M_NOT_FOUND for one that is
    unknown, decided or over its time.
    """
    now, by = duty.spine.clock.now_ms(), actor_of(caller)

    async def plan(w: Writing) -> None:
        row = await store.select_inspection(w.tx, w.institution.id, inspection_id)
        if row is None or row.decided_ts is not None or row.expires_ts <= now:
            raise not_found("There is no such request to be decided")
        if by in {row.asked_by, row.target}:
            raise forbidden("Another person must decide")
        decided = row._replace(decided_by=by, decided_ts=now, is_approved=int(approved))
        await store.update_inspection(w.tx, w.institution.id, decided)
        name = "inspection.approve" if approved else "inspection.refuse"
        await record(w, act_of(caller, name, row.target, inspection_id=inspection_id))

    await duty.spine.log.commit(plan)


async def access_consented(
    w: Writing, caller: Caller, inspection_id: str, *, once: bool = False
) -> store.InspectionRow:
    """An inspection that a second person has consented to, for who asked for it.

    403 M_FORBIDDEN for others, and before the consent; 404 M_NOT_FOUND for one that is unknown or
    over its time, or of which, with `once`, the copy was had.
    """
    row = await store.select_inspection(w.tx, w.institution.id, inspection_id)
    is_had = once and row is not None and row.downloaded_ts is not None
    if row is None or row.expires_ts <= w.log.clock.now_ms() or is_had:
        raise not_found("There is nothing to be had")
    if actor_of(caller) != row.asked_by:
        raise forbidden("Only who asked may have it")
    if not row.is_approved:
        raise forbidden("A second person has not consented")
    return row


async def begin_export(duty: Duty, caller: Caller, inspection_id: str) -> store.InspectionRow:
    """The one time that the copy is given, to who asked for it; it is written down before.

    403 M_FORBIDDEN for others, and before the consent; 404 M_NOT_FOUND where there is nothing to
    be had (any more).
    """
    now = duty.spine.clock.now_ms()

    async def plan(w: Writing) -> store.InspectionRow:
        row = await access_consented(w, caller, inspection_id, once=True)
        row = row._replace(downloaded_ts=now)
        await store.update_inspection(w.tx, w.institution.id, row)
        await record(w, act_of(caller, "inspection.export", row.target, inspection_id=row[0]))
        return row

    return await duty.spine.log.commit(plan)


# --- the copy ------------------------------------------------------------------------


async def export(duty: Duty, row: store.InspectionRow) -> AsyncIterator[bytes]:
    """The copy as a zip archive: `said.jsonl`, `files/`, and what was put in."""
    pack, gathered = Pack(duty.spine.clock.now_ms()), Gathered()
    lines = _lines(duty, row, gathered)
    async for piece in pack.add_pieces("said.jsonl", lines, deflate=True):
        yield piece
    async for piece in files_in(duty, pack, list(gathered.media_ids)):
        yield piece
    told = {
        **_watermark(row),
        "events": gathered.events,
        "encrypted": gathered.encrypted,
        "note": "Encrypted events are here as they are kept: the server cannot read them.",
    }
    yield pack.add_json("contents.json", told)
    yield pack.close()


def _watermark(row: store.InspectionRow) -> Content:
    return {
        "watermark": f"{row.inspection_id} {row.case_number} {row.asked_by} {row.decided_by}",
        "inspection_id": row.inspection_id,
        "target": row.target,
        "since_ts": row.since_ts,
        "until_ts": row.until_ts,
        "case_number": row.case_number,
        "ground": row.ground,
        "asked_by": row.asked_by,
        "approved_by": row.decided_by,
        "exported_ts": row.downloaded_ts,
    }


async def _lines(duty: Duty, row: store.InspectionRow, gathered: Gathered) -> AsyncIterator[bytes]:
    yield encode(_watermark(row)) + b"\n"
    for room in await _rooms(duty, row.target):
        wanted = await _chooser(duty, row, room)
        async for piece in lines_of(duty, room, gathered, wanted, with_sealed=True):
            yield piece


async def _rooms(duty: Duty, target: str) -> list[Room]:
    log = duty.spine.log
    ids = [target] if target.startswith("!") else sorted(await log.rooms_of(target))
    rooms = await log.find_rooms(ids)
    return [rooms[room_id] for room_id in ids if room_id in rooms]


async def _chooser(duty: Duty, row: store.InspectionRow, room: Room) -> Callable[[Logged], bool]:
    """Which events of a room belong in: of the period, and what the person could read."""
    sight = None
    if not row.target.startswith("!"):
        sight = await vision(duty.spine.log, row.target, room)

    def wanted(logged: Logged) -> bool:
        is_then = row.since_ts <= logged.event.origin_server_ts < row.until_ts
        return is_then and (sight is None or sight.may_see(logged))

    return wanted


# --- telling -------------------------------------------------------------------------


async def tell_inspected(duty: Duty) -> None:
    """Tell those whose correspondence was read, once the time limit is over."""
    spine = duty.spine
    now = spine.clock.now_ms()
    for row in await spine.db.read(store.select_untold, spine.institution.id, now):
        for user_id in await _concerned(duty, row.target):
            with suppress(MatrixError):  # the account has ended
                await send_notice(duty.notices, user_id, _text(row))

        async def plan(w: Writing, row: store.InspectionRow = row) -> None:
            told = row._replace(told_ts=now)
            await store.update_inspection(w.tx, w.institution.id, told)
            act = Act("inspection.tell", SERVER, row.target, {"inspection_id": row.inspection_id})
            await record(w, act)

        await spine.log.commit(plan)


async def _concerned(duty: Duty, target: str) -> list[str]:
    if not target.startswith("!"):
        return [target]
    room = await duty.spine.log.find_room(target)
    joined = room.joined if room is not None else set[str]()
    return sorted(user_id for user_id in joined if duty.spine.institution.is_local(user_id))


def _text(row: store.InspectionRow) -> str:
    """In both languages: which one a person reads is not known here."""
    since, until = _day(row.since_ts), _day(row.until_ts)
    what = (
        ("Ваша переписка", "Your correspondence")
        if not row.target.startswith("!")
        else (f"Переписка в чате {row.target}", f"The correspondence in the chat {row.target}")
    )
    return (
        f"{what[0]} за период с {since} по {until} выгружалась для проверки. Номер дела: "
        f"{row.case_number}. Основание: {row.ground}. Запросил {row.asked_by}, согласовал "
        f"{row.decided_by}.\n\n"
        f"{what[1]} from {since} to {until} was exported for an inspection. Case number: "
        f"{row.case_number}. Ground: {row.ground}. Asked for by {row.asked_by}, approved by "
        f"{row.decided_by}."
    )


def _day(ts: int) -> str:
    seconds = min(max(ts // 1000, 0), 253_402_300_799)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
