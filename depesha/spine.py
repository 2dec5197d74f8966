"""What every slice stands on: one institution's log, database, clock and settings."""

from dataclasses import dataclass

from depesha.base.clock import Clock
from depesha.base.config import Config
from depesha.eventlog.append import EventLog
from depesha.eventlog.institution import Institution
from depesha.http.limits import Limits
from depesha.io.db import Db


@dataclass(frozen=True, slots=True)
class Spine:
    """The spine of one institution. Slices keep it in their own records, first."""

    institution: Institution
    config: Config
    clock: Clock
    db: Db
    log: EventLog
    limits: Limits
