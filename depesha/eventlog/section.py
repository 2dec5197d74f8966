"""A slice's part of a sync: what it is asked, and what it answers.

`/sync` and sliding sync ask the same sections; only they know the wire's shape.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple


class SyncAsk(NamedTuple):
    """One user's question: everything in (since, until], or everything when `since` is 0.

    `rooms` are the joined rooms of the answer, each with a `since` of its own (0: newly shown).
    `kinds` are the kinds of change that concern the user; None when that is not known.
    `ephemeral_since` is 0 when the token came from another worker.
    """

    user_id: str
    device_id: str
    since: int
    until: int
    ephemeral_since: int
    rooms: Mapping[str, int]
    kinds: Set[str] | None = None

    def may_have(self, kinds: frozenset[str]) -> bool:
        """False when none of these kinds changed for the user."""
        return self.kinds is None or not self.kinds.isdisjoint(kinds)


@dataclass(slots=True)
class Section:
    """What one slice puts into a sync, as encoded JSON.

    Lists hold one encoded event each. `top` holds whole values by key of the response's top.
    """

    account_data: list[bytes] = field(default_factory=list)
    room_account_data: dict[str, list[bytes]] = field(default_factory=dict)
    ephemeral: dict[str, list[bytes]] = field(default_factory=dict)
    presence: list[bytes] = field(default_factory=list)
    to_device: list[bytes] = field(default_factory=list)
    top: dict[str, bytes] = field(default_factory=dict)
    to_device_until: int = 0
    """Position of the last to-device event told, when more are waiting behind it."""

    def add(self, part: "Section") -> None:
        """Take in another slice's part."""
        self.account_data += part.account_data
        self.presence += part.presence
        self.to_device += part.to_device
        self.top.update(part.top)
        self.to_device_until = self.to_device_until or part.to_device_until
        for room_id, events in part.room_account_data.items():
            self.room_account_data.setdefault(room_id, []).extend(events)
        for room_id, events in part.ephemeral.items():
            self.ephemeral.setdefault(room_id, []).extend(events)


NOTHING = Section()
"""The answer of a slice that has nothing to tell; not to be changed."""
