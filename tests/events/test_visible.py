"""History visibility: the five rules, and the events that are judged by both sides."""

from itertools import product

import pytest

from depesha.events.event import ROOM_VERSIONS
from depesha.events.visible import may_see
from tests.events.rooms import ALICE, BOB, create_room

ROOM = create_room(ROOM_VERSIONS["12"])
MESSAGE = ROOM.build("m.room.message", {})
VISIBILITY = ROOM.build("m.room.history_visibility", {}, state_key="")
OTHER_VISIBILITY = ROOM.build("m.room.history_visibility", {}, state_key="other")
NAME = ROOM.build("m.room.name", {}, state_key="")
OWN = ROOM.build("m.room.member", {}, BOB, BOB)
OTHER = ROOM.build("m.room.member", {}, ALICE, ALICE)
MEMBERSHIPS = ("join", "invite", "knock", "leave", "ban")


def sees(event, before: tuple[str, str], after: tuple[str, str], joined_later: bool) -> bool:
    """Visibility and membership before and after the event."""
    return may_see(
        event,
        BOB,
        visibility_before=before[0],
        visibility_after=after[0],
        membership_before=before[1],
        membership_after=after[1],
        joined_later=joined_later,
    )


# Visibility; memberships that suffice at the event; whether having joined later does.
RULES = {
    "world_readable": (set(MEMBERSHIPS), True),
    "shared": ({"join"}, True),
    "org.unknown": ({"join"}, True),
    "invited": ({"join", "invite"}, False),
    "joined": ({"join"}, False),
}


@pytest.mark.parametrize("visibility", RULES)
@pytest.mark.parametrize("event", [MESSAGE, VISIBILITY, OWN, OTHER], ids=lambda each: each.type)
def test_the_rules(visibility: str, event) -> None:
    """Spec: client-server API, "Room History Visibility", "Server behaviour"."""
    suffice, later_suffices = RULES[visibility]
    for membership, joined_later in product(MEMBERSHIPS, (False, True)):
        at = (visibility, membership)
        expected = membership in suffice or (joined_later and later_suffices)
        assert sees(event, at, at, joined_later) is expected, (membership, joined_later)


@pytest.mark.parametrize(
    ("before", "after"), [("world_readable", "joined"), ("joined", "world_readable")]
)
def test_a_change_of_visibility_is_seen_by_either_side(before: str, after: str) -> None:
    assert sees(VISIBILITY, (before, "leave"), (after, "leave"), False)
    assert not sees(VISIBILITY, ("joined", "leave"), ("joined", "leave"), False)
    for event in (MESSAGE, NAME, OTHER_VISIBILITY):
        assert sees(event, (before, "leave"), (after, "leave"), False) is (
            before == "world_readable"
        ), "any other event by the state before it"


@pytest.mark.parametrize(("before", "after"), [("leave", "join"), ("join", "ban")])
def test_a_change_of_ones_own_membership_is_seen_by_either_side(before: str, after: str) -> None:
    assert sees(OWN, ("joined", before), ("joined", after), False)
    assert not sees(OWN, ("joined", "leave"), ("joined", "ban"), False)
    assert sees(OTHER, ("joined", before), ("joined", after), False) is (before == "join"), (
        "that of somebody else by the state before it"
    )


def test_an_invitation_is_seen_where_the_invited_see() -> None:
    assert sees(OWN, ("invited", "leave"), ("invited", "invite"), False)
    assert not sees(OWN, ("joined", "leave"), ("joined", "invite"), False)
