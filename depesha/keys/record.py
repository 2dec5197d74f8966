"""The record of the slice."""

from dataclasses import dataclass, field

from depesha.accounts import Accounts
from depesha.contacts import Contacts
from depesha.keys.counts import Counts
from depesha.keys.messages.queue import Queues
from depesha.spine import Spine


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys, key backups and to-device messages of one institution."""

    spine: Spine
    accounts: Accounts
    contacts: Contacts
    counts: Counts = field(default_factory=Counts)
    queues: Queues = field(default_factory=Queues)

    @property
    def institution_id(self) -> int:
        return self.spine.institution.id
