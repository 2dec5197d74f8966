"""What many viewers of a room are told alike: encoded once, sent to each.

When an event wakes two hundred people who were all up to date, they get the same timeline.
"""

from dataclasses import dataclass, field

from depesha.eventlog.changes import Logged

Key = tuple[str, int, int, str]
"""Room, since, limit, and the name of the state's key."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The encoded timeline and state of a room; empty when it differs from viewer to viewer.

    `sent_by` are the users and devices that get a transaction id with it.
    """

    body: bytes
    senders: tuple[str, ...] = ()
    sent_by: frozenset[tuple[str, str]] = frozenset()


def sent_by(events: list[Logged]) -> frozenset[tuple[str, str]]:
    """The users and devices that sent the events with a transaction id."""
    return frozenset(
        (logged.event.sender, logged.sent_by.partition(" ")[0])
        for logged in events
        if logged.sent_by is not None
    )


@dataclass(slots=True)
class Pieces:
    """Pieces up to one position of the log: the latest that was asked for."""

    until: int = 0
    pieces: dict[Key, Piece] = field(default_factory=dict)

    def at(self, until: int) -> dict[Key, Piece]:
        if until != self.until:
            self.until = until
            self.pieces = {}
        return self.pieces
