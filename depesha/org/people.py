"""Employees: their positions, cards and deputies; and those who leave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from depesha.accounts import DEACTIVATED, access_target, shut_out
from depesha.audit import act_of, record
from depesha.base.canonical import encode
from depesha.base.errors import invalid_param, not_found
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.http.caller import Caller
from depesha.io.jobs import upsert_job
from depesha.org import store
from depesha.org.access import access_employee, no_such_user, no_unit
from depesha.org.levels import write_level
from depesha.org.record import ABSENCE, CARD, DEPUTY, LEFT, NAMED, PERSON, PICTURED, Org

BEGIN = "org_absence"
"""Kind of job: telling the deputies of the person who is its key that an absence begins or ends."""
MOST_TEXT = 255
MOST_POSTS = 50
MOST_ABSENCES = 20


def check_text(name: str, text: str) -> str:
    """The text without blanks around it; 400 M_INVALID_PARAM for one too long."""
    text = text.strip()
    if len(text) > MOST_TEXT or "\x00" in text:
        raise invalid_param(f"{name} has at most {MOST_TEXT} characters")
    return text


# --- positions -----------------------------------------------------------------------


async def appoint(
    org: Org,
    caller: Caller,
    user_id: str,
    unit_id: int,
    title: str,
    *,
    instead_of: int | None = None,
) -> None:
    """Give somebody a position in a level; with `instead_of` they leave that level (a move).

    400 M_INVALID_PARAM, 404 M_NOT_FOUND for no such person or level.
    """
    user_id = await access_employee(org, user_id)
    title = check_text("title", title)

    async def plan(w: Writing) -> None:
        posts = {post.unit_id: post for post in await _posts(w, user_id)}
        if instead_of is not None and posts.pop(instead_of, None) is None:
            raise not_found("This person has no such position")
        posts[unit_id] = store.PostRow(user_id, unit_id, title)
        if await write_posts(w, user_id, list(posts.values())):
            told = {"unit": unit_id, "title": title, "instead_of": instead_of}
            await record(w, act_of(caller, "org.appoint", user_id, **told))

    await org.spine.log.commit(plan)


async def dismiss(org: Org, caller: Caller, user_id: str, unit_id: int) -> None:
    """Take a position from somebody; 404 M_NOT_FOUND, also for a post, which has its place."""
    if user_id in org.tree.posts:
        raise no_such_user()

    async def plan(w: Writing) -> None:
        posts = await _posts(w, user_id)
        rest = [post for post in posts if post.unit_id != unit_id]
        if len(rest) == len(posts):
            raise not_found("This person has no such position")
        await write_posts(w, user_id, rest)
        await record(w, act_of(caller, "org.dismiss", user_id, unit=unit_id))

    await org.spine.log.commit(plan)


async def _posts(w: Writing, user_id: str) -> list[store.PostRow]:
    return await store.select_posts_of(w.tx, w.institution.id, [user_id])


async def write_posts(w: Writing, user_id: str, posts: Sequence[store.PostRow]) -> bool:
    """Within a plan: let these be all positions of a person; False when they are so already.

    404 M_NOT_FOUND for a level that is not there.
    """
    if len(posts) > MOST_POSTS:
        raise invalid_param(f"A person has at most {MOST_POSTS} positions")
    tx, institution_id = w.tx, w.institution.id
    before = {post.unit_id: post for post in await _posts(w, user_id)}
    after = {post.unit_id: post for post in posts}
    if before == after:
        return False
    for unit_id in before.keys() - after.keys():
        await store.delete_post(tx, institution_id, user_id, unit_id)
    for unit_id, post in after.items():
        if before.get(unit_id) != post:
            if await store.select_unit(tx, institution_id, unit_id) is None:
                raise no_unit()
            await store.upsert_post(tx, institution_id, post)
    item = ">".join(",".join(map(str, sorted(units))) for units in (before, after))
    await w.change(Change(PERSON, Reach.ALL_SOON, user_id, item=item))
    return True


# --- cards ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """What is to be told of somebody; None: as it is."""

    number: str | None = None
    name: str | None = None
    room: str | None = None
    phone: str | None = None
    photo: str | None = None


async def put_card(org: Org, caller: Caller, user_id: str, card: Card) -> None:
    """Change what the card tells. 400 M_INVALID_PARAM, 404 M_NOT_FOUND."""
    user_id = await access_employee(org, user_id)

    async def plan(w: Writing) -> None:
        if await write_card(w, user_id, card):
            await record(w, act_of(caller, "org.card", user_id))

    await org.spine.log.commit(plan)


async def write_card(w: Writing, user_id: str, card: Card, source: int = 0) -> bool:
    """Within a plan: change what the card tells; False when that is so already.

    A `source` of `record.py` keeps the person from then on.
    """
    tx, institution_id = w.tx, w.institution.id
    before = await store.select_person(tx, institution_id, user_id)
    row = before or store.PersonRow(user_id)
    row = row._replace(
        number=_kept("number", card.number, row.number),
        name=_kept("name", card.name, row.name),
        room=_kept("room", card.room, row.room),
        phone=_kept("phone", card.phone, row.phone),
        photo=_kept("photo", card.photo, row.photo),
    )
    if row.photo and not row.photo.startswith("mxc://"):
        raise invalid_param("photo must be an mxc:// address")
    if source:
        row = row._replace(is_imported=source)
    if row == before:
        return False
    await store.upsert_person(tx, institution_id, row)
    await w.change(Change(CARD, Reach.ALL_SOON, user_id))
    if row.name and (before is None or before.name != row.name):
        await w.change(Change(NAMED, Reach.NOBODY, user_id, item=row.name))
    if row.photo and (before is None or before.photo != row.photo):
        await w.change(Change(PICTURED, Reach.NOBODY, user_id, item=row.photo))
    return True


def _kept(field: str, wanted: str | None, before: str) -> str:
    return before if wanted is None else check_text(field, wanted)


# --- deputies ------------------------------------------------------------------------


async def set_absences(
    org: Org, caller: Caller, user_id: str, absences: Sequence[store.AbsenceRow]
) -> None:
    """Let these be the times when others stand in for somebody; it ends by itself.

    400 M_INVALID_PARAM, 404 M_NOT_FOUND for no such person or deputy.
    """
    await access_employee(org, user_id)
    if len(absences) > MOST_ABSENCES:
        raise invalid_param(f"At most {MOST_ABSENCES} absences are kept")
    for row in absences:
        await access_employee(org, row.deputy)
        if row.deputy == user_id or not row.since_ts < row.until_ts:
            raise invalid_param("A deputy is somebody else, from one time until a later one")
    if len({row.since_ts for row in absences}) < len(absences):
        raise invalid_param("Two absences cannot begin at the same time")

    async def plan(w: Writing) -> None:
        await write_absences(w, user_id, absences)
        deputies = [row.deputy for row in absences]
        await record(w, act_of(caller, "org.deputies", user_id, deputies=deputies))

    await org.spine.log.commit(plan)


async def write_absences(w: Writing, user_id: str, absences: Sequence[store.AbsenceRow]) -> None:
    """Within a plan: let these be the person's absences; deputies of before and now learn of it."""
    before = await store.select_absences_of(w.tx, w.institution.id, user_id)
    await store.replace_absences(w.tx, w.institution.id, user_id, absences)
    item: str = encode([list(row[1:]) for row in absences]).decode()
    await w.change(Change(ABSENCE, Reach.ALL_SOON, user_id, item=item))
    for deputy in sorted({row.deputy for row in (*before, *absences)}):
        await w.change(Change(DEPUTY, Reach.USER, deputy))
    due = next_absence(absences, w.log.clock.now_ms())
    if due is not None:
        await upsert_job(w.tx, w.institution.id, BEGIN, user_id, b"", due)


