"""Push rules: what an event does to whoever receives it, as pure functions.

A ruleset is compiled once and shared by everyone who has an equal one: conditions that speak of
"the user" look at the viewer. Spec: client-server API, "Push Rules".
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from depesha.base.canonical import Content, Json
from depesha.base.match import whole_glob, word_glob, word_literal
from depesha.base.path import Path, parse_path
from depesha.events.group import MENTIONS
from depesha.events.urgent import URGENT, is_urgent

_COUNT = re.compile(r"(==|<=|>=|<|>)?([0-9]{1,18})", re.ASCII)
_BODY: Path = ("content", "body")
_RELATION: Path = ("content", "m.relates_to", "rel_type")
_ABSENT = object()


class Facts:
    """An event as conditions ask about it: the same object for all viewers.

    `members` is the number of joined members; `may_notify(key)` says whether the sender has the
    power to notify everyone by that key; `subscribers` follow the thread that it is in; `meant`
    are members whom it mentions by their unit or a named group. `is_unheard` is true for what
    calls nobody, whatever the rules say.
    """

    __slots__ = ("_event", "_found", "_may_notify", "is_unheard", "meant", "members", "subscribers")

    def __init__(
        self,
        event: Content,
        members: int,
        may_notify: Callable[[str], bool],
        subscribers: frozenset[str] = frozenset(),
        meant: frozenset[str] = frozenset(),
        *,
        is_unheard: bool = False,
    ) -> None:
        self._event = event
        self._found: dict[Path, Json] = {}
        self._may_notify = may_notify
        self.members = members
        self.subscribers = subscribers
        self.meant = meant
        self.is_unheard = is_unheard

    def get(self, path: Path) -> Json:
        """The property, or something that is no JSON value when there is none."""
        found = self._found.get(path, self)
        if found is self:
            found = self._event
            for name in path:
                found = found.get(name, _ABSENT) if type(found) is dict else _ABSENT
            self._found[path] = found
        return found

    @property
    def is_in_thread(self) -> bool:
        kind = self.get(_RELATION)
        return type(kind) is str and kind == "m.thread"

    def may_notify(self, key: str) -> bool:
        return self._may_notify(key)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whom an event is evaluated for."""

    user_id: str
    display_name: str | None


ANYONE = Viewer("\0", None)
"""Whoever is not named by the event: no event can contain U+0000."""

Condition = Callable[[Facts, Viewer], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the matching rule's actions say. `tweaks` as a push gateway gets them."""

    notify: bool
    highlight: bool
    actions: tuple[Json, ...] = field(compare=False)
    tweaks: Content = field(compare=False)


SILENT = Outcome(notify=False, highlight=False, actions=(), tweaks={})
"""No rule matched."""


def read_actions(actions: Sequence[Json]) -> Outcome:
    """The outcome of a list of actions; historical and unknown ones do nothing.

    Spec: "Push Rules: Actions", "Historical Actions".
    """
    tweaks: Content = {}
    for action in actions:
        if isinstance(action, dict) and isinstance(action.get("set_tweak"), str):
            name = action["set_tweak"]
            tweaks[name] = action.get("value", True if name == "highlight" else None)
    notify = "notify" in actions
    kept = tuple(action for action in actions if action not in ("dont_notify", "coalesce"))
    return Outcome(notify, notify and tweaks.get("highlight") is True, kept, tweaks)


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule. It can only match events of `event_type` (in small letters), if given."""

    rule_id: str
    event_type: str | None
    conditions: tuple[Condition, ...]
    outcome: Outcome
    is_personal: bool
    """True when it depends on the viewer's name in the room."""


class Ruleset:
    """Rules from the most important to the least; `is_personal` if any of them is.

    `asks_threads` when some rule asks which threads the viewer follows.
    """

    __slots__ = ("_by_type", "_rules", "asks_threads", "is_personal")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._by_type: dict[str, tuple[Rule, ...]] = {}
        self.is_personal = any(rule.is_personal for rule in rules)
        asked = {condition for rule in rules for condition in rule.conditions}
        self.asks_threads = not asked.isdisjoint(ABOUT_THREADS)

    def evaluate(self, event_type: str, facts: Facts, viewer: Viewer) -> Outcome:
        """The outcome of the first rule that matches."""
        rules = self._by_type.get(event_type)
        if rules is None:
            rules = self._rules_of(event_type)
        for rule in rules:
            for condition in rule.conditions:
                if not condition(facts, viewer):
                    break
            else:
                return rule.outcome
        return SILENT

    def _rules_of(self, event_type: str) -> tuple[Rule, ...]:
        rules = tuple(r for r in self._rules if r.event_type in {None, event_type.lower()})
        # Senders choose the types: what is remembered of them is bounded.
        if len(self._by_type) < 200:
            self._by_type[event_type] = rules
        return rules


# --- conditions ----------------------------------------------------------------------


def compile_condition(condition: Json) -> Condition:
    """The condition as a function. An unknown or malformed one never matches."""
    if not isinstance(condition, dict):
        return _never
    kind = condition.get("kind")
    compiler = _COMPILERS.get(kind) if isinstance(kind, str) else None
    return (compiler(condition) if compiler else None) or _never


def fixed_type(condition: Json) -> str | None:
    """The one event type, in small letters, that the condition lets through, if there is one."""
    pattern = _literal(condition, "type")
    return None if pattern is None else pattern.lower()


def fixed_room(condition: Json) -> str | None:
    """The one room that the condition lets through, if there is one."""
    return _literal(condition, "room_id")


def _literal(condition: Json, key: str) -> str | None:
    if not isinstance(condition, dict) or condition.get("kind") != "event_match":
        return None
    pattern = condition.get("pattern")
    if condition.get("key") != key or not isinstance(pattern, str) or {"*", "?"} & set(pattern):
        return None
    return pattern


def _never(facts: Facts, viewer: Viewer) -> bool:
    return False


def _event_match(condition: Content) -> Condition | None:
    key, pattern = condition.get("key"), condition.get("pattern")
    if not isinstance(key, str) or not isinstance(pattern, str):
        return None
    path = parse_path(key)
    matches = word_glob(pattern) if path == _BODY else whole_glob(pattern)

    def holds(facts: Facts, viewer: Viewer) -> bool:
        value = facts.get(path)
        return type(value) is str and matches(value)

    return holds


def _event_property_is(condition: Content) -> Condition | None:
    key, wanted = condition.get("key"), condition.get("value", _ABSENT)
    if not isinstance(key, str) or type(wanted) not in _PLAIN:
        return None
    path = parse_path(key)

    def holds(facts: Facts, viewer: Viewer) -> bool:
        value = facts.get(path)
        return type(value) is type(wanted) and value == wanted

    return holds


def _event_property_contains(condition: Content) -> Condition | None:
    key, wanted = condition.get("key"), condition.get("value", _ABSENT)
    if not isinstance(key, str) or type(wanted) not in _PLAIN:
        return None
    path = parse_path(key)

    def holds(facts: Facts, viewer: Viewer) -> bool:
        values = facts.get(path)
        return type(values) is list and any(
            type(value) is type(wanted) and value == wanted for value in values
        )

    return holds


_PLAIN = frozenset({str, int, bool, type(None)})


def _contains_display_name(condition: Content) -> Condition | None:
    return contains_display_name


def contains_display_name(facts: Facts, viewer: Viewer) -> bool:
    """True when the body has the viewer's name in the room as words of its own."""
    body, name = facts.get(_BODY), viewer.display_name
    return type(body) is str and bool(name) and word_literal(name or "")(body)


def _room_member_count(condition: Content) -> Condition | None:
    text = condition.get("is")
    found = _COUNT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    holds, count = _COMPARISONS[found[1] or "=="], int(found[2])
    return lambda facts, viewer: holds(facts.members, count)


_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "==": lambda members, count: members == count,
    "<": lambda members, count: members < count,
    ">": lambda members, count: members > count,
    "<=": lambda members, count: members <= count,
    ">=": lambda members, count: members >= count,
}


