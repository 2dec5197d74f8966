"""The gate of the tree: invitations, joining without one, and what a level has no right to.

The verbs have asked already, and have answered as precisely as may be; nothing passes by here.
"""

from collections.abc import Iterator
from itertools import islice

from depesha.base.canonical import Json
from depesha.eventlog.append import GateContext
from depesha.eventlog.state import MEMBER, Tip
from depesha.events.auth import Denied
from depesha.events.event import Draft
from depesha.events.power import creators_of, level_of, notification_level, power_of
from depesha.events.urgent import is_urgent
from depesha.org.gate_group import gate_group
from depesha.org.record import Org
from depesha.org.rules import may
from depesha.org.sight import find_refusal_alone, have_talked_now
from depesha.org.tree import Right

_CALLS = frozenset({"m.call.invite", "m.call.member", "org.matrix.msc3401.call.member"})
_FILES = frozenset({"m.file", "m.image", "m.video", "m.audio"})
_INSIDE = frozenset({"join", "invite"})
_VIA = "join_authorised_via_users_server"
_RESTRICTED = frozenset({"restricted", "knock_restricted"})
_MOST_HOSTS = 200


def gate(org: Org, draft: Draft, context: GateContext) -> Denied | None:
    """Why the tree does not let the event be, or None."""
    is_marked = is_urgent(draft.type, draft.content)
    if is_marked and not _may_send_urgent(org, draft.sender, context.tip):
        return Denied("You have no right to send urgent messages here")
    if denied := gate_group(org, draft, context):
        return denied
    if org.tree.is_empty:
        return None
    if draft.type == MEMBER:
        return _member(org, draft, context)
    if draft.type == "m.room.message":
        kind = draft.content.get("msgtype")
        if (
            type(kind) is str
            and kind in _FILES
            and not may(org.tree, draft.sender, Right.SEND_FILES)
        ):
            return Denied("Your level may not send files")
    elif draft.type in _CALLS and not may(org.tree, draft.sender, Right.CALL):
        return Denied("Your level may not call")
    return None


def _may_send_urgent(org: Org, sender: str, tip: Tip) -> bool:
    """True for whose level has the right; for who has no place, whoever may notify the room."""
    place = org.tree.place(sender)
    # Who only stands in for somebody, or is stood in for, has no level.
    if place is not None and place.all:
        return may(org.tree, sender, Right.SEND_URGENT)
    power = power_of(sender, tip.find, tip.version)
    return power >= notification_level("room", tip.find, tip.version)


def _member(org: Org, draft: Draft, context: GateContext) -> Denied | None:
    tip, vouched = context.tip, context.vouched
    membership: Json = draft.content.get("membership")
    target, before = draft.state_key or "", tip.membership(draft.state_key or "")
    if membership == "invite":
        if before == "knock" or target in vouched or _may_address(org, draft.sender, target):
            return None
        return Denied("A request for contact is needed to invite this person")
    if before in _INSIDE or draft.sender != target or _is_vouched_for(draft, tip):
        return None
    if membership == "join" and not any(_may_address(org, h, target) for h in _hosts(tip, target)):
        return Denied("You are not invited to this room")
    if membership == "knock" and not any(_may_address(org, target, h) for h in _hosts(tip, target)):
        return Denied("This room takes no knocks")
    return None


def _is_vouched_for(draft: Draft, tip: Tip) -> bool:
    """True for whom a restricted room lets in as a member of another; that was gated there."""
    rule = tip.content("m.room.join_rules").get("join_rule")
    return rule in _RESTRICTED and _VIA in draft.content


def _may_address(org: Org, sender: str, target: str) -> bool:
    refusal = find_refusal_alone(org, sender, target)
    return refusal is None or have_talked_now(org, sender, target)


def _hosts(tip: Tip, user_id: str) -> Iterator[str]:
    """Those who run the room and may invite; an open door is a standing invitation of theirs."""
    create = tip.find("m.room.create")
    creators = creators_of(create, tip.version) if create is not None else ()
    if user_id in creators:
        # The room is being made, or its maker comes back.
        yield user_id
    needed = level_of("invite", tip.find, tip.version)
    users = tip.content("m.room.power_levels").get("users")
    named = dict.fromkeys([*creators, *(users if isinstance(users, dict) else ())])
    for host in islice(named, _MOST_HOSTS):
        is_able = power_of(host, tip.find, tip.version) >= needed
        if is_able and tip.membership(host) == "join":
            yield host
