"""The slice's record."""

from dataclasses import dataclass, field

from depesha.profile import Profile
from depesha.signals.counts import Counts
from depesha.signals.presence import People
from depesha.signals.recent import Recent
from depesha.signals.typing import Typing
from depesha.spine import Spine


@dataclass(frozen=True, slots=True)
class Signals:
    """Receipts, typing, presence and unread counts of one institution."""

    spine: Spine
    profile: Profile
    counts: Counts = field(default_factory=Counts)
    recent: Recent = field(default_factory=Recent)
    typing: Typing = field(default_factory=Typing)
    people: People = field(default_factory=People)
