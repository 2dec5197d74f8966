"""Endpoints of the directory: administrators have it read, people take its groups into chats."""

import msgspec

from depesha.base.canonical import Json
from depesha.base.errors import MatrixError, not_found
from depesha.base.rights import Right
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply
from depesha.io.ldap import DirectoryDown
from depesha.signin.ldap import asking
from depesha.signin.ldap_groups import describe_group, list_groups
from depesha.signin.ldap_sync import sync_directory
from depesha.signin.record import Signin


class SyncBody(msgspec.Struct, frozen=True):
    """How the directory is to be read."""

    dry_run: bool = False
    force: bool = False


@endpoint("POST", "/_depesha/v1/admin/directory/sync", right=Right.TREE_IMPORT, body=SyncBody)
async def post_sync(signin: Signin, ask: Ask[SyncBody]) -> Reply:
    """Read the directory and take it in, or say what that would do."""
    body = ask.body
    told = await sync_directory(signin, ask.caller, is_dry=body.dry_run, is_forced=body.force)
    return json_reply(told)


@endpoint("POST", "/_depesha/v1/admin/directory/test", right=Right.SERVER)
async def post_test(signin: Signin, ask: Ask[None]) -> Reply:
    """Sign in to the directory and count its people; 502 M_UNKNOWN says why that cannot be done.

    404 M_NOT_FOUND where no directory is set up.
    """
    if signin.way is None:
        raise not_found("No directory is set up")
    settings, count = signin.way.settings, 0
    try:
        async with asking(signin.way) as ldap:
            search = ldap.search(settings.base, signin.way.filter, [settings.attributes.login])
            async for _ in search:
                count += 1
    except DirectoryDown as error:
        raise MatrixError(502, "M_UNKNOWN", f"The directory: {error}") from None
    return json_reply({"people": count})


@endpoint("GET", "/_depesha/v1/directory/groups", limit="search")
async def get_groups(signin: Signin, ask: Ask[None]) -> Reply:
    """The groups of the directory of which one sees somebody, called like `search`."""
    search = ask.query.get("search", "")
    return json_reply(await list_groups(signin, ask.caller.user_id, search))


@endpoint("GET", "/_depesha/v1/directory/groups/{groupId}", limit="search")
async def get_group(signin: Signin, ask: Ask[None]) -> Reply:
    """The people of a group of the directory, as far as one sees them."""
    told = await describe_group(signin, ask.caller.user_id, ask.params["groupId"])
    return json_reply(told)


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (post_sync, post_test, get_groups, get_group)
