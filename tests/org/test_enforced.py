"""The rules at every door: who is found and reached, and how one is refused."""

from typing import Any

import pytest

from depesha.profile import people
from tests.conftest import StartServer
from tests.harness.client import Client, Response
from tests.org.institution import ADMIN, OWN, Institution, make_ministry, user

NOBODY = user("nobody.at.all")


def alike(hidden: Response, absent: Response) -> None:
    """Both answers are the same but for the name that was asked for."""
    assert hidden.status == absent.status
    assert hidden.body == absent.body


async def found(client: Client, term: str) -> list[str]:
    body = {"search_term": term, "limit": 50}
    answer = (await client.post("/user_directory/search", body)).ok()
    return sorted(person["user_id"] for person in answer["results"])


async def test_the_directory_has_whom_one_sees(house: Institution) -> None:
    for client in house.people.values():
        body = {"displayname": "Person"}
        (await client.put(f"/profile/{client.user_id}/displayname", body)).ok()
    everyone = sorted(client.user_id for client in house.people.values())
    assert await found(house.people["minister"], "person") == everyone
    assert await found(house.people["judge"], "person") == [user("judge"), user("lawhead")]
    assert await found(house.people["lawhead"], "person") == sorted(
        map(user, ("lawhead", "lawyer", "judge", "minister", "ithead"))
    )
    assert await found(house.root, "person") == []


