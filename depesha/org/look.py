"""The tree, a level and a card, as somebody may see them (requirements O2, O4, G5, G6)."""

from collections.abc import Iterable

from depesha.accounts import is_active
from depesha.base.canonical import Content
from depesha.io.tx import Tx
from depesha.org import store
from depesha.org.access import is_below, no_such_user, no_unit
from depesha.org.record import Org
from depesha.org.rules import acting, deciding_node, may
from depesha.org.sight import find_refusal_of, find_seen, may_see, sees_alone
from depesha.org.tree import RIGHT_NAMES, Level, Node


def find_shown(org: Org, viewer: str) -> dict[int, Node]:
    """The levels that somebody sees: own ones, all below, the way up, and those beside.

    Of the way up and of those beside, name and manager are seen, not everyone in them.
    """
    now, shown = org.spine.clock.now_ms(), dict[int, Node]()
    place = org.tree.place(viewer)
    if place is None:
        return shown
    for _, acted in acting(org.tree, viewer, place, now):
        for node in acted.all:
            _add(shown, org.tree.at_and_below(node))
            _add(shown, _above(node))
        for node in acted.manages:
            _add(shown, node.parent.children if node.parent is not None else [node])
    return shown


def _add(shown: dict[int, Node], nodes: Iterable[Node]) -> None:
    shown.update((node.level.unit_id, node) for node in nodes)


def _above(node: Node) -> Iterable[Node]:
    at = node.parent
    while at is not None:
        yield at
        at = at.parent


def describe_tree(org: Org, viewer: str) -> Content:
    """The levels that somebody sees, each before those below it."""
    nodes = sorted(find_shown(org, viewer).values(), key=lambda node: node.low)
    return {"units": [_described(node.level, node, _seen(org, viewer, node)) for node in nodes]}


def _seen(org: Org, viewer: str, node: Node) -> str | None:
    """The level's manager, if the viewer sees them."""
    manager = node.level.manager
    return manager if manager is not None and sees_alone(org, viewer, manager) else None


def describe_whole(org: Org, units: frozenset[int] | None = None) -> Content:
    """All levels, or these and those below them, for those who keep the tree."""
    nodes = org.tree.nodes()
    if units is not None:
        nodes = [node for node in nodes if is_below(org, units, node.level.unit_id)]
    return {"units": [_whole(node) for node in nodes]}


def _whole(node: Node) -> Content:
    level = node.level
    inherits = level.rights is None
    return {
        **_described(level, node, level.manager),
        "people": len(node.members),
        "inherits_rights": inherits,
        "accepts": node.accepts,
    }


def _described(level: Level, node: Node, manager: str | None) -> Content:
    told: Content = {
        "unit_id": level.unit_id,
        "kind": level.kind,
        "name": level.name,
        "rights": [name for name, right in RIGHT_NAMES.items() if node.rights & right],
    }
    if level.parent:
        told["parent"] = level.parent
    if manager is not None:
        told["manager"] = manager
    return told


def acting_managers(org: Org, unit_id: int) -> list[str]:
    """Who decides for a level now: its manager, and who stands in for them."""
    node, now = org.tree.node(unit_id), org.spine.clock.now_ms()
    manager = node.level.manager if node is not None else None
    place = org.tree.place(manager) if manager is not None else None
    if manager is None or place is None:
        return []
    return [manager, *(a.deputy for a in place.absences if a.since <= now < a.until)]


def access_shown(org: Org, viewer: str, unit_id: int) -> Node:
    """A level that somebody sees; else 404."""
    node = find_shown(org, viewer).get(unit_id)
    if node is None:
        raise no_unit()
    return node


def deciding_chiefs(org: Org, unit_id: int) -> list[str]:
    """Who decides for a level's people now: its nearest manager, and who stands in for them."""
    node, now = org.tree.node(unit_id), org.spine.clock.now_ms()
    chief = node.chief if node is not None else None
    place = org.tree.place(chief) if chief is not None else None
    if chief is None or place is None:
        return []
    return [chief, *(a.deputy for a in place.absences if a.since <= now < a.until)]


def decided_levels(org: Org, user_id: str) -> list[int]:
    """The levels whose nearest manager somebody is, or stands in for, now."""
    return [
        each.level.unit_id
        for unit_id in managed_units(org, user_id)
        if (node := org.tree.node(unit_id)) is not None
        for each in org.tree.at_and_below(node)
        if each.chief == node.level.manager
    ]


def managed_units(org: Org, user_id: str) -> list[int]:
    """The levels for which somebody decides now, as their manager or in place of one."""
    place, now = org.tree.place(user_id), org.spine.clock.now_ms()
    if place is None:
        return []
    acted = acting(org.tree, user_id, place, now)
    return [node.level.unit_id for _, each in acted for node in each.manages]


# --- the people of a level -----------------------------------------------------------


async def describe_people(org: Org, viewer: str | None, unit_id: int) -> Content:
    """The people of a level that `viewer` sees (None: all); 404 for a level that is not seen."""
    node = org.tree.node(unit_id)
    if node is None or (viewer is not None and unit_id not in find_shown(org, viewer)):
        raise no_unit()
    names = set(node.members)
    if node.level.manager is not None:
        names.add(node.level.manager)
    if viewer is not None:
        names = await find_seen(org, viewer, names)
    spine = org.spine
    posts, cards = await spine.db.read(_select_unit, spine.institution.id, unit_id, sorted(names))
    titles = {post.user_id: post.title for post in posts}
    people: list[Content] = []
    for user_id in sorted(names):
        card = cards.get(user_id)
        told: Content = {"user_id": user_id, "title": titles.get(user_id, "")}
        if card is not None:
            told |= _texts(card)
        if user_id == node.level.manager:
            told["is_manager"] = True
        if user_id in org.tree.posts:
            told["is_post"] = True
        people.append(told)
    return {"people": people}


