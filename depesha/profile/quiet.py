"""Hours and days in which somebody is not disturbed, kept as `org.depesha.quiet` (M15). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from depesha.base.errors import invalid_param, too_large

QUIET = "org.depesha.quiet"
"""Type of the global account data."""
MOST_BYTES = 1_024

_Time = Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]
_Day = Annotated[int, msgspec.Meta(ge=0, le=6)]
_WHOLE_DAY = 24 * 60


class QuietHours(msgspec.Struct, frozen=True):
    """What a client keeps.

    `from` and `until` are local times as "22:00", the latter perhaps of the next day. `days` are
    quiet from midnight to midnight, 0 is Sunday. `zone` is an IANA name, needed where it is `on`.
    `show` is `silent` for notifications without a sound, `none` for none at all.
    """

    on: bool = False
    since: _Time = msgspec.field(default="22:00", name="from")
    until: _Time = "08:00"
    days: Annotated[Sequence[_Day], msgspec.Meta(max_length=7)] = ()
    zone: Annotated[str, msgspec.Meta(max_length=64)] = ""
    show: Literal["none", "silent"] = "none"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours that are kept: minutes of the local day from which and until which it is quiet."""

    since: int
    until: int
    days: frozenset[int]
    zone: tzinfo
    is_shown: bool

    def holds(self, now_ms: int) -> bool:
        """Whether it is quiet at a time (milliseconds since 1970), by the clock of the zone."""
        local = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(self.zone)
        if local.isoweekday() % 7 in self.days:
            return True
        passed = (local.hour * 60 + local.minute - self.since) % _WHOLE_DAY
        return passed < (self.until - self.since) % _WHOLE_DAY


@lru_cache(maxsize=5_000)
def read_quiet(text: str) -> Quiet | None:
    """The hours of stored JSON; None where none are kept. ValueError for what cannot be kept."""
    told = msgspec.json.decode(text, type=QuietHours)
    if not told.on:
        return None
    since, until, is_shown = _minutes(told.since), _minutes(told.until), told.show == "silent"
    return Quiet(since, until, frozenset(told.days), _zone(told.zone), is_shown)


def kept_quiet(text: str) -> Quiet | None:
    """The hours of stored JSON; None also for what can no longer be read.

    Such as hours kept without a zone, or a zone that this system does not know.
    """
    try:
        return read_quiet(text)
    except ValueError:
        return None


def _minutes(time: str) -> int:
    hours, _, minutes = time.partition(":")
    return int(hours) * 60 + int(minutes)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (OSError, ZoneInfoNotFoundError) as error:
        raise ValueError(f"No such time zone: {name}") from error


def check_quiet(text: str) -> None:
    """Raise 400 M_INVALID_PARAM for hours that cannot be kept, 413 M_TOO_LARGE for long ones."""
    if len(text) > MOST_BYTES:
        raise too_large()
    try:
        read_quiet(text)
    except ValueError as error:
        raise invalid_param(f"The hours cannot be kept: {error}") from error
