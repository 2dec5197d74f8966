"""The slice's record, and account data in memory."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from depesha.accounts import Accounts
from depesha.base.canonical import Content, decode
from depesha.eventlog.changes import Change, Entry, Logged
from depesha.eventlog.state import MEMBER
from depesha.org import Org
from depesha.profile import store
from depesha.profile.networks import NO_NETWORKS, Networks
from depesha.profile.quiet import QUIET, Quiet, kept_quiet
from depesha.spine import Spine

ACCOUNT_DATA = "account_data"

Data = Mapping[tuple[str, str], str]
"""Room id (empty when global) and type → JSON."""


class DataCache:
    """Account data of users lately active, bounded in users."""

    def __init__(self, most_users: int = 5_000) -> None:
        self._most = most_users
        self._users: OrderedDict[str, Data] = OrderedDict()
        self.changes = 0

    def get(self, user_id: str) -> Data | None:
        return self._users.get(user_id)

    def put(self, user_id: str, data: Data) -> None:
        self._users[user_id] = data
        if len(self._users) > self._most:
            self._users.popitem(last=False)

    def view(self, entry: Entry) -> None:
        """Forget what a change of the log made old."""
        if isinstance(entry, Change) and entry.kind == ACCOUNT_DATA and entry.user_id:
            self.changes += 1
            self._users.pop(entry.user_id, None)


_DECISIVE = frozenset({MEMBER, "m.room.join_rules", "m.room.history_visibility"})


class Seen:
    """Whom users may find, as lately reckoned; forgotten when anyone comes or goes."""

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._found: OrderedDict[str, frozenset[str]] = OrderedDict()
        self.changes = 0
        """Grows when what was reckoned before may have become wrong."""

    def get(self, user_id: str) -> frozenset[str] | None:
        return self._found.get(user_id)

    def put(self, user_id: str, found: frozenset[str], changes: int) -> None:
        """Keep it, unless something has changed since the reckoning began."""
        if changes != self.changes:
            return
        self._found[user_id] = found
        if len(self._found) > self._most:
            self._found.popitem(last=False)

    def view(self, entry: Entry) -> None:
        """Forget everything when a membership or the openness of a room has changed."""
        if isinstance(entry, Logged) and entry.event.type in _DECISIVE:
            self.changes += 1
            self._found.clear()


class Filters:
    """Kept filters lately used, by user and id, bounded: one never changes once it is kept."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._texts: dict[tuple[str, str], str] = {}

    def get(self, user_id: str, filter_id: str) -> str | None:
        return self._texts.get((user_id, filter_id))

    def put(self, user_id: str, filter_id: str, text: str) -> None:
        if len(self._texts) >= self._most:
            del self._texts[next(iter(self._texts))]
        self._texts[user_id, filter_id] = text


@dataclass(frozen=True, slots=True)
class Profile:
    """Profiles, account data, tags and filters of one institution's people.

    `networks` is what application services know of people and places elsewhere.
    """

    spine: Spine
    accounts: Accounts
    org: Org
    networks: Networks = NO_NETWORKS
    data: DataCache = field(default_factory=DataCache)
    seen: Seen = field(default_factory=Seen)
    filters: Filters = field(default_factory=Filters)


async def load_data(profile: Profile, user_id: str) -> Data:
    """All account data of a user."""
    spine, cache = profile.spine, profile.data
    while True:
        found = cache.get(user_id)
        if found is not None:
            return found
        before = cache.changes
        rows = await spine.db.read(store.select_data_since, spine.institution.id, user_id, -1)
        data = {(row.room_id, row.type): row.content for row in rows if row.content is not None}
        if before == cache.changes:
            cache.put(user_id, data)
            return data


async def find_data(profile: Profile, user_id: str, room_id: str, type_: str) -> Content | None:
    """One account data of a user, or None; a fresh copy."""
    text = (await load_data(profile, user_id)).get((room_id, type_))
    return None if text is None else decode(text)


async def ignored_users(profile: Profile, user_id: str) -> frozenset[str]:
    """Whom the user ignores, but for the server's own voice.

    Spec: client-server API, "Ignoring Users".
    """
    text = (await load_data(profile, user_id)).get(("", "m.ignored_user_list"))
    if text is None:
        return _NOBODY
    ignored = decode(text).get("ignored_users")
    return frozenset(ignored) - profile.org.residents if isinstance(ignored, dict) else _NOBODY


_NOBODY: frozenset[str] = frozenset()


async def quiet_hours(profile: Profile, user_id: str) -> Quiet | None:
    """The hours in which the user is not disturbed, if they keep any."""
    text = (await load_data(profile, user_id)).get(("", QUIET))
    return None if text is None else kept_quiet(text)


async def direct_rooms(profile: Profile, user_id: str) -> frozenset[str]:
    """The user's direct chats. Spec: client-server API, "Direct Messaging"."""
    content = await find_data(profile, user_id, "", "m.direct") or {}
    lists = [rooms for rooms in content.values() if isinstance(rooms, list)]
    return frozenset(room for rooms in lists for room in rooms if isinstance(room, str))


async def room_tags(profile: Profile, user_id: str) -> dict[str, frozenset[str]]:
    """Room id → the user's tags of it."""
    tags: dict[str, frozenset[str]] = {}
    for (room_id, type_), text in (await load_data(profile, user_id)).items():
        if type_ == "m.tag" and room_id:
            found = decode(text).get("tags")
            tags[room_id] = frozenset(found) if isinstance(found, dict) else frozenset()
    return tags
