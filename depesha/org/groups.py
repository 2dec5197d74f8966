"""Who may be in a group: the rules of its kind (requirement O5). Pure."""

from depesha.events.group import BASIC, Group
from depesha.org.tree import Tree


def belongs(tree: Tree, unit_id: int, user_id: str) -> bool:
    """True for people of a unit and below it, and for who manages it or one above.

    Unit 0 is the institution: everybody who has a place in the tree, or all where there is none.
    """
    if not unit_id:
        return tree.is_empty or tree.place(user_id) is not None
    unit, place = tree.node(unit_id), tree.place(user_id)
    if unit is None or place is None:
        return False
    return any(unit.low <= node.low < unit.high for node in place.all) or any(
        node.low <= unit.low < node.high for node in place.manages
    )


def may_be_in(tree: Tree, group: Group | None, user_id: str) -> bool:
    """True for whom the kind of a group lets in; a room of no kind and a project let in all."""
    return group is None or group.kind != BASIC or belongs(tree, group.unit, user_id)
