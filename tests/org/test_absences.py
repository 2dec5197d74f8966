"""One's own absences: who stands in for oneself, and for whom one does (G7)."""

from typing import Any

from tests.harness.client import Client, Response
from tests.harness.clock import START_MS, TestClock
from tests.harness.server import Server
from tests.org.institution import OWN, Institution, user

ABSENCES = f"{OWN}/absences"
MINUTE = 60_000


def away(name: str, since: int, until: int) -> dict[str, Any]:
    since_ts, until_ts = START_MS + since * MINUTE, START_MS + until * MINUTE
    return {"user_id": user(name), "since_ts": since_ts, "until_ts": until_ts}


async def put(client: Client, *deputies: dict[str, Any]) -> Response:
    return await client.put(ABSENCES, {"deputies": list(deputies)})


async def get(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = (await client.get(ABSENCES)).ok()
    return told


async def card(viewer: Client, name: str) -> dict[str, Any]:
    told: dict[str, Any] = (await viewer.get(f"{OWN}/people/{user(name)}")).ok()
    return told


async def told_of_org(client: Client, since: str) -> dict[str, Any] | None:
    events = (await client.sync(since)).get("account_data", {}).get("events", [])
    found = [event["content"] for event in events if event["type"] == "org.depesha.org"]
    return found[-1] if found else None


async def test_one_names_who_stands_in(house: Institution, clock: TestClock) -> None:
    lawhead, lawyer, judge = (house.people[name] for name in ("lawhead", "lawyer", "judge"))
    (await put(lawhead, away("lawyer", 0, 2))).ok()
    assert (await get(lawhead))["deputies"] == [away("lawyer", 0, 2)]
    stands_for = [away("lawhead", 0, 2)]
    assert await get(lawyer) == {"deputies": [], "stands_for": stands_for}
    assert (await card(lawyer, "lawyer"))["stands_for"] == stands_for
    # Others see who stands in, and are not told for whom somebody does.
    assert (await card(judge, "lawhead"))["deputies"] == [away("lawyer", 0, 2)]
    assert "stands_for" not in await card(judge, "lawyer")
    lines = (await house.root.get("/_depesha/v1/admin/audit", {"actor": lawhead.user_id})).ok()
    assert [line["act"] for line in lines["lines"]] == ["org.deputies"]
    # It ends by itself, and by hand.
    await clock.advance(120)
    assert await get(lawhead) == await get(lawyer) == {"deputies": [], "stands_for": []}
    (await put(lawhead, away("lawyer", 0, 90))).ok()
    (await put(lawhead)).ok()
    assert await get(lawyer) == {"deputies": [], "stands_for": []}


async def test_the_deputy_learns_of_it_by_sync(house: Institution) -> None:
    lawhead, lawyer, coder = (house.people[name] for name in ("lawhead", "lawyer", "coder"))
    since = (await lawyer.sync())["next_batch"]
    unconcerned = (await coder.sync())["next_batch"]
    (await put(lawhead, away("lawyer", 0, 60))).ok()
    assert (await told_of_org(lawyer, since) or {}).get("all") is True
    since = (await lawyer.sync())["next_batch"]
    (await put(lawhead)).ok()
    assert (await told_of_org(lawyer, since) or {}).get("all") is True
    assert await told_of_org(coder, unconcerned) is None


async def test_an_absence_set_ahead_begins_by_itself(house: Institution, clock: TestClock) -> None:
    """What waits for the absent comes to the deputy at the hour, and goes with its end."""
    ithead, judge = house.people["ithead"], house.people["judge"]
    tester = await house.person("tester", "IT")
    it = f"/_depesha/v1/admin/org/units/{house.units['IT']}"
    (await house.root.put(it, {"accepts": "manager"})).ok()
    (await put(ithead, away("tester", 2, 4))).ok()
    asked = {"user_id": user("coder"), "message": "About the case"}
    (await judge.post("/_depesha/v1/contacts/requests", asked)).ok()
    since = (await tester.sync())["next_batch"]
    await clock.advance(2 * 60)
    assert await waiting(tester, clock, since) == [judge.user_id]
    since = (await tester.sync())["next_batch"]
    await clock.advance(2 * 60)
    assert await waiting(tester, clock, since) == []


async def waiting(client: Client, clock: TestClock, since: str) -> list[str]:
    """Whose requests wait, as soon as a sync tells of them."""
    while True:
        events = (await client.sync(since)).get("account_data", {}).get("events", [])
        for event in events:
            if event["type"] == "org.depesha.contacts":
                return [each["sender"]["user_id"] for each in event["content"]["incoming"]]
        await clock.advance(0.01)


async def test_a_deputy_is_somebody_one_may_write_to(house: Institution) -> None:
    lawhead, lawyer = house.people["lawhead"], house.people["lawyer"]
    # Nobody, somebody unseen and the server's own voice are answered alike.
    hidden = await put(lawyer, away("coder", 0, 60))
    hidden.refused(404, "M_NOT_FOUND")
    for nobody in ("nobody", "notices"):
        absent = await put(lawyer, away(nobody, 0, 60))
        assert (absent.status, absent.body) == (hidden.status, hidden.body)
    # Seen, but of another level: the rule is named.
    error = (await put(lawhead, away("ithead", 0, 60))).refused(403, "M_FORBIDDEN")
    assert error["org.depesha.rule"] == "contact"
    assert await get(lawhead) == {"deputies": [], "stands_for": []}
    (await put(lawhead, away("judge", 0, 60))).ok()


async def test_dates_must_be_sane(house: Institution) -> None:
    lawhead = house.people["lawhead"]
    year = 366 * 24 * 60
    for wrong in (
        [away("lawyer", -60, -1)],
        [away("lawyer", 60, 60)],
        [away("lawyer", 60, 30)],
        [away("lawyer", 0, year + 1)],
        [away("lawyer", 0, 60), away("judge", 0, 90)],
        [away("lawhead", 0, 60)],
    ):
        (await put(lawhead, *wrong)).refused(400, "M_INVALID_PARAM")
    many = [away("lawyer", n, n + 1) for n in range(1, 22)]
    assert (await put(lawhead, *many)).status == 400
    assert (await get(lawhead))["deputies"] == []
    (await put(lawhead, away("lawyer", -60, year), away("judge", 10, 20))).ok()


async def test_standing_in_gives_no_right_of_its_own(
    server: Server, alice: Client, bob: Client
) -> None:
    """Where there is no tree, whoever may notify the room sends urgently, deputy or not."""
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    (await put(alice, away("bob", 0, 60))).ok()
    (await put(bob, away("alice", 0, 60))).ok()
    content = {"msgtype": "m.text", "body": "now", "org.depesha.urgent": {}}
    path = f"/rooms/{room}/send/m.room.message"
    (await bob.put(f"{path}/1", content)).refused(403, "M_FORBIDDEN")
    (await alice.put(f"{path}/1", content)).ok()


async def test_ones_own_card_tells_ones_rights(house: Institution) -> None:
    lawyer, lawhead = house.people["lawyer"], house.people["lawhead"]
    assert "send_urgent" not in (await card(lawyer, "lawyer"))["rights"]
    assert "send_urgent" in (await card(lawhead, "lawhead"))["rights"]
    assert "rights" not in await card(lawhead, "lawyer")
    assert "rights" not in await card(house.root, "root")
