"""The record of the slice."""

import asyncio
from dataclasses import dataclass, field

from depesha.bots.registered import Services
from depesha.bots.registration import Registration
from depesha.keys import Keys
from depesha.rooms import Rooms
from depesha.signals import Signals
from depesha.spine import Spine


class Bells:
    """Wakes the delivery of each service when something has been queued for it."""

    def __init__(self) -> None:
        self._bells: dict[str, asyncio.Event] = {}

    def of(self, service: Registration) -> asyncio.Event:
        return self._bells.setdefault(service.id, asyncio.Event())


@dataclass(frozen=True, slots=True)
class Bots:
    """Application services of one institution."""

    spine: Spine
    keys: Keys
    rooms: Rooms
    signals: Signals
    services: Services
    bells: Bells = field(default_factory=Bells)

    @property
    def institution_id(self) -> int:
        return self.spine.institution.id

    @property
    def told(self) -> list[Registration]:
        """The services to which anything is sent."""
        return [service for service in self.services.all if service.url is not None]
