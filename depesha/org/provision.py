"""What a program asks that keeps people one by one: levels by their path, single positions."""

from collections.abc import Sequence

from depesha.eventlog.append import Writing
from depesha.io.tx import Tx
from depesha.org import store
from depesha.org.levels import Wanted, write_level, write_new_level
from depesha.org.people import write_posts
from depesha.org.record import Org
from depesha.org.tree import Node

Path = Sequence[str]


def find_level(org: Org, path: Path) -> int | None:
    """The number of the level that has this path of names."""
    nodes = [node for node in org.tree.nodes() if node.parent is None]
    found: Node | None = None
    for name in path:
        found = next((node for node in nodes if node.level.name == name), None)
        if found is None:
            return None
        nodes = found.children
    return found.level.unit_id if found else None


def path_of(node: Node) -> list[str]:
    """The names of a level and those above it, the highest first."""
    names: list[str] = []
    at: Node | None = node
    while at is not None:
        names.append(at.level.name)
        at = at.parent
    return names[::-1]


async def write_path(w: Writing, org: Org, path: Path) -> int:
    """Within a plan: the number of the level with this path, made if need be; 0 for no path."""
    known = find_level(org, path) if path else 0
    if known is not None:
        return known
    units = await store.select_units(w.tx, w.institution.id)
    above = 0
    for name in path:
        same = [u.unit_id for u in units if u.parent_id == above and u.name == name]
        above = same[0] if same else await write_new_level(w, Wanted(above, name=name), None)
    return above


async def write_move(w: Writing, user_id: str, old: int, new: int, title: str) -> None:
    """Within a plan: somebody has a position in the level `new` and none in `old`; 0 is none."""
    posts = await store.select_posts_of(w.tx, w.institution.id, [user_id])
    kept = {post.unit_id: post for post in posts if post.unit_id != old}
    if new:
        kept[new] = store.PostRow(user_id, new, title)
    await write_posts(w, user_id, list(kept.values()))


async def write_manager(w: Writing, unit_id: int, manager: str) -> None:
    """Within a plan: let somebody manage a level that is there."""
    unit = await store.select_unit(w.tx, w.institution.id, unit_id)
    if unit is not None and unit.manager != manager:
        await write_level(w, unit._replace(manager=manager))


async def select_members(tx: Tx, institution_id: int, unit_id: int) -> list[str]:
    """Who has a position in a level."""
    return [post.user_id for post in await store.select_posts_in(tx, institution_id, unit_id)]
