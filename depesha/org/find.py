"""Who a list from elsewhere names: a table of the personnel office, or of letters (O2, O4)."""

from collections.abc import Iterable, Mapping

from depesha.accounts import is_active
from depesha.base.canonical import Content, Json
from depesha.base.ids import parse_user_id
from depesha.io.tx import Tx
from depesha.org import store
from depesha.org.record import Org
from depesha.org.sight import find_seen

Row = list[str]
"""The cells of a line."""


async def find_listed(org: Org, viewer: str, rows: list[Row]) -> Content:
    """For each row whom it may mean, as far as the viewer sees them; and what cards tell of these.

    A user id, a personnel number or an e-mail address says it before any name does. Whoever is
    not seen is found as little as whoever there is not.
    """
    cells = sorted({cell for row in rows for cell in row})
    exact = await _by_ids(org, cells) | await _by_addresses(org, cells)
    numbers, names = await org.spine.db.scan(_select_named, org.spine.institution.id, cells)
    wanted = {user_id for by in (exact, numbers, names) for ids in by.values() for user_id in ids}
    seen = {
        user_id
        for user_id in await find_seen(org, viewer, wanted)
        if await is_active(org.accounts, user_id)
    }
    found = [_first(row, (exact, numbers, names), seen) for row in rows]
    ids = sorted({user_id for each in found for user_id in each})
    cards = await org.spine.db.read(store.select_cards, org.spine.institution.id, ids)
    told: dict[str, Json] = {
        card.user_id: {"name": card.name, **({"photo": card.photo} if card.photo else {})}
        for card in cards
    }
    return {"rows": [list[Json](each) for each in found], "people": told}


def _first(row: Row, ways: Iterable[Mapping[str, set[str]]], seen: set[str]) -> list[str]:
    """Whom the row means by the first way that says anything."""
    for way in ways:
        if found := {user_id for cell in row for user_id in way.get(cell, ())} & seen:
            return sorted(found)
    return []


async def _by_ids(org: Org, cells: list[str]) -> dict[str, set[str]]:
    """Whole user ids, and usernames: whether there are such people is asked later."""
    found = dict[str, set[str]]()
    for cell in cells:
        user_id = org.user_id(cell)
        if " " not in cell and parse_user_id(user_id) and org.spine.institution.is_local(user_id):
            found[cell] = {user_id}
    return found


async def _by_addresses(org: Org, cells: list[str]) -> dict[str, set[str]]:
    found = dict[str, set[str]]()
    for cell in cells:
        if "@" not in cell[1:]:
            continue
        owner = await org.accounts.emails.find_owner(cell.lower())
        if owner is not None:
            found[cell] = {owner}
    return found


async def _select_named(
    tx: Tx, institution_id: int, cells: list[str]
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """People by personnel number, and by name."""
    numbers, names = dict[str, set[str]](), dict[str, set[str]]()
    for card in await store.select_listed(tx, institution_id, cells):
        numbers.setdefault(card.number, set()).add(card.user_id)
        names.setdefault(card.name, set()).add(card.user_id)
    numbers.pop("", None)
    names.pop("", None)
    return numbers, names
