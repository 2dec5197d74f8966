"""Who sees whom, and who may address whom. Pure: a tree, people, and whom they have talked to.

The rules are those of `docs/decisions/`, "Who sees whom" (requirements O2, O3, G5).
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from depesha.org.tree import MANAGER, Node, Place, Right, Tree


class Rule(StrEnum):
    """The rule by which somebody visible may not be addressed; what an error names."""

    CONTACT = "contact"
    """Of another level: a request for contact is needed."""
    WRITE_UPWARD = "write_upward"
    """The level has no right to begin a conversation with its manager."""


class Refusal(NamedTuple):
    """Which rule says no, and who can change that."""

    rule: Rule
    ask: str


def sees(tree: Tree, viewer: str, target: str, now: int) -> bool:
    """True when the tree lets `viewer` see `target`; `now` in milliseconds.

    A deputy sees, and is seen, as the one who is absent.
    """
    if viewer == target:
        return True
    places = tree.places()
    mine, theirs = places.get(viewer), places.get(target)
    if mine is None or theirs is None:
        return False
    if _sees(mine, theirs, target):
        return True
    if tree.posts.get(target) and _is_served(mine, theirs):
        return True
    if not mine.stands_for and not theirs.stands_for:
        return False
    return any(
        name == other or _sees(place, their, other)
        for name, place in acting(tree, viewer, mine, now)
        for other, their in acting(tree, target, theirs, now)
    )


def _sees(mine: Place, theirs: Place, target: str) -> bool:
    for node in mine.all:
        low, high = node.low, node.high
        for other in theirs.all:
            if low <= other.low < high:
                return True
        if node.chief == target:
            return True
    # A loop, not `any`: this is asked for each pair of people who might meet.
    for node in mine.manages:  # noqa: SIM110
        if node.above == target or target in node.peers:
            return True
    return False


def _is_served(mine: Place, post: Place) -> bool:
    """True for people of a level of a post, or of one below it."""
    return any(at.low <= node.low < at.high for at in post.posts for node in mine.all)


def acting(tree: Tree, user_id: str, place: Place, now: int) -> Iterator[tuple[str, Place]]:
    """The person, and those whose deputy they are now."""
    yield user_id, place
    for absent in place.stands_for:
        their = tree.place(absent)
        if their is not None and any(
            each.deputy == user_id and each.since <= now < each.until for each in their.absences
        ):
            yield absent, their


def find_refusal(tree: Tree, sender: str, target: str, now: int) -> Refusal | None:
    """Why the tree does not let `sender` begin a conversation with `target`; None when it does.

    Contacts are everyone of one's level and below, and one's manager where the level may write
    upward. For people who see each other; whether they have talked is for the caller to know.
    """
    mine, theirs = tree.place(sender), tree.place(target)
    rule = Rule.CONTACT
    if mine is not None and theirs is not None:
        if tree.posts.get(target) and _is_served(mine, theirs):
            return None
        for name, place in acting(tree, sender, mine, now):
            for other, their in acting(tree, target, theirs, now):
                found = None if name == other else _rule(place, their, name, other)
                if found is None:
                    return None
                if found is Rule.WRITE_UPWARD:
                    rule = found
    return Refusal(rule, decider_of(tree, target))


def _rule(mine: Place, theirs: Place, sender: str, target: str) -> Rule | None:
    rule = Rule.CONTACT
    for node in mine.all:
        if _superior(node, sender) == target:
            if node.rights & Right.WRITE_UPWARD:
                return None
            rule = Rule.WRITE_UPWARD
        elif any(node.low <= other.low < node.high for other in theirs.all):
            return None
    return rule


def _superior(node: Node, user_id: str) -> str | None:
    """Who stands above somebody in a level of theirs."""
    return node.above if node.level.manager == user_id else node.chief


def deciding_node(tree: Tree, target: str) -> Node | None:
    """The level whose manager decides on requests for contact; None when the person does.

    A post decides nothing: whoever holds it changes.
    """
    place = tree.place(target)
    for node in place.posts if place is not None else ():
        if node.accepts == MANAGER or target in tree.posts:
            at: Node | None = node
            while at is not None and at.level.manager in {None, target}:
                at = at.parent
            if at is not None:
                return at
    return None


def decider_of(tree: Tree, target: str) -> str:
    """Who decides on requests for contact with somebody."""
    node = deciding_node(tree, target)
    return node.level.manager or target if node is not None else target


def may(tree: Tree, user_id: str, right: Right) -> bool:
    """True when one of the person's levels has the right; managers and others have all."""
    place = tree.place(user_id)
    if place is None or place.manages or not place.posts:
        return True
    return any(node.rights & right for node in place.posts)
