"""What moving a level would change of who sees whom, before it is done (requirement G6)."""

from collections.abc import Iterable

from depesha.base.canonical import Content
from depesha.base.errors import invalid_param
from depesha.org.access import no_unit
from depesha.org.look import path_of
from depesha.org.record import Org
from depesha.org.tree import Node


def describe_move(org: Org, unit_id: int, parent: int) -> Content:
    """Which levels would come to see, or see no longer, the people of the level and below it.

    `manager_sees` are managers beside and above whom the level's own manager would come to see or
    lose; `chief` is who stands above those that have no nearer manager. 404 M_NOT_FOUND, and 400
    M_INVALID_PARAM for a place below itself.
    """
    node, above = org.tree.node(unit_id), org.tree.node(parent)
    if node is None or (above is None and parent):
        raise no_unit()
    if above is not None and node.low <= above.low < node.high:
        raise invalid_param("A unit cannot stand below itself")
    before, after = _line(node.parent), _line(above)
    beside = above.children if above is not None else _roots(org)
    return {
        "people": len(_people(org.tree.at_and_below(node))),
        "seen_by": {
            "gained": [_told(each) for each in after if each not in before],
            "lost": [_told(each) for each in before if each not in after],
        },
        "manager_sees": _of_manager(node, above, beside),
        "chief": {
            "before": node.chief,
            "after": node.level.manager or (above.chief if above is not None else None),
        },
    }


def _of_manager(node: Node, above: Node | None, beside: Iterable[Node]) -> Content:
    manager = node.level.manager
    if manager is None:
        return {"gained": [], "lost": []}
    old = {*node.peers, node.above} - {None, manager}
    new = {each.level.manager for each in beside}
    new |= {above.chief if above is not None else None}
    new -= {None, manager}
    return {"gained": sorted(filter(None, new - old)), "lost": sorted(filter(None, old - new))}


def _line(node: Node | None) -> list[Node]:
    """The level and those above it, the nearest first."""
    found = []
    while node is not None:
        found.append(node)
        node = node.parent
    return found


def _roots(org: Org) -> list[Node]:
    return [node for node in org.tree.nodes() if node.parent is None]


def _people(nodes: Iterable[Node]) -> set[str]:
    people: set[str] = set()
    for node in nodes:
        people |= node.members
        if node.level.manager is not None:
            people.add(node.level.manager)
    return people


def _told(node: Node) -> Content:
    return {
        "unit_id": node.level.unit_id,
        "path": path_of(node),
        "viewers": len(_people([node])),
    }
