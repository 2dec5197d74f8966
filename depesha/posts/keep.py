"""Keeping posts: making, changing and ending them, and saying who holds them when."""

from collections.abc import Sequence
from dataclasses import dataclass

from depesha.accounts import (
    DEACTIVATED,
    NewUser,
    check_free,
    deactivate,
    insert_account,
    is_active,
    new_user_id,
)
from depesha.audit import act_of, record
from depesha.base.errors import invalid_param
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change
from depesha.http.caller import Caller
from depesha.org import LEFT, Card, no_such_user, no_unit, write_card, write_move
from depesha.posts import store
from depesha.posts.record import SERVICE, Posts, write_change
from depesha.posts.rules import INHERITS, MOST_SHIFTS, WHOLE, Post, Shift, is_roster
from depesha.posts.seats import settle

MOST_POSTS = 5_000
MOST_NAME = 255


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be of a post; None: as it is, or as usual."""

    name: str | None = None
    unit_id: int | None = None
    inherits: str | None = None
    keeps: bool | None = None
    serves: bool | None = None


def access_post(posts: Posts, name: str) -> Post:
    """A post by its user id or localpart; else 404 as for nobody."""
    post = posts.all.get(posts.org.user_id(name))
    if post is None:
        raise no_such_user()
    return post


async def make_post(posts: Posts, caller: Caller, localpart: str, wanted: Wanted) -> str:
    """Make a post; the id of its user. 400 M_INVALID_PARAM, M_USER_IN_USE, 404 for no level."""
    if len(posts.all) >= MOST_POSTS:
        raise invalid_param(f"At most {MOST_POSTS} posts are kept")
    word = localpart or posts.spine.clock.new_id(8).lower()
    user_id = new_user_id(posts.accounts, f"post-{word}")
    await check_free(posts.accounts, user_id)
    row = _changed(posts, store.PostRow(user_id, 0, "", WHOLE, 1, 0), wanted)

    async def plan(w: Writing) -> None:
        await insert_account(w, NewUser(user_id, None, None, appservice=SERVICE))
        await _write(w, row, 0)
        await record(w, act_of(caller, "post.make", user_id, **_told(row)))

    await posts.spine.log.commit(plan)
    return user_id


async def change_post(posts: Posts, caller: Caller, post: Post, wanted: Wanted) -> None:
    """Rename or move a post, or change its rules. 400 M_INVALID_PARAM, 404 for no level."""
    user_id = post.user_id

    async def plan(w: Writing) -> None:
        before = await store.select_post(w.tx, w.institution.id, user_id)
        if before is None:
            raise no_such_user()
        row = _changed(posts, before, wanted)
        if row != before:
            await _write(w, row, before.unit_id)
            await record(w, act_of(caller, "post.change", user_id, **_told(row)))

    await posts.spine.log.commit(plan)


async def _write(w: Writing, row: store.PostRow, old_unit: int) -> None:
    await write_move(w, row.user_id, old_unit, row.unit_id, "")
    await write_card(w, row.user_id, Card(name=row.name))
    await store.upsert_post(w.tx, w.institution.id, row)
    await write_change(w, row.user_id)


def _changed(posts: Posts, row: store.PostRow, wanted: Wanted) -> store.PostRow:
    row = store.PostRow(
        row.user_id,
        row.unit_id if wanted.unit_id is None else wanted.unit_id,
        row.name if wanted.name is None else wanted.name.strip(),
        row.inherits if wanted.inherits is None else wanted.inherits,
        row.keeps if wanted.keeps is None else int(wanted.keeps),
        row.serves if wanted.serves is None else int(wanted.serves),
    )
    if not 0 < len(row.name) <= MOST_NAME or "\x00" in row.name:
        raise invalid_param(f"The name of a post has 1 to {MOST_NAME} characters")
    if row.inherits not in INHERITS:
        raise invalid_param(f"inherits must be one of {', '.join(INHERITS)}")
    if posts.org.tree.node(row.unit_id) is None:
        raise no_unit()
    return row


def _told(row: store.PostRow) -> dict[str, str | int]:
    """What the log of acts keeps of a post."""
    return {
        "name": row.name,
        "unit": row.unit_id,
        "inherits": row.inherits,
        "keeps": row.keeps,
        "serves": row.serves,
    }


async def set_roster(posts: Posts, caller: Caller, post: Post, shifts: Sequence[Shift]) -> None:
    """Say who holds a post when; who holds it now is in its chats soon after.

    400 M_INVALID_PARAM, 404 M_NOT_FOUND for somebody who has no account here.
    """
    shifts = [each._replace(holder=posts.org.user_id(each.holder)) for each in shifts]
    if not is_roster(shifts) or len(shifts) > MOST_SHIFTS:
        raise invalid_param(
            f"At most {MOST_SHIFTS} times, each of which ends after it begins, none named twice"
        )
    for holder in {each.holder for each in shifts}:
        is_no_person = holder in posts.all or holder in posts.org.residents
        if is_no_person or not await is_active(posts.accounts, holder):
            raise no_such_user()

    async def plan(w: Writing) -> None:
        await _write_roster(w, post.user_id, shifts)
        told = [list(each) for each in shifts]
        await record(w, act_of(caller, "post.roster", post.user_id, shifts=told))

    await posts.spine.log.commit(plan)


async def _write_roster(w: Writing, user_id: str, shifts: Sequence[Shift]) -> None:
    rows = [store.ShiftRow(user_id, *each) for each in shifts]
    await store.replace_shifts(w.tx, w.institution.id, user_id, rows)
    await write_change(w, user_id)


async def end_post(posts: Posts, caller: Caller, post: Post) -> None:
    """End a post: its holders leave its chats, and nobody gets its name again."""
    await settle(posts, post._replace(shifts=()))
    act = act_of(caller, "post.end", post.user_id, name=post.name)
    await deactivate(posts.accounts, post.user_id, erase=False, act=act)


async def follow_holder(w: Writing, change: Change) -> None:
    """Whoever leaves or whose account ends holds no post; where that was a post's, it ends."""
    user_id = change.user_id
    if change.kind not in {DEACTIVATED, LEFT} or user_id is None:
        return
    institution_id = w.institution.id
    if await store.select_post(w.tx, institution_id, user_id) is not None:
        await store.delete_post(w.tx, institution_id, user_id)
        await write_change(w, user_id)
    held = {row.user_id for row in await store.select_held(w.tx, institution_id, user_id)}
    for post in sorted(held):
        rows = await store.select_shifts_of(w.tx, institution_id, post)
        await _write_roster(w, post, [Shift(*row[1:]) for row in rows if row.holder != user_id])
