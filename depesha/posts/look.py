"""Posts as somebody may see them: with whoever of the roster they see."""

from collections.abc import Mapping, Sequence

from depesha.base.canonical import Content
from depesha.org import find_names, find_seen, is_within, managed_units, path_of
from depesha.posts.record import Posts
from depesha.posts.rules import MOST_SHIFTS, Post, Shift, holders_at, lasting


async def describe_posts(posts: Posts, viewer: str, most: int = MOST_SHIFTS) -> Content:
    """The posts that somebody sees or holds, by name; at most so many times of each roster."""
    seen = await find_seen(posts.org, viewer, list(posts.all))
    now = posts.spine.clock.now_ms()
    shown = [
        each for each in _by_name(posts) if each.user_id in seen or viewer in holders_at(each, now)
    ]
    people = await find_seen(posts.org, viewer, _named(shown, now))
    told = await _describe(posts, shown, now, people, most)
    return {
        "posts": [
            {
                **each,
                "is_mine": viewer in holders_at(post, now),
                "may_set": may_set(posts, viewer, post),
            }
            for post, each in zip(shown, told, strict=True)
        ]
    }


def may_set(posts: Posts, user_id: str, post: Post) -> bool:
    """True for who manages the level of a post, or one above, or stands in for who does."""
    units = frozenset(managed_units(posts.org, user_id))
    return is_within(posts.org, units, {"userId": post.user_id})


async def describe_kept(posts: Posts, units: frozenset[int] | None) -> Content:
    """All posts, or those of these levels and below, for whoever keeps them."""
    now = posts.spine.clock.now_ms()
    kept = [
        each
        for each in _by_name(posts)
        if units is None or is_within(posts.org, units, {"userId": each.user_id})
    ]
    return {"posts": await _describe(posts, kept, now, _named(kept, now))}


def _by_name(posts: Posts) -> list[Post]:
    return sorted(posts.all.values(), key=lambda each: (each.name, each.user_id))


def _named(some: Sequence[Post], now: int) -> set[str]:
    """Whoever holds one of the posts, or is to."""
    return {each.holder for post in some for each in lasting(post, now)}


async def _describe(
    posts: Posts, some: Sequence[Post], now: int, shown: set[str], most: int = MOST_SHIFTS
) -> list[Content]:
    """Each with those of its roster who are to be shown, and what they are called."""
    rosters = [
        [each for each in lasting(post, now) if each.holder in shown][:most] for post in some
    ]
    names = await find_names(posts.org, {each.holder for times in rosters for each in times})
    return [
        {
            **_rules_of(posts, post),
            "holders": [each for each in holders_at(post, now) if each in shown],
            "is_held": bool(holders_at(post, now)),
            "roster": [_time(each, names) for each in times],
        }
        for post, times in zip(some, rosters, strict=True)
    ]


def _rules_of(posts: Posts, post: Post) -> Content:
    node = posts.org.tree.node(post.unit_id)
    return {
        "user_id": post.user_id,
        "name": post.name,
        "unit_id": post.unit_id,
        "path": list(path_of(node)) if node is not None else [],
        "inherits": post.inherits,
        "keeps": post.keeps,
        "serves": post.serves,
    }


def _time(shift: Shift, names: Mapping[str, str]) -> Content:
    return {
        "user_id": shift.holder,
        "name": names[shift.holder],
        "since_ts": shift.since_ts,
        "until_ts": shift.until_ts,
    }
