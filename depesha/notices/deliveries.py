"""Which official notices a device has taken: it comes back to sync with a token from after one.

A push is not counted: that a push service took something does not say that anybody got it.
"""

from dataclasses import dataclass, field

from depesha.eventlog.changes import Change, Entry
from depesha.io.tx import Tx
from depesha.notices import store
from depesha.rooms import Bell
from depesha.spine import Spine

OFFICIAL_SENT = "official_notice"
"""Kind of change: an official notice was sent to the user named; `item` is its position."""

_POLL_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Who has not taken the last notice that they were sent, and what is to be written down."""

    spine: Spine
    waiting: dict[str, int] = field(default_factory=dict)
    """User → position of the last notice."""
    taken: dict[str, int] = field(default_factory=dict)
    """User → position up to which a device has taken everything."""
    bell: Bell = field(default_factory=Bell)

    def view(self, entry: Entry) -> None:
        """Take in one committed entry of the log."""
        if isinstance(entry, Change) and entry.kind == OFFICIAL_SENT and entry.user_id:
            self.waiting[entry.user_id] = int(entry.item)

    def take(self, user_id: str, position: int) -> None:
        """A device of the user has come with a token of this position."""
        last = self.waiting.get(user_id)
        if last is None or position <= self.taken.get(user_id, 0):
            return
        self.taken[user_id] = position
        if last <= position:
            del self.waiting[user_id]
        self.bell.ring()

    async def load(self) -> None:
        """Fill the memory from the tables; what the log says meanwhile stays."""
        for row in await self.spine.db.scan(store.select_waiting, self.spine.institution.id):
            self.waiting.setdefault(row.user_id, row.position)

    async def keep(self) -> None:
        """Write down for ever what was taken."""
        while True:
            await self.bell.wait(self.spine.clock, _POLL_SECONDS)
            taken, now = dict(self.taken), self.spine.clock.now_ms()
            self.taken.clear()
            if taken:
                await self.spine.db.write(_write, self.spine.institution.id, taken, now)


async def _write(tx: Tx, institution_id: int, taken: dict[str, int], now: int) -> None:
    for user_id, position in taken.items():
        await store.update_delivered(tx, institution_id, user_id, position, now)
