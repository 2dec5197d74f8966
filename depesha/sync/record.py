"""What sync stands on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from depesha.eventlog.section import Section, SyncAsk
from depesha.keys import Keys
from depesha.profile import Profile
from depesha.signals import Signals
from depesha.spine import Spine
from depesha.sync.room import SentMembers
from depesha.timeline import Timelines

AskSection = Callable[[SyncAsk], Awaitable[Section]]


@dataclass(frozen=True, slots=True)
class Sync:
    """The slice's record. `sections` are those of `app/wiring.py`, in order."""

    spine: Spine
    profile: Profile
    keys: Keys
    timeline: Timelines
    signals: Signals
    sections: tuple[AskSection, ...]
    sent_members: SentMembers
