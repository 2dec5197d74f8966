"""State resolution: known forks, and the properties that make servers agree."""

from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.base.canonical import Content
from depesha.events.auth import check_auth
from depesha.events.event import ROOM_VERSIONS, RoomVersion
from depesha.events.resolve import (
    Key,
    auth_chain,
    auth_difference,
    conflicted_subgraph,
    resolve,
)
from tests.events.rooms import ALICE, BOB, CAROL, VERSIONS, Room, create_room, levels

NAME = ("m.room.name", "")
POWER = ("m.room.power_levels", "")
each_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.id)


def joined_room(version: RoomVersion) -> Room:
    """Alice its creator, Bob with power 50, Carol with none; open to the public."""
    room = create_room(version)
    room.member(ALICE)
    room.put("m.room.power_levels", levels(version))
    room.put("m.room.join_rules", {"join_rule": "public"})
    room.member(BOB)
    room.member(CAROL)
    return room


def resolved(*forks: Room, rejected: tuple[str, ...] = ()) -> dict[Key, str]:
    """The common state of the forks, whatever their order."""
    room = forks[0]
    answers = [
        resolve([fork.state for fork in order], room.events, room.version, rejected=rejected)
        for order in permutations(forks)
    ]
    assert all(answer == answers[0] for answer in answers)
    return answers[0]


@each_version
def test_states_that_agree_are_the_result(version: RoomVersion) -> None:
    room = joined_room(version)
    assert resolved(room) == room.state
    assert resolved(room, room.fork()) == room.state
    longer = room.fork()
    longer.put("m.room.name", {"name": "n"})
    assert resolved(room, longer) == longer.state, "what only one state has is kept"


@each_version
def test_a_ban_wins_over_what_the_banned_did_meanwhile(version: RoomVersion) -> None:
    here, there = joined_room(version).fork(), joined_room(version)
    there.events = here.events
    ban = here.member(BOB, "ban", by=ALICE)
    there.put("m.room.name", {"name": "Bob's"}, BOB)
    there.put("m.room.power_levels", levels(version, users={CAROL: 50}), BOB)
    result = resolved(here, there)
    assert result["m.room.member", BOB] == ban
    assert NAME not in result
    assert result[POWER] == here.state[POWER]
    own = joined_room(version)
    kept = own.fork()
    kept.put("m.room.name", {"name": "Bob's"}, BOB)
    assert NAME in resolved(own, kept), "without the ban the name stands"


@each_version
def test_leaving_and_inviting_take_their_turn_by_time(version: RoomVersion) -> None:
    """Unlike a ban they take nothing from others, so they are no power events."""
    room = joined_room(version)
    here, there = room.fork(), room.fork()
    left = here.member(BOB, "leave", at=9000)
    invited = here.member("@dave:there", "invite", by=BOB, at=8000)
    name = there.put("m.room.name", {"name": "Bob's"}, BOB, at=2000)
    result = resolved(here, there)
    assert result["m.room.member", BOB] == left
    assert result["m.room.member", "@dave:there"] == invited
    assert result[NAME] == name
    late = room.fork()
    late.put("m.room.name", {"name": "Bob's"}, BOB, at=9500)
    assert NAME not in resolved(here, late)


@each_version
def test_the_greater_power_acts_first(version: RoomVersion) -> None:
    """Alice takes Bob's power while Bob gives Carol some, by an earlier clock."""
    room = joined_room(version)
    here, there = room.fork(), room.fork()
    demoted = here.put("m.room.power_levels", levels(version, users={BOB: 0}), at=9000)
    there.put("m.room.power_levels", levels(version, users={CAROL: 50}), BOB, at=2000)
    assert resolved(here, there)[POWER] == demoted


@each_version
def test_equals_act_by_time(version: RoomVersion) -> None:
    room = joined_room(version)
    here, there = room.fork(), room.fork()
    later = here.put("m.room.power_levels", levels(version, kick=10), at=9000)
    there.put("m.room.power_levels", levels(version, kick=20), at=2000)
    assert resolved(here, there)[POWER] == later


@each_version
def test_a_closed_door_keeps_out_who_came_meanwhile(version: RoomVersion) -> None:
    room = joined_room(version)
    dave = "@dave:there"
    here, there = room.fork(), room.fork()
    closed = here.put("m.room.join_rules", {"join_rule": "invite"})
    joined = there.member(dave)
    result = resolved(here, there)
    assert result["m.room.join_rules", ""] == closed
    assert ("m.room.member", dave) not in result
    assert resolved(room, there)["m.room.member", dave] == joined


