"""Rooms so large that nobody is told there who reads, types or is there.

Everybody in a room does these things, and each would be told of each: a square. What such
signs say is of use among people who know each other.
"""

from depesha.eventlog.state import Room
from depesha.spine import Spine


def is_quiet(spine: Spine, room: Room) -> bool:
    """True when the room has more members than are told of each other's signs."""
    return len(room.joined) > spine.config.signals_members
