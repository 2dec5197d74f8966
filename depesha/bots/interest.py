"""What concerns an application service.

Spec: application service API, "Registration": all that happens in rooms that it names, by id or
alias, and in rooms that its users have joined; and what happens to its users.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from depesha.bots.registration import Registration
from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Logged
from depesha.eventlog.state import MEMBER

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
        """True for an event that the service is to be told of."""
        event = logged.event
        target = event.state_key if event.type == MEMBER else None
        concerns = target is not None and self.is_its_user(target)
        concerns = await self.has_room(event.room_id) or concerns
        if target is not None:
            self._move(event.room_id, target, event.content.get("membership") == "join")
        return concerns

    def _move(self, room_id: str, user_id: str, is_in: bool) -> None:
        inside = self._inside.get(room_id)
        if inside is not None and self.is_its_user(user_id):
            (inside.add if is_in else inside.discard)(user_id)

    async def has_room(self, room_id: str) -> bool:
        """True for a room of which the service is told everything."""
        if any(each.has(room_id) for each in self._service.rooms):
            return True
        if await self._users_inside(room_id):
            return True
        if not self._service.aliases:
            return False
        aliases = await self._aliases_of(room_id)
        return any(each.has(alias) for each in self._service.aliases for alias in aliases)

    async def _users_inside(self, room_id: str) -> set[str]:
        """The service's users who have joined the room."""
        inside = self._inside.get(room_id)
        if inside is None:
            room = await self._log.find_room(room_id)
            joined = room.joined if room is not None else set[str]()
            inside = self._inside[room_id] = {u for u in joined if self.is_its_user(u)}
            if len(self._inside) > _MOST_ROOMS:
                self._inside.popitem(last=False)
        else:
            self._inside.move_to_end(room_id)
        return inside

    async def has_person(self, user_id: str) -> bool:
        """True for its own users, and for whoever has joined a room of which it is told."""
        if self.is_its_user(user_id):
            return True
        for room_id, place in list((await self._log.rooms_of(user_id)).items()):
            if place.membership == "join" and await self.has_room(room_id):
                return True
        return False
