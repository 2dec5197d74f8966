"""Writing to a post: whoever holds it is there, and the next one inherits what the rules allow."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.harness.client import Client, Response
from tests.harness.clock import START_MS, TestClock
from tests.harness.server import Server
from tests.org.institution import OWN, Institution, make_ministry, user

ADMIN = "/_depesha/v1/admin/posts"
POSTS = "/_depesha/v1/posts"
DUTY = "@post-duty:depesha.test"
MINUTE = 60_000


@pytest.fixture
async def house(server: Server) -> Institution:
    """The ministry, with one more person in Law."""
    house = await make_ministry(server)
    await house.person("second", "Law")
    return house


def on(name: str, since: int = 0, until: int = 0) -> dict[str, Any]:
    """Somebody's time, in minutes from the start; until 0: without an end."""
    since_ts = START_MS + since * MINUTE if since else 0
    until_ts = START_MS + until * MINUTE if until else 0
    return {"user_id": user(name), "since_ts": since_ts, "until_ts": until_ts}


async def make(house: Institution, *roster: dict[str, Any], **rules: Any) -> None:
    """The duty officer of Law."""
    body = {"name": "Duty officer", "unit_id": house.units["Law"], "localpart": "duty", **rules}
    assert (await house.root.post(ADMIN, body)).ok() == {"user_id": DUTY}
    await set_roster(house.root, *roster)


async def set_roster(client: Client, *roster: dict[str, Any], path: str = ADMIN) -> None:
    (await client.put(f"{path}/{DUTY}/roster", {"roster": list(roster)})).ok()


async def write(client: Client, words: str) -> str:
    """A direct chat with the post, as any client makes one."""
    room = await client.create_room(preset="trusted_private_chat", is_direct=True, invite=[DUTY])
    await client.send(room, words)
    return room


async def joined(client: Client, room: str) -> set[str]:
    told = (await client.get(f"/rooms/{room}/joined_members")).ok()["joined"]
    return {each[1:].partition(":")[0] for each in told}


async def until(clock: TestClock, is_so: Callable[[], Awaitable[bool]]) -> None:
    """Return once it is so: the turn is a job."""
    while not await is_so():
        await clock.advance(0.01)


async def turned(clock: TestClock, client: Client, room: str, *names: str) -> None:
    async def is_so() -> bool:
        return await joined(client, room) == set(names)

    await until(clock, is_so)


async def words(client: Client, room: str) -> list[str]:
    chunk = (await client.messages(room, limit=100))["chunk"]
    said = [each["content"].get("body") for each in chunk if each["type"] == "m.room.message"]
    return [each for each in said if each is not None][::-1]


async def test_who_holds_the_post_is_there_before_the_first_word(house: Institution) -> None:
    await make(house, on("lawyer"))
    second, lawyer = house.people["second"], house.people["lawyer"]
    room = await write(second, "It is raining in")
    assert await joined(second, room) == {"second", "post-duty", "lawyer"}
    assert await words(lawyer, room) == ["It is raining in"]
    mine = (await lawyer.get(f"/rooms/{room}/state/m.room.member/{lawyer.user_id}")).ok()
    assert mine["org.depesha.post"] == DUTY
    chat = (await second.get(f"/rooms/{room}/state/org.depesha.post")).ok()
    assert chat == {"user_id": DUTY}
    # Nobody is shown the holder as a correspondent of theirs, and the post is one.
    events = (await lawyer.sync())["rooms"]["join"][room]["summary"]["m.heroes"]
    assert set(events) == {DUTY, second.user_id}


async def test_the_duty_passes_by_itself_with_the_whole_chat(
    house: Institution, clock: TestClock
) -> None:
    await make(house, on("lawyer", until=2), on("lawhead", 2, 4))
    second = house.people["second"]
    room = await write(second, "before")
    await clock.advance(2 * 60)
    await turned(clock, second, room, "second", "post-duty", "lawhead")
    await second.send(room, "after")
    assert await words(house.people["lawhead"], room) == ["before", "after"]
    # Whose time is over keeps what was said in it, and no more.
    assert await words(house.people["lawyer"], room) == ["before"]
    await clock.advance(2 * 60)
    await turned(clock, second, room, "second", "post-duty")


async def test_the_next_one_reads_from_the_turn_on_where_the_post_says_so(
    house: Institution, clock: TestClock
) -> None:
    await make(house, on("lawyer", until=2), on("lawhead", 2), inherits="own", keeps=False)
    second, lawyer = house.people["second"], house.people["lawyer"]
    room = await write(second, "before")
    await clock.advance(2 * 60)
    await turned(clock, second, room, "second", "post-duty", "lawhead")
    await second.send(room, "after")
    assert await words(house.people["lawhead"], room) == ["after"]
    (await lawyer.get(f"/rooms/{room}/messages", {"dir": "b"})).refused(403, "M_FORBIDDEN")
    # It comes nowhere where it could not see to that.
    plain = await second.create_room(preset="private_chat")
    answer = await second.post(f"/rooms/{plain}/invite", {"user_id": DUTY})
    error = answer.refused(403, "M_FORBIDDEN")
    assert error["org.depesha.rule"] == "post_history"


