"""Surveys of a chat, of units and of people: who asks whom, who answers, who sees what."""

from typing import Any

from depesha.io.store import select_tables_of_people
from depesha.io.tx import Tx
from depesha.surveys.rules import KEPT_MS
from depesha.surveys.store import select_box, select_person
from tests.accounts.steps import make_admin
from tests.harness.client import Client, Response
from tests.harness.clock import TestClock
from tests.harness.server import Server
from tests.org.institution import Institution, make_ministry, user

SURVEYS = "/_depesha/v1/surveys"
DAY = 86_400_000
LUNCH = {"text": "Lunch?", "kind": "one", "choices": ["Soup", "Salad"]}
WHY = {"text": "Why?", "kind": "text", "required": False}


async def ask(client: Client, clock: TestClock, **fields: Any) -> Response:
    whole = {"title": "Canteen", "questions": [LUNCH, WHY], "until_ts": clock.now_ms() + DAY}
    return await client.post(SURVEYS, {**whole, **fields})


async def made(client: Client, clock: TestClock, **fields: Any) -> str:
    survey_id: str = (await ask(client, clock, **fields)).ok()["survey_id"]
    return survey_id


async def answer(client: Client, survey_id: str, *answers: Any) -> Response:
    return await client.put(f"{SURVEYS}/{survey_id}/answer", {"answers": list(answers)})


async def told(client: Client, survey_id: str) -> Any:
    return (await client.get(f"{SURVEYS}/{survey_id}")).ok()


async def results(client: Client, survey_id: str) -> Response:
    return await client.get(f"{SURVEYS}/{survey_id}/results")


async def chat_of(server: Server, *names: str) -> tuple[str, list[Client]]:
    people = [await server.register(name) for name in names]
    room = await people[0].create_room(preset="public_chat")
    for each in people[1:]:
        await each.join(room)
    return room, people


async def test_a_chat_is_asked_openly(server: Server, clock: TestClock) -> None:
    room, (alice, bob, carol) = await chat_of(server, "alice", "bob", "carol")
    stranger = await server.register("stranger")
    survey_id = await made(alice, clock, room_id=room, results="all", changeable=True)
    (await answer(bob, survey_id, [0], "warm")).ok()
    (await answer(bob, survey_id, [1], "green")).ok()
    seen = await told(bob, survey_id)
    assert (seen["has_answered"], seen["may_answer"], seen["answers"]) == (
        True,
        True,
        [[1], "green"],
    )
    assert (seen["people"], seen["answered"], seen["author"]) == (3, 1, alice.user_id)
    # Who has answered sees what the others have; who has not, when it is over.
    (await results(carol, survey_id)).refused(403, "M_FORBIDDEN")
    come = (await results(bob, survey_id)).ok()
    assert come["questions"][0] == {"said": 1, "counts": [0, 1], "texts": []}
    assert come["questions"][1]["texts"] == ["green"]
    assert [(each["user_id"], each["answers"]) for each in come["people"]] == [
        (bob.user_id, [[1], "green"])
    ]
    waiting = (await alice.get(f"{SURVEYS}/{survey_id}/unanswered")).ok()
    assert waiting == {"many": 2, "users": [alice.user_id, carol.user_id]}
    (await bob.get(f"{SURVEYS}/{survey_id}/unanswered")).refused(403, "M_FORBIDDEN")
    (await bob.post(f"{SURVEYS}/{survey_id}/end", {})).refused(403, "M_FORBIDDEN")
    (await alice.post(f"{SURVEYS}/{survey_id}/end", {})).ok()
    (await results(carol, survey_id)).ok()
    refusal = (await answer(carol, survey_id, [0], None)).refused(403, "M_FORBIDDEN")
    assert refusal["org.depesha.rule"] == "survey_over"
    # Who is outside, and who has left, find nothing.
    await bob.leave(room)
    for outside in (stranger, bob):
        for path in ("", "/results", "/table", "/unanswered"):
            (await outside.get(f"{SURVEYS}/{survey_id}{path}")).refused(404, "M_NOT_FOUND")
        (await answer(outside, survey_id, [0], None)).refused(404, "M_NOT_FOUND")
        (await outside.delete(f"{SURVEYS}/{survey_id}")).refused(404, "M_NOT_FOUND")
        assert (await outside.get(SURVEYS)).ok() == {"surveys": []}
    (await ask(stranger, clock, room_id=room)).refused(403, "M_FORBIDDEN")
    (await alice.delete(f"{SURVEYS}/{survey_id}")).ok()
    (await alice.get(f"{SURVEYS}/{survey_id}")).refused(404, "M_NOT_FOUND")