@each_version
def test_without_a_difference_in_power_the_last_word_counts(version: RoomVersion) -> None:
    room = joined_room(version)
    here, there = room.fork(), room.fork()
    here.put("m.room.name", {"name": "first"}, at=5000)
    last = there.put("m.room.name", {"name": "last"}, BOB, at=6000)
    assert resolved(here, there)[NAME] == last


@each_version
def test_at_one_time_the_greater_id_counts(version: RoomVersion) -> None:
    room = joined_room(version)
    forks = [room.fork() for _ in range(3)]
    ids = [fork.put("m.room.name", {"name": str(n)}, at=5000) for n, fork in enumerate(forks)]
    assert resolved(*forks)[NAME] == max(ids)


@each_version
def test_the_newer_power_levels_count_before_time(version: RoomVersion) -> None:
    """Mainline ordering: a name given under newer power levels wins over a later clock."""
    room = joined_room(version)
    here, there = room.fork(), room.fork()
    here.put("m.room.power_levels", levels(version, kick=10))
    newer = here.put("m.room.name", {"name": "newer"}, at=3000)
    there.put("m.room.name", {"name": "older"}, at=9000)
    assert resolved(here, there)[NAME] == newer


@each_version
def test_power_levels_beside_the_mainline_count_as_their_origin(version: RoomVersion) -> None:
    """A name under power levels that lost has the position of those that they came from."""
    room = joined_room(version)
    lost, won = room.fork(), room.fork()
    lost.put("m.room.power_levels", levels(version, kick=10), at=2000)
    lost.put("m.room.name", {"name": "under the lost"}, at=9000)
    won.put("m.room.power_levels", levels(version, kick=20), at=3000)
    under_won = won.put("m.room.name", {"name": "under the won"}, at=2500)
    result = resolved(lost, won)
    assert result[POWER] == won.state[POWER]
    assert result[NAME] == under_won
    old = room.fork()
    oldest = old.put("m.room.name", {"name": "before both"}, at=9500)
    assert resolved(lost, old)[NAME] == lost.state[NAME]
    assert resolved(won, old)[NAME] == under_won
    third = won.fork()
    third.state[NAME] = oldest
    assert resolved(lost, third)[NAME] == oldest, "of one position, so by time"


@each_version
def test_cited_events_stand_in_for_what_the_state_lacks_unless_rejected(
    version: RoomVersion,
) -> None:
    room = joined_room(version)
    room.put("m.room.power_levels", levels(version, events={"m.room.name": 0}))
    room.put("org.status", {}, CAROL, CAROL)  # so that her join is in every auth chain
    named = room.fork()
    name = named.put("m.room.name", {"name": "Carol's"}, CAROL)
    join = room.state.pop(("m.room.member", CAROL))
    del named.state["m.room.member", CAROL]
    assert resolved(room, named) == {**room.state, NAME: name}
    assert resolved(room, named, rejected=(join,)) == room.state


# What version 12 changed.


def test_version_2_1_does_not_lose_power_levels_with_their_author() -> None:
    """Their author has left in both states. Checked against that, no power levels were allowed."""
    for version in VERSIONS:
        room = joined_room(version)
        room.put("m.room.power_levels", levels(version, users={BOB: 100}), at=2000)
        here, there = room.fork(), room.fork()
        newest = here.put("m.room.power_levels", levels(version, users={BOB: 99}), at=3000)
        left = here.member(ALICE, "leave")
        there.state["m.room.member", ALICE] = left
        result = resolved(here, there)
        assert result["m.room.member", ALICE] == left
        assert result.get(POWER) == (newest if version.state_resolution == "v2.1" else None)


def test_version_2_1_replays_what_lies_between() -> None:
    """Two states keep the first and the last of three power levels; the first has a later clock."""
    for version in VERSIONS:
        room = joined_room(version)
        first = room.put("m.room.power_levels", levels(version, kick=10), at=9000)
        stale = room.fork()
        room.put("m.room.power_levels", levels(version, kick=20), at=3000)
        member = room.member(CAROL)
        last = room.put("m.room.power_levels", levels(version, kick=30), at=4000)
        # Both states know the second one by Carol's membership, so it is in both auth chains.
        stale.state["m.room.member", CAROL] = member
        result = resolved(stale, room)
        assert result[POWER] == (last if version.state_resolution == "v2.1" else first)


# The graph.


