"""The slice's record."""

from dataclasses import dataclass

from depesha.spine import Spine
from depesha.timeline import Timelines


@dataclass(frozen=True, slots=True)
class Search:
    """Search in one institution."""

    spine: Spine
    timeline: Timelines