async def test_an_anonymous_answer_is_given_once_and_shown_at_the_end(
    server: Server, clock: TestClock
) -> None:
    names = ("alice", "bob", "carol", "dave", "erin", "frank")
    room, people = await chat_of(server, *names)
    alice = people[0]
    survey_id = await made(alice, clock, room_id=room, anonymous=True, results="all")
    few = await made(alice, clock, room_id=room, anonymous=True, results="all")
    for at, each in enumerate(people[:5]):
        (await answer(each, survey_id, [at % 2], f"for {at}")).ok()
    for each in people[:4]:
        (await answer(each, few, [0], None)).ok()
    refusal = (await answer(people[1], survey_id, [1], None)).refused(403, "M_FORBIDDEN")
    assert refusal["org.depesha.rule"] == "survey_answered"
    seen = await told(people[1], survey_id)
    assert (seen["has_answered"], seen["may_answer"], "answers" in seen) == (True, False, False)
    # Who looked twice would learn what was said in between: so nobody looks before the end.
    assert (await results(alice, survey_id)).refused(403, "M_FORBIDDEN")[
        "org.depesha.rule"
    ] == "survey_running"
    for ended in (survey_id, few):
        (await alice.post(f"{SURVEYS}/{ended}/end", {})).ok()
    come = (await results(people[5], survey_id)).ok()
    assert come["questions"] == [
        {"said": 5, "counts": [3, 2], "texts": []},
        {"said": 5, "counts": [], "texts": [f"for {at}" for at in range(5)]},
    ]
    assert "people" not in come
    assert (await results(alice, few)).refused(403, "M_FORBIDDEN")[
        "org.depesha.rule"
    ] == "survey_few"
    # What is too little to be told is not kept either.
    db = server.running.house.spine.db
    assert '"answered":0' in (await db.read(select_box, 1, few) or "")
    assert '"answered":5' in (await db.read(select_box, 1, survey_id) or "")
    table = await alice.get(f"{SURVEYS}/{survey_id}/table")
    table.ok()
    assert '"Lunch?","Soup","3"\r\n' in table.body.decode()
    assert alice.user_id not in table.body.decode()
    (await alice.get(f"{SURVEYS}/{few}/table")).refused(403, "M_FORBIDDEN")


async def test_nothing_that_is_stored_joins_an_answer_to_a_person(
    server: Server, clock: TestClock
) -> None:
    """Whatever people say, and in whatever order: the same is stored of each of them."""
    names = ("alice", "bob", "carol", "dave", "erin", "frank")
    room, people = await chat_of(server, *names)
    db = server.running.house.spine.db
    surveys = [
        await made(people[0], clock, room_id=room, anonymous=True, title=title)
        for title in ("One", "Two")
    ]
    said = [[[at % 2], f"word {at}"] for at in range(5)]
    for each, given in zip(people, said, strict=False):
        (await answer(each, surveys[0], *given)).ok()
    for each, given in zip(reversed(people[:5]), said, strict=False):
        (await answer(each, surveys[1], *given)).ok()

    async def boxes(tx: Tx) -> list[str]:
        found = [await select_box(tx, 1, each) for each in surveys]
        return [each or "" for each in found]

    one, two = await db.read(boxes)
    assert one == two != ""
    assert not [name for name in names if user(name) in one]
    # Of each who has answered the same is kept, and no table of people has what was said.

    async def kept(tx: Tx) -> dict[str, str]:
        found = {}
        for each in people[:5]:
            row = await select_person(tx, 1, surveys[0], each.user_id)
            assert row is not None
            found[each.user_id] = str(row[1:])
        return found

    assert len(set((await db.read(kept)).values())) == 1
    tables = await db.read(select_tables_of_people)
    assert {"surveys_people", "surveys_answers"} <= set(tables)
    assert "surveys_boxes" not in tables

    async def count_open(tx: Tx) -> int | None:
        return await tx.value(int, "SELECT COUNT(*) FROM surveys_answers")

    assert await db.read(count_open) == 0
    # Nor is it told where what changed is told.
    for each in people:
        body = str(await each.sync())
        assert not [given for given in said if str(given[1]) in body]


