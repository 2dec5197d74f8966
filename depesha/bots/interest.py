"""What concerns an application service.

Spec: application service API, "Registration": all that happens in rooms that it names, by id or
alias, and in rooms that its users have joined; and what happens to its users.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from depesha.bots.registration import Registration
from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Logged
from depesha.eventlog.load import logged_of
from depesha.eventlog.state import MEMBER, Room
from depesha.eventlog.store import select_member_events

AliasesOf = Callable[[str], Awaitable[list[str]]]
"""The aliases of a room."""

_MOST_ROOMS = 50_000
_MOST_USERS = 100_000


class Interest:
    """What concerns one service. Sees the log in order, and remembers where its users are."""

    def __init__(self, service: Registration, log: EventLog, aliases_of: AliasesOf) -> None:
        self._service = service
        self._log = log
        self._aliases_of = aliases_of
        self._inside: OrderedDict[str, set[str]] = OrderedDict()
        self._users: dict[str, bool] = {}

    def is_its_user(self, user_id: str) -> bool:
        """True for the service's own user and those in its namespaces."""
        found = self._users.get(user_id)
        if found is None:
            if len(self._users) >= _MOST_USERS:
                self._users.clear()
            found = self._users[user_id] = self._service.may_be(user_id)
        return found

    async def has_event(self, logged: Logged) -> bool:
        """True for an event that the service is to be told of; takes in where it moves users."""
        event = logged.event
        inside = await self._follow(event.room_id, logged.position)
        target = event.state_key if event.type == MEMBER else None
        if target is not None and self.is_its_user(target):
            is_in = event.content.get("membership") == "join"
            (inside.add if is_in else inside.discard)(target)
            return True
        return bool(inside) or await self._is_named(event.room_id)

    async def has_room(self, room_id: str) -> bool:
        """True for a room of which the service is told everything."""
        inside = self._inside.get(room_id)
        if inside is None:
            inside = self._its_users(await self._log.find_room(room_id))
        return bool(inside) or await self._is_named(room_id)

    async def has_person(self, user_id: str) -> bool:
        """True for its own users, and for whoever has joined a room of which it is told."""
        if self.is_its_user(user_id):
            return True
        for room_id, place in list((await self._log.rooms_of(user_id)).items()):
            if place.membership == "join" and await self.has_room(room_id):
                return True
        return False

    async def _is_named(self, room_id: str) -> bool:
        """True for a room that the service names, by its id or an alias."""
        if any(each.has(room_id) for each in self._service.rooms):
            return True
        if not self._service.aliases:
            return False
        aliases = await self._aliases_of(room_id)
        return any(each.has(alias) for each in self._service.aliases for alias in aliases)

    def _its_users(self, room: Room | None) -> set[str]:
        return {u for u in room.joined if self.is_its_user(u)} if room is not None else set()

    async def _follow(self, room_id: str, position: int) -> set[str]:
        """The service's users in the room just before the entry at `position`."""
        inside = self._inside.get(room_id)
        if inside is not None:
            self._inside.move_to_end(room_id)
            return inside
        room = await self._log.find_room(room_id)
        inside = self._inside[room_id] = self._its_users(room)
        if room is not None and room.position >= position:
            await self._roll_back(inside, room, position - 1)
        if len(self._inside) > _MOST_ROOMS:
            self._inside.popitem(last=False)
        return inside

    async def _roll_back(self, inside: set[str], room: Room, until: int) -> None:
        """Undo the moves after `until`: the log may have gone on before this is asked."""
        args = (self._log.institution.id, [room.room_id], until, room.position)
        rows = await self._log.db.scan(select_member_events, *args)
        for logged in map(logged_of, reversed(rows)):
            user_id = logged.event.state_key or ""
            if self.is_its_user(user_id):
                was_in = (logged.prev_content or {}).get("membership") == "join"
                (inside.add if was_in else inside.discard)(user_id)
