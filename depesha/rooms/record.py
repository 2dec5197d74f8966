"""The slice's record."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from depesha.accounts import Accounts
from depesha.base.clock import Clock
from depesha.contacts import Contacts
from depesha.io.tx import Tx
from depesha.profile import Profile
from depesha.spine import Spine

TxnKey = tuple[str, str, str, str, str | None, str]
"""User, device, room, event type, event redacted, transaction id."""


class Transactions:
    """Event ids of transactions lately done, so that a repeated send asks no database."""

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._done: OrderedDict[TxnKey, str] = OrderedDict()

    def get(self, key: TxnKey) -> str | None:
        return self._done.get(key)

    def put(self, key: TxnKey, event_id: str) -> None:
        self._done[key] = event_id
        if len(self._done) > self._most:
            self._done.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Bell:
    """Wakes a coroutine that does what has been written down to be done."""

    _rung: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, clock: Clock, seconds: float) -> None:
        """Return when it has been rung, at the latest after so many seconds."""
        timer = clock.call_later(seconds, self._rung.set)
        try:
            await self._rung.wait()
        finally:
            timer.cancel()
            self._rung.clear()


Related = Callable[[Tx, int, int, str, list[str]], Awaitable[list[str]]]
"""(tx, institution, room's number, event id, kinds of relation): ids of the events that relate to
it so, oldest first; "*" stands for every kind. The slice `timeline` knows."""


async def _nothing(tx: Tx, *where: int | str | list[str]) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Rooms:
    """Rooms of one institution and the verbs on them."""

    spine: Spine
    accounts: Accounts
    profile: Profile
    contacts: Contacts
    related: Related = _nothing
    transactions: Transactions = field(default_factory=Transactions)
    delayed: Bell = field(default_factory=Bell)
    leaving: Bell = field(default_factory=Bell)
    moving: Bell = field(default_factory=Bell)