async def test_units_are_asked_and_reminded(server: Server, clock: TestClock) -> None:
    house = await make_ministry(server)
    people, units = house.people, house.units
    boss = people["lawhead"]
    survey_id = await made(boss, clock, units=[units["Law"]], title="Law only")
    # It is told in the room of notices, with a link; nobody else finds it.
    assert any("Law only" in each for each in await server.told(people["judge"], "surveys_tell"))
    for name in ("coder", "minister", "ithead"):
        assert (await people[name].get(SURVEYS)).ok() == {"surveys": []}
        (await people[name].get(f"{SURVEYS}/{survey_id}")).refused(404, "M_NOT_FOUND")
        (await answer(people[name], survey_id, [0], None)).refused(404, "M_NOT_FOUND")
    seen = await told(people["judge"], survey_id)
    assert (seen["people"], seen["answered"], seen["may_answer"]) == (3, 0, True)
    (await answer(people["judge"], survey_id, [1], "quick")).ok()
    (await answer(people["lawyer"], survey_id, [0], None)).ok()
    (await results(people["judge"], survey_id)).refused(403, "M_FORBIDDEN")
    come = (await results(boss, survey_id)).ok()
    assert come["questions"][0]["counts"] == [1, 1]
    paths = {tuple(each["path"]): each["counts"][0] for each in come["units"]}
    assert paths == {("Ministry", "Law"): [1, 0], ("Ministry", "Law", "Courts"): [0, 1]}
    assert (await boss.get(f"{SURVEYS}/{survey_id}/unanswered")).ok()["users"] == [user("lawhead")]
    remind = f"{SURVEYS}/{survey_id}/remind"
    (await boss.post(remind, {})).refused(429, "M_LIMIT_EXCEEDED")
    lines = (await house.root.get("/_depesha/v1/admin/audit", {"target": survey_id})).ok()["lines"]
    assert [(line["act"], line["actor"]) for line in lines] == [("survey.create", boss.user_id)]


async def test_what_is_no_user_id_is_nobodys(server: Server, clock: TestClock) -> None:
    admin = await make_admin(server, await server.register("root"))
    for nobody in ("nobody", "@a\x00b:depesha.test", f"@{'x' * 300}:depesha.test"):
        (await ask(admin, clock, users=[nobody])).refused(404, "M_NOT_FOUND")


async def test_a_reminder_goes_to_who_has_not_answered(server: Server, clock: TestClock) -> None:
    admin = await make_admin(server, await server.register("root"))
    alice, bob = await server.register("alice"), await server.register("bob")
    survey_id = await made(
        admin, clock, users=[alice.user_id, bob.user_id, user("nobody")], anonymous=True
    )
    assert len(await server.told(alice, "surveys_tell")) == 1
    (await answer(bob, survey_id, [0], None)).ok()
    db = server.running.house.spine.db

    async def earlier(tx: Tx) -> None:
        await tx.execute("UPDATE surveys_surveys SET round_ts = 0")

    await db.write(earlier)
    (await admin.post(f"{SURVEYS}/{survey_id}/remind", {})).ok()
    assert len(await server.told(alice, "surveys_tell")) == 2
    assert len(await server.told(bob, "surveys_tell")) == 1


async def test_who_may_ask_whom(server: Server, clock: TestClock) -> None:
    house = await make_ministry(server)
    people, units = house.people, house.units
    # A unit that one does not see is as one that is not there.
    hidden = await ask(people["lawyer"], clock, units=[units["IT"]])
    missing = await ask(people["lawyer"], clock, units=[999_999])
    assert hidden.refused(404, "M_NOT_FOUND") == missing.refused(404, "M_NOT_FOUND")
    hidden = await ask(people["lawyer"], clock, users=[user("coder")])
    missing = await ask(people["lawyer"], clock, users=[user("nobody")])
    assert hidden.refused(404, "M_NOT_FOUND") == missing.refused(404, "M_NOT_FOUND")
    # One's own may be seen and not asked.
    refusal = (await ask(people["lawyer"], clock, units=[units["Law"]])).refused(403, "M_FORBIDDEN")
    assert refusal["org.depesha.rule"] == "survey_units"
    (await ask(people["lawyer"], clock, users=[user("judge")])).refused(403, "M_FORBIDDEN")
    (await ask(people["ithead"], clock, units=[units["Law"]])).refused(403, "M_FORBIDDEN")
    (await ask(people["ithead"], clock, units=[units["IT"]])).ok()
    (await ask(people["minister"], clock, units=[units["Courts"]], users=[user("coder")])).ok()
    grant = f"/_depesha/v1/admin/users/{user('clerk')}/roles/unit_administrator"
    (await house.root.put(grant, {"unit_id": units["Courts"]})).ok()
    (await ask(people["clerk"], clock, units=[units["Courts"]])).ok()
    (await ask(people["clerk"], clock, units=[units["Law"]])).refused(404, "M_NOT_FOUND")
    (await ask(house.root, clock, units=[units["Ministry"]])).ok()
    (await ask(house.root, clock, units=[999_999])).refused(404, "M_NOT_FOUND")
    await server.jobs_done("surveys_tell")


