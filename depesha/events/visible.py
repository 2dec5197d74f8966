"""History visibility: which events of a room a user may see.

Spec: client-server API, "Room History Visibility", "Server behaviour".
"""

from itertools import product


def may_see(
    visibility_before: str | None,
    visibility_after: str | None,
    membership_before: str | None,
    membership_after: str | None,
    *,
    joined_later: bool,
) -> bool:
    """Whether a user may see an event, given the state before and after it.

    The visibilities are the room's `history_visibility` and differ only for an event that sets it;
    the memberships are the user's own and differ only for an event that sets that. Either side
    suffices. None stands for what is not set. `joined_later` says whether the user joined the room
    at any time after the event.
    """
    visibilities = (visibility_before, visibility_after)
    memberships = (membership_before, membership_after)
    return any(
        _allows(visibility, membership, joined_later)
        for visibility, membership in product(visibilities, memberships)
    )


def _allows(visibility: str | None, membership: str | None, joined_later: bool) -> bool:
    if visibility == "world_readable" or membership == "join":  # rules 1 and 2
        return True
    if visibility == "joined":
        return False
    if visibility == "invited":  # rule 4
        return membership == "invite"
    return joined_later  # rule 3: `shared`, as is everything that is not understood
