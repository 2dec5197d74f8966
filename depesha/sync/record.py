"""What sync stands on."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from depesha.eventlog.section import Section, SyncAsk
from depesha.keys import Keys
from depesha.profile import Profile
from depesha.rooms import Rooms
from depesha.signals import Signals
from depesha.spine import Spine
from depesha.sync.changed import Spans
from depesha.sync.room import SentMembers
from depesha.sync.shared import Pieces
from depesha.sync.sliding.connection import Connections
from depesha.timeline import Timelines

AskSection = Callable[[SyncAsk], Awaitable[Section]]


class Part(NamedTuple):
    """A slice's section, and when it is asked."""

    section: AskSection
    kinds: frozenset[str]
    """Kinds of change of which it tells."""
    is_ephemeral: bool = False
    """It tells of what changes without a change of the log, too."""
    is_always: bool = False

    def is_asked(self, kinds: Set[str] | None, *, moved: bool, fresh: bool) -> bool:
        """True when it may have something; `moved`: ephemera changed, `fresh`: a room is new."""
        return (
            self.is_always
            or fresh
            or kinds is None
            or (self.is_ephemeral and moved)
            or not self.kinds.isdisjoint(kinds)
        )


@dataclass(frozen=True, slots=True)
class Sync:
    """The slice's record. `sections` are those of `app/wiring.py`, in order."""

    spine: Spine
    profile: Profile
    keys: Keys
    rooms: Rooms
    timeline: Timelines
    signals: Signals
    sections: tuple[Part, ...]
    to_device: AskSection
    """Like a section, for the to-device messages alone, which sliding sync counts apart."""
    taken: Callable[[str, int], None]
    """(user, position): a device of the user has come with a token of this position."""
    sent_members: SentMembers = field(default_factory=SentMembers)
    connections: Connections = field(default_factory=Connections)
    pieces: Pieces = field(default_factory=Pieces)
    spans: Spans = field(default_factory=Spans)

    async def ask_all(self, ask: SyncAsk) -> Section:
        """The parts of all slices, whatever has changed."""
        whole = Section()
        for part in self.sections:
            whole.add(await part.section(ask))
        return whole
