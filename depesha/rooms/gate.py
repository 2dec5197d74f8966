"""The rooms in which the server itself tells people something, and their invitations.

Spec: client-server API, "Server Notices".
"""

from collections.abc import Callable

from depesha.base.canonical import Json
from depesha.eventlog.append import GateContext
from depesha.eventlog.state import MEMBER, StateEntry
from depesha.events.auth import Denied
from depesha.events.event import Draft
from depesha.spine import Spine

NOTICES = "depesha.server_notices"
"""Key of the create event of a room of server notices."""


def notices_sender(spine: Spine) -> str:
    """The user that sends server notices."""
    return f"@{spine.config.notices_user}:{spine.institution.server_name}"


def is_of_notices(create: StateEntry | None, sender: str) -> bool:
    """True for a room of server notices, by its create event."""
    return create is not None and create.sender == sender and create.content.get(NOTICES) is True


def keep_notices(sender: str) -> Callable[[Draft, GateContext], Denied | None]:
    """The gate that lets nobody refuse the invitation to a room of server notices."""

    def gate(draft: Draft, context: GateContext) -> Denied | None:
        if draft.type != MEMBER or draft.state_key != draft.sender:
            return None
        membership: Json = draft.content.get("membership")
        tip = context.tip
        if membership != "leave" or tip.membership(draft.sender) != "invite":
            return None
        if not is_of_notices(tip.find("m.room.create"), sender):
            return None
        return Denied(
            "The invitation to server notices cannot be refused",
            "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM",
        )

    return gate
