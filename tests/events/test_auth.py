"""The authorisation rules: for every rule what it allows and what it refuses, by room version.

Numbers are those of room version 12, "Authorisation rules".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from depesha.base.canonical import Content, Json
from depesha.events.auth import (
    auth_keys,
    check_auth,
    check_auth_events,
    may_redact,
    signing_servers,
    state_of,
)
from depesha.events.event import ROOM_VERSIONS, Event, RoomVersion
from depesha.events.sign import Signer, encode_base64, encode_url_base64, sign_json
from tests.events.rooms import ALICE, BOB, CAROL, DAVE, VERSIONS, Room, create_room, levels

MEMBERSHIPS = {ALICE: "join", BOB: "join", CAROL: "join"}
IDENTITY = Signer("identity", "ed25519:0", b"i" * 32)


@dataclass
class Setup:
    """A room: Alice its creator, Bob with power 50 and Carol with none; all joined."""

    join_rule: str | None = "invite"
    members: dict[str, str] = field(default_factory=dict)
    levels: Content | None = field(default_factory=dict)
    create: Content = field(default_factory=dict)
    third_party: Content | None = None

    def room(self, version: RoomVersion) -> Room:
        room = create_room(version, **self.create)
        for user, membership in {**MEMBERSHIPS, **self.members}.items():
            room.member(user, membership)
        if self.levels is not None:
            room.put("m.room.power_levels", levels(version, **self.levels))
        if self.join_rule is not None:
            room.put("m.room.join_rules", {"join_rule": self.join_rule})
        if self.third_party is not None:
            room.put("m.room.third_party_invite", self.third_party, BOB, "token")
        return room


@dataclass
class Case:
    rule: str
    versions: tuple[int, int]
    setup: Setup
    sender: str
    event: tuple[str, str | None, Content]
    """Type, state key and content."""
    refused: str | None = None
    """A part of the reason, or None when the event is allowed."""

    def __str__(self) -> str:
        verdict = "allowed" if self.refused is None else "refused"
        return f"{self.rule}-{verdict}-{self.sender[1:]}-{self.event[2]}"


PLAIN = Setup()


def message(rule, sender, refused=None, setup=PLAIN, versions=(3, 12), type="m.room.message"):
    return Case(rule, versions, setup, sender, (type, None, {}), refused)


def state(rule, sender, type, key, refused=None, setup=PLAIN, versions=(3, 12), **content):
    return Case(rule, versions, setup, sender, (type, key, content), refused)


def member(
    rule, sender, target, membership, refused=None, setup=PLAIN, versions=(3, 12), **content
):
    content["membership"] = membership
    return Case(rule, versions, setup, sender, ("m.room.member", target, content), refused)


def federation() -> Iterator[Case]:
    closed = Setup(create={"m.federate": False}, members={DAVE: "join"})
    yield message("4", CAROL, setup=closed)
    yield message("4", DAVE, "its own server", setup=closed)
    yield message("4", DAVE, setup=Setup(members={DAVE: "join"}))
    yield message("4", DAVE, setup=Setup(create={"m.federate": True}, members={DAVE: "join"}))


def aliases() -> Iterator[Case]:
    old = (3, 5)
    yield state("aliases", CAROL, "m.room.aliases", "here", versions=old)
    yield state("aliases", DAVE, "m.room.aliases", "there", versions=old)
    yield state("aliases", CAROL, "m.room.aliases", "there", "not your server", versions=old)
    yield message("aliases", CAROL, "not your server", versions=old, type="m.room.aliases")
    yield state("8", CAROL, "m.room.aliases", "here", "may not send", versions=(6, 12))
    yield state("8", BOB, "m.room.aliases", "there", versions=(6, 12))


def joins() -> Iterator[Case]:
    public = Setup("public", members={DAVE: "ban"})
    yield state("5.1", CAROL, "m.room.member", CAROL, "needs a state key and a membership")
    yield message("5.1", CAROL, "needs a state key", type="m.room.member")
    yield member("5.3.2", "@eve:here", "@eve:here", "join", setup=public)
    yield member("5.3.2", CAROL, "@eve:here", "join", "for another user", setup=public)
    yield member("5.3.3", DAVE, DAVE, "join", "banned", setup=public)
    for rule, first in (("invite", 3), ("knock", 7)):
        for membership in ("invite", "join", "knock", "leave"):
            if membership == "knock" and first < 7:
                continue
            setup = Setup(rule, members={DAVE: membership})
            refused = None if membership in ("invite", "join") else "not invited"
            yield member("5.3.4", DAVE, DAVE, "join", refused, setup, (first, 12))
    yield member("5.3.4", DAVE, DAVE, "join", "not invited", Setup(None))
    yield member("5.3.6", DAVE, DAVE, "join", setup=Setup("public"))
    for rule, first in (("knock", 7), ("restricted", 8), ("knock_restricted", 10)):
        setup = Setup(rule, members={DAVE: "invite"})
        yield member("5.3.7", DAVE, DAVE, "join", "lets nobody in", setup, (3, first - 1))
    for rule in ("private", "org.unknown"):
        yield member("5.3.7", CAROL, CAROL, "join", "lets nobody in", Setup(rule))


def restricted_joins() -> Iterator[Case]:
    for rule, first in (("restricted", 8), ("knock_restricted", 10)):
        versions = (first, 12)
        for membership in ("invite", "join"):
            setup = Setup(rule, members={DAVE: membership})
            yield member("5.3.5.1", DAVE, DAVE, "join", None, setup, versions)
        setup = Setup(rule, levels={"invite": 50}, members={"@eve:here": "leave"})
        yield member("5.3.5.2", DAVE, DAVE, "join", "not invited", setup, versions)
        for authoriser, refused in (
            (BOB, None),
            (ALICE, None),
            (CAROL, "not invited"),
            ("@eve:here", "not invited"),
            ("nobody", "is not a user id"),
            (1, "is not a user id"),
        ):
            content = {"join_authorised_via_users_server": authoriser}
            yield member("5.3.5.2", DAVE, DAVE, "join", refused, setup, versions, **content)
        banned = Setup(rule, members={DAVE: "ban"})
        content = {"join_authorised_via_users_server": BOB}
        yield member("5.3.3", DAVE, DAVE, "join", "banned", banned, versions, **content)
    content = {"join_authorised_via_users_server": BOB}
    yield member("5.3.4", DAVE, DAVE, "join", "not invited", PLAIN, **content)


def invites() -> Iterator[Case]:
    yield member("5.4.4", CAROL, DAVE, "invite")
    yield member("5.4.2", DAVE, "@eve:here", "invite", "You are not in the room")
    for membership in ("join", "ban"):
        setup = Setup(members={DAVE: membership})
        yield member("5.4.3", CAROL, DAVE, "invite", "already", setup)
    for membership in ("leave", "invite", "knock"):
        yield member("5.4.3", CAROL, DAVE, "invite", None, Setup(members={DAVE: membership}))
    guarded = Setup(levels={"invite": 50})
    yield member("5.4.4", BOB, DAVE, "invite", setup=guarded)
    yield member("5.4.5", CAROL, DAVE, "invite", "may not invite", setup=guarded)


def leaving() -> Iterator[Case]:
    for membership, first in (("join", 3), ("invite", 3), ("knock", 7)):
        setup = Setup(members={DAVE: membership})
        yield member("5.5.1", DAVE, DAVE, "leave", None, setup, (first, 12))
    yield member("5.5.1", DAVE, DAVE, "leave", "not in", Setup(members={DAVE: "knock"}), (3, 6))
    yield member("5.5.1", DAVE, DAVE, "leave", "not in")
    yield member("5.5.1", DAVE, DAVE, "leave", "not in", Setup(members={DAVE: "ban"}))
    yield member("5.5.2", DAVE, CAROL, "leave", "not in")
    yield member("5.5.4", BOB, CAROL, "leave")
    yield member("5.5.4", CAROL, DAVE, "leave", "may not remove")
    equals = Setup(levels={"users": {CAROL: 50}})
    yield member("5.5.4", BOB, CAROL, "leave", "may not remove", equals)
    yield member("5.5.4", BOB, ALICE, "leave", "may not remove")
    yield member("5.5.4", ALICE, BOB, "leave")
    for kick, refused in ((50, None), (51, "may not remove")):
        yield member("5.5.4", BOB, CAROL, "leave", refused, Setup(levels={"kick": kick}))
    for ban, refused in ((50, None), (51, "may not unban")):
        setup = Setup(levels={"ban": ban}, members={DAVE: "ban"})
        yield member("5.5.3", BOB, DAVE, "leave", refused, setup)


def bans() -> Iterator[Case]:
    yield member("5.6.2", BOB, CAROL, "ban")
    yield member("5.6.2", BOB, DAVE, "ban")
    yield member("5.6.1", DAVE, CAROL, "ban", "not in")
    yield member("5.6.3", CAROL, DAVE, "ban", "may not ban")
    yield member("5.6.3", BOB, ALICE, "ban", "may not ban")
    yield member("5.6.3", BOB, CAROL, "ban", "may not", Setup(levels={"users": {CAROL: 50}}))
    for ban, refused in ((50, None), (51, "may not ban")):
        yield member("5.6.2", BOB, CAROL, "ban", refused, Setup(levels={"ban": ban}))


def knocks() -> Iterator[Case]:
    for rule, first in (("knock", 7), ("knock_restricted", 10)):
        versions = (first, 12)
        yield member("5.7.3", DAVE, DAVE, "knock", None, Setup(rule), versions)
        yield member("5.7.2", CAROL, DAVE, "knock", "for another", Setup(rule), versions)
        for membership in ("ban", "invite", "join"):
            setup = Setup(rule, members={DAVE: membership})
            yield member("5.7.3", DAVE, DAVE, "knock", "in the room", setup, versions)
        again = Setup(rule, members={DAVE: "knock"})
        yield member("5.7.3", DAVE, DAVE, "knock", None, again, versions)
    for other in ("invite", "public", "restricted", None):
        yield member("5.7.1", DAVE, DAVE, "knock", "no knocks", Setup(other), (7, 12))
    yield member("5.7.1", DAVE, DAVE, "knock", "no knocks", Setup("knock_restricted"), (7, 9))
    yield member("5.8", DAVE, DAVE, "knock", "not a membership", Setup("knock"), (3, 6))
    yield member("5.8", CAROL, CAROL, "org.dance", "not a membership")


def sending() -> Iterator[Case]:
    yield message("6", CAROL)
    yield message("6", DAVE, "not in the room")
    for membership in ("invite", "knock", "leave", "ban"):
        yield message("6", DAVE, "not in the room", Setup(members={DAVE: membership}))
    invite = "m.room.third_party_invite"
    for level, refused in ((0, None), (1, "may not invite")):
        yield state("7", CAROL, invite, "token", refused, Setup(levels={"invite": level}))
    yield message("8", CAROL, "may not send m.room.message", Setup(levels={"events_default": 1}))
    yield message("8", BOB, setup=Setup(levels={"events_default": 50}))
    own = {"events": {"m.room.message": 10}, "users": {CAROL: 10}}
    yield message("8", CAROL, setup=Setup(levels=own))
    yield message("8", CAROL, "may not", Setup(levels={**own, "users": {CAROL: 9}}))
    yield message("8", CAROL, setup=Setup(levels={"events_default": 1, "users_default": 1}))
    yield state("8", BOB, "m.room.name", "")
    yield state("8", CAROL, "m.room.name", "", "may not send m.room.name")
    yield state("8", CAROL, "m.room.name", "", setup=Setup(levels={"state_default": 0}))
    yield state("8", BOB, "m.room.name", "", "may not", Setup(levels={"state_default": 51}))
    yield state("8", CAROL, "m.room.name", "", setup=Setup(levels={"events": {"m.room.name": 0}}))
    yield state("9", BOB, "org.status", BOB)
    yield state("9", BOB, "org.status", "not@first")
    yield state("9", BOB, "org.status", CAROL, "id of another user")
    yield state("9", ALICE, "org.status", "@", "id of another user")


def without_levels() -> Iterator[Case]:
    """Spec: client-server API, `m.room.power_levels`: the defaults where the event is missing."""
    bare = Setup(levels=None)
    yield state("8", ALICE, "m.room.name", "", setup=bare)
    yield state("8", BOB, "m.room.name", "", "may not", setup=bare)
    yield message("8", BOB, setup=bare)
    yield member("5.4.4", BOB, DAVE, "invite", setup=bare)
    yield member("5.5.4", ALICE, BOB, "leave", setup=bare)
    yield member("5.5.4", BOB, CAROL, "leave", "may not remove", setup=bare)
    yield member("5.6.2", ALICE, BOB, "ban", setup=bare)
    first = state("10.5", ALICE, "m.room.power_levels", "", setup=bare, users={BOB: 10**6})
    yield first
    text = {"users": {BOB: "no number"}}
    yield state("10.3", ALICE, "m.room.power_levels", "", "`users`", setup=bare, **text)


CASES = [
    *federation(),
    *aliases(),
    *joins(),
    *restricted_joins(),
    *invites(),
    *leaving(),
    *bans(),
    *knocks(),
    *sending(),
    *without_levels(),
]


def verdict(room: Room, event: Event) -> str | None:
    denied = check_auth(event, room.find, room.version)
    return None if denied is None else denied.reason


def assert_verdict(reason: str | None, refused: str | None) -> None:
    if refused is None:
        assert reason is None
    else:
        assert reason is not None
        assert refused in reason


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_rules(case: Case) -> None:
    for number in range(case.versions[0], case.versions[1] + 1):
        room = case.setup.room(ROOM_VERSIONS[str(number)])
        event_type, state_key, content = case.event
        event = room.build(event_type, content, case.sender, state_key)
        assert_verdict(verdict(room, event), case.refused)


def test_each_rule_has_both_verdicts() -> None:
    def rules(refused: bool) -> set[str]:
        return {case.rule.split(".")[0] for case in CASES if (case.refused is not None) is refused}

    assert rules(True) - {"10"} == rules(False) - {"10"}


# Rule 1.

each_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.id)


@each_version
def test_create_events(version: RoomVersion) -> None:
    room = create_room(version)
    create = room.current("m.room.create")
    empty = Room(version, room_id=room.room_id)
    whole = create.content

    def reason(content: Content, prev: tuple[str, ...] = (), sender: str = ALICE) -> str | None:
        return verdict(empty, empty.build("m.room.create", content, sender, "", prev=prev))

    assert reason(whole) is None
    assert_verdict(reason(whole, prev=("$before",)), "no previous events")  # 1.1
    other = None if version.hashed_room_id else "not of the creator's server"
    assert_verdict(reason(whole, sender=DAVE), other)  # 1.2
    for name in ("0", "org.unknown", 12, None):
        assert_verdict(reason({**whole, "room_version": name}), "not known")  # 1.3
    nameless = {key: value for key, value in whole.items() if key != "creator"}
    until_10 = "no `creator`" if int(version.id) <= 10 else None
    assert_verdict(reason(nameless), until_10)  # 1.4 until 10
    malformed: tuple[Json, ...] = ("text", {}, [1], ["bob"], ["@bob"], None)
    for extra in malformed:
        refused = "additional_creators" if version.privileged_creators else None
        assert_verdict(reason({**whole, "additional_creators": extra}), refused)  # 1.4
    assert reason({**whole, "additional_creators": [BOB, DAVE]}) is None


@each_version
def test_a_room_needs_its_create_event(version: RoomVersion) -> None:
    room = PLAIN.room(version)
    event = room.build("m.room.message", {}, CAROL)
    assert verdict(room, event) is None
    room.state.pop(("m.room.create", ""))
    assert_verdict(verdict(room, event), "does not exist")


def test_the_room_is_that_of_its_create_event() -> None:
    """Rule 2."""
    version = ROOM_VERSIONS["12"]
    room, other = PLAIN.room(version), Setup(create={"type": "m.space"}).room(version)
    assert room.room_id != other.room_id
    assert verdict(room, room.build("m.room.message", {}, CAROL)) is None
    assert_verdict(verdict(room, other.build("m.room.message", {}, CAROL)), "another room")


# Rule 3.


@each_version
def test_auth_events(version: RoomVersion) -> None:
    room = PLAIN.room(version)
    event = room.build("m.room.message", {}, CAROL)
    own = [room.events[event_id] for event_id in event.auth_events]

    def reason(auth_events, rejected=()) -> str | None:
        denied = check_auth_events(event, auth_events, version, rejected)
        return None if denied is None else denied.reason

    assert reason(own) is None
    assert_verdict(reason([*own, own[-1]]), "of one state key")  # 3.1
    rules = room.current("m.room.join_rules")
    assert_verdict(reason([*own, rules]), "does not authorise")  # 3.2
    create = room.current("m.room.create")
    if version.hashed_room_id:
        assert create not in own
        assert_verdict(reason([create, *own]), "does not authorise")  # 3.2
    else:
        assert create in own
        rest = [each for each in own if each is not create]
        assert_verdict(reason(rest), "no create event")  # 3.4
    assert_verdict(reason(own, {own[0].event_id}), "rejected")  # 3.3
    assert reason(own, {event.event_id}) is None
    foreign = Setup(create={"type": "m.space"}).room(version)
    foreign.room_id = foreign.room_id if version.hashed_room_id else "!other:here"
    levels_there = foreign.build("m.room.power_levels", {}, ALICE, "")
    assert_verdict(reason([*own[:-2], levels_there, own[-1]]), "another room")  # 3.5
    assert check_auth(event, state_of([*own, create]), version) is None
    assert check_auth_events(create, [], version) is None


MEMBER = "m.room.member"
POWER = ("m.room.power_levels", "")
RULES = ("m.room.join_rules", "")
TOKEN = ("m.room.third_party_invite", "t")
SENDER, TARGET, AUTHORISER = (MEMBER, CAROL), (MEMBER, DAVE), (MEMBER, BOB)


@pytest.mark.parametrize(
    ("event_type", "target", "content", "expected"),
    [
        ("m.room.message", None, {}, set()),
        ("m.room.name", "", {}, set()),
        (MEMBER, CAROL, {"membership": "join"}, {RULES}),
        (MEMBER, CAROL, {"membership": "knock"}, {RULES}),
        (MEMBER, CAROL, {"membership": "leave"}, set()),
        (MEMBER, DAVE, {"membership": "ban"}, {TARGET}),
        (MEMBER, DAVE, {"membership": "invite"}, {TARGET, RULES}),
        (
            MEMBER,
            DAVE,
            {"membership": "invite", "third_party_invite": {"signed": {"token": "t"}}},
            {TARGET, RULES, TOKEN},
        ),
        (
            MEMBER,
            CAROL,
            {"membership": "join", "join_authorised_via_users_server": BOB},
            {RULES, AUTHORISER},
        ),
    ],
)
@each_version
def test_auth_event_selection(
    version: RoomVersion, event_type: str, target: str | None, content: Content, expected: set
) -> None:
    """Spec: server-server API, "Auth events selection"."""
    keys = auth_keys(event_type, CAROL, target, content, version)
    wanted = {POWER, SENDER} | expected
    if not version.hashed_room_id:
        wanted |= {("m.room.create", "")}
    if int(version.id) < 8:
        wanted -= {AUTHORISER}
    assert set(keys) == wanted
    assert len(keys) == len(wanted)
    assert auth_keys("m.room.create", ALICE, "", {}, version) == ()


@pytest.mark.parametrize("invite", [None, 1, {}, {"signed": 1}, {"signed": {"token": 1}}])
def test_auth_event_selection_bears_any_content(invite: object) -> None:
    content = {"membership": "invite", "third_party_invite": invite}
    keys = auth_keys("m.room.member", CAROL, DAVE, content, ROOM_VERSIONS["12"])
    assert ("m.room.join_rules", "") in keys
    assert len(keys) == 4


# Rule 5.3.1 and 5.4.1.


@each_version
def test_the_creator_joins_first(version: RoomVersion) -> None:
    room = create_room(version)
    create = room.current("m.room.create")
    join: Content = {"membership": "join"}
    for user, prev, refused in (
        (ALICE, (create.event_id,), None),
        (BOB, (create.event_id,), "not invited"),
        (ALICE, ("$other",), "not invited"),
        (ALICE, (create.event_id, "$other"), "not invited"),
        (ALICE, (), "not invited"),
    ):
        assert_verdict(
            verdict(room, room.build("m.room.member", join, user, user, prev=prev)), refused
        )


def test_an_additional_creator_does_not_join_first() -> None:
    room = create_room(ROOM_VERSIONS["12"], additional_creators=[BOB])
    create = room.current("m.room.create")
    join = room.build("m.room.member", {"membership": "join"}, BOB, BOB, prev=(create.event_id,))
    assert_verdict(verdict(room, join), "not invited")


SIGNED = {"mxid": DAVE, "token": "token"}
SIGNATURE = sign_json(SIGNED, IDENTITY)["signatures"]["identity"]["ed25519:0"]
KEY = encode_base64(IDENTITY.public_key)
OTHER_KEY = encode_base64(b"o" * 32)


@pytest.mark.parametrize(
    "names_key",
    [
        {"public_key": KEY},
        {"public_key": encode_url_base64(IDENTITY.public_key)},
        {"public_key": OTHER_KEY, "public_keys": [{"public_key": OTHER_KEY}, {"public_key": KEY}]},
        {"public_keys": [1, {}, {"public_key": KEY}]},
    ],
)
def test_third_party_invites_are_allowed_by_signature(names_key: Content) -> None:
    for version in VERSIONS:
        room = Setup(third_party=names_key).room(version)
        content = {
            "membership": "invite",
            "third_party_invite": {"signed": sign_json(SIGNED, IDENTITY)},
        }
        assert verdict(room, room.build("m.room.member", content, BOB, DAVE)) is None


@pytest.mark.parametrize(
    ("rule", "changes", "refused"),
    [
        ("5.4.1.1", {"setup": {"members": {DAVE: "ban"}}}, "banned"),
        ("5.4.1.2", {"signed": None}, "not signed"),
        ("5.4.1.3", {"signed": {"mxid": DAVE}}, "not signed"),
        ("5.4.1.3", {"signed": {"token": "token"}}, "for another user"),
        ("5.4.1.4", {"signed": {**SIGNED, "mxid": CAROL}}, "for another user"),
        ("5.4.1.5", {"signed": {**SIGNED, "token": "other"}}, "no such"),
        ("5.4.1.6", {"sender": ALICE}, "made by another user"),
        ("5.4.1.8", {"setup": {"third_party": {"public_key": OTHER_KEY}}}, "signed by no key"),
        ("5.4.1.8", {"setup": {"third_party": {}}}, "signed by no key"),
        ("5.4.1.8", {"setup": {"third_party": {"public_key": 1, "public_keys": 1}}}, "by no key"),
        ("5.4.1.8", {"signed": {**SIGNED, "signatures": {"identity": 1}}}, "signed by no key"),
        ("5.4.1.8", {"signed": SIGNED}, "signed by no key"),
        ("5.4.1.8", {"signed": {**SIGNED, "signatures": {"i": {"x:0": SIGNATURE}}}}, "by no key"),
        ("5.4.1.8", {"signed": {**SIGNED, "signatures": {"i": {"ed25519:0": 1}}}}, "by no key"),
    ],
)
def test_third_party_invites_are_refused(rule: str, changes: dict, refused: str) -> None:
    for version in VERSIONS:
        room = Setup(**{"third_party": {"public_key": KEY}, **changes.get("setup", {})}).room(
            version
        )
        signed = changes.get("signed", sign_json(SIGNED, IDENTITY))
        if isinstance(signed, dict) and refused not in ("signed by no key", "by no key"):
            signed = sign_json(signed, IDENTITY)
        content = {"membership": "invite", "third_party_invite": {"signed": signed}}
        event = room.build("m.room.member", content, changes.get("sender", BOB), DAVE)
        assert_verdict(verdict(room, event), refused)


# Rule 10.

GIVEN: Content = {"ban": 50, "events": {"m.a": 50, "m.b": 51}, "notifications": {"room": 50}}


def change(sender: str, version: RoomVersion, refused: str | None, **changes: object) -> None:
    """The verdict on power levels that differ in this from those of the room, where C has 10."""
    room = Setup(
        levels={
            **GIVEN,
            "users": {CAROL: 10},
            "events": {**GIVEN["events"], "m.room.power_levels": 0},
        }
    ).room(version)
    current = room.current("m.room.power_levels")
    new = dict(current.content)
    for name, value in changes.items():
        new[name] = {**new.get(name, {}), **value} if isinstance(value, dict) else value
        if isinstance(value, dict):
            new[name] = {key: each for key, each in new[name].items() if each is not None}
        elif value is None:
            del new[name]
    event = room.build("m.room.power_levels", new, sender, "")
    assert_verdict(verdict(room, event), refused)


@each_version
def test_power_levels_may_change_up_to_ones_own(version: RoomVersion) -> None:
    change(CAROL, version, None)
    for name, below, own, above in (
        ("users_default", 0, 50, 51),
        ("events_default", 0, 50, 51),
        ("state_default", 0, 50, 51),
        ("redact", 0, 50, 51),
        ("kick", 0, 50, 51),
        ("invite", 0, 50, 51),
    ):  # 10.6, added
        change(BOB, version, None, **{name: below})
        change(BOB, version, None, **{name: own})
        change(BOB, version, f"the level of {name}", **{name: above})
    change(BOB, version, None, ban=10)  # 10.6, changed and removed
    change(BOB, version, None, ban=None)
    change(CAROL, version, "the level of ban", ban=10)
    change(CAROL, version, "the level of ban", ban=None)


@each_version
def test_levels_of_events_and_notifications(version: RoomVersion) -> None:
    change(BOB, version, None, events={"m.a": 10, "m.c": 50})  # 10.7, 10.8
    change(BOB, version, None, events={"m.a": None})
    change(BOB, version, "the level of m.b", events={"m.b": 10})
    change(BOB, version, "the level of m.b", events={"m.b": None})
    change(BOB, version, "the level of m.c", events={"m.c": 51})
    change(ALICE, version, None, events={"m.b": None, "m.c": 100})
    from_6 = "the level of room" if int(version.id) >= 6 else None
    change(CAROL, version, from_6, notifications={"room": 10})
    change(CAROL, version, from_6, notifications={"room": None})
    change(BOB, version, None, notifications={"room": 10})
    change(BOB, version, from_6, notifications={"room": 51})


@each_version
def test_power_of_users(version: RoomVersion) -> None:
    change(BOB, version, None, users={CAROL: 50, DAVE: 50})  # 10.10
    change(BOB, version, "the power of @carol", users={CAROL: 51})
    change(BOB, version, "the power of @dave", users={DAVE: 51})
    change(BOB, version, None, users={CAROL: None})  # 10.9
    change(BOB, version, None, users={BOB: 49})
    change(BOB, version, None, users={BOB: None})
    change(BOB, version, "the power of @bob", users={BOB: 51})
    change(CAROL, version, "the power of @bob", users={BOB: 9})
    change(ALICE, version, None, users={BOB: 100, CAROL: 100})
    if not version.privileged_creators:
        change(BOB, version, "the power of @alice", users={ALICE: None})
        change(ALICE, version, "the power of @bob", users={BOB: 101})
        change(ALICE, version, None, users={ALICE: None})


@each_version
def test_nobody_demotes_an_equal(version: RoomVersion) -> None:
    """Rule 10.9."""
    room = Setup(levels={"users": {CAROL: 50}}).room(version)
    current = room.current("m.room.power_levels")
    users = current.content["users"]
    own = {"users": {**users, BOB: 49}}
    assert verdict(room, room.build("m.room.power_levels", own, BOB, "")) is None
    equal = {"users": {**users, CAROL: 49}}
    refused = "the power of @carol"
    assert_verdict(verdict(room, room.build("m.room.power_levels", equal, BOB, "")), refused)


def test_creators_have_no_power_to_set() -> None:
    """Rule 10.4, and the note on creators: infinite power, which nobody takes."""
    for version in VERSIONS:
        room = Setup(create={"additional_creators": [CAROL]}).room(version)
        for user in (ALICE, CAROL):
            content = levels(version, users={user: 100})
            refused = "power of a creator" if version.privileged_creators else None
            event = room.build("m.room.power_levels", content, ALICE, "")
            assert_verdict(verdict(room, event), refused)
        big = levels(version, users={BOB: 2**53 - 1})
        refused = None if version.privileged_creators else "the power of @bob"
        assert_verdict(verdict(room, room.build("m.room.power_levels", big, ALICE, "")), refused)
        assert_verdict(
            verdict(room, room.build("m.room.member", {"membership": "ban"}, BOB, CAROL)),
            "may not ban" if version.privileged_creators else None,
        )
        kick = room.build("m.room.member", {"membership": "leave"}, ALICE, CAROL)
        assert_verdict(
            verdict(room, kick), "may not remove" if version.privileged_creators else None
        )


@pytest.mark.parametrize(
    ("content", "first", "refused"),
    [
        ({"ban": "50"}, 10, "`ban` is not an integer"),
        ({"invite": None}, 10, "`invite` is not an integer"),
        ({"kick": True}, 10, "`kick` is not an integer"),
        ({"events": []}, 10, "`events` is not an object"),
        ({"events": {"m.a": "1"}}, 10, "`events` is not an object"),
        ({"notifications": {"room": None}}, 10, "`notifications` is not an object"),
        ({"users": {CAROL: "10"}}, 10, "`users`"),
        ({"users": {CAROL: "ten"}}, 3, "`users`"),
        ({"users": {CAROL: "1_0"}}, 3, "`users`"),
        ({"users": {CAROL: "1.0"}}, 3, "`users`"),
        ({"users": {CAROL: "9" * 5000}}, 3, "`users`"),
        ({"users": {CAROL: True}}, 3, "`users`"),
        ({"users": {CAROL: None}}, 3, "`users`"),
        ({"users": {"carol": 1}}, 3, "`users`"),
        ({"users": []}, 3, "`users`"),
        ({"users": None}, 3, "`users`"),
        ({}, 13, None),
        ({"users": {}}, 13, None),
        ({"users": {CAROL: -5}, "ban": 1, "events": {}, "notifications": {"x": 1}}, 13, None),
    ],
)
def test_the_form_of_power_levels(content: Content, first: int, refused: str | None) -> None:
    """Rules 10.1 to 10.3; version 10 brought the first two and ended texts of integers."""
    for version in VERSIONS:
        room = Setup(levels=None).room(version)
        event = room.build("m.room.power_levels", content, ALICE, "")
        assert_verdict(verdict(room, event), refused if int(version.id) >= first else None)


# Handling redactions, signatures.


@each_version
def test_who_may_redact(version: RoomVersion) -> None:
    """Spec: room version 3, "Handling redactions"."""
    room = Setup(members={DAVE: "join"}).room(version)
    assert may_redact(CAROL, CAROL, room.find, version)
    assert may_redact(CAROL, ALICE, room.find, version), "of the same server"
    assert may_redact(BOB, DAVE, room.find, version)
    assert not may_redact(CAROL, DAVE, room.find, version)
    assert not may_redact(DAVE, CAROL, room.find, version)
    strict = Setup(levels={"redact": 51}).room(version)
    assert not may_redact(BOB, DAVE, strict.find, version)
    assert may_redact(ALICE, DAVE, strict.find, version)


@each_version
def test_which_servers_sign(version: RoomVersion) -> None:
    room = PLAIN.room(version)

    def servers(content: Content, sender: str) -> set[str]:
        return set(signing_servers(room.build("m.room.member", content, sender, DAVE), version))

    assert servers({"membership": "join"}, DAVE) == {"there"}
    assert servers({"membership": "invite"}, BOB) == {"here"}
    assert servers({"membership": "invite", "third_party_invite": {}}, BOB) == set()
    authorised = {"membership": "join", "join_authorised_via_users_server": BOB}
    both = {"there", "here"} if int(version.id) >= 8 else {"there"}
    assert servers(authorised, DAVE) == both
    assert signing_servers(room.build("m.room.message", authorised, BOB), version) == {"here"}