class Node(NamedTuple):
    """An event as far as the graph of auth events goes."""

    event_id: str
    auth_events: tuple[str, ...]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Node]:
    """An acyclic graph of up to eight events."""
    nodes: dict[str, Node] = {}
    for number in range(draw(st.integers(1, 8))):
        earlier = sorted(nodes)
        auth = draw(st.lists(st.sampled_from(earlier), max_size=3, unique=True)) if earlier else []
        nodes[str(number)] = Node(str(number), tuple(auth))
    return nodes


def paths(nodes: dict[str, Node], event_id: str) -> Iterator[tuple[str, ...]]:
    """Every path of auth events that begins at the event."""
    yield (event_id,)
    for auth_id in nodes[event_id].auth_events:
        for rest in paths(nodes, auth_id):
            yield event_id, *rest


@given(graphs(), st.data())
def test_the_graph_by_its_paths(nodes: dict[str, Node], data: st.DataObject) -> None:
    """The definitions of auth chain, auth difference and conflicted state subgraph.

    Literally, but that the events of a state belong to its chain.
    """
    subsets = st.sets(st.sampled_from(sorted(nodes)))
    some, others = data.draw(subsets), data.draw(subsets)

    def reached(event_ids: set[str]) -> set[str]:
        return {path[-1] for each in event_ids for path in paths(nodes, each) if len(path) > 1}

    events: dict = nodes
    assert auth_chain(some, events) == reached(some)
    states = [{("m", each): each for each in ids} for ids in (some, others)]
    assert auth_difference(states, events) == (reached(some) | some) ^ (reached(others) | others)
    between = {
        event_id
        for each in some
        for path in paths(nodes, each)
        if len(path) > 1 and path[-1] in some
        for event_id in path
    }
    assert conflicted_subgraph(some, events) == between


# Properties over random forks.

USERS = (ALICE, BOB, CAROL, "@dave:there")
ACTS = st.tuples(
    st.sampled_from(USERS),
    st.sampled_from(["name", "topic", "levels", "rules", "join", "leave", "kick", "ban", "invite"]),
    st.sampled_from(USERS),
    st.integers(0, 3),
    st.integers(1000, 1010),
)
SCRIPTS = st.lists(ACTS, max_size=6)


def act(room: Room, act: tuple[str, str, str, int, int]) -> None:
    """Do it, when the rules allow it."""
    user, what, target, number, at = act
    content: Content
    if what in ("name", "topic"):
        kind, key, content = f"m.room.{what}", "", {what: str(number)}
    elif what == "levels":
        users = {} if target == ALICE else {target: 25 * number}
        kind, key, content = "m.room.power_levels", "", levels(room.version, users=users)
    elif what == "rules":
        rule = ("public", "invite", "knock", "public")[number]
        kind, key, content = "m.room.join_rules", "", {"join_rule": rule}
    else:
        membership = "leave" if what == "kick" else what
        key = user if what in ("join", "leave") else target
        kind, content = "m.room.member", {"membership": membership}
    event = room.build(kind, content, user, key, at=at, prev=(f"${len(room.events)}",))
    if check_auth(event, room.find, room.version) is None:
        room.events[event.event_id] = event
        room.state[kind, key] = event.event_id


@st.composite
def forks(draw: st.DrawFn) -> list[Room]:
    """Two or three forks of a room, which had some life before them."""
    room = joined_room(draw(st.sampled_from([ROOM_VERSIONS["6"], ROOM_VERSIONS["12"]])))
    for each in draw(SCRIPTS):
        act(room, each)
    ends = [room.fork() for _ in range(draw(st.integers(2, 3)))]
    for end in ends:
        for each in draw(SCRIPTS):
            act(end, each)
    return ends


@given(forks())
def test_resolution_is_a_function_of_the_set_of_states(ends: list[Room]) -> None:
    """Neither the order of the states nor a state given twice makes a difference."""
    result = resolved(*ends)
    assert resolved(*ends, ends[0]) == result
    room = ends[0]
    backwards = dict(reversed(room.events.items()))
    shuffled = [dict(reversed(end.state.items())) for end in ends]
    assert resolve(shuffled, backwards, room.version) == result


@given(forks())
def test_resolution_is_idempotent(ends: list[Room]) -> None:
    result = resolved(*ends)
    assert resolve([result], ends[0].events, ends[0].version) == result
    assert resolve([result, result], ends[0].events, ends[0].version) == result


@given(forks())
def test_resolution_keeps_what_is_agreed_and_makes_nothing_up(ends: list[Room]) -> None:
    result = resolved(*ends)
    room = ends[0]
    chosen = auth_chain({each for end in ends for each in end.state.values()}, room.events)
    for end in ends:
        chosen |= set(end.state.values())
    for key, event_id in result.items():
        event = room.events[event_id]
        assert (event.type, event.state_key) == key
        assert event_id in chosen
    for key in set.intersection(*(set(end.state) for end in ends)):
        if len({end.state[key] for end in ends}) == 1:
            assert result[key] == ends[0].state[key]


