"""Who holds a post, and until when. Pure."""

from collections.abc import Collection
from typing import NamedTuple

WHOLE, OWN = "whole", "own"
"""What the next holder inherits of a chat: all of it, or what is said from the turn on."""
INHERITS = (WHOLE, OWN)

MOST_SHIFTS = 500
"""Times that a roster has at most."""


class Shift(NamedTuple):
    """Somebody's time in a post, in milliseconds since 1970; until 0: without an end."""

    holder: str
    since_ts: int = 0
    until_ts: int = 0


class Post(NamedTuple):
    """A post: the user that is written to, and who holds it when.

    `serves` lets also the people of all levels below its own see it and write to it. A holder
    whose time is over keeps what they could read (`keeps`), or nothing.
    """

    user_id: str
    unit_id: int
    name: str
    inherits: str = WHOLE
    keeps: bool = True
    serves: bool = False
    shifts: tuple[Shift, ...] = ()


def holders_at(post: Post, now: int) -> list[str]:
    """Who holds the post at a time (ms)."""
    found = (each.holder for each in post.shifts if _is_on(each, now))
    return list(dict.fromkeys(found))


def _is_on(shift: Shift, now: int) -> bool:
    return shift.since_ts <= now and (not shift.until_ts or now < shift.until_ts)


def next_turn(post: Post, now: int) -> int | None:
    """When next somebody's time begins or ends, in milliseconds."""
    times = {time for each in post.shifts for time in each[1:]}
    return min((time for time in times if time > now), default=None)


def lasting(post: Post, now: int) -> list[Shift]:
    """The times that are not over, the first first."""
    return sorted(
        (each for each in post.shifts if not each.until_ts or each.until_ts > now),
        key=lambda each: (each.since_ts, each.holder),
    )


def is_roster(shifts: Collection[Shift]) -> bool:
    """True when every time ends after it begins, and nobody is named twice for the same one."""
    named = [(each.holder, each.since_ts) for each in shifts]
    return len(set(named)) == len(named) and all(
        not each.until_ts or each.since_ts < each.until_ts for each in shifts
    )