def _sender_notification_permission(condition: Content) -> Condition | None:
    key = condition.get("key")
    return (lambda facts, viewer: facts.may_notify(key)) if isinstance(key, str) else None


def in_followed_thread(facts: Facts, viewer: Viewer) -> bool:
    """True for an event of a thread that the viewer follows."""
    return facts.is_in_thread and viewer.user_id in facts.subscribers


def in_other_thread(facts: Facts, viewer: Viewer) -> bool:
    """True for an event of a thread that the viewer does not follow."""
    return facts.is_in_thread and viewer.user_id not in facts.subscribers


ABOUT_THREADS = frozenset({in_followed_thread, in_other_thread})


def _thread_subscription(condition: Content) -> Condition | None:
    """Spec: MSC4306."""
    subscribed = condition.get("subscribed")
    if type(subscribed) is not bool:
        return None
    return in_followed_thread if subscribed else in_other_thread


def marked_urgent(facts: Facts, viewer: Viewer) -> bool:
    """True for an urgent message (requirement M7)."""
    return is_urgent(facts.get(("type",)), facts.get(("content",)))


def means_viewer(facts: Facts, viewer: Viewer) -> bool:
    """True when the event mentions a unit or a named group that the viewer is of (M6)."""
    return viewer.user_id in facts.meant


_COMPILERS: dict[str, Callable[[Content], Condition | None]] = {
    "event_match": _event_match,
    "event_property_is": _event_property_is,
    "event_property_contains": _event_property_contains,
    "contains_display_name": _contains_display_name,
    "room_member_count": _room_member_count,
    "sender_notification_permission": _sender_notification_permission,
    "io.element.msc4306.thread_subscription": _thread_subscription,
    URGENT: lambda condition: marked_urgent,
    MENTIONS: lambda condition: means_viewer,
}


# --- conditions of the predefined rules that name the viewer -------------------------


def is_about_viewer(facts: Facts, viewer: Viewer) -> bool:
    """True when the event's state key is the viewer."""
    state_key = facts.get(("state_key",))
    return type(state_key) is str and state_key == viewer.user_id


def mentions_viewer(facts: Facts, viewer: Viewer) -> bool:
    """True when the event's `m.mentions` names the viewer."""
    mentioned = facts.get(("content", "m.mentions", "user_ids"))
    return type(mentioned) is list and viewer.user_id in mentioned
