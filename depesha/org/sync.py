"""The tree in a sync: that it has changed, and where, as far as somebody sees it.

An event of type `org.depesha.org` among the global account data: `version` is a position of the
log, `units` are levels and `people` cards to be read anew; with `all`, everything is to be.
Nothing is told where there is no tree.
"""

from depesha.base.canonical import Content, encode
from depesha.eventlog.changes import Change
from depesha.eventlog.section import NOTHING, Section, SyncAsk
from depesha.org.look import find_shown
from depesha.org.record import ABSENCE, CARD, DEPUTY, PERSON, UNIT, Org, unit_of, units_of
from depesha.org.sight import find_seen
from depesha.org.tree import Node

KINDS = frozenset({UNIT, PERSON, ABSENCE, DEPUTY, CARD})
TYPE = "org.depesha.org"
MOST_CHANGES = 500
"""Changes of the tree beyond which nobody is told of each by itself."""


async def section(org: Org, ask: SyncAsk) -> Section:
    """What of the tree is to be read anew."""
    if not ask.may_have(KINDS) or (org.tree.is_empty and not ask.since):
        return NOTHING
    tail = org.spine.log.tail
    if not ask.since or tail.start > ask.since:
        return _told({"version": ask.until, "all": True}) if not org.tree.is_empty else NOTHING
    changes = [
        entry
        for entry in tail.since(ask.since)
        if isinstance(entry, Change) and entry.kind in KINDS and entry.position <= ask.until
        if entry.kind != DEPUTY or entry.user_id == ask.user_id
    ]
    if not changes:
        return NOTHING
    is_much = len(changes) > MOST_CHANGES
    if is_much or any(_moves(org, ask.user_id, change) for change in changes):
        return _told({"version": ask.until, "all": True})
    shown = find_shown(org, ask.user_id)
    units = {unit for change in changes for unit in _units(change) if unit in shown}
    named = {change.user_id for change in changes if change.user_id is not None}
    people = await find_seen(org, ask.user_id, named & set(_in_tree(org, named)))
    if not (units or people):
        return NOTHING
    return _told({"version": ask.until, "units": sorted(units), "people": sorted(people)})


def _told(content: Content) -> Section:
    return Section(account_data=[encode({"type": TYPE, "content": content})])


def _in_tree(org: Org, named: set[str]) -> list[str]:
    return [user_id for user_id in named if org.tree.place(user_id) is not None]


def _moves(org: Org, viewer: str, change: Change) -> bool:
    """True when the viewer's own place is another one: then they see something else."""
    if change.kind in {PERSON, ABSENCE, DEPUTY} and change.user_id == viewer:
        return True
    if change.kind != UNIT:
        return False
    node, place = org.tree.node(unit_of(change)), org.tree.place(viewer)
    if place is None:
        return False
    if node is None:
        return True
    return node.level.manager == viewer or any(_is_at_or_above(node, at) for at in place.all)


def _is_at_or_above(node: Node, other: Node) -> bool:
    return node.low <= other.low < node.high


def _units(change: Change) -> list[int]:
    if change.kind == UNIT:
        return [unit_of(change)]
    if change.kind == PERSON:
        before, after = units_of(change)
        return before + after
    return []
