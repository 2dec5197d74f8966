"""Properties of the decisions about rooms."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from depesha.base.canonical import Content
from depesha.base.errors import MatrixError
from depesha.events.event import ROOM_VERSIONS, Draft
from depesha.rooms.levels import carried_levels, quiet_levels
from depesha.rooms.rules import (
    Outside,
    allowed_rooms,
    check_state,
    child_order,
    creation_content,
    is_child,
    listed_aliases,
    may_preview,
    moved_direct_rooms,
    plain_topic,
    without_alias,
)

json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=3), each),
    max_leaves=6,
)
versions = st.sampled_from(list(ROOM_VERSIONS.values()))
room_ids = st.sampled_from(["!a", "!b", "!c"])
users = st.sampled_from([f"@{name}:x.test" for name in "abcd"])
rules = st.sampled_from(
    ["public", "invite", "private", "knock", "restricted", "knock_restricted", "odd"]
)
memberships = st.sampled_from(["join", "invite", "knock", "leave", "ban"])


@st.composite
def outsides(draw: st.DrawFn) -> Outside:
    allow = [
        {"type": draw(st.sampled_from(["m.room_membership", "odd"])), "room_id": draw(room_ids)}
        for _ in range(draw(st.integers(0, 3)))
    ]
    return Outside(
        {"join_rule": draw(rules), "allow": allow},
        draw(st.booleans()),
        draw(versions),
        draw(memberships),
        draw(st.frozensets(room_ids)),
    )


@given(outsides())
def test_the_banned_look_into_nothing_and_members_into_all(outside: Outside) -> None:
    assert not may_preview(replace(outside, membership="ban"))
    assert may_preview(replace(outside, membership="join"))


@given(outsides(), room_ids)
def test_more_rooms_of_one_s_own_never_hide_a_room(outside: Outside, room_id: str) -> None:
    if may_preview(outside):
        assert may_preview(replace(outside, joined={*outside.joined, room_id}))


@given(outsides())
def test_other_rooms_count_only_where_a_rule_names_them(outside: Outside) -> None:
    alone = replace(outside, joined=frozenset())
    if may_preview(outside) and not may_preview(alone):
        named = allowed_rooms(outside.join_rules, outside.version)
        assert set(outside.joined) & set(named)
        assert outside.join_rules["join_rule"] in {"restricted", "knock_restricted"}


@given(st.dictionaries(st.sampled_from(["join_rule", "allow"]), json), versions)
def test_any_join_rules_can_be_read(content: Content, version: object) -> None:
    assert isinstance(version, type(ROOM_VERSIONS["12"]))
    assert isinstance(allowed_rooms(content, version), list)


@given(st.dictionaries(st.sampled_from(["topic", "m.topic"]), json))
def test_any_topic_can_be_read(content: Content) -> None:
    topic = plain_topic(content)
    assert topic is None or topic


def test_topics() -> None:
    html = {"mimetype": "text/html", "body": "<b>a</b>"}
    plain = {"mimetype": "text/plain", "body": "a"}
    for content, topic in (
        ({"topic": "a"}, "a"),
        ({"topic": ""}, None),
        ({"topic": "old", "m.topic": {"m.text": [html, plain]}}, "a"),
        ({"topic": "old", "m.topic": {"m.text": [{"body": "b"}]}}, "b"),
        ({"topic": "old", "m.topic": {"m.text": [html]}}, "old"),
        ({"topic": "old", "m.topic": "odd"}, "old"),
        ({"topic": 5}, None),
    ):
        assert plain_topic(content) == topic


# State


def _status(draft: Draft) -> int:
    """The status by which state is refused, or 200."""
    try:
        check_state(draft)
    except MatrixError as error:
        return error.status
    return 200


@given(
    st.sampled_from(["m.room.server_acl", "m.room.encryption", "m.room.member", "m.room.create"]),
    st.sampled_from(["", "@a:x.test"]),
    st.dictionaries(st.sampled_from(["allow", "deny", "algorithm", "membership"]), json),
)
def test_any_state_is_taken_or_refused(kind: str, key: str, content: Content) -> None:
    assert _status(Draft(kind, content, "@a:x.test", "!a", key)) in {200, 400, 403}


@given(st.text("a*?.", max_size=30), st.sampled_from(["a.a:8448", "aaa", "a.b"]))
def test_patterns_of_servers_are_matched_in_no_time(pattern: str, server: str) -> None:
    draft = Draft("m.room.server_acl", {"allow": [pattern]}, f"@u:{server}", "!a", "")
    is_allowed = _status(draft) == 200
    if set(pattern) <= {"*"} and pattern:
        assert is_allowed
    if pattern == server.partition(":")[0]:
        assert is_allowed


@given(st.dictionaries(st.sampled_from(["alias", "alt_aliases", "more"]), json))
def test_any_canonical_alias_is_read_or_refused(content: Content) -> None:
    try:
        found = listed_aliases(content)
    except MatrixError:
        return
    for alias in found:
        cleaned = without_alias(content, alias)
        assert cleaned is not None
        assert alias not in listed_aliases(cleaned)


# Spaces


class _Child:
    def __init__(self, state_key: str, content: Content, ts: int) -> None:
        self.state_key, self.content, self.origin_server_ts = state_key, content, ts


children = st.builds(
    _Child,
    st.sampled_from(["!a", "!b", "!c:x.test", "odd"]),
    st.dictionaries(
        st.sampled_from(["order", "via"]),
        st.text(st.characters(max_codepoint=0x90), max_size=60) | json | st.just(["x.test"]),
    ),
    st.integers(0, 3),
)


@given(st.lists(children, max_size=8))
def test_children_have_one_order(found: list[_Child]) -> None:
    ranked = sorted(found, key=child_order)
    valid = [not child_order(each)[0] for each in ranked]
    assert valid == sorted(valid, reverse=True)
    for each in found:
        assert not is_child(each) or each.content["via"]


# Creation and upgrades


@given(st.dictionaries(st.sampled_from(["creator", "room_version", "type"]), json), versions, users)
def test_the_server_says_who_creates_what(content: Content, version: object, user: str) -> None:
    assert isinstance(version, type(ROOM_VERSIONS["12"]))
    made = creation_content(content, user, version, ["@d:x.test"])
    assert made["room_version"] == version.id
    assert made.get("creator") == (None if version.sender_is_creator else user)
    assert made.get("type") == content.get("type")
    others = made.get("additional_creators", [])
    assert user not in others
    assert (others == ["@d:x.test"]) is (version.privileged_creators and user != "@d:x.test")


levels = st.integers(-5, 200) | st.sampled_from(["50", " 7 "])
tables = st.dictionaries(st.sampled_from(["m.room.tombstone", "m.room.name", "a"]), levels)


@st.composite
def power_levels(draw: st.DrawFn) -> Content:
    content: Content = draw(
        st.dictionaries(st.sampled_from(["ban", "state_default", "users_default"]), levels)
    )
    for name, table in (("events", tables), ("users", st.dictionaries(users, levels))):
        if draw(st.booleans()):
            content[name] = draw(table)
    return content


@given(power_levels(), versions, versions, st.lists(users, max_size=2), users)
def test_levels_of_a_replacement_fit_its_version(
    content: Content, old: object, new: object, former: list[str], creator: str
) -> None:
    kind = type(ROOM_VERSIONS["12"])
    assert isinstance(old, kind)
    assert isinstance(new, kind)
    before = str(content)
    carried = carried_levels(content, old, new, former, [creator])
    assert str(content) == before
    assert all(type(level) is int for level in carried["users"].values())
    assert all(type(level) is int for level in carried.get("events", {}).values())
    if new.privileged_creators:
        assert creator not in carried["users"]
        default = carried.get("state_default", 50)
        assert carried["events"]["m.room.tombstone"] > default
    elif old.privileged_creators:
        needed = [*carried.get("events", {}).values(), *carried["users"].values()]
        assert carried["users"][creator] >= max(100, *needed)
    if not old.integer_levels or not old.privileged_creators:
        return
    for user, level in content.get("users", {}).items():
        if user not in {creator, *former} and type(level) is int:
            assert carried["users"][user] == level


@given(power_levels(), versions)
def test_nobody_without_power_writes_into_the_old_room(content: Content, version: object) -> None:
    assert isinstance(version, type(ROOM_VERSIONS["12"]))
    quiet = quiet_levels(content, version)
    default = content.get("users_default", 0)
    for name in ("events_default", "invite"):
        assert quiet[name] >= 50
        if type(default) is int:
            assert quiet[name] > default


@given(st.dictionaries(users, st.lists(room_ids, unique=True) | json), room_ids)
def test_direct_chats_move_once(direct: Content, old: str) -> None:
    moved = moved_direct_rooms(direct, old, "!new")
    if moved is not None:
        assert moved_direct_rooms(moved, old, "!new") is None
        assert set(moved) == set(direct)
