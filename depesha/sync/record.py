"""What sync stands on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from depesha.eventlog.section import Section, SyncAsk
from depesha.keys import Keys
from depesha.profile import Profile
from depesha.rooms import Rooms
from depesha.signals import Signals
from depesha.spine import Spine
from depesha.sync.room import SentMembers
from depesha.sync.sliding.connection import Connections
from depesha.timeline import Timelines

AskSection = Callable[[SyncAsk], Awaitable[Section]]


@dataclass(frozen=True, slots=True)
class Sync:
    """The slice's record. `sections` are those of `app/wiring.py`, in order."""

    spine: Spine
    profile: Profile
    keys: Keys
    rooms: Rooms
    timeline: Timelines
    signals: Signals
    sections: tuple[AskSection, ...]
    to_device: AskSection
    """Like a section, for the to-device messages alone, which sliding sync counts apart."""
    sent_members: SentMembers = field(default_factory=SentMembers)
    connections: Connections = field(default_factory=Connections)
