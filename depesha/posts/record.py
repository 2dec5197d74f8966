"""The slice's record: the posts of an institution in memory, true by the log."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from depesha.accounts import Accounts
from depesha.base.canonical import decode, encode
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Entry, Reach
from depesha.io.jobs import upsert_job
from depesha.io.tx import Tx
from depesha.org import Org
from depesha.posts import store
from depesha.posts.rules import Post, Shift
from depesha.spine import Spine

POST = "post"
"""Kind of change: the post of the user named; `item` is its JSON, empty when it has ended."""
TURNED = "post_turned"
"""Kind of change: whoever holds the post of the user named is in its chats."""
TURN = "posts_turn"
"""Kind of job: letting the holders of the post that is its key be in its chats."""
SERVICE = "depesha.posts"
"""What made the accounts of posts: nobody signs in to them."""


@dataclass(frozen=True, slots=True)
class Posts:
    """The posts of one institution, by the users that are written to."""

    spine: Spine
    accounts: Accounts
    org: Org
    all: dict[str, Post] = field(default_factory=dict)

    def view(self, entry: Entry) -> None:
        """Take in one committed entry of the log."""
        if not isinstance(entry, Change) or entry.kind != POST or entry.user_id is None:
            return
        if entry.item:
            self.put(_read(entry.item))
        else:
            self.all.pop(entry.user_id, None)
            self.org.tree.posts.pop(entry.user_id, None)

    def put(self, post: Post) -> None:
        """A post is new, or another one than before."""
        self.all[post.user_id] = post
        self.org.tree.posts[post.user_id] = post.serves


def _read(item: str) -> Post:
    user_id, unit_id, name, inherits, keeps, serves, shifts = decode(item)
    times = tuple(Shift(*each) for each in shifts)
    return Post(user_id, unit_id, name, inherits, keeps, serves, times)


async def load_posts(posts: Posts) -> None:
    """Fill the memory from the tables."""
    for post in await posts.spine.db.scan(_select_all, posts.spine.institution.id):
        posts.put(post)


async def _select_all(tx: Tx, institution_id: int) -> list[Post]:
    shifts: dict[str, list[store.ShiftRow]] = {}
    for each in await store.select_shifts(tx, institution_id):
        shifts.setdefault(each.user_id, []).append(each)
    rows = await store.select_all(tx, institution_id)
    return [post_of(row, shifts.get(row.user_id, ())) for row in rows]


def post_of(row: store.PostRow, shifts: Iterable[store.ShiftRow]) -> Post:
    """A post as its rows tell of it."""
    named = (row.user_id, row.unit_id, row.name, row.inherits)
    times = tuple(Shift(*each[1:]) for each in shifts)
    return Post(*named, bool(row.keeps), bool(row.serves), times)


async def write_change(w: Writing, user_id: str) -> None:
    """Within a plan: tell what a post is now, and have its chats follow."""
    row = await store.select_post(w.tx, w.institution.id, user_id)
    item = ""
    if row is not None:
        shifts = await store.select_shifts_of(w.tx, w.institution.id, user_id)
        *told, times = post_of(row, shifts)
        item = encode([*told, [list(each) for each in times]]).decode()
        await upsert_job(w.tx, w.institution.id, TURN, user_id, b"", w.log.clock.now_ms())
    await w.change(Change(POST, Reach.ALL_SOON, user_id, item=item))
