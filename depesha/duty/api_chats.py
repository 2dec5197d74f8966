"""Endpoints of chats: the list of groups, the chats that another sees, how a chat is kept."""

from depesha.base.canonical import Content, Json
from depesha.base.rights import Right
from depesha.duty.chats import describe_keeping, load_groups, see_chats
from depesha.duty.record import Duty
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply

_ADMIN = "/_depesha/v1/admin"


@endpoint("GET", f"{_ADMIN}/groups", right=Right.ROOMS)
async def list_groups(duty: Duty, ask: Ask[None]) -> Reply:
    """Groups and channels whose name has `search` in it; `next` is to be given as `after`."""
    limit = ask.number("limit", 100, 1, 500)
    search = ask.query.get("search", "")
    found, after = await load_groups(duty, search, ask.number("after", 0), limit)
    body: Content = {"groups": found}
    if after is not None:
        body["next"] = after
    return json_reply(body)


@endpoint("GET", f"{_ADMIN}/users/{{userId}}/chats", right=Right.SEE_AS)
async def list_chats(duty: Duty, ask: Ask[None]) -> Reply:
    """The chats in somebody's list, without what is said in them."""
    return json_reply({"chats": await see_chats(duty, ask.caller, ask.params["userId"])})


@endpoint("GET", "/_depesha/v1/rooms/{roomId}/keeping")
async def get_keeping(duty: Duty, ask: Ask[None]) -> Reply:
    """How long a chat is kept, and the inspections that its members have been told of."""
    return json_reply(await describe_keeping(duty, ask.caller.user_id, ask.params["roomId"]))


ENDPOINTS: tuple[Endpoint[Duty, Json], ...] = (list_groups, list_chats, get_keeping)
