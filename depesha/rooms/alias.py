"""Room aliases. Spec: client-server API, "Room aliases", `m.room.canonical_alias`."""

from contextlib import suppress

from depesha.accounts import check_not_suspended
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden, invalid_param, not_found
from depesha.base.ids import is_room_id, parse_alias
from depesha.base.rights import Right
from depesha.eventlog.append import Writing
from depesha.eventlog.state import Tip
from depesha.events.event import Draft
from depesha.events.power import power_of, required_power
from depesha.http.caller import Caller
from depesha.rooms import store
from depesha.rooms.access import access_joined_tip, find_tip
from depesha.rooms.record import Rooms
from depesha.rooms.rules import listed_aliases, without_alias

CANONICAL = "m.room.canonical_alias"
MOST_ALIASES = 100


def no_alias() -> MatrixError:
    return not_found("Room alias not found")


async def find_alias(rooms: Rooms, alias: str) -> store.AliasRow | None:
    """The alias of this server, or None."""
    spine = rooms.spine
    return await spine.db.read(store.select_alias, spine.institution.id, alias)


async def aliases_of(rooms: Rooms, room_id: str) -> list[str]:
    """The aliases that lead to a room."""
    spine = rooms.spine
    rows = await spine.db.read(store.select_aliases, spine.institution.id, room_id)
    return [row.alias for row in rows]


async def access_alias(rooms: Rooms, alias: str) -> store.AliasRow:
    """The alias; 404 when it leads nowhere, 400 for what is none."""
    if parse_alias(alias) is None:
        raise invalid_param("Not a room alias")
    found = await find_alias(rooms, alias)
    if found is None and await rooms.accounts.appservices.provide_alias(alias):
        found = await find_alias(rooms, alias)
    if found is None:
        raise no_alias()
    return found


async def access_room_id(rooms: Rooms, room_id_or_alias: str) -> str:
    """The room id that is meant; 404 for an unknown alias, 400 for what is neither."""
    if is_room_id(room_id_or_alias):
        return room_id_or_alias
    return (await access_alias(rooms, room_id_or_alias)).room_id


def check_local_alias(rooms: Rooms, alias: str) -> None:
    """Raise 400 for what cannot be an alias of this server."""
    parsed = parse_alias(alias)
    if parsed is None or parsed.domain != rooms.spine.institution.server_name:
        raise invalid_param("Not a room alias of this server")


def check_alias_free(rooms: Rooms, caller: Caller, alias: str) -> None:
    """Raise 400 M_EXCLUSIVE for an alias that only a certain application service may use."""
    if not rooms.accounts.appservices.may_use_alias(alias, caller.appservice):
        raise MatrixError(400, "M_EXCLUSIVE", "This alias is not yours to use")


async def create_alias(rooms: Rooms, caller: Caller, alias: str, room_id: str) -> None:
    """Let an alias lead to a room that the caller is in.

    Raises 403 M_FORBIDDEN, 400 M_EXCLUSIVE, and 409 M_UNKNOWN when the alias is taken.
    """
    check_not_suspended(caller)
    check_local_alias(rooms, alias)
    check_alias_free(rooms, caller, alias)

    async def plan(w: Writing) -> None:
        if caller.appservice is None:
            await access_joined_tip(w, caller.user_id, room_id)
        elif await find_tip(w, room_id) is None:
            raise forbidden("There is no such room")
        await write_alias(w, alias, room_id, caller.user_id)

    await rooms.spine.log.commit(plan)


async def write_alias(w: Writing, alias: str, room_id: str, creator: str) -> None:
    """Within a plan: make an alias."""
    if await store.select_alias(w.tx, w.institution.id, alias) is not None:
        raise MatrixError(409, "M_UNKNOWN", "The room alias is taken")
    if len(await store.select_aliases(w.tx, w.institution.id, room_id)) >= MOST_ALIASES:
        raise MatrixError(400, "M_LIMIT_EXCEEDED", f"A room has at most {MOST_ALIASES} aliases")
    await store.insert_alias(w.tx, w.institution.id, store.AliasRow(alias, room_id, creator))


async def remove_alias(rooms: Rooms, caller: Caller, alias: str) -> None:
    """Remove an alias, and from the canonical alias event where the caller may write it.

    Its maker may, an administrator, and whoever may set the room's canonical alias.
    """
    check_not_suspended(caller)
    check_local_alias(rooms, alias)
    check_alias_free(rooms, caller, alias)

    async def plan(w: Writing) -> None:
        row = await store.select_alias(w.tx, w.institution.id, alias)
        if row is None:
            raise no_alias()
        tip = await w.tip(row.room_id)
        is_other = row.creator != caller.user_id and not caller.may(Right.ROOMS)
        if is_other and not may_name(caller.user_id, tip):
            raise forbidden("You may not remove this alias")
        await store.delete_alias(w.tx, w.institution.id, alias)
        content = without_alias(tip.content(CANONICAL), alias)
        if content is not None:
            # Whoever may not write into the room removes the alias all the same.
            with suppress(MatrixError):
                await w.event(Draft(CANONICAL, content, caller.user_id, row.room_id, ""))

    await rooms.spine.log.commit(plan)


def may_name(user_id: str, tip: Tip) -> bool:
    """True when the user may set the room's canonical alias."""
    needed = required_power(CANONICAL, "", tip.find, tip.version)
    power = power_of(user_id, tip.find, tip.version)
    return tip.membership(user_id) == "join" and power >= needed


async def check_canonical(w: Writing, tip: Tip, content: Content) -> None:
    """Raise 400 M_BAD_ALIAS when a new alias in the content does not lead to the room."""
    known = {str(each) for each in _listed(tip.content(CANONICAL))}
    for alias in listed_aliases(content):
        if alias in known:
            continue
        row = await store.select_alias(w.tx, w.institution.id, alias)
        if row is None or row.room_id != tip.room_id:
            raise MatrixError(400, "M_BAD_ALIAS", f"{alias} does not lead to this room")


def _listed(content: Content) -> list[str]:
    with suppress(MatrixError):
        return listed_aliases(content)
    return []
