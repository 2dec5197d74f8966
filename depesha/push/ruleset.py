"""One user's rules: the predefined ones as the user changed them, and the user's own.

Only changes are stored, so that the predefined rules are always this version's.
Spec: client-server API, "Predefined Rules", "Push Rules: API".
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from depesha.base.canonical import Content, Json, canonical, decode
from depesha.base.errors import MatrixError, forbidden, invalid_param, not_found, too_large
from depesha.base.match import word_glob
from depesha.push.defaults import (
    DEFAULTS,
    FIRST,
    INVITE_FOR_ME,
    IS_USER_MENTION,
    KINDS,
    URGENT_RULE,
    for_user,
)
from depesha.push.rules import (
    Condition,
    Rule,
    Ruleset,
    compile_condition,
    contains_display_name,
    fixed_room,
    fixed_type,
    is_about_viewer,
    mentions_viewer,
    read_actions,
)

MOST_RULES = 1_000
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user has changed: own rules by kind, most important first, and predefined ones.

    `changed` holds `enabled` and `actions` by the id of a predefined rule.
    """

    own: dict[str, tuple[Content, ...]] = field(default_factory=dict)
    changed: dict[str, Content] = field(default_factory=dict)


UNCHANGED = Choices()


def load_choices(text: str) -> Choices:
    """The choices that `dump_choices` wrote."""
    stored = decode(text)
    return Choices({kind: tuple(rules) for kind, rules in stored["own"].items()}, stored["changed"])


def dump_choices(choices: Choices) -> str:
    """The choices as JSON; 413 M_TOO_LARGE when there are too many."""
    text = canonical({"own": choices.own, "changed": choices.changed})
    if sum(map(len, choices.own.values())) > MOST_RULES or len(text) > MOST_BYTES:
        raise too_large("There are too many push rules")
    return text.decode()


# --- as clients see them -------------------------------------------------------------


def all_rules(choices: Choices, user_id: str) -> Content:
    """Kind → rules, most important first: the value of `global` in `m.push_rules`."""
    return {kind: rules_of(choices, kind, user_id) for kind in KINDS}


def rules_of(choices: Choices, kind: str, user_id: str) -> list[Content]:
    """The user's rules of one kind, with the predefined ones."""
    own = list(choices.own.get(kind, ()))
    default = [
        {**for_user(rule, user_id), **choices.changed.get(rule["rule_id"], {})}
        for rule in DEFAULTS[kind]
    ]
    if kind == "override":
        first = len(FIRST)
        return [*default[:first], *own, *default[first:]]
    return own + default


def access_rule(choices: Choices, kind: str, rule_id: str, user_id: str) -> Content:
    """One rule; 404 M_NOT_FOUND."""
    check_kind(kind)
    for rule in rules_of(choices, kind, user_id):
        if rule["rule_id"] == rule_id:
            return rule
    raise not_found("There is no such push rule")


def check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise invalid_param(f"Unknown kind of push rule: {kind}")


# --- changing them -------------------------------------------------------------------


def put_rule(
    choices: Choices, kind: str, rule: Content, before: str | None, after: str | None
) -> Choices:
    """Add or change a rule of the user's own; `before` counts if both neighbours are given.

    Raises 400 M_UNKNOWN when the neighbour is not one of the user's own rules.
    """
    rules = list(choices.own.get(kind, ()))
    place = next((i for i, old in enumerate(rules) if old["rule_id"] == rule["rule_id"]), None)
    if place is not None:
        rule = {**rule, "enabled": rules.pop(place)["enabled"]}
    neighbour = before if before is not None else after
    if neighbour is not None:
        at = next((i for i, old in enumerate(rules) if old["rule_id"] == neighbour), None)
        if at is None:
            raise MatrixError(400, "M_UNKNOWN", f"before/after rule not found: {neighbour}")
        place = at if before is not None else at + 1
    rules.insert(place or 0, rule)
    return _with_own(choices, kind, rules)


def delete_rule(choices: Choices, kind: str, rule_id: str) -> Choices:
    """Without one of the user's own rules; 404 M_NOT_FOUND, also for predefined ones."""
    check_kind(kind)
    rules = [rule for rule in choices.own.get(kind, ()) if rule["rule_id"] != rule_id]
    if len(rules) == len(choices.own.get(kind, ())):
        raise not_found("There is no such push rule")
    return _with_own(choices, kind, rules)


