"""Who hears a room by which rules: members with equal rules are one group.

In a room of ten thousand members a plain message is evaluated once for all who never changed a
rule, and once for each further set of rules that differs in that room.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from depesha.base.canonical import Content
from depesha.eventlog.state import MEMBER, Room, RoomCache, Tip
from depesha.events.event import Event
from depesha.events.power import notification_level, power_of
from depesha.push.rules import ANYONE, Facts, Outcome, Ruleset, Viewer
from depesha.push.ruleset import UNCHANGED_RULES, Choices, compile_rules
from depesha.signals import Hears, Weight, predict

MOST_MENTIONS = 1_000
"""Users named by one event who are looked at."""

_MANY = 10


@lru_cache(maxsize=16_384)
def hears_of(rules: Ruleset) -> Hears:
    """How much of a room reaches people with these rules: what unread counts predict."""
    content: Content = {"msgtype": "m.text", "body": ""}
    event: Content = {"type": "m.room.message", "sender": ANYONE.user_id, "content": content}
    if rules.evaluate("m.room.message", Facts(event, _MANY, lambda key: True), ANYONE).notify:
        return Hears.EVERYTHING
    event = {**event, "content": {**content, "m.mentions": {"room": True}}}
    if rules.evaluate("m.room.message", Facts(event, _MANY, lambda key: True), ANYONE).highlight:
        return Hears.HIGHLIGHTS
    return Hears.NOTHING


def facts_of(
    event: Event, tip: Tip, subscribers: frozenset[str], meant: frozenset[str] = frozenset()
) -> Facts:
    """The event as push rules see it, with the room as it is with it."""
    properties: Content = {
        "type": event.type,
        "sender": event.sender,
        "room_id": event.room_id,
        "event_id": event.event_id,
        "origin_server_ts": event.origin_server_ts,
        "content": event.content,
    }
    if event.state_key is not None:
        properties["state_key"] = event.state_key

    def may_notify(key: str) -> bool:
        power = power_of(event.sender, tip.find, tip.version)
        return power >= notification_level(key, tip.find, tip.version)

    return Facts(properties, _count_joined(tip), may_notify, subscribers, meant)


def _count_joined(tip: Tip) -> int:
    joined = tip.room.joined
    count = len(joined)
    for (type_, user_id), entry in tip.state.items():
        if type_ == MEMBER:
            count += (entry.membership == "join") - (user_id in joined)
    return count


def named_users(event: Event) -> frozenset[str]:
    """Users whom an event singles out: mentioned, or the subject of a member event."""
    named: set[str] = set()
    mentions = event.content.get("m.mentions")
    if type(mentions) is dict and type(mentions.get("user_ids")) is list:
        named.update(u for u in mentions["user_ids"][:MOST_MENTIONS] if type(u) is str)
    if event.type == MEMBER and event.state_key is not None:
        named.add(event.state_key)
    return frozenset(named)


class Audience:
    """The members of one room who have changed a rule that matters there, by equal rules.

    `stale` are members whose rules are to be read anew.
    """

    __slots__ = ("_groups", "_rules", "room_id", "stale")

    def __init__(self, room_id: str, members: Iterable[str]) -> None:
        self.room_id = room_id
        self.stale = set(members)
        self._rules: dict[str, Ruleset] = {}
        self._groups: dict[Ruleset, set[str]] = {}

    @property
    def is_uniform(self) -> bool:
        """True when nobody has changed a rule that matters here."""
        return not self._rules

    @property
    def asks_threads(self) -> bool:
        """True when somebody's rules ask which threads they follow."""
        return any(rules.asks_threads for rules in self._groups)

    def remove(self, user_id: str) -> None:
        self.stale.discard(user_id)
        rules = self._rules.pop(user_id, None)
        if rules is not None:
            users = self._groups[rules]
            users.discard(user_id)
            if not users:
                del self._groups[rules]

    def refresh(self, choices: dict[str, Choices]) -> None:
        """Take in the rules of those who were stale; who is not in `choices` changed nothing."""
        for user_id in list(self.stale):
            self.remove(user_id)
        for user_id, chosen in choices.items():
            rules = compile_rules(chosen, self.room_id)
            if rules is not UNCHANGED_RULES:
                self._rules[user_id] = rules
                self._groups.setdefault(rules, set()).add(user_id)

    def rules_of(self, user_id: str) -> Ruleset:
        return self._rules.get(user_id, UNCHANGED_RULES)

    def outcomes(
        self, event: Event, facts: Facts, named: frozenset[str], tip: Tip
    ) -> Iterator[tuple[Iterable[str], Ruleset, Outcome]]:
        """Users, their rules, and what the event is to them.

        Left out are those who never changed a rule, unless they are `named` members.
        """
        for rules, users in self._groups.items():
            if rules.is_personal or (rules.asks_threads and facts.is_in_thread):
                for user_id in users - named:
                    viewer = viewer_of(tip, user_id)
                    yield (user_id,), rules, rules.evaluate(event.type, facts, viewer)
            else:
                outcome = rules.evaluate(event.type, facts, ANYONE)
                yield users - named if named else users, rules, outcome
        for user_id in named:
            if tip.membership(user_id) == "join":
                rules = self.rules_of(user_id)
                outcome = rules.evaluate(event.type, facts, viewer_of(tip, user_id))
                yield (user_id,), rules, outcome

    def particulars(
        self, event: Event, facts: Facts, weight: Weight, tip: Tip
    ) -> Iterator[tuple[str, Weight]]:
        """Members to whom the event is something else than its `weight` to everyone tells."""
        named = named_users(event) | facts.meant
        for users, rules, outcome in self.outcomes(event, facts, named, tip):
            found = Weight(outcome.notify, outcome.highlight, weight.urgent)
            if found != predict(hears_of(rules), weight):
                yield from ((user_id, found) for user_id in users if user_id != event.sender)


def viewer_of(tip: Tip, user_id: str) -> Viewer:
    name = tip.content(MEMBER, user_id).get("displayname")
    return Viewer(user_id, name if isinstance(name, str) else None)


class Audiences:
    """Audiences of rooms lately active, bounded in rooms; true by what the log tells."""

    def __init__(self, most_rooms: int = 2_000) -> None:
        self._most = most_rooms
        self._rooms: OrderedDict[str, Audience] = OrderedDict()

    def access(self, room: Room, is_local: Callable[[str], bool]) -> Audience:
        """The audience of a room; a new one has all local members stale."""
        audience = self._rooms.get(room.room_id)
        if audience is None:
            audience = Audience(room.room_id, filter(is_local, room.joined))
            self._rooms[room.room_id] = audience
            if len(self._rooms) > self._most:
                self._rooms.popitem(last=False)
        return audience

    def rules_changed(self, rooms: RoomCache, user_id: str) -> None:
        """The user's rules are to be read anew."""
        for room_id, audience in list(self._rooms.items()):
            room = rooms.peek(room_id)
            if room is None:
                del self._rooms[room_id]
            elif user_id in room.joined:
                audience.stale.add(user_id)

    def member_changed(self, room_id: str, user_id: str, membership: str) -> None:
        """The user has joined or left."""
        audience = self._rooms.get(room_id)
        if audience is not None and membership == "join":
            audience.stale.add(user_id)
        elif audience is not None:
            audience.remove(user_id)
