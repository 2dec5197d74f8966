"""Posts as somebody may see them: with whoever of the roster they see."""

from depesha.base.canonical import Content
from depesha.org import find_names, find_seen, is_within, managed_units, path_of
from depesha.posts.record import Posts
from depesha.posts.rules import MOST_SHIFTS, Post, holders_at, lasting


async def describe_posts(posts: Posts, viewer: str, most: int = MOST_SHIFTS) -> Content:
    """The posts that somebody sees or holds, by name; at most so many times of each roster."""
    seen = await find_seen(posts.org, viewer, list(posts.all))
    now = posts.spine.clock.now_ms()
    found = sorted(posts.all.values(), key=lambda each: (each.name, each.user_id))
    shown = [each for each in found if each.user_id in seen or viewer in holders_at(each, now)]
    return {"posts": [await _seen_by(posts, viewer, each, now, most) for each in shown]}


async def _seen_by(posts: Posts, viewer: str, post: Post, now: int, most: int) -> Content:
    named = {each.holder for each in post.shifts}
    seen = await find_seen(posts.org, viewer, named)
    told = await _described(posts, post, now, seen, most)
    return {
        **told,
        "is_held": bool(holders_at(post, now)),
        "is_mine": viewer in holders_at(post, now),
        "may_set": may_set(posts, viewer, post),
    }


def may_set(posts: Posts, user_id: str, post: Post) -> bool:
    """True for who manages the level of a post, or one above, or stands in for who does."""
    units = frozenset(managed_units(posts.org, user_id))
    return is_within(posts.org, units, {"userId": post.user_id})


async def describe_kept(posts: Posts, units: frozenset[int] | None) -> Content:
    """All posts, or those of these levels and below, for whoever keeps them."""
    now = posts.spine.clock.now_ms()
    found = sorted(posts.all.values(), key=lambda each: (each.name, each.user_id))
    return {
        "posts": [
            {
                **await _described(posts, each, now, {shift.holder for shift in each.shifts}),
                "is_held": bool(holders_at(each, now)),
            }
            for each in found
            if units is None or is_within(posts.org, units, {"userId": each.user_id})
        ]
    }


async def _described(
    posts: Posts, post: Post, now: int, shown: set[str], most: int = MOST_SHIFTS
) -> Content:
    """With those of the roster who are to be shown, and what they are called."""
    node = posts.org.tree.node(post.unit_id)
    times = [each for each in lasting(post, now) if each.holder in shown][:most]
    names = await find_names(posts.org, {each.holder for each in times})
    return {
        "user_id": post.user_id,
        "name": post.name,
        "unit_id": post.unit_id,
        "path": list(path_of(node)) if node is not None else [],
        "inherits": post.inherits,
        "keeps": post.keeps,
        "serves": post.serves,
        "holders": [each for each in holders_at(post, now) if each in shown],
        "roster": [
            {
                "user_id": each.holder,
                "name": names[each.holder],
                "since_ts": each.since_ts,
                "until_ts": each.until_ts,
            }
            for each in times
        ],
    }