async def test_who_is_to_keep_nothing_keeps_nothing_by_leaving_early(
    house: Institution, clock: TestClock
) -> None:
    await make(house, on("lawyer"), keeps=False)
    second, lawyer = house.people["second"], house.people["lawyer"]
    room = await write(second, "before")
    await lawyer.leave(room)
    assert await words(lawyer, room) == ["before"]
    await set_roster(house.root, on("lawhead"))
    await turned(clock, second, room, "second", "post-duty", "lawhead")
    (await lawyer.get(f"/rooms/{room}/messages", {"dir": "b"})).refused(403, "M_FORBIDDEN")


async def test_who_left_a_chat_is_not_fetched_again_and_who_was_in_it_stays(
    house: Institution, clock: TestClock
) -> None:
    await make(house, on("lawyer"))
    second, lawyer, lawhead = (house.people[name] for name in ("second", "lawyer", "lawhead"))
    left = await write(second, "one")
    with_head = await lawhead.create_room(preset="private_chat", invite=[DUTY])
    (await lawyer.post(f"/rooms/{left}/leave", {})).ok()
    await set_roster(house.root, on("lawyer"), on("lawhead"))
    await turned(clock, second, left, "second", "post-duty", "lawhead")
    await set_roster(house.root)
    await turned(clock, second, left, "second", "post-duty")
    await turned(clock, lawhead, with_head, "lawhead", "post-duty")
    # Where the post is shown out, its holders go with it.
    await set_roster(house.root, on("lawyer"))
    await turned(clock, lawhead, with_head, "lawhead", "post-duty", "lawyer")
    (await lawhead.post(f"/rooms/{with_head}/kick", {"user_id": DUTY})).ok()
    assert await joined(lawhead, with_head) == {"lawhead"}


async def test_a_post_is_found_and_told_of_like_a_person(
    house: Institution, clock: TestClock
) -> None:
    await make(house, on("lawyer", until=2), on("lawhead", 2))
    second = house.people["second"]
    people = (await second.get(f"{OWN}/units/{house.units['Law']}/people")).ok()["people"]
    assert [each["name"] for each in people if each.get("is_post")] == ["Duty officer"]
    card = (await second.get(f"{OWN}/people/{DUTY}")).ok()
    assert (card["is_post"], card["may_write"]) == (True, True)
    (told,) = (await second.get(POSTS)).ok()["posts"]
    assert told["holders"] == [user("lawyer")]
    assert [each["user_id"] for each in told["roster"]] == [user("lawyer"), user("lawhead")]
    assert (told["is_mine"], told["may_set"], told["path"]) == (False, False, ["Ministry", "Law"])
    (mine,) = (await house.people["lawyer"].get(POSTS)).ok()["posts"]
    assert mine["is_mine"] is True
    since = (await second.sync())["next_batch"]
    await clock.advance(2 * 60)

    async def is_told() -> bool:
        events = (await second.sync(since)).get("account_data", {}).get("events", [])
        found = [each["content"] for each in events if each["type"] == "org.depesha.posts"]
        return bool(found) and found[-1]["posts"][0]["holders"] == [user("lawhead")]

    await until(clock, is_told)


async def test_whom_the_tree_does_not_let_see_it_finds_nothing(house: Institution) -> None:
    await make(house, on("lawyer"))
    coder, judge = house.people["coder"], house.people["judge"]
    for viewer in (coder, judge):
        assert (await viewer.get(POSTS)).ok() == {"posts": []}
        assert b"post-duty" not in (await viewer.get("/sync")).body
        answers = [await ask(viewer, who) for who in (DUTY, "@post-dutz:depesha.test")]
        assert answers[0] == answers[1]
        found = (await viewer.post("/user_directory/search", {"search_term": "post-duty"})).ok()
        assert found["results"] == []
    # One that serves all levels below its own is there for them, and for nobody beside.
    (await house.root.put(f"{ADMIN}/{DUTY}", {"serves": True})).ok()
    assert [each["name"] for each in (await judge.get(POSTS)).ok()["posts"]] == ["Duty officer"]
    room = await write(judge, "May I?")
    assert await joined(judge, room) == {"judge", "post-duty", "lawyer"}
    assert (await coder.get(POSTS)).ok() == {"posts": []}


