"""The slice's record."""

from dataclasses import dataclass

from depesha.accounts import Accounts
from depesha.notices.deliveries import Deliveries
from depesha.profile import Profile
from depesha.rooms import Rooms
from depesha.spine import Spine


@dataclass(frozen=True, slots=True)
class Notices:
    """What one institution's server tells its people."""

    spine: Spine
    accounts: Accounts
    profile: Profile
    rooms: Rooms
    deliveries: Deliveries