@given(forks())
def test_a_known_difference_gives_the_same_state(ends: list[Room]) -> None:
    room, states = ends[0], [end.state for end in ends]
    difference = auth_difference(states, room.events)
    assert resolve(states, room.events, room.version, difference=difference) == resolved(*ends)


OTHERS = st.tuples(
    st.sampled_from([CAROL, "@dave:there"]),
    st.sampled_from(["name", "levels", "rules", "join", "leave", "kick", "ban", "invite"]),
    st.sampled_from(USERS),
    st.integers(0, 3),
    st.integers(1000, 1010),
)


@given(st.sampled_from(["6", "10", "11", "12"]), SCRIPTS, SCRIPTS, st.lists(OTHERS, max_size=4))
def test_nothing_of_whom_the_creator_bans_survives_the_ban(
    version: str,
    before: list[tuple[str, str, str, int, int]],
    meanwhile: list[tuple[str, str, str, int, int]],
    after: list[tuple[str, str, str, int, int]],
) -> None:
    """Whatever Bob does that does not know of it yet, and by whatever clock."""
    room = joined_room(ROOM_VERSIONS[version])
    for each in before:
        act(room, each)
    if room.current("m.room.member", ALICE).content["membership"] != "join":
        return
    here, there = room.fork(), room.fork()
    ban = here.member(BOB, "ban", by=ALICE, at=2000)
    known = set(room.events)
    for _, what, target, number, at in meanwhile:
        act(there, (BOB, what, target, number, at))
    of_bob = set(room.events) - known
    for each in after:
        act(here, each)
    result = resolved(here, there)
    assert result["m.room.member", BOB] == ban
    assert not of_bob & set(result.values())


@each_version
def test_a_room_may_lose_its_join_rules(version: RoomVersion) -> None:
    """A known weakness of the algorithm in every version, in which servers must agree.

    Both forks have join rules by Bob, whom Alice kicks in one. The kick goes first, so neither is
    allowed; and those before are in no state, nor does anything of the dispute cite them.
    """
    room = joined_room(version)
    here, there = room.fork(), room.fork()
    here.put("m.room.join_rules", {"join_rule": "invite"}, BOB)
    there.put("m.room.join_rules", {"join_rule": "knock"}, BOB)
    kick = here.member(BOB, "leave", by=ALICE)
    expected = {**here.state, ("m.room.member", BOB): kick}
    del expected["m.room.join_rules", ""]
    assert resolved(here, there) == expected
    untouched = room.fork()
    untouched.member(BOB, "leave", by=ALICE)
    assert (
        resolved(untouched, there)["m.room.join_rules", ""] == room.state["m.room.join_rules", ""]
    )


@each_version
def test_only_power_events_of_the_empty_state_key_go_first(version: RoomVersion) -> None:
    """Others of that type take their turn by the mainline, as everything nobody's power needs."""
    room = joined_room(version)
    here, there = room.fork(), room.fork()
    here.put("m.room.join_rules", {"join_rule": "public"}, ALICE, "other", at=3000)
    later = there.put("m.room.join_rules", {"join_rule": "invite"}, BOB, "other", at=4000)
    here.put("m.room.power_levels", levels(version, kick=10), at=2000)
    newer = here.put("m.room.join_rules", {"join_rule": "public"}, ALICE, "other", at=3500)
    assert later in there.state.values()
    assert resolved(here, there)["m.room.join_rules", "other"] == newer


@pytest.mark.parametrize("version", ["6", "11"])
def test_rejected_power_levels_still_tell_whose_act_is_the_earlier(version: str) -> None:
    """Only the checks leave rejected auth events out; the order is by what the events cite."""
    room = joined_room(ROOM_VERSIONS[version])
    base = room.put("m.room.power_levels", levels(room.version, users={CAROL: 75}))
    rejected = room.put("m.room.power_levels", levels(room.version, users={CAROL: 75}, kick=10))
    here, there = room.fork(), room.fork()
    here.put("m.room.join_rules", {"join_rule": "invite"}, CAROL, at=5000)
    of_bob = there.put("m.room.join_rules", {"join_rule": "knock"}, BOB, at=2000)
    here.state[POWER] = there.state[POWER] = base
    assert resolved(here, there, rejected=(rejected,))["m.room.join_rules", ""] == of_bob