async def ask(viewer: Client, who: str) -> list[tuple[int, bytes]]:
    """What is answered to whoever asks about a post at each door that names one."""
    plain: Callable[[Response], tuple[int, bytes]] = lambda answer: (  # noqa: E731
        answer.status,
        answer.body.replace(who.encode(), b"somebody"),
    )
    room = await viewer.create_room()
    return [
        plain(await viewer.get(f"{OWN}/people/{who}")),
        plain(await viewer.get(f"/profile/{who}")),
        plain(await viewer.post("/createRoom", {"invite": [who]})),
        plain(await viewer.post(f"/rooms/{room}/invite", {"user_id": who})),
        plain(await viewer.post("/keys/query", {"device_keys": {who: []}})),
        plain(await viewer.put(f"{POSTS}/{who}/roster", {"roster": []})),
        plain(await viewer.post("/_depesha/v1/contacts/requests", {"user_id": who})),
    ]


async def test_the_refusal_to_write_names_the_manager(house: Institution) -> None:
    body = {"name": "Reception", "unit_id": house.units["Secretariat"], "localpart": "duty"}
    (await house.root.post(ADMIN, body)).ok()
    clerk_of_it = await house.person("ithead")
    # Managers beside each other see each other; the people of a level beside are not seen.
    (await clerk_of_it.get(f"{OWN}/people/{DUTY}")).refused(404, "M_NOT_FOUND")
    minister = house.people["minister"]
    assert (await minister.get(f"{OWN}/people/{DUTY}")).ok()["may_write"] is True


async def test_the_manager_of_its_level_says_who_holds_it(house: Institution) -> None:
    await make(house)
    lawhead, lawyer = house.people["lawhead"], house.people["lawyer"]
    (told,) = (await lawhead.get(POSTS)).ok()["posts"]
    assert (told["may_set"], told["is_held"]) == (True, False)
    await set_roster(lawhead, on("lawyer"), path=POSTS)
    (told,) = (await lawhead.get(POSTS)).ok()["posts"]
    assert told["holders"] == [lawyer.user_id]
    body = {"roster": [on("second")]}
    (await lawyer.put(f"{POSTS}/{DUTY}/roster", body)).refused(403, "M_FORBIDDEN")
    (await lawyer.put(f"{ADMIN}/{DUTY}/roster", body)).refused(403, "M_FORBIDDEN")
    # Whom the manager does not see, a post and nobody are answered alike.
    for nobody in ("coder", "post-duty", "nobody"):
        answer = await lawhead.put(f"{POSTS}/{DUTY}/roster", {"roster": [on(nobody)]})
        answer.refused(404, "M_NOT_FOUND")
    lines = (await house.root.get("/_depesha/v1/admin/audit", {"target": DUTY})).ok()["lines"]
    acts = {(line["act"], line["actor"]) for line in lines}
    assert ("post.roster", lawhead.user_id) in acts
    assert ("post.make", house.root.user_id) in acts


async def test_a_post_is_nobody_to_be_appointed(house: Institution) -> None:
    await make(house)
    admin, law = "/_depesha/v1/admin/org", house.units["Law"]
    place = f"{admin}/people/{DUTY}/posts/{house.units['IT']}"
    (await house.root.put(place, {})).refused(404, "M_NOT_FOUND")
    (await house.root.delete(f"{admin}/people/{DUTY}/posts/{law}")).refused(404, "M_NOT_FOUND")
    (await house.root.put(f"{admin}/units/{law}", {"manager": DUTY})).refused(404, "M_NOT_FOUND")
    away = {"deputies": [{"user_id": DUTY, "since_ts": 0, "until_ts": START_MS + 60 * MINUTE}]}
    lawyer = house.people["lawyer"]
    (await lawyer.put(f"{OWN}/absences", away)).refused(404, "M_NOT_FOUND")


async def test_nobody_is_given_a_password_for_a_post(house: Institution) -> None:
    await make(house)
    answer = await house.root.put(f"/_depesha/v1/admin/users/{DUTY}/password", {})
    answer.refused(403, "M_FORBIDDEN")


async def test_what_is_no_roster_is_refused(house: Institution) -> None:
    await make(house, on("lawyer"))
    path = f"{ADMIN}/{DUTY}/roster"
    backwards, twice = [on("lawyer", 4, 2)], [on("lawyer", 2), on("lawyer", 2, 3)]
    for roster in (backwards, twice):
        (await house.root.put(path, {"roster": roster})).refused(400, "M_INVALID_PARAM")
    unit = house.units["Law"]
    for body in ({"name": ""}, {"name": "x", "inherits": "all"}, {"name": "x" * 256}):
        answer = await house.root.post(ADMIN, {"unit_id": unit, **body})
        answer.refused(400, "M_INVALID_PARAM")
    again = {"name": "x", "unit_id": unit, "localpart": "duty"}
    (await house.root.post(ADMIN, again)).refused(400, "M_USER_IN_USE")
    (await house.root.post(ADMIN, {"name": "x", "unit_id": 999})).refused(404, "M_NOT_FOUND")