def change_rule(
    choices: Choices, kind: str, rule_id: str, user_id: str, part: str, value: Json
) -> Choices:
    """With `enabled` or `actions` of a rule changed; 404 M_NOT_FOUND, 403 M_FORBIDDEN."""
    access_rule(choices, kind, rule_id, user_id)
    if rule_id == URGENT_RULE:
        raise forbidden("Urgent messages reach everybody")
    if any(rule["rule_id"] == rule_id for rule in DEFAULTS[kind]):
        entry = {**choices.changed.get(rule_id, {}), part: value}
        return replace(choices, changed={**choices.changed, rule_id: entry})
    rules = [
        {**rule, part: value} if rule["rule_id"] == rule_id else rule
        for rule in choices.own.get(kind, ())
    ]
    return _with_own(choices, kind, rules)


def _with_own(choices: Choices, kind: str, rules: list[Content]) -> Choices:
    return replace(choices, own={**choices.own, kind: tuple(rules)})


# --- compiling -----------------------------------------------------------------------


def rooms_named(choices: Choices) -> frozenset[str]:
    """The rooms that some rule treats unlike the others."""
    rules = [(kind, rule) for kind, rules in choices.own.items() for rule in rules]
    return frozenset(room for kind, rule in rules if (room := _only_room(kind, rule)) is not None)


def _only_room(kind: str, rule: Content) -> str | None:
    """The one room in which the rule may match, if there is one."""
    if kind == "room":
        room_id: str = rule["rule_id"]
        return room_id
    named = (fixed_room(condition) for condition in rule.get("conditions", ()))
    return next((room_id for room_id in named if room_id is not None), None)


def compile_rules(choices: Choices, room_id: str) -> Ruleset:
    """The rules that may match in a room; the same object for equal ones."""
    if choices is UNCHANGED:
        return UNCHANGED_RULES
    kept = [
        [kind, rule]
        for kind in KINDS
        for rule in choices.own.get(kind, ())
        if rule["enabled"] and _only_room(kind, rule) in {None, room_id}
    ]
    key = canonical([kept, choices.changed])
    return _compile(key) if len(key) <= _KEPT else _compile.__wrapped__(key)


_KEPT = 4_000
"""Bytes of rules up to which what became of them is remembered for whoever has the same."""


@lru_cache(maxsize=8192)
def _compile(key: bytes) -> Ruleset:
    kept, changed = decode(key)
    rules: list[Rule] = []
    for kind in KINDS:
        own = [_compile_own(kind, rule) for of_kind, rule in kept if of_kind == kind]
        default = [
            _compile_default({**rule, **changed.get(rule["rule_id"], {})})
            for rule in DEFAULTS[kind]
            if changed.get(rule["rule_id"], rule).get("enabled", rule["enabled"])
        ]
        while default and default[0].rule_id in FIRST:
            rules.append(default.pop(0))
        rules += own + default
    return Ruleset(rules)


_PREDEFINED: dict[tuple[str, str], Condition] = {
    (INVITE_FOR_ME, "state_key"): is_about_viewer,
    (IS_USER_MENTION, "content.m\\.mentions.user_ids"): mentions_viewer,
}


def _compile_default(rule: Content) -> Rule:
    conditions = tuple(
        _PREDEFINED.get((rule["rule_id"], condition.get("key", ""))) or compile_condition(condition)
        for condition in rule["conditions"]
    )
    return _rule(rule, conditions)


def _compile_own(kind: str, rule: Content) -> Rule:
    if kind == "sender":
        sender = rule["rule_id"]
        return _rule(rule, (lambda facts, viewer: facts.get(("sender",)) == sender,))
    if kind == "room":
        return _rule(rule, ())
    if kind == "content":
        contains = word_glob(rule["pattern"])

        def has_words(text: Json) -> bool:
            return type(text) is str and contains(text)

        return _rule(rule, (lambda facts, viewer: has_words(facts.get(("content", "body"))),))
    return _rule(rule, tuple(map(compile_condition, rule["conditions"])))


def _rule(rule: Content, conditions: tuple[Condition, ...]) -> Rule:
    types = (fixed_type(condition) for condition in rule.get("conditions", ()))
    return Rule(
        rule["rule_id"],
        next((event_type for event_type in types if event_type is not None), None),
        conditions,
        read_actions(rule["actions"]),
        contains_display_name in conditions,
    )


UNCHANGED_RULES = _compile(canonical([[], {}]))
"""The predefined rules, which most people have."""
