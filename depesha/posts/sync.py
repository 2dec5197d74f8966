"""Posts in a sync: an event `org.depesha.posts` among the global account data.

Its content is that of `GET /_depesha/v1/posts`, with the next times of each roster alone, whenever
a post has changed that the user sees or holds, or the user's own place in the tree.
"""

from depesha.base.canonical import encode
from depesha.eventlog.changes import Change
from depesha.eventlog.section import NOTHING, Section, SyncAsk
from depesha.org import DEPUTY, PERSON, UNIT, find_seen
from depesha.posts.look import describe_posts
from depesha.posts.record import POST, TURNED, Posts

_OWN = frozenset({POST, TURNED})
KINDS = _OWN | {PERSON, UNIT, DEPUTY}
TYPE = "org.depesha.posts"
MOST_TIMES = 10


async def section(posts: Posts, ask: SyncAsk) -> Section:
    """The posts that somebody sees or holds."""
    if not ask.may_have(KINDS):
        return NOTHING
    is_first = not ask.since or posts.spine.log.tail.start > ask.since
    if not is_first and not await _concerns(posts, ask):
        return NOTHING
    told = await describe_posts(posts, ask.user_id, MOST_TIMES)
    if is_first and not told["posts"]:
        return NOTHING
    return Section(account_data=[encode({"type": TYPE, "content": told})])


async def _concerns(posts: Posts, ask: SyncAsk) -> bool:
    changes = [
        entry
        for entry in posts.spine.log.tail.since(ask.since)
        if isinstance(entry, Change) and entry.kind in KINDS and entry.position <= ask.until
    ]
    if any(_moves(posts, ask.user_id, entry) for entry in changes):
        return True
    named = {entry.user_id for entry in changes if entry.kind in _OWN and entry.user_id}
    kept = [posts.all.get(each) for each in named]
    if any(
        post is None or any(shift.holder == ask.user_id for shift in post.shifts) for post in kept
    ):
        # Of a post that has ended it is no longer known who saw it.
        return True
    return bool(named) and bool(await find_seen(posts.org, ask.user_id, named))


def _moves(posts: Posts, viewer: str, change: Change) -> bool:
    """True when the viewer may see other posts than before."""
    if not posts.all:
        return False
    return change.kind == UNIT or (change.kind in {PERSON, DEPUTY} and change.user_id == viewer)
