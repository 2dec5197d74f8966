"""Who sees whom, and who may address whom, with what the tree does not know: rooms in common.

Sharing a room that both have joined, or that one is invited to, makes people visible. Where both
may write in a room that both have joined, they have talked. An installation without a tree is an
ordinary open homeserver: everyone sees everyone.
"""

from collections.abc import Collection, Iterable

from depesha.base.errors import MatrixError, forbidden
from depesha.eventlog.state import Membership, Room
from depesha.events.power import power_of, required_power
from depesha.org.access import no_such_user
from depesha.org.record import Org
from depesha.org.rules import Refusal, Rule, acting, find_refusal, may, sees
from depesha.org.tree import Right

_INSIDE = frozenset({"join", "invite"})
_JOINED = frozenset({"join"})
_MANY = 50
"""People from whom on the members of one's rooms are read, not the rooms of each."""

Places = dict[str, Membership]


def is_open(org: Org, user_id: str) -> bool:
    """True for whom everyone sees and may write to: people of elsewhere, services, or no tree."""
    return (
        org.tree.is_empty or not org.spine.institution.is_local(user_id) or is_service(org, user_id)
    )


def sees_alone(org: Org, viewer: str, target: str) -> bool:
    """True when `viewer` sees `target` whatever rooms they share."""
    return (
        viewer == target
        or org.tree.is_empty
        or sees(org.tree, viewer, target, org.spine.clock.now_ms())
        or target in org.known.of(viewer)
        or is_open(org, target)
        or is_service(org, viewer)
    )


def is_service(org: Org, user_id: str) -> bool:
    """True for those who see everyone: the server's own voice, and application services."""
    return user_id in org.residents or org.accounts.appservices.find_owner(user_id) is not None


async def may_see(org: Org, viewer: str, target: str) -> bool:
    """True when `target` is there for `viewer`. Nobody (an empty id) sees who is in the tree."""
    if sees_alone(org, viewer, target):
        return True
    return bool(viewer) and bool(_shared(*await _places(org, viewer, target), _INSIDE))


async def find_seen(org: Org, viewer: str, targets: Collection[str]) -> set[str]:
    """Those of the people who are there for `viewer`."""
    found = {target for target in targets if sees_alone(org, viewer, target)}
    rest = [target for target in targets if target not in found]
    if not rest or not viewer:
        return found
    if len(rest) <= _MANY:
        return found | {target for target in rest if await may_see(org, viewer, target)}
    return found.union(*(await _mates(org, viewer, rest)))


async def _mates(org: Org, user_id: str, others: Collection[str]) -> list[set[str]]:
    """Those of the others who have joined or are invited to each of somebody's rooms."""
    rooms = await _rooms(org, await org.spine.log.rooms_of(user_id))
    return [(room.joined | room.invited).intersection(others) for room in rooms]


async def load_places(org: Org, one: str, other: str) -> None:
    """Have the rooms of two people in memory, for what may not wait for them."""
    await _places(org, one, other)


def are_acquainted(org: Org, one: str, other: str, apart_from: str = "") -> bool:
    """As far as memory knows: True unless the two are strangers to each other.

    Acquainted are those of whom the tree lets one see the other, who have talked, or who have
    joined a common room; one room may be left out of this.
    """
    now = org.spine.clock.now_ms()
    if is_service(org, one) or other in org.known.of(one):
        return True
    if sees(org.tree, one, other, now) or sees(org.tree, other, one, now):
        return True
    mine, theirs = (org.spine.log.memberships.get(user) for user in (one, other))
    if mine is None or theirs is None:
        return False
    return any(room_id != apart_from for room_id in _shared(mine, theirs, _JOINED))


async def find_reachable(org: Org, sender: str, targets: Collection[str]) -> set[str]:
    """Those of the people whose devices `sender` may send to: also whoever is in a common room."""
    seen = await find_seen(org, sender, targets)
    found = {target for target in seen if find_refusal_alone(org, sender, target) is None}
    rest = seen - found
    if len(rest) > _MANY:
        return found.union(*(await _mates(org, sender, rest)))
    return found | {each for each in rest if _shared(*await _places(org, sender, each), _INSIDE)}


async def find_few_seen(org: Org, viewer: str, most: int) -> set[str] | None:
    """Everyone whom the viewer sees but services, if they are at most so many; else None."""
    tree, now = org.tree, org.spine.clock.now_ms()
    found = {viewer, *org.known.of(viewer)}
    place = tree.place(viewer)
    for _, acted in acting(tree, viewer, place, now) if place is not None else ():
        for node in acted.all:
            found |= {node.chief or viewer}
            for below in tree.at_and_below(node):
                found |= below.members
                found |= {below.level.manager or viewer}
                if len(found) > most:
                    return None
        for node in acted.manages:
            found |= node.peers | {node.above or viewer}
    found.update(post for post in tree.posts if sees(tree, viewer, post, now))
    for room in await _rooms(org, await org.spine.log.rooms_of(viewer)):
        found |= room.joined | room.invited
        if len(found) > most:
            return None
    return found | _deputies(org, found, now)


