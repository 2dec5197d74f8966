"""The slice's record, and which events have children."""

from collections import OrderedDict
from dataclasses import dataclass, field

from depesha.eventlog.changes import Entry, Logged
from depesha.profile import Profile
from depesha.spine import Spine
from depesha.timeline.rules import read_relation


class Parents:
    """Events that lately got children.

    A child comes after its parent. So an event after `complete_since` that is not in here has
    none, and nobody need ask the database.
    """

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._latest: OrderedDict[str, int] = OrderedDict()
        self.complete_since: int | None = None

    def view(self, entry: Entry) -> None:
        """Take in one entry of the log."""
        if self.complete_since is None:
            self.complete_since = entry.position
        if not isinstance(entry, Logged):
            return
        relation = read_relation(entry.event.content)
        if relation is None:
            return
        self._latest[relation.parent_id] = entry.position
        self._latest.move_to_end(relation.parent_id)
        if len(self._latest) > self._most:
            _, position = self._latest.popitem(last=False)
            self.complete_since = max(self.complete_since, position)

    def may_have_children(self, logged: Logged) -> bool:
        if self.complete_since is None or logged.position <= self.complete_since:
            return True
        return logged.event.event_id in self._latest


@dataclass(frozen=True, slots=True)
class Timelines:
    """History, relations and threads of one institution's rooms."""

    spine: Spine
    profile: Profile
    parents: Parents = field(default_factory=Parents)
