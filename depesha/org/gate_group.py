"""The gate of groups: their kind is set when they are made, and who may be in follows from it."""

from collections.abc import Iterator

from depesha.eventlog.append import GateContext
from depesha.eventlog.state import MEMBER, Tip
from depesha.events.auth import Denied
from depesha.events.event import Draft
from depesha.events.group import BASIC, GROUP, Group, read_group
from depesha.org.groups import may_be_in
from depesha.org.record import Org
from depesha.org.sight import is_service

_INSIDE = frozenset({"join", "invite"})
_COMING = frozenset({"join", "invite", "knock"})


def find_group(tip: Tip) -> Group | None:
    """Of what kind the group is, or None for a room of no kind."""
    return read_group(tip.content(GROUP))


def fits(org: Org, group: Group | None, user_id: str) -> bool:
    """True for whom the group's kind lets in; services are wherever they are asked to be."""
    if group is None or group.kind != BASIC or is_service(org, user_id):
        return True
    return org.spine.institution.is_local(user_id) and may_be_in(org.tree, group, user_id)


def gate_group(org: Org, draft: Draft, context: GateContext) -> Denied | None:
    """Why the kind of a group does not let the event be, or None."""
    tip = context.tip
    if draft.type == MEMBER:
        return _member(org, draft, tip)
    if draft.type == GROUP and draft.state_key == "":
        return _kind(org, draft, tip)
    if draft.type == "m.room.redaction":
        found = tip.find(GROUP)
        target = draft.redacts or draft.content.get("redacts")
        if found is not None and target == found.event_id:
            return Denied("The kind of a group cannot be redacted")
    return None


def _member(org: Org, draft: Draft, tip: Tip) -> Denied | None:
    user_id, membership = draft.state_key or "", draft.content.get("membership")
    if membership not in _COMING or tip.membership(user_id) == "join":
        return None
    if fits(org, find_group(tip), user_id):
        return None
    return Denied("Only people of the group's unit may be in it")


def _kind(org: Org, draft: Draft, tip: Tip) -> Denied | None:
    before, group = tip.find(GROUP), read_group(draft.content)
    if before is not None:
        # Whether it follows its unit may change.
        is_same = group is not None and group == read_group(before.content)
        return None if is_same else Denied("The kind of a group is set when it is made")
    if group is None:
        return Denied("This is no kind of group")
    if any(user_id != draft.sender for user_id in _insiders(tip)):
        return Denied("The kind of a group is set before others are in it")
    if not fits(org, group, draft.sender):
        # Whether there is such a unit is not told to who is not of it.
        return Denied("You are of no such unit")
    return None


def _insiders(tip: Tip) -> Iterator[str]:
    """Who has joined or is invited."""
    for user_id in tip.room.joined | tip.room.invited | {k for t, k in tip.state if t == MEMBER}:
        if tip.membership(user_id) in _INSIDE:
            yield user_id
