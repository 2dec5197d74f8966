"""Mentions of units and of named groups (M6)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from depesha.events.group import MOST_NAMED, read_mention_groups, read_mentions
from depesha.push.mentions import find_meant
from tests.harness.client import Client
from tests.harness.server import Server
from tests.notices.test_urgent import counts, mute, send
from tests.org.institution import make_ministry, user

GROUPS = "org.depesha.mention_groups"
json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=3), each),
    max_leaves=8,
)


def mention(**what: Any) -> dict[str, Any]:
    return {"org.depesha.mentions": what}


@given(json, json)
def test_whatever_is_sent_mentions_some_or_nobody(mentions: Any, groups: Any) -> None:
    found = read_mentions({"org.depesha.mentions": mentions})
    assert all(type(unit) is int for unit in found.units)
    assert len(found.units) + len(found.groups) <= MOST_NAMED
    named = read_mention_groups({"groups": groups})
    assert named is None or all(isinstance(u, str) for users in named.values() for u in users)


@given(st.sets(st.sampled_from("abcd")), st.sets(st.sampled_from("abcd")))
def test_only_members_are_meant(members: set[str], unit: set[str]) -> None:
    content = mention(units=[1])
    meant = find_meant(content, lambda *key: None, members, lambda units: set(unit))
    assert meant == members & unit
    assert find_meant({}, lambda *key: None, members, lambda units: set(unit)) == frozenset()


async def _room(server: Server) -> tuple[dict[str, Client], dict[str, int], str]:
    house = await make_ministry(server)
    names = ("lawhead", "judge", "coder", "ithead")
    room = await house.people["minister"].create_room(invite=[user(name) for name in names])
    for name in names:
        await house.people[name].join(room)
    return house.people, house.units, room


async def test_a_mention_of_a_unit_reaches_its_people_and_those_below(server: Server) -> None:
    people, units, room = await _room(server)
    minister = people["minister"]
    (await send(minister, room, "1", **mention(units=[units["Law"]]))).ok()
    assert await counts(people["lawhead"], room) == (1, 1)
    assert await counts(people["judge"], room) == (1, 1)
    assert await counts(people["coder"], room) == (1, 0)
    notified = await people["judge"].get("/notifications", {"only": "highlight"})
    assert len(notified.ok()["notifications"]) == 1
    # In clear beside what is encrypted, and of units that there are not.
    (await send(minister, room, "2", type_="m.room.encrypted", **mention(units=[99]))).ok()
    (await send(minister, room, "3", type_="m.room.encrypted", **mention(units=[units["IT"]]))).ok()
    assert await counts(people["coder"], room) == (3, 1)
    assert await counts(people["judge"], room) == (3, 1)
    # It is a mention: it comes through where only mentions do, and not where nothing does.
    for name in ("judge", "coder"):
        path = f"/_matrix/client/v3/pushrules/global/room/{room}"
        (await people[name].put(path, {"actions": []})).ok()
    await mute(people["coder"], room)
    (await send(minister, room, "4", **mention(units=[units["Ministry"]]))).ok()
    assert (await counts(people["judge"], room))[1] == 2
    assert (await counts(people["coder"], room))[1] == 1


async def test_a_mention_of_a_named_group_reaches_who_is_in_it(server: Server) -> None:
    people, _, room = await _room(server)
    minister, judge = people["minister"], people["judge"]
    groups = {"press": {"user_ids": [judge.user_id, user("lawyer"), minister.user_id]}}
    (await judge.put(f"/rooms/{room}/state/{GROUPS}/", {"groups": groups})).refused(
        403, "M_FORBIDDEN"
    )
    malformed: list[Any] = [[], {"x": []}, {"": {"user_ids": []}}, {"x": {"user_ids": [1]}}]
    for wrong in ({"groups": groups} for groups in malformed):
        (await minister.put(f"/rooms/{room}/state/{GROUPS}/", wrong)).refused(400, "M_BAD_JSON")
    await minister.set_state(room, GROUPS, {"groups": groups})
    (await send(people["coder"], room, "1", **mention(groups=["press", "none"]))).ok()
    assert (await counts(judge, room))[1] == 1
    assert (await counts(minister, room))[1] == 1
    assert (await counts(people["lawhead"], room))[1] == 0
