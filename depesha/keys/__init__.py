"""Keys of devices and people, and what travels between devices."""

from dataclasses import dataclass

from depesha.spine import Spine


@dataclass(frozen=True, slots=True)
class Keys:
    """The slice's record."""

    spine: Spine


async def drop_unclaimed(keys: Keys, user_id: str, device_id: str) -> None:
    """Forget one-time keys that nobody has claimed."""
