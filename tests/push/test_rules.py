"""Push rules as pure functions."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.base.errors import MatrixError
from depesha.base.match import KEPT, whole_glob, word_glob
from depesha.base.path import parse_path
from depesha.events.event import ROOM_VERSIONS, Event
from depesha.push.audience import hears_of
from depesha.push.project import PLAIN_WEIGHT, is_plain
from depesha.push.rules import ANYONE, SILENT, Facts, Viewer, compile_condition, read_actions
from depesha.push.ruleset import (
    UNCHANGED,
    Choices,
    all_rules,
    change_rule,
    compile_rules,
    delete_rule,
    dump_choices,
    load_choices,
    put_rule,
)
from depesha.signals import Hears

V12 = ROOM_VERSIONS["12"]
BOB = Viewer("@bob:x", "Bob the Builder")


def facts(*, members: int = 5, may: bool = False, **fields: Any) -> Facts:
    event = {"type": "m.room.message", "sender": "@alice:x", "room_id": "!r:x", "content": {}}
    return Facts({**event, **fields}, members, lambda key: may and key == "room")


def holds(condition: Any, viewer: Viewer = BOB, **given_: Any) -> bool:
    return compile_condition(condition)(facts(**given_), viewer)


# --- matching ------------------------------------------------------------------------

TEXTS = st.text("ab_-. \n?*", max_size=12)
PATTERNS = st.text("ab_-?*.", max_size=8)


def _regex(pattern: str) -> str:
    signs = {"*": ".*", "?": "."}
    return "".join(signs.get(sign) or re.escape(sign) for sign in pattern)


@given(PATTERNS, TEXTS)
def test_a_whole_glob_is_what_a_regular_expression_says(pattern: str, text: str) -> None:
    expected = re.fullmatch(_regex(pattern), text, re.DOTALL | re.IGNORECASE) is not None
    assert whole_glob(pattern)(text) == expected


@given(PATTERNS, TEXTS)
def test_a_word_glob_is_what_a_regular_expression_says(pattern: str, text: str) -> None:
    within = f"(?<![A-Za-z0-9_])(?:{_regex(pattern)})(?![A-Za-z0-9_])"
    expected = re.search(within, text, re.DOTALL | re.IGNORECASE) is not None
    assert word_glob(pattern)(text) == expected


def test_many_stars_cost_no_backtracking() -> None:
    assert not whole_glob("*a" * 30 + "*b")("a" * 60_000)
    assert not word_glob("*a" * 30 + "*b")("a" * 60_000)


def test_examples_of_the_specification() -> None:
    assert all(whole_glob("lunc?*")(text) for text in ("Lunch plans", "LUNCH"))
    assert not any(whole_glob("lunc?*")(text) for text in (" lunch", "lunc"))
    body = word_glob("ex*ple")
    assert all(map(body, ("An example event.", "exple", "An exciting triple-whammy")))
    assert parse_path(r"content.m\.relates_to.rel_type") == ("content", "m.relates_to", "rel_type")
    assert parse_path(r"content.m\\foo.\x") == ("content", "m\\foo", "\\x")


# --- conditions ----------------------------------------------------------------------


def test_event_match_wants_a_string() -> None:
    condition = {"kind": "event_match", "key": "content.topic", "pattern": "*"}
    assert holds(condition, content={"topic": ""})
    assert not any(holds(condition, content=c) for c in ({}, {"topic": None}, {"topic": 1}))
    body = {"kind": "event_match", "key": "content.body", "pattern": "pie"}
    assert holds(body, content={"body": "a pie."})
    assert not holds(body, content={"body": "magpie"})


PLAIN = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "true", "1"])


@given(PLAIN, PLAIN)
def test_properties_are_compared_with_their_types(wanted: Any, found: Any) -> None:
    same = type(wanted) is type(found) and wanted == found
    condition = {"kind": "event_property_is", "key": "content.x", "value": wanted}
    assert holds(condition, content={"x": found}) == same
    contains = {**condition, "kind": "event_property_contains"}
    assert holds(contains, content={"x": [[], {}, found]}) == same
    assert not holds(condition)
    assert not holds(contains, content={"x": found})


def test_other_conditions() -> None:
    name = {"kind": "contains_display_name"}
    assert holds(name, content={"body": "hey bob the builder!"})
    assert not holds(name, content={"body": "bob the builders"})
    assert not holds(name, Viewer("@bob:x", None), content={"body": "None"})
    for text, members, expected in (
        ("2", 2, True),
        ("==2", 3, False),
        ("<3", 2, True),
        (">3", 3, False),
        (">=3", 3, True),
        ("<=2", 3, False),
        ("many", 2, False),
        ("-1", 2, False),
    ):
        assert holds({"kind": "room_member_count", "is": text}, members=members) is expected
    power = {"kind": "sender_notification_permission", "key": "room"}
    assert holds(power, may=True)
    assert not holds(power, may=False)
    assert not holds({**power, "key": "other"}, may=True)


@given(
    st.recursive(
        PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner)
    )
)
def test_unknown_and_malformed_conditions_never_match(junk: Any) -> None:
    assert not holds(junk) if not isinstance(junk, dict) else not holds({**junk, "kind": "no"})
    kinds = ("event_match", "event_property_is", "room_member_count", "event_property_contains")
    assert not any(holds({"kind": kind, "key": junk, "is": junk}) for kind in kinds)


def test_actions() -> None:
    told = read_actions(["notify", "coalesce", {"set_tweak": "highlight"}, {"x": 1}])
    assert (told.notify, told.highlight) == (True, True)
    assert told.actions == ("notify", {"set_tweak": "highlight"}, {"x": 1})
    assert read_actions(["dont_notify"]) == SILENT
    off = read_actions(["notify", {"set_tweak": "highlight", "value": False}])
    assert (off.notify, off.highlight) == (True, False)


# --- predefined rules ----------------------------------------------------------------


def outcome(choices: Choices = UNCHANGED, viewer: Viewer = BOB, **given_: Any) -> tuple[bool, bool]:
    found = facts(**given_)
    event_type: str = found.get(("type",))
    told = compile_rules(choices, "!r:x").evaluate(event_type, found, viewer)
    return told.notify, told.highlight


def test_the_predefined_rules() -> None:
    mention = {"m.mentions": {"user_ids": ["@bob:x"]}}
    room = {"m.mentions": {"room": True}}
    edit = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$1"}}
    invite: dict[str, Any] = {"type": "m.room.member", "content": {"membership": "invite"}}
    assert outcome() == (True, False)
    assert outcome(type="m.room.encrypted") == (True, False)
    assert outcome(type="m.call.invite") == (True, False)
    assert outcome(type="m.reaction") == outcome(type="org.example") == (False, False)
    assert outcome(content={"msgtype": "m.notice"}) == (False, False)
    assert outcome(content=edit) == (False, False)
    assert outcome(content=edit | mention) == (True, True)
    assert outcome(content=mention) == (True, True)
    assert outcome(viewer=ANYONE, content=mention) == (True, False)
    assert outcome(content=room) == (True, False)
    assert outcome(content=room, may=True) == (True, True)
    assert outcome(**invite, state_key="@bob:x") == (True, False)
    assert outcome(**invite, state_key="@carol:x") == (False, False)
    assert outcome(type="m.room.tombstone", state_key="") == (True, True)
    assert outcome(type="m.room.tombstone") == (False, False)


KINDS = st.sampled_from(["m.text", "m.image", "m.notice", "M.NOTICE", "m.other", "", None, 1])


@given(
    st.sampled_from(["m.room.message", "m.room.encrypted", "m.reaction", "m.room.name"]),
    st.fixed_dictionaries(
        {},
        optional={
            "msgtype": KINDS,
            "m.mentions": st.sampled_from([{}, None, {"room": True}, {"user_ids": ["@bob:x"]}]),
            "m.relates_to": st.sampled_from([{}, {"rel_type": "m.replace"}]),
            "org.depesha.urgent": st.sampled_from([{}, {"a": 1}, None, True]),
        },
    ),
    st.booleans(),
)
def test_a_plain_message_is_what_the_rules_make_of_it(
    event_type: str, content: Any, may: bool
) -> None:
    event = Event("$e", "!r:x", event_type, None, "@a:x", 0, content, 1, (), (), None, b"", V12)
    if is_plain(event):
        for viewer in (ANYONE, BOB):
            assert (
                outcome(viewer=viewer, type=event_type, content=content, may=may)
                == (PLAIN_WEIGHT[:2])
            )


@given(st.text(max_size=3), st.text(max_size=3))
def test_nobody_in_general_is_ever_named(named: str, state_key: str) -> None:
    if "\0" in named + state_key:
        return
    mention = {"m.mentions": {"user_ids": [named]}, "membership": "invite"}
    told = outcome(viewer=ANYONE, type="m.room.member", state_key=state_key, content=mention)
    assert told == (False, False)


def test_no_rule_of_ones_own_silences_what_is_urgent() -> None:
    mute = {"rule_id": "!r:x", "enabled": True, "actions": [], "conditions": []}
    choices = Choices({"override": (mute,)}, {".m.rule.master": {"enabled": True}})
    urgent: Any = {"msgtype": "m.notice", "org.depesha.urgent": {}}
    for event_type in ("m.room.message", "m.room.encrypted"):
        assert outcome(choices, type=event_type, content=urgent) == (True, True)
    assert outcome(choices, type="m.reaction", content=urgent) == (False, False)
    assert outcome(choices, content={"org.depesha.urgent": []}) == (False, False)


def test_master_silences_all() -> None:
    off = change_rule(UNCHANGED, "override", ".m.rule.master", "@bob:x", "enabled", True)
    assert outcome(off, content={"m.mentions": {"user_ids": ["@bob:x"]}}) == (False, False)
    assert hears_of(compile_rules(off, "")) is Hears.NOTHING


# --- rules of one's own --------------------------------------------------------------


def _rule(rule_id: str, *actions: Any, **fields: Any) -> dict[str, Any]:
    return {
        "rule_id": rule_id,
        "default": False,
        "enabled": True,
        "actions": list(actions),
        **fields,
    }


def _muted(room_id: str) -> Choices:
    return put_rule(UNCHANGED, "room", _rule(room_id), None, None)


def test_rules_of_other_rooms_leave_the_shared_ruleset() -> None:
    assert compile_rules(_muted("!other:x"), "!r:x") is compile_rules(_muted("!third:x"), "!r:x")
    assert outcome(_muted("!other:x")) == (True, False)
    assert outcome(_muted("!r:x")) == (False, False)
    assert hears_of(compile_rules(_muted("!r:x"), "!r:x")) is Hears.HIGHLIGHTS
    assert hears_of(compile_rules(_muted("!r:x"), "")) is Hears.EVERYTHING


def test_kinds_are_checked_in_their_order() -> None:
    loud = {"set_tweak": "highlight"}
    choices = put_rule(_muted("!r:x"), "sender", _rule("@alice:x", "notify", loud), None, None)
    assert outcome(choices) == (False, False)
    assert outcome(choices, room_id="!r:x", sender="@carol:x") == (False, False)
    choices = put_rule(choices, "content", _rule("p", "notify", pattern="pie"), None, None)
    assert outcome(choices, content={"body": "pie"}) == (True, False)
    sender = put_rule(UNCHANGED, "sender", _rule("@alice:x", "notify", loud), None, None)
    assert outcome(sender) == (True, True)
    assert outcome(sender, sender="@carol:x") == (True, False)


IDS = st.sampled_from("abcd")
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "delete", "enable"]), IDS, st.none() | IDS, st.none() | IDS),
    max_size=12,
)


@given(STEPS)
def test_the_order_of_rules_is_as_asked(steps: list[Any]) -> None:
    choices, order = UNCHANGED, list[str]()
    for act, rule_id, before, after in steps:
        try:
            if act == "put":
                rule = _rule(rule_id, pattern=rule_id)
                choices = put_rule(choices, "content", rule, before, after)
            elif act == "delete":
                choices = delete_rule(choices, "content", rule_id)
            else:
                choices = change_rule(choices, "content", rule_id, "@bob:x", "enabled", False)
        except MatrixError as error:
            others = set(order) - {rule_id}
            neighbour = before if before is not None else after
            missing = neighbour not in others if act == "put" else rule_id not in order
            if not missing:
                raise AssertionError(steps) from error
            continue
        _follow(order, act, rule_id, before, after)
        found = [rule["rule_id"] for rule in all_rules(choices, "@bob:x")["content"]]
        assert found == order
        assert load_choices(dump_choices(choices)) == choices


def _follow(order: list[str], act: str, rule_id: str, before: Any, after: Any) -> None:
    """The same step on a plain list."""
    place = order.index(rule_id) if rule_id in order else 0
    if act == "enable":
        return
    if rule_id in order:
        order.remove(rule_id)
    if act == "put":
        if before is not None:
            place = order.index(before)
        elif after is not None:
            place = order.index(after) + 1
        order.insert(place, rule_id)


@pytest.mark.parametrize("glob", [whole_glob, word_glob])
def test_only_short_patterns_are_remembered(glob: Callable[[str], Callable[[str], bool]]) -> None:
    """Thousands of long ones, which anybody may write, would fill the memory."""
    assert glob("a*b" + "x" * 10) is glob("a*b" + "x" * 10)
    long = "a*b" + "x" * KEPT
    assert glob(long) is not glob(long)
    assert glob(long)("a, b" + "x" * KEPT)