async def test_a_unit_administrator_keeps_the_posts_of_their_part(house: Institution) -> None:
    await make(house)
    (await house.root.post(ADMIN, {"name": "IT desk", "unit_id": house.units["IT"]})).ok()
    second = house.people["second"]
    path = f"/_depesha/v1/admin/users/{second.user_id}/roles/unit_administrator"
    (await house.root.put(path, {"unit_id": house.units["Law"]})).ok()
    names = [each["name"] for each in (await second.get(ADMIN)).ok()["posts"]]
    assert names == ["Duty officer"]
    await set_roster(second, on("lawyer"))
    (await second.put(f"{ADMIN}/{DUTY}/roster", {"roster": [on("coder")]})).refused(
        403, "M_FORBIDDEN"
    )
    elsewhere = {"name": "x", "unit_id": house.units["IT"]}
    (await second.post(ADMIN, elsewhere)).refused(403, "M_FORBIDDEN")
    (await second.put(f"{ADMIN}/{DUTY}", elsewhere)).refused(403, "M_FORBIDDEN")


async def test_who_leaves_holds_nothing_and_a_post_can_end(
    house: Institution, clock: TestClock
) -> None:
    await make(house, on("lawyer"), on("lawhead"))
    second = house.people["second"]
    room = await write(second, "Hello")
    (await house.root.post(f"/_depesha/v1/admin/org/people/{user('lawyer')}/leave", {})).ok()
    await turned(clock, second, room, "second", "post-duty", "lawhead")
    (await house.root.delete(f"{ADMIN}/{DUTY}")).ok()
    await turned(clock, second, room, "second")
    assert (await second.get(POSTS)).ok() == {"posts": []}
    (await second.get(f"{OWN}/people/{DUTY}")).refused(404, "M_NOT_FOUND")
    (await house.root.delete(f"{ADMIN}/{DUTY}")).refused(404, "M_NOT_FOUND")


async def test_whoever_writes_sees_from_then_on_who_holds_it(house: Institution) -> None:
    await make(house, on("coder"), serves=True)
    judge = house.people["judge"]
    (told,) = (await judge.get(POSTS)).ok()["posts"]
    assert (told["holders"], told["roster"], told["is_held"]) == ([], [], True)
    since = (await judge.sync())["next_batch"]
    await write(judge, "Who is there?")
    events = (await judge.sync(since))["account_data"]["events"]
    (content,) = [each["content"] for each in events if each["type"] == "org.depesha.posts"]
    assert content["posts"][0]["holders"] == [user("coder")]


async def test_a_post_is_nobody_of_whom_an_answer_is_awaited(house: Institution) -> None:
    await make(house, on("lawyer"))
    lawhead = house.people["lawhead"]
    room = await write(lawhead, "Hello")
    content = {"msgtype": "m.text", "body": "Fire", "org.depesha.urgent": {}}
    event_id = await lawhead.send(room, content)
    reached = (await lawhead.get(f"/_depesha/v1/rooms/{room}/urgent/{event_id}")).ok()
    assert reached["addressed"] == 1
    # Notices to the unit's people go to people.
    notice = {"kind": "official", "body": "The lift rests.", "units": [house.units["Law"]]}
    sent = (await house.root.post("/_depesha/v1/admin/notices/official", notice)).ok()
    await house.server.jobs_done("notices_official")
    figures = (
        await house.root.get(f"/_depesha/v1/admin/notices/official/{sent['notice_id']}")
    ).ok()
    assert figures["addressed"] == 4


async def test_nobody_passes_for_a_holder_nor_a_chat_for_one_with_a_post(
    house: Institution,
) -> None:
    await make(house, on("lawyer"))
    second, lawyer = house.people["second"], house.people["lawyer"]
    room = await second.create_room(preset="private_chat")
    path, mine = f"/rooms/{room}/state", {"membership": "join", "org.depesha.post": DUTY}
    answer = await second.put(f"{path}/m.room.member/{second.user_id}", mine)
    answer.refused(403, "M_FORBIDDEN")
    answer = await second.put(f"{path}/org.depesha.post", {"user_id": DUTY})
    answer.refused(403, "M_FORBIDDEN")
    # Who holds it may be called otherwise in a chat of the post.
    room = await write(second, "Hello")
    path = f"/rooms/{room}/state/m.room.member/{lawyer.user_id}"
    (await lawyer.put(path, {**mine, "displayname": "On duty"})).ok()
