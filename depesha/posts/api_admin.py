"""Endpoints by which posts are kept: `depesha post …` asks the same."""

import msgspec

from depesha.base.canonical import Json
from depesha.base.rights import InUnits, Right
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply
from depesha.org import check_person, check_within
from depesha.posts.api import RosterBody
from depesha.posts.keep import Wanted, access_post, change_post, end_post, make_post, set_roster
from depesha.posts.look import describe_kept
from depesha.posts.record import Posts

_KEPT = "/_depesha/v1/admin/posts"
_POST = f"{_KEPT}/{{userId}}"


class PostBody(msgspec.Struct, frozen=True):
    """What a post is to be; left out: as it is, or as usual. `localpart` is for a new one."""

    name: str | None = None
    unit_id: int | None = None
    inherits: str | None = None
    keeps: bool | None = None
    serves: bool | None = None
    localpart: str = ""

    def wanted(self) -> Wanted:
        return Wanted(self.name, self.unit_id, self.inherits, self.keeps, self.serves)


@endpoint("GET", _KEPT, right=InUnits(Right.POSTS))
async def get_posts(posts: Posts, ask: Ask[None]) -> Reply:
    """All posts, or those of the levels that one keeps."""
    caller = ask.caller
    units = None if caller.may(Right.POSTS) else caller.units_of(Right.POSTS)
    return json_reply(await describe_kept(posts, units))


@endpoint("POST", _KEPT, right=InUnits(Right.POSTS), body=PostBody)
async def post_post(posts: Posts, ask: Ask[PostBody]) -> Reply:
    """Make a post; the id of its user."""
    check_within(posts.org, ask.caller, Right.POSTS, ask.body.unit_id or 0)
    body = ask.body
    user_id = await make_post(posts, ask.caller, body.localpart, body.wanted())
    return json_reply({"user_id": user_id})


@endpoint("PUT", _POST, right=InUnits(Right.POSTS), body=PostBody)
async def put_post(posts: Posts, ask: Ask[PostBody]) -> Reply:
    """Rename or move a post, or change its rules."""
    post = access_post(posts, ask.params["userId"])
    if ask.body.unit_id is not None:
        check_within(posts.org, ask.caller, Right.POSTS, ask.body.unit_id)
    await change_post(posts, ask.caller, post, ask.body.wanted())
    return EMPTY


@endpoint("PUT", f"{_POST}/roster", right=InUnits(Right.POSTS), body=RosterBody)
async def put_roster(posts: Posts, ask: Ask[RosterBody]) -> Reply:
    """Say who holds a post, and when."""
    post, shifts = access_post(posts, ask.params["userId"]), ask.body.shifts()
    for each in shifts:
        check_person(posts.org, ask.caller, Right.POSTS, each.holder)
    await set_roster(posts, ask.caller, post, shifts)
    return EMPTY


@endpoint("DELETE", _POST, right=InUnits(Right.POSTS))
async def delete_post(posts: Posts, ask: Ask[None]) -> Reply:
    """End a post."""
    await end_post(posts, ask.caller, access_post(posts, ask.params["userId"]))
    return EMPTY


ENDPOINTS: tuple[Endpoint[Posts, Json], ...] = (
    get_posts,
    post_post,
    put_post,
    put_roster,
    delete_post,
)
