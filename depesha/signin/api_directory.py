"""The endpoint by which administrators have the directory read now: `depesha directory sync`."""

import msgspec

from depesha.base.canonical import Json
from depesha.base.rights import Right
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply
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


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (post_sync,)