def next_absence(absences: Iterable[store.AbsenceRow], now: int) -> int | None:
    """When next an absence begins or ends, in milliseconds."""
    times = (time for row in absences for time in (row.since_ts, row.until_ts))
    return min((time for time in times if time > now), default=None)


# --- leaving -------------------------------------------------------------------------


async def show_out(org: Org, caller: Caller, user_id: str) -> int:
    """Somebody leaves the institution (O9); how many sessions ended by that.

    404 M_NOT_FOUND; 403 M_FORBIDDEN for another administrator.
    In one transaction the account is locked, its sessions end, and its positions go; rooms are
    left soon after. Whoever comes back gets the account unlocked.
    """
    await access_target(org.accounts, caller, user_id)

    async def plan(w: Writing) -> int:
        ended = await write_leaver(w, user_id)
        await record(w, act_of(caller, "org.leave", user_id, sessions_ended=ended))
        return ended

    return await org.spine.log.commit(plan)


async def write_leaver(w: Writing, user_id: str) -> int:
    """Within a plan: somebody leaves; how many sessions ended by that."""
    await write_gone(w, user_id)
    ended = await shut_out(w, user_id)
    await w.change(Change(LEFT, Reach.NOBODY, user_id))
    return ended


async def follow_ended_account(w: Writing, change: Change) -> None:
    """Take whose account has ended out of the tree."""
    if change.kind == DEACTIVATED and change.user_id is not None:
        await write_gone(w, change.user_id)


async def write_gone(w: Writing, user_id: str) -> None:
    """Within a plan: take somebody out of the tree, wherever they stand or stand in."""
    tx, institution_id = w.tx, w.institution.id
    await write_posts(w, user_id, [])
    for unit in await store.select_units(tx, institution_id):
        if unit.manager == user_id:
            await write_level(w, unit._replace(manager=None))
    if await store.select_absences_of(tx, institution_id, user_id):
        await write_absences(w, user_id, [])
    for row in await store.select_absences(tx, institution_id):
        if row.deputy == user_id:
            kept = await store.select_absences_of(tx, institution_id, row.user_id)
            rest = [each for each in kept if each.deputy != user_id]
            await write_absences(w, row.user_id, rest)
    await store.delete_person(tx, institution_id, user_id)
