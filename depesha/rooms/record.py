"""The slice's record."""

from collections import OrderedDict
from dataclasses import dataclass, field

from depesha.accounts import Accounts
from depesha.profile import Profile
from depesha.spine import Spine


class Transactions:
    """Event ids of transactions lately done, so that a repeated send asks no database."""

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._done: OrderedDict[tuple[str, str, str, str], str] = OrderedDict()

    def get(self, key: tuple[str, str, str, str]) -> str | None:
        return self._done.get(key)

    def put(self, key: tuple[str, str, str, str], event_id: str) -> None:
        self._done[key] = event_id
        if len(self._done) > self._most:
            self._done.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Rooms:
    """Rooms of one institution and the verbs on them."""

    spine: Spine
    accounts: Accounts
    profile: Profile
    transactions: Transactions = field(default_factory=Transactions)