async def test_who_is_not_seen_is_counted_and_not_named(server: Server, clock: TestClock) -> None:
    house: Institution = await make_ministry(server)
    people = house.people
    survey_id = await made(
        house.root, clock, units=[house.units["Law"], house.units["IT"]], results="all"
    )
    await server.jobs_done("surveys_tell")
    for name in ("judge", "coder"):
        (await answer(people[name], survey_id, [0], None)).ok()
    come = (await results(people["judge"], survey_id)).ok()
    assert come["answered"] == 2
    assert [each["user_id"] for each in come["people"]] == [user("judge")]
    assert "units" not in come
    # Who asks by the right has no place in the tree: those asked do not see them.
    assert "author" not in await told(people["judge"], survey_id)
    assert user("root") not in str((await people["judge"].get(SURVEYS)).ok())


async def test_what_cannot_be_asked(server: Server, clock: TestClock, alice: Client) -> None:
    room = await alice.create_room()
    now = clock.now_ms()
    invalid: list[dict[str, Any]] = [
        {},
        {"room_id": room, "users": [alice.user_id]},
        {"room_id": room, "until_ts": now},
        {"room_id": room, "until_ts": now + 367 * DAY},
        {"room_id": room, "title": " "},
        {"room_id": room, "title": "a\x00"},
        {"room_id": room, "anonymous": True, "changeable": True},
        {"room_id": room, "questions": [{"text": "a", "kind": "one", "choices": ["b"]}]},
    ]
    for wrong in invalid:
        (await ask(alice, clock, **wrong)).refused(400, "M_INVALID_PARAM")
    malformed: list[dict[str, Any]] = [
        {"room_id": room, "title": ""},
        {"room_id": room, "questions": []},
        {"room_id": room, "questions": [LUNCH] * 31},
        {"room_id": room, "questions": [{"text": "a", "kind": "guess"}]},
        {"room_id": room, "results": "nobody"},
        {"users": ["x"] * 1001},
    ]
    for wrong in malformed:
        (await ask(alice, clock, **wrong)).refused(400, "M_BAD_JSON")
    (await ask(alice, clock, room_id="!none")).refused(403, "M_FORBIDDEN")
    survey_id = await made(alice, clock, room_id=room)
    (await answer(alice, survey_id, [0])).refused(400, "M_INVALID_PARAM")
    (await answer(alice, survey_id, [7], None)).refused(400, "M_INVALID_PARAM")
    (await answer(alice, survey_id, 7, None)).refused(400, "M_BAD_JSON")
    (await alice.post(f"{SURVEYS}/{survey_id}/remind", {})).refused(400, "M_INVALID_PARAM")
    (await answer(alice, "none", [0], None)).refused(404, "M_NOT_FOUND")
    for _ in range(49):
        await made(alice, clock, room_id=room)
    (await ask(alice, clock, room_id=room)).refused(400, "M_LIMIT_EXCEEDED")


async def test_a_survey_ends_in_time_and_is_forgotten(server: Server, clock: TestClock) -> None:
    room, (alice, bob) = await chat_of(server, "alice", "bob")
    survey_id = await made(alice, clock, room_id=room, until_ts=clock.now_ms() + 60_000)
    since = (await bob.sync())["next_batch"]
    await clock.advance(61)
    (await answer(bob, survey_id, [0], None)).refused(403, "M_FORBIDDEN")
    assert (await told(bob, survey_id))["is_over"] is True
    db = server.running.house.spine.db

    async def ended(tx: Tx) -> int | None:
        return await tx.value(int, "SELECT ended_ts FROM surveys_surveys")

    while await db.read(ended) is None:
        await clock.advance(0.1)
    data = (await bob.sync(since))["account_data"]["events"]
    assert [each["content"]["surveys"] for each in data] == [[survey_id]]

    async def age(tx: Tx) -> None:
        await tx.execute("UPDATE surveys_surveys SET ended_ts = ended_ts - $1", KEPT_MS)
        await tx.execute("UPDATE io_jobs SET due_ts = 0 WHERE kind = 'surveys_end'")

    await db.write(age)
    while (await alice.get(f"{SURVEYS}/{survey_id}")).status != 404:
        await clock.advance(30)


async def test_who_leaves_the_institution_is_forgotten(server: Server, clock: TestClock) -> None:
    admin = await make_admin(server, await server.register("root"))
    room, (alice, bob) = await chat_of(server, "alice", "bob")
    survey_id = await made(alice, clock, room_id=room)
    for each in (alice, bob):
        (await answer(each, survey_id, [0], None)).ok()
    data = (await bob.get("/_depesha/v1/me/data")).ok()
    assert {kind["kind"]: kind["count"] for kind in data["kinds"]}["surveys"] == 2
    (await admin.post(f"/_depesha/v1/admin/users/{bob.user_id}/deactivate", {})).ok()
    come = (await results(alice, survey_id)).ok()
    assert [each["user_id"] for each in come["people"]] == [alice.user_id]