def _deputies(org: Org, seen: set[str], now: int) -> set[str]:
    """Those who stand in for whom one sees."""
    places = (org.tree.place(user_id) for user_id in seen)
    absences = (absence for place in places if place is not None for absence in place.absences)
    return {each.deputy for each in absences if each.since <= now < each.until}


async def _rooms(org: Org, places: Places) -> Iterable[Room]:
    inside = [room_id for room_id, place in places.items() if place.membership in _INSIDE]
    return (await org.spine.log.find_rooms(inside)).values()


async def _places(org: Org, viewer: str, target: str) -> tuple[Places, Places]:
    log = org.spine.log
    return await log.rooms_of(viewer), await log.rooms_of(target)


def _shared(mine: Places, theirs: Places, memberships: frozenset[str]) -> list[str]:
    """The rooms in which both have one of the memberships."""
    few, many = (mine, theirs) if len(mine) < len(theirs) else (theirs, mine)
    return [
        room_id
        for room_id, place in few.items()
        if place.membership in memberships
        and (other := many.get(room_id)) is not None
        and other.membership in memberships
    ]


# --- addressing ----------------------------------------------------------------------


def find_refusal_alone(org: Org, sender: str, target: str) -> Refusal | None:
    """Why `sender` may not begin a conversation with `target`, whatever rooms they share."""
    if sender == target or is_open(org, target) or is_service(org, sender):
        return None
    if target in org.known.of(sender):
        return None
    return find_refusal(org.tree, sender, target, org.spine.clock.now_ms())


async def find_refusal_of(org: Org, sender: str, target: str) -> Refusal | None:
    """Why `sender` may not begin a conversation with `target`; None when that is allowed."""
    refusal = find_refusal_alone(org, sender, target)
    if refusal is None or await _have_talked(org, sender, target):
        return None
    return refusal


async def _have_talked(org: Org, one: str, other: str) -> bool:
    """True when both have joined a room in which both may write."""
    shared = _shared(*await _places(org, one, other), _JOINED)
    rooms = await org.spine.log.find_rooms(shared)
    return any(_both_write(room, one, other) for room in rooms.values())


def _both_write(room: Room, one: str, other: str) -> bool:
    needed = required_power("m.room.message", None, room.find, room.version)
    return all(power_of(user, room.find, room.version) >= needed for user in (one, other))


def have_talked_now(org: Org, one: str, other: str) -> bool:
    """As far as memory knows: True when both have joined a room in which both may write."""
    log = org.spine.log
    mine, theirs = log.memberships.get(one), log.memberships.get(other)
    if mine is None or theirs is None:
        return False
    rooms = (log.rooms.peek(room_id) for room_id in _shared(mine, theirs, _JOINED))
    return any(room is not None and _both_write(room, one, other) for room in rooms)


def refused(rule: str, ask: str, reason: str, target: str | None = None) -> MatrixError:
    """403 M_FORBIDDEN that says which rule, and whom to ask (requirement G5).

    `target` is whom the refused request was to reach.
    """
    told = {"org.depesha.rule": rule, "org.depesha.ask": ask}
    if target is not None:
        told["org.depesha.target"] = target
    return forbidden(reason, **told)


REASONS = {
    Rule.CONTACT: "A request for contact is needed to write to this person",
    Rule.WRITE_UPWARD: "Your level may not begin a conversation with its manager",
}


def check_may(org: Org, user_id: str, right: Right) -> None:
    """Raise 403 M_FORBIDDEN for whose level lacks a right, naming it and the manager to ask."""
    if may(org.tree, user_id, right):
        return
    place = org.tree.place(user_id)
    chiefs = [node.chief for node in place.posts if node.chief] if place is not None else []
    ask = chiefs[0] if chiefs else user_id
    raise refused((right.name or "").lower(), ask, "Your level has no right to do this")


async def check_may_address(org: Org, sender: str, target: str) -> None:
    """Raise 404 as for nobody when `sender` does not see `target`, 403 when they may not write."""
    refusal = await find_refusal_of(org, sender, target)
    if refusal is None:
        return
    if not await may_see(org, sender, target):
        raise no_such_user()
    # Who decides may be somebody who is not there for the sender.
    ask = refusal.ask if sees_alone(org, sender, refusal.ask) else target
    raise refused(refusal.rule.value, ask, REASONS[refusal.rule], target)
