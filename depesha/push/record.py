"""The slice's record, and its rules and pushers in memory."""

from collections import OrderedDict
from dataclasses import dataclass, field

from depesha.contacts import Contacts
from depesha.eventlog.changes import Change, Entry
from depesha.io.fetch import Fetcher
from depesha.profile import Profile
from depesha.push import store
from depesha.push.audience import Audiences
from depesha.push.ruleset import UNCHANGED, Choices, load_choices
from depesha.push.webpush import Vapid
from depesha.signals import Signals
from depesha.spine import Spine

RULES, PUSHER = "push_rules", "pusher"


class PushCache:
    """Choices of users lately asked for, and everybody's pushers; true by what the log tells."""

    def __init__(self, most_users: int = 20_000) -> None:
        self._most = most_users
        self._choices: OrderedDict[str, Choices] = OrderedDict()
        self.pushers: dict[str, list[store.PusherRow]] | None = None
        self.changes = 0

    def get(self, user_id: str) -> Choices | None:
        return self._choices.get(user_id)

    def put(self, user_id: str, choices: Choices) -> None:
        self._choices[user_id] = choices
        if len(self._choices) > self._most:
            self._choices.popitem(last=False)

    def view(self, entry: Entry) -> None:
        """Forget what a change of the log made old."""
        if not isinstance(entry, Change) or entry.kind not in {RULES, PUSHER}:
            return
        self.changes += 1
        if entry.kind == PUSHER:
            self.pushers = None
        elif entry.user_id is not None:
            self._choices.pop(entry.user_id, None)


@dataclass(frozen=True, slots=True)
class Push:
    """Push rules and pushers of one institution."""

    spine: Spine
    profile: Profile
    contacts: Contacts
    signals: Signals
    fetcher: Fetcher
    vapid: Vapid
    cache: PushCache = field(default_factory=PushCache)
    audiences: Audiences = field(default_factory=Audiences)


async def load_choices_of(push: Push, user_id: str) -> Choices:
    """What the user has changed of the rules."""
    spine, cache = push.spine, push.cache
    while True:
        found = cache.get(user_id)
        if found is not None:
            return found
        before = cache.changes
        row = await spine.db.read(store.select_choices, spine.institution.id, user_id)
        choices = UNCHANGED if row is None else load_choices(row.choices)
        if before == cache.changes:
            cache.put(user_id, choices)
            return choices


async def load_pushers(push: Push) -> dict[str, list[store.PusherRow]]:
    """All pushers, by user."""
    spine, cache = push.spine, push.cache
    while cache.pushers is None:
        before = cache.changes
        found: dict[str, list[store.PusherRow]] = {}
        for row in await spine.db.read(store.select_pushers, spine.institution.id):
            found.setdefault(row.user_id, []).append(row)
        if before == cache.changes:
            cache.pushers = found
    return cache.pushers
