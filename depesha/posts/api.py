"""Endpoints of posts as one sees them, and for the manager of a post's level."""

from typing import Annotated

import msgspec

from depesha.base.canonical import Json
from depesha.base.errors import forbidden
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply
from depesha.org import find_seen, may_see, no_such_user
from depesha.posts.keep import access_post, set_roster
from depesha.posts.look import describe_posts, may_set
from depesha.posts.record import Posts
from depesha.posts.rules import MOST_SHIFTS, Shift

_OWN = "/_depesha/v1/posts"

Time = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class ShiftBody(msgspec.Struct, frozen=True):
    """Somebody's time in a post, in milliseconds since 1970; until 0: without an end."""

    user_id: str
    since_ts: Time = 0
    until_ts: Time = 0


class RosterBody(msgspec.Struct, frozen=True):
    """The whole roster of a post."""

    roster: Annotated[list[ShiftBody], msgspec.Meta(max_length=MOST_SHIFTS)]

    def shifts(self) -> list[Shift]:
        return [Shift(each.user_id, each.since_ts, each.until_ts) for each in self.roster]


@endpoint("GET", _OWN)
async def get_posts(posts: Posts, ask: Ask[None]) -> Reply:
    """The posts that one sees or holds: who holds them now, and who will."""
    return json_reply(await describe_posts(posts, ask.caller.user_id))


@endpoint("PUT", f"{_OWN}/{{userId}}/roster", body=RosterBody)
async def put_roster(posts: Posts, ask: Ask[RosterBody]) -> Reply:
    """Say who holds a post of a level that one manages, and when."""
    me = ask.caller.user_id
    if not await may_see(posts.org, me, posts.org.user_id(ask.params["userId"])):
        raise no_such_user()
    post = access_post(posts, ask.params["userId"])
    if not may_set(posts, me, post):
        raise forbidden("The manager of its level says who holds this post")
    named = {posts.org.user_id(each.user_id) for each in ask.body.roster}
    if await find_seen(posts.org, me, named) != named:
        raise no_such_user()
    await set_roster(posts, ask.caller, post, ask.body.shifts())
    return EMPTY


ENDPOINTS: tuple[Endpoint[Posts, Json], ...] = (
    get_posts,
    put_roster,
)
