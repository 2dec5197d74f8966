"""Room aliases. Spec: client-server API, "Room aliases"."""

from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden, invalid_param, not_found
from depesha.base.ids import is_room_id, parse_alias
from depesha.eventlog.append import Writing
from depesha.eventlog.state import Tip
from depesha.events.event import Draft
from depesha.events.power import power_of, required_power
from depesha.http.caller import Caller
from depesha.rooms import store
from depesha.rooms.record import Rooms
from depesha.rooms.rules import listed_aliases

CANONICAL = "m.room.canonical_alias"
MOST_ALIASES = 100


async def find_alias(rooms: Rooms, alias: str) -> store.AliasRow | None:
    """The alias of this server, or None."""
    spine = rooms.spine
    return await spine.db.read(store.select_alias, spine.institution.id, alias)


async def access_room_id(rooms: Rooms, room_id_or_alias: str) -> str:
    """The room id that is meant; 404 for an unknown alias, 400 for what is neither."""
    if is_room_id(room_id_or_alias):
        return room_id_or_alias
    if parse_alias(room_id_or_alias) is None:
        raise invalid_param("Neither a room id nor a room alias")
    found = await find_alias(rooms, room_id_or_alias)
    if found is None:
        raise not_found("Unknown room alias")
    return found.room_id


def check_local_alias(rooms: Rooms, caller: Caller, alias: str) -> None:
    """Raise 400 for what cannot be an alias here, 400 M_EXCLUSIVE for one of a service."""
    parsed = parse_alias(alias)
    if parsed is None or parsed.domain != rooms.spine.institution.server_name:
        raise invalid_param("Not a room alias of this server")


async def insert_alias(w: Writing, alias: str, room_id: str, creator: str) -> None:
    """Within a plan: make an alias; 409 M_UNKNOWN when it is taken."""
    if await store.select_alias(w.tx, w.institution.id, alias) is not None:
        raise MatrixError(409, "M_UNKNOWN", "The room alias is taken")
    if len(await store.select_aliases(w.tx, w.institution.id, room_id)) >= MOST_ALIASES:
        raise MatrixError(400, "M_LIMIT_EXCEEDED", f"A room has at most {MOST_ALIASES} aliases")
    await store.insert_alias(w.tx, w.institution.id, store.AliasRow(alias, room_id, creator))


async def create_alias(rooms: Rooms, caller: Caller, alias: str, room_id: str) -> None:
    """Let an alias lead to a room that the caller is in."""
    check_local_alias(rooms, caller, alias)

    async def plan(w: Writing) -> None:
        tip = await w.tip(room_id)
        if tip.membership(caller.user_id) != "join" and caller.appservice is None:
            raise forbidden("You are not joined to this room")
        await insert_alias(w, alias, room_id, caller.user_id)

    await rooms.spine.log.commit(plan)


def _may_remove(caller: Caller, row: store.AliasRow, tip: Tip) -> bool:
    """Its maker, an administrator, or who may set the room's canonical alias."""
    if caller.is_admin or row.creator == caller.user_id:
        return True
    if tip.membership(caller.user_id) != "join":
        return False
    needed = required_power(CANONICAL, "", tip.find, tip.version)
    return power_of(caller.user_id, tip.find, tip.version) >= needed


async def remove_alias(rooms: Rooms, caller: Caller, alias: str) -> None:
    """Remove an alias, from the canonical alias event too where the caller may write it."""

    async def plan(w: Writing) -> str:
        row = await store.select_alias(w.tx, w.institution.id, alias)
        if row is None:
            raise not_found("Unknown room alias")
        if not _may_remove(caller, row, await w.tip(row.room_id)):
            raise forbidden("You may not remove this alias")
        await store.delete_alias(w.tx, w.institution.id, alias)
        return row.room_id

    room_id = await rooms.spine.log.commit(plan)

    async def clean(w: Writing) -> None:
        content = dict((await w.tip(room_id)).content(CANONICAL))
        others = [each for each in content.get("alt_aliases", []) if each != alias]
        if content.get("alias") != alias and len(others) == len(content.get("alt_aliases", [])):
            return
        if content.get("alias") == alias:
            del content["alias"]
        content["alt_aliases"] = others
        await w.event(Draft(CANONICAL, content, caller.user_id, room_id, ""))

    try:
        await rooms.spine.log.commit(clean)
    except MatrixError:
        return


async def check_canonical_alias(rooms: Rooms, room_id: str, content: Content) -> None:
    """Raise 400 M_BAD_ALIAS when a new alias in the content does not lead to the room."""
    room = await rooms.spine.log.find_room(room_id)
    before = listed_aliases(room.content(CANONICAL)) if room else []
    for alias in listed_aliases(content):
        if alias in before:
            continue
        found = await find_alias(rooms, alias)
        if found is None or found.room_id != room_id:
            raise MatrixError(400, "M_BAD_ALIAS", f"{alias} does not lead to this room")
