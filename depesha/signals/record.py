"""The slice's record, and what it keeps in memory alone: typing and presence."""

from dataclasses import dataclass, field

from depesha.base.clock import Timer
from depesha.profile import Profile
from depesha.signals.counts import Counts
from depesha.spine import Spine


@dataclass(slots=True)
class Typing:
    """Who types in each room. `changed_at` are ephemeral positions."""

    rooms: dict[str, dict[str, Timer]] = field(default_factory=dict)
    changed_at: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class PresenceState:
    """One person's presence; times in milliseconds, `position` is an ephemeral one."""

    presence: str = "offline"
    status_msg: str | None = None
    active_ts: int = 0
    position: int = 0
    told: bytes = b""
    """The event as told at `told_ts`; empty once it has changed."""
    told_ts: int = 0


@dataclass(frozen=True, slots=True)
class Signals:
    """Receipts, typing, presence and unread counts of one institution."""

    spine: Spine
    profile: Profile
    typing: Typing = field(default_factory=Typing)
    presence: dict[str, PresenceState] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
