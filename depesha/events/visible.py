"""History visibility: which events of a room a user may see.

Spec: client-server API, "Room History Visibility", "Server behaviour".
"""

from itertools import product
from typing import Protocol


class SeenEvent(Protocol):
    """What visibility reads of an event; an `Event` is one."""

    @property
    def type(self) -> str: ...
    @property
    def state_key(self) -> str | None: ...


def may_see(
    event: SeenEvent,
    user: str,
    *,
    visibility_before: str,
    visibility_after: str,
    membership_before: str,
    membership_after: str,
    joined_later: bool,
) -> bool:
    """Whether the user may see the event, by the state before it and after it.

    The visibilities are the room's `history_visibility` (`shared` where it has none), the
    memberships are the user's (`leave` where there is none); `joined_later` says whether the
    user joined the room at any time after the event. The state before the event counts, but where
    the event itself sets the visibility or the user's membership either side is enough.
    """
    visibilities, memberships = [visibility_before], [membership_before]
    if event.type == "m.room.history_visibility" and event.state_key == "":
        visibilities.append(visibility_after)
    elif event.type == "m.room.member" and event.state_key == user:
        memberships.append(membership_after)
    return any(
        _allows(visibility, membership, joined_later)
        for visibility, membership in product(visibilities, memberships)
    )


def _allows(visibility: str, membership: str, joined_later: bool) -> bool:
    if visibility == "world_readable" or membership == "join":  # rules 1 and 2
        return True
    if visibility == "joined":
        return False
    if visibility == "invited":  # rule 4
        return membership == "invite"
    return joined_later  # rule 3: `shared`, as is every value that is not understood