async def _select_unit(
    tx: Tx, institution_id: int, unit_id: int, user_ids: list[str]
) -> tuple[list[store.PostRow], dict[str, store.PersonRow]]:
    cards = await store.select_cards(tx, institution_id, user_ids)
    posts = await store.select_posts_in(tx, institution_id, unit_id)
    return posts, {card.user_id: card for card in cards}


def _texts(card: store.PersonRow) -> Content:
    shown = ("name", "room", "phone", "photo")
    return {name: getattr(card, name) for name in shown if getattr(card, name)}


# --- cards ---------------------------------------------------------------------------


async def describe_person(org: Org, viewer: str, user_id: str) -> Content:
    """The card of somebody whom the viewer sees, and whether they may be written to; else 404."""
    if not await may_see(org, viewer, user_id) or not await is_active(org.accounts, user_id):
        raise no_such_user()
    told = await describe_anyone(org, user_id)
    manager = _chief(org, user_id)
    if manager is not None and await may_see(org, viewer, manager):
        told["manager"] = manager
    refusal = await find_refusal_of(org, viewer, user_id)
    told["may_write"] = refusal is None
    if refusal is not None:
        told["rule"] = refusal.rule.value
        told["ask"] = refusal.ask if sees_alone(org, viewer, refusal.ask) else user_id
    if viewer == user_id:
        told |= _own(org, user_id)
    return told


def _own(org: Org, user_id: str) -> Content:
    """What one's own card tells beside: for whom one stands in; of who has a place, the rights."""
    told: Content = {"stands_for": describe_stood_for(org, user_id)}
    place = org.tree.place(user_id)
    if place is not None and place.all:
        rights = RIGHT_NAMES.items()
        told["rights"] = [name for name, right in rights if may(org.tree, user_id, right)]
    return told


def describe_stood_for(org: Org, user_id: str) -> list[Content]:
    """Whom somebody stands in for, or is to, and when; of those to come, whom they see."""
    now, place = org.spine.clock.now_ms(), org.tree.place(user_id)
    return [
        {"user_id": absent, "since_ts": each.since, "until_ts": each.until}
        for absent in (place.stands_for if place is not None else ())
        if (their := org.tree.place(absent)) is not None
        for each in their.absences
        if each.deputy == user_id and each.until > now
        if each.since <= now or sees_alone(org, user_id, absent)
    ]


def _chief(org: Org, user_id: str) -> str | None:
    place = org.tree.place(user_id)
    for node in place.all if place is not None else ():
        chief = node.above if node.level.manager == user_id else node.chief
        if chief is not None:
            return chief
    return None


async def describe_anyone(org: Org, user_id: str) -> Content:
    """Who somebody is: what the tree and the card tell."""
    spine = org.spine
    card, posts, absences = await spine.db.read(_select_card, spine.institution.id, user_id)
    told: Content = {"user_id": user_id, **(_texts(card) if card is not None else {})}
    if user_id in org.tree.posts:
        told["is_post"] = True
    told["posts"] = [_post(org, post) for post in posts]
    told["manages"] = _managed(org, user_id)
    told["deputies"] = describe_deputies(absences, spine.clock.now_ms())
    node = deciding_node(org.tree, user_id)
    told["accepts"] = "person" if node is None else "manager"
    return told


def describe_deputies(absences: Iterable[store.AbsenceRow], now: int) -> list[Content]:
    """Who stands in for somebody, or is to; what is over at the time (ms) is left out."""
    return [
        {"user_id": row.deputy, "since_ts": row.since_ts, "until_ts": row.until_ts}
        for row in absences
        if row.until_ts > now
    ]


def _managed(org: Org, user_id: str) -> list[Content]:
    place = org.tree.place(user_id)
    nodes = place.manages if place is not None else ()
    return [{"unit_id": n.level.unit_id, "path": path_of(n)} for n in nodes]


def _post(org: Org, post: store.PostRow) -> Content:
    node = org.tree.node(post.unit_id)
    path = path_of(node) if node is not None else []
    return {"unit_id": post.unit_id, "path": path, "title": post.title}


def path_of(node: Node) -> list[str]:
    """The names of the levels from the organisation down to this one."""
    return [each.level.name for each in (*reversed(list(_above(node))), node)]


async def find_names(org: Org, user_ids: Iterable[str]) -> dict[str, str]:
    """What the cards call people; the localpart of who has none."""
    spine, names = org.spine, {each: each[1:].partition(":")[0] for each in user_ids}
    cards = await spine.db.read(store.select_cards, spine.institution.id, sorted(names))
    return names | {card.user_id: card.name for card in cards if card.name}


async def _select_card(
    tx: Tx, institution_id: int, user_id: str
) -> tuple[store.PersonRow | None, list[store.PostRow], list[store.AbsenceRow]]:
    return (
        await store.select_person(tx, institution_id, user_id),
        await store.select_posts_of(tx, institution_id, [user_id]),
        await store.select_absences_of(tx, institution_id, user_id),
    )