async def test_one_finds_whom_one_sees_among_very_many(
    house: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sees few finds them, however many others have the word."""
    monkeypatch.setattr(people, "MOST_OF_MANY", 1)
    for client in house.people.values():
        body = {"displayname": "Person"}
        (await client.put(f"/profile/{client.user_id}/displayname", body)).ok()
    assert await found(house.people["judge"], "person") == [user("judge"), user("lawhead")]
    assert len(await found(house.people["minister"], "person")) == len(house.people)


async def test_who_sees_many_but_not_all_finds_them_among_very_many(
    house: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those whom one sees may be the last of all who have the word."""
    monkeypatch.setattr(people, "MOST_OF_MANY", 1)
    monkeypatch.setattr(people, "MOST_FEW", 1)
    for client in house.people.values():
        body = {"displayname": "Person"}
        (await client.put(f"/profile/{client.user_id}/displayname", body)).ok()
    assert await found(house.people["judge"], "person") == [user("judge"), user("lawhead")]
    assert await found(house.people["lawhead"], "person") == sorted(
        map(user, ("lawhead", "lawyer", "judge", "minister", "ithead"))
    )
    # An end is made of it, so that no search takes long.
    monkeypatch.setattr(people, "MOST_CONSIDERED", 1)
    assert await found(house.people["lawhead"], "person") == []


@pytest.mark.parametrize("path", ["/profile/{user}", "/profile/{user}/displayname"])
async def test_profiles(house: Institution, path: str) -> None:
    (await house.people["judge"].put(f"/profile/{user('judge')}/displayname", {"displayname": "J"}))
    shown = (await house.people["lawhead"].get(path.format(user=user("judge")))).ok()
    assert shown == {"displayname": "J"}
    for client in (house.people["coder"], house.root, house.server.anyone):
        alike(
            await client.get(path.format(user=user("judge"))),
            await client.get(path.format(user=NOBODY)),
        )


async def test_invitations(house: Institution) -> None:
    coder, lawhead, lawyer = (house.people[name] for name in ("coder", "lawhead", "lawyer"))
    room = await coder.create_room()
    path = f"/rooms/{room}/invite"
    alike(
        await coder.post(path, {"user_id": user("judge")}),
        await coder.post(path, {"user_id": NOBODY}),
    )
    for ids in (user("judge"), NOBODY):
        (await coder.post("/createRoom", {"invite": [ids]})).refused(404, "M_NOT_FOUND")
        state = f"/rooms/{room}/state/m.room.member/{ids}"
        (await coder.put(state, {"membership": "invite"})).refused(404, "M_NOT_FOUND")
        delayed = {"org.matrix.msc4140.delay": 1000}
        (await coder.put(state, {"membership": "invite"}, query=delayed)).refused(
            404, "M_NOT_FOUND"
        )
    # Below and of one's own level is open.
    room = await lawhead.create_room(invite=[user("judge"), user("lawyer")])
    await house.people["judge"].join(room)
    # One's manager is, as long as the level may write upward.
    (await lawyer.post("/createRoom", {"invite": [user("lawhead")]})).ok()


async def test_a_refusal_says_which_rule_and_whom_to_ask(house: Institution) -> None:
    lawhead, lawyer = house.people["lawhead"], house.people["lawyer"]
    error = (await lawhead.post("/createRoom", {"invite": [user("ithead")]})).refused(
        403, "M_FORBIDDEN"
    )
    assert error["org.depesha.rule"] == "contact"
    assert error["org.depesha.ask"] == user("ithead")
    assert error["org.depesha.target"] == user("ithead")
    card = (await lawhead.get(f"{OWN}/people/{user('ithead')}")).ok()
    assert (card["may_write"], card["rule"], card["ask"]) == (False, "contact", user("ithead"))
    law = f"{ADMIN}/units/{house.units['Law']}"
    (await house.root.put(law, {"rights": []})).ok()
    error = await lawyer.post("/createRoom", {"is_direct": True, "invite": [user("lawhead")]})
    error = error.refused(403, "M_FORBIDDEN")
    assert error["org.depesha.rule"] == "write_upward"
    # Whoever decides is not told to whom they are nobody.
    (await house.root.put(law, {"inherit_rights": True})).ok()
    (await house.root.put(f"{ADMIN}/units/{house.units['IT']}", {"accepts": "manager"})).ok()
    room = await house.people["minister"].create_room(
        invite=[user("judge"), user("coder")],
        power_level_content_override={"events_default": 50},
    )
    for name in ("judge", "coder"):
        await house.people[name].join(room)
    judge = house.people["judge"]
    error = (await judge.post("/createRoom", {"invite": [user("coder")]})).refused(
        403, "M_FORBIDDEN"
    )
    assert error["org.depesha.ask"] == user("coder")


async def test_a_common_room_makes_visible_and_lets_talk(house: Institution) -> None:
    judge, coder = house.people["judge"], house.people["coder"]
    minister = house.people["minister"]
    room = await minister.create_room(room_version="11", invite=[judge.user_id, coder.user_id])
    # Both are invited: they see each other, and may not write yet.
    (await judge.get(f"/profile/{coder.user_id}")).ok()
    (await judge.post("/createRoom", {"invite": [coder.user_id]})).refused(403, "M_FORBIDDEN")
    await judge.join(room)
    await coder.join(room)
    direct = await judge.create_room(is_direct=True, invite=[coder.user_id])
    await coder.join(direct)
    await judge.leave(room)
    await judge.leave(direct)
    # They have talked, which is kept; of the others of the room nothing is.
    (await judge.post("/createRoom", {"invite": [coder.user_id]})).ok()
    (await coder.get(f"/profile/{judge.user_id}")).ok()
    (await judge.get(f"/profile/{minister.user_id}")).refused(404, "M_NOT_FOUND")


async def test_where_only_others_speak_one_has_not_talked(house: Institution) -> None:
    judge, minister = house.people["judge"], house.people["minister"]
    channel = await minister.create_room(
        invite=[judge.user_id], power_level_content_override={"events_default": 50}
    )
    await judge.join(channel)
    (await judge.get(f"/profile/{minister.user_id}")).ok()
    error = (await judge.post("/createRoom", {"invite": [minister.user_id]})).refused(
        403, "M_FORBIDDEN"
    )
    assert error["org.depesha.rule"] == "contact"


async def test_an_open_door_is_open_to_whom_its_keepers_may_invite(house: Institution) -> None:
    lawyer, coder, minister = (house.people[name] for name in ("lawyer", "coder", "minister"))
    of_lawyers = await lawyer.create_room(preset="public_chat", room_alias_name="law")
    (await coder.post(f"/join/{of_lawyers}", {})).refused(403, "M_FORBIDDEN")
    await house.people["lawhead"].join(of_lawyers)
    of_all = await minister.create_room(preset="public_chat", visibility="public")
    await coder.join(of_all)
    await lawyer.join(of_all)
    # Whoever has a say lets in again who left.
    await coder.leave(of_all)
    await coder.join(of_all)


async def test_a_word_for_oneself_opens_no_door(house: Institution) -> None:
    lawyer, coder = house.people["lawyer"], house.people["coder"]
    room = await lawyer.create_room(preset="public_chat")
    content = {"membership": "join", "join_authorised_via_users_server": lawyer.user_id}
    path = f"/rooms/{room}/state/m.room.member/{coder.user_id}"
    (await coder.put(path, content)).refused(403, "M_FORBIDDEN")
    (await coder.put(path, {"membership": "join"})).refused(403, "M_FORBIDDEN")


async def test_knocking_is_addressing(house: Institution) -> None:
    lawyer, coder, lawhead = (house.people[name] for name in ("lawyer", "coder", "lawhead"))
    rules = {"type": "m.room.join_rules", "content": {"join_rule": "knock"}}
    room = await lawhead.create_room(initial_state=[rules])
    (await coder.post(f"/knock/{room}", {})).refused(403, "M_FORBIDDEN")
    (await lawyer.post(f"/knock/{room}", {})).ok()
    # To knock is to ask for an invitation, so the answer needs no other ground.
    peers = await house.people["ithead"].create_room(initial_state=[rules])
    (await lawhead.post(f"/knock/{peers}", {})).refused(403, "M_FORBIDDEN")
    (await lawhead.post(f"/rooms/{room}/invite", {"user_id": lawyer.user_id})).ok()
    await lawyer.join(room)


async def test_what_the_world_may_read_is_for_members_here(house: Institution) -> None:
    visible = {
        "type": "m.room.history_visibility",
        "content": {"history_visibility": "world_readable"},
    }
    room = await house.people["lawyer"].create_room(preset="public_chat", initial_state=[visible])
    for path in (f"/rooms/{room}/members", f"/rooms/{room}/messages", f"/rooms/{room}/state"):
        (await house.people["coder"].get(path, {"dir": "b"})).refused(403, "M_FORBIDDEN")
    (await house.people["lawyer"].get(f"/rooms/{room}/members")).ok()


KEYS: dict[str, Any] = {
    "algorithms": ["m.olm.v1.curve25519-aes-sha2"],
    "keys": {},
}


async def test_keys_and_devices(house: Institution) -> None:
    judge, coder, lawhead = (house.people[name] for name in ("judge", "coder", "lawhead"))
    device = {
        "user_id": judge.user_id,
        "device_id": judge.device_id,
        "algorithms": ["m.olm.v1.curve25519-aes-sha2"],
        "keys": {f"ed25519:{judge.device_id}": "a" * 43},
        "signatures": {},
    }
    (await judge.post("/keys/upload", {"device_keys": device})).ok()
    one_time = {f"signed_curve25519:AAA{n}": {"key": "b" * 43, "signatures": {}} for n in range(3)}
    uploaded = await judge.post("/keys/upload", {"one_time_keys": one_time})
    assert uploaded.status == 200, uploaded.json
    query: Any = {"device_keys": {judge.user_id: []}}
    wanted = {"one_time_keys": {judge.user_id: {judge.device_id: "signed_curve25519"}}}
    assert (await coder.post("/keys/query", query)).ok()["device_keys"] == {}
    assert (await coder.post("/keys/claim", wanted)).ok()["one_time_keys"] == {}
    assert judge.user_id in (await lawhead.post("/keys/query", query)).ok()["device_keys"]
    assert judge.user_id in (await lawhead.post("/keys/claim", wanted)).ok()["one_time_keys"]
    for name in (judge.user_id, NOBODY):
        body = {name: {"key": {"signatures": {coder.user_id: {"ed25519:X": "x"}}}}}
        answer = (await coder.post("/keys/signatures/upload", body)).ok()
        assert answer["failures"][name]["key"]["error"] == "Unknown key"


async def test_messages_to_devices(house: Institution) -> None:
    judge, coder, lawhead = (house.people[name] for name in ("judge", "coder", "lawhead"))

    async def reaches(sender: Client, target: Client) -> bool:
        body = {"messages": {target.user_id: {"*": {"from": sender.user_id}}}}
        since = (await target.sync())["next_batch"]
        path = f"/sendToDevice/m.test/{sender.user_id[1:4]}{sender.next_txn()}"
        (await sender.put(path, body)).ok()
        return bool((await target.sync(since)).get("to_device", {}).get("events"))

    assert await reaches(lawhead, judge)
    assert not await reaches(coder, judge)
    # Peers see each other, which is not enough to reach them.
    assert not await reaches(lawhead, house.people["ithead"])
    minister = house.people["minister"]
    room = await minister.create_room(invite=[judge.user_id])
    await judge.join(room)
    assert not await reaches(coder, judge)
    (await minister.post(f"/rooms/{room}/invite", {"user_id": coder.user_id})).ok()
    assert await reaches(coder, judge)


async def test_presence_and_mutual_rooms(house: Institution) -> None:
    coder = house.people["coder"]
    for path in ("/presence/{}/status", "/_matrix/client/v1/mutual_rooms?user_id={}"):
        base, _, query = path.partition("?")
        asked = {"user_id": user("judge")} if query else None
        nobody = {"user_id": NOBODY} if query else None
        alike(
            await coder.get(base.format(user("judge")), asked),
            await coder.get(base.format(NOBODY), nobody),
        )


async def test_levels_without_a_right(house: Institution) -> None:
    lawyer, lawhead = house.people["lawyer"], house.people["lawhead"]
    room = await lawhead.create_room(invite=[lawyer.user_id])
    await lawyer.join(room)
    picture = {"msgtype": "m.image", "body": "a", "url": "mxc://depesha.test/a"}
    await lawyer.send(room, picture)
    law = f"{ADMIN}/units/{house.units['Law']}"
    (await house.root.put(law, {"rights": ["write_upward"]})).ok()
    path = f"/rooms/{room}/send/m.room.message/"
    (await lawyer.put(f"{path}x", picture)).refused(403, "M_FORBIDDEN")
    (await lawyer.put(f"/rooms/{room}/send/m.call.invite/c", {})).refused(403, "M_FORBIDDEN")
    upload = {"data": b"x", "headers": {"Content-Type": "image/png"}}
    path = "/_matrix/media/v3/upload"
    error = (await lawyer.post(path, **upload)).refused(403, "M_FORBIDDEN")
    assert (error["org.depesha.rule"], error["org.depesha.ask"]) == (
        "send_files",
        user("lawhead"),
    )
    (await lawyer.post("/_matrix/media/v1/create", {})).refused(403, "M_FORBIDDEN")
    (await lawhead.post(path, **upload)).ok()
    await lawyer.send(room, "words")
    await lawhead.send(room, picture)
    error = (await lawyer.post("/createRoom", {"name": "A group"})).refused(403, "M_FORBIDDEN")
    assert (error["org.depesha.rule"], error["org.depesha.ask"]) == (
        "create_groups",
        user("lawhead"),
    )
    (await lawyer.post("/createRoom", {"is_direct": True, "invite": [user("lawhead")]})).ok()
    (await house.root.put(law, {"inherit_rights": True})).ok()
    await lawyer.send(room, picture)


async def test_a_space_tells_of_nobody_unseen(house: Institution) -> None:
    minister, coder = house.people["minister"], house.people["coder"]
    space = await minister.create_room(preset="public_chat", creation_content={"type": "m.space"})
    child = await minister.create_room(preset="public_chat", name="Inside")
    await minister.set_state(space, "m.space.child", {"via": ["depesha.test"]}, child)
    path = f"/_matrix/client/v1/rooms/{space}/hierarchy"
    rooms = (await coder.get(path)).ok()["rooms"]
    assert [room.get("name") for room in rooms] == [None, "Inside"]
    assert rooms[0]["children_state"] == []
    await coder.join(space)
    rooms = (await coder.get(path)).ok()["rooms"]
    assert [entry["state_key"] for entry in rooms[0]["children_state"]] == [child]


async def test_who_may_not_call_gets_no_relay(start_server: StartServer) -> None:
    async with start_server(turn_uris=("turn:relay.test",), turn_secret="s" * 32) as server:
        house = await make_ministry(server)
        law = f"{ADMIN}/units/{house.units['Law']}"
        (await house.root.put(law, {"rights": []})).ok()
        assert (await house.people["lawyer"].get("/voip/turnServer")).ok() == {}
        assert "uris" in (await house.people["coder"].get("/voip/turnServer")).ok()


async def test_an_invitation_kept_for_later_is_judged_when_it_is_sent(house: Institution) -> None:
    lawyer, judge = house.people["lawyer"], house.people["judge"]
    room = await lawyer.create_room()
    path = f"/rooms/{room}/state/m.room.member/{judge.user_id}"
    query = {"org.matrix.msc4140.delay": 5000}
    (await lawyer.put(path, {"membership": "invite"}, query=query)).ok()
    courts = f"{ADMIN}/units/{house.units['Courts']}"
    (await house.root.put(courts, {"parent": house.units["IT"]})).ok()
    await house.server.clock.advance(6)
    assert room not in (await judge.sync()).get("rooms", {}).get("invite", {})
    (await judge.get(f"/profile/{lawyer.user_id}")).refused(404, "M_NOT_FOUND")
