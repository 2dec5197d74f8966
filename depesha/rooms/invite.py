"""Inviting. Spec: client-server API, "Inviting users"; "Invite permission" (MSC4380)."""

from depesha.accounts import is_active
from depesha.base.errors import MatrixError, forbidden, invalid_param
from depesha.base.ids import parse_user_id
from depesha.profile import find_data
from depesha.rooms.record import Rooms
from depesha.rooms.rules import blocks_invites

PERMISSION = "m.invite_permission_config"


async def check_invitable(rooms: Rooms, inviter: str, user_id: str) -> None:
    """Raise 403 M_INVITE_BLOCKED for someone who takes no invites, 400 for what is no user."""
    if parse_user_id(user_id) is None:
        raise invalid_param(f"Not a user id: {user_id[:100]}")
    if not rooms.spine.institution.is_local(user_id):
        raise forbidden("People of other servers cannot be reached yet")
    if not await is_active(rooms.accounts, user_id):
        raise MatrixError(404, "M_NOT_FOUND", "There is no such user")
    for type_ in (PERMISSION, "org.matrix.msc4380.invite_permission_config"):
        permission = await find_data(rooms.profile, user_id, "", type_)
        if permission is not None and blocks_invites(permission):
            raise MatrixError(403, "M_INVITE_BLOCKED", "This person takes no invitations")
