"""Who is in the chats of a post: its holders, from the invitation on, and as the roster says."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Entry, Logged, Reach
from depesha.eventlog.state import MEMBER, Tip
from depesha.events.event import Draft
from depesha.io.jobs import Job, Jobs, Kind
from depesha.org import BEGIN, tell_deputies
from depesha.posts import store
from depesha.posts.record import POST, TURN, TURNED, Posts
from depesha.posts.rules import OWN, Post, holders_at, next_turn
from depesha.profile import member_content
from depesha.rooms import write_forget, write_leave

BY = "org.depesha.post"
"""Key of a member's content: the post because of which they are in the room. As a state event,
whose `user_id` is a post: the chat was made to write to it."""

_HISTORY = "m.room.history_visibility"
_SINCE_THEN = frozenset({"joined", "invited"})
_INSIDE = frozenset({"join", "invite"})
_OVER = "The time in this post is over"


async def project_post(posts: Posts, w: Writing, logged: Logged, tip: Tip) -> None:
    """A post takes every invitation, with its holders; where it is shown out, they go too.

    403 M_FORBIDDEN where it may not say that history is for those alone who were there, and
    the next holder is not to inherit what was said before.
    """
    event = logged.event
    post = posts.all.get(event.state_key or "") if event.type == MEMBER else None
    if post is None:
        return
    membership = event.content.get("membership")
    if membership == "invite":
        await _come(w, tip, post)
        await write_seats(posts, w, tip.room_id, post)
    elif membership in {"leave", "ban"}:
        await write_seats(posts, w, tip.room_id, post)


async def _come(w: Writing, tip: Tip, post: Post) -> None:
    me, room_id = post.user_id, tip.room_id
    content = await member_content(w.tx, w.institution.id, me, "join")
    await w.event(Draft(MEMBER, {**content, BY: me}, me, room_id, me))
    with suppress(MatrixError):
        # Only a chat that was made for the post lets it say so; elsewhere it is one of many.
        await w.event(Draft(BY, {"user_id": me}, me, room_id, ""))
    if post.inherits == OWN and tip.content(_HISTORY).get("history_visibility") not in _SINCE_THEN:
        only: Content = {"history_visibility": "joined"}
        try:
            await w.event(Draft(_HISTORY, only, me, room_id, ""))
        except MatrixError as error:
            raise forbidden(
                "This post comes only where it may say who reads what was said before:"
                " make the chat with the preset trusted_private_chat",
                **{"org.depesha.rule": "post_history"},
            ) from error


async def write_seats(posts: Posts, w: Writing, room_id: str, post: Post) -> None:
    """Within a plan: let those be in a room by the post who hold it now, and no others.

    Whoever was there already stays as they were; whoever left by themselves is not fetched again.
    """
    tip, now = await w.tip(room_id), w.log.clock.now_ms()
    is_there = tip.membership(post.user_id) == "join"
    wanted = holders_at(post, now) if is_there else []
    rows = await store.select_seated(w.tx, w.institution.id, post.user_id, room_id)
    seated = [row.holder for row in rows]
    if set(seated) != set(wanted):
        # Whoever is in a room with a holder sees them from then on.
        await w.change(Change(TURNED, Reach.ROOM, post.user_id, room_id))
    for holder in seated:
        if holder not in wanted:
            await _unseat(w, post, store.SeatRow(room_id, holder))
    for holder in wanted:
        if holder not in seated and tip.membership(holder) not in {"join", "ban"}:
            # A room that does not take the holder has the post in it, and nobody by it.
            with suppress(MatrixError):
                await _seat(w, post, store.SeatRow(room_id, holder))


async def _seat(w: Writing, post: Post, seat: store.SeatRow) -> None:
    room_id, holder = seat
    tip, institution_id = await w.tip(room_id), w.institution.id
    if tip.membership(holder) != "invite":
        w.vouched.add(holder)
        content = await member_content(w.tx, institution_id, holder, "invite")
        invite = {**content, BY: post.user_id}
        await w.event(Draft(MEMBER, invite, post.user_id, room_id, holder))
    content = await member_content(w.tx, institution_id, holder, "join")
    await w.event(Draft(MEMBER, {**content, BY: post.user_id}, holder, room_id, holder))
    await store.insert_seat(w.tx, institution_id, post.user_id, seat)


async def _unseat(w: Writing, post: Post, seat: store.SeatRow) -> None:
    room_id, holder = seat
    tip = await w.tip(room_id)
    await store.delete_seat(w.tx, w.institution.id, post.user_id, seat)
    if tip.membership(holder) in _INSIDE:
        await write_leave(w, holder, room_id, _OVER)
    # Also of what somebody left a moment before.
    if not post.keeps:
        await write_forget(w, holder, room_id)


# --- turns ---------------------------------------------------------------------------


async def settle(posts: Posts, post: Post) -> None:
    """Let its holders of now be in all chats of a post, a chat at a time."""
    spine = posts.spine
    places = await spine.log.rooms_of(post.user_id)
    rooms = {room_id for room_id, place in places.items() if place.membership == "join"}
    rows = await spine.db.read(store.select_seats, spine.institution.id, post.user_id)
    for room_id in sorted(rooms.union(row.room_id for row in rows)):

        async def plan(w: Writing, room_id: str = room_id) -> None:
            await write_seats(posts, w, room_id, post)

        await spine.log.commit(plan, [room_id])


async def turn(posts: Posts, job: Job) -> int | None:
    """Do one job: as `settle`, and tell clients; when it is to be done next (ms)."""
    spine, user_id = posts.spine, job.key
    await spine.log.be_fresh()
    post = posts.all.get(user_id)
    if post is None:
        return None
    now = spine.clock.now_ms()
    await settle(posts, post)

    async def plan(w: Writing) -> None:
        await w.change(Change(TURNED, Reach.ALL_SOON, user_id))

    await spine.log.commit(plan)
    return next_turn(post, now)


@dataclass(frozen=True, slots=True)
class Turns:
    """The posts of an institution, and the jobs of duties that pass: theirs, and of the absent."""

    posts: Posts
    jobs: Jobs

    def view(self, entry: Entry) -> None:
        """Take in one committed entry of the log; a post may be another one than before."""
        self.posts.view(entry)
        if isinstance(entry, Change) and entry.kind == POST:
            self.jobs.wake()


def make_turns(posts: Posts) -> Turns:
    """The jobs of an institution, which are done once they run."""
    spine = posts.spine
    kinds = {
        TURN: Kind(partial(turn, posts), attempts=None),
        BEGIN: Kind(partial(tell_deputies, posts.org), attempts=None),
    }
    return Turns(posts, Jobs(spine.db, spine.clock, spine.institution.id, kinds))
