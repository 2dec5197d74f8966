"""Account data and tags."""

from tests.harness.client import Client

ROOM = "!somewhere:depesha.test"


def data(client: Client, type_: str, room: str = "") -> str:
    inside = f"/rooms/{room}" if room else ""
    return f"/user/{client.user_id}{inside}/account_data/{type_}"


async def test_account_data_is_kept_and_told(alice: Client) -> None:
    phone = await alice.login("alice")
    since = (await phone.sync())["next_batch"]
    (await alice.get(data(alice, "org.example.a"))).refused(404, "M_NOT_FOUND")
    (await alice.put(data(alice, "org.example.a"), {"n": 1})).ok()
    (await alice.put(data(alice, "org.example.a"), {"n": 0.5})).ok()
    assert (await phone.get(data(alice, "org.example.a"))).ok() == {"n": 0.5}
    told = (await phone.sync(since))["account_data"]["events"]
    assert told == [{"type": "org.example.a", "content": {"n": 0.5}}]


async def test_account_data_of_a_room(alice: Client, bob: Client) -> None:
    room = await alice.create_room(invite=[bob.user_id])
    await bob.join(room)
    since = (await alice.sync())["next_batch"]
    (await alice.put(data(alice, "org.example.a", room), {"n": 1})).ok()
    assert (await alice.get(data(alice, "org.example.a", room))).ok() == {"n": 1}
    (await alice.get(data(alice, "org.example.a"))).refused(404, "M_NOT_FOUND")
    (await bob.get(data(bob, "org.example.a", room))).refused(404, "M_NOT_FOUND")
    told = (await alice.sync(since))["rooms"]["join"][room]["account_data"]["events"]
    assert told == [{"type": "org.example.a", "content": {"n": 1}}]


async def test_account_data_is_private(alice: Client, bob: Client) -> None:
    for path in (data(alice, "org.example.a"), data(alice, "org.example.a", ROOM)):
        (await bob.put(path, {"n": 1})).refused(403, "M_FORBIDDEN")
        (await bob.get(path)).refused(403, "M_FORBIDDEN")
        (await alice.get(path)).refused(404, "M_NOT_FOUND")


async def test_what_the_server_keeps_itself(alice: Client) -> None:
    for type_ in ("m.fully_read", "m.push_rules"):
        (await alice.put(data(alice, type_), {})).refused(405, "M_BAD_JSON")
        (await alice.put(data(alice, type_, ROOM), {})).refused(405, "M_BAD_JSON")


async def test_what_cannot_be_kept(alice: Client) -> None:
    path = data(alice, "org.example.a")
    (await alice.put(path, {"n": "a\x00b"})).refused(400, "M_BAD_JSON")
    (await alice.put(path, {"n": "x" * 65_536})).refused(413, "M_TOO_LARGE")
    (await alice.put(path, data=b"[]")).refused(400, "M_BAD_JSON")
    (await alice.put(path, data=b"{")).refused(400, "M_NOT_JSON")
    (await alice.put(data(alice, "org.example.a", "nowhere"), {})).refused(400, "M_INVALID_PARAM")
    (await alice.get(path)).refused(404, "M_NOT_FOUND")


async def test_account_data_can_be_deleted(alice: Client) -> None:
    (await alice.put(data(alice, "org.example.a"), {"n": 1})).ok()
    since = (await alice.sync())["next_batch"]
    path = f"/user/{alice.user_id}/account_data/org.example.a"
    (await alice.delete("/_matrix/client/unstable/org.matrix.msc3391" + path)).ok()
    (await alice.get(data(alice, "org.example.a"))).refused(404, "M_NOT_FOUND")
    told = (await alice.sync(since))["account_data"]["events"]
    assert told == [{"type": "org.example.a", "content": {}}]
    fresh = (await alice.sync()).get("account_data", {"events": []})["events"]
    assert "org.example.a" not in [event["type"] for event in fresh]


async def test_account_data_of_a_room_can_be_deleted(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    path = f"/user/{alice.user_id}/rooms/{room}/account_data/org.example.a"
    (await alice.put(path, {"n": 1})).ok()
    since = (await alice.sync())["next_batch"]
    unstable = "/_matrix/client/unstable/org.matrix.msc3391"
    (await bob.delete(unstable + path)).refused(403, "M_FORBIDDEN")
    fully_read = f"/user/{alice.user_id}/rooms/{room}/account_data/m.fully_read"
    (await alice.delete(unstable + fully_read)).refused(405, "M_BAD_JSON")
    (await alice.delete(unstable + path)).ok()
    (await alice.get(path)).refused(404, "M_NOT_FOUND")
    told = (await alice.sync(since))["rooms"]["join"][room]["account_data"]["events"]
    assert told == [{"type": "org.example.a", "content": {}}]
    fresh = (await alice.sync())["rooms"]["join"][room]["account_data"]["events"]
    assert "org.example.a" not in [event["type"] for event in fresh]


# Tags


def tags(client: Client, room: str, tag: str = "") -> str:
    return f"/user/{client.user_id}/rooms/{room}/tags" + (f"/{tag}" if tag else "")


async def test_tags(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    assert (await alice.get(tags(alice, room))).ok() == {"tags": {}}
    since = (await alice.sync())["next_batch"]
    (await alice.put(tags(alice, room, "m.favourite"), {"order": 0.25})).ok()
    (await alice.put(tags(alice, room, "u.work"), {})).ok()
    kept = {"m.favourite": {"order": 0.25}, "u.work": {}}
    assert (await alice.get(tags(alice, room))).ok() == {"tags": kept}
    told = (await alice.sync(since))["rooms"]["join"][room]["account_data"]["events"]
    assert told == [{"type": "m.tag", "content": {"tags": kept}}]
    (await alice.delete(tags(alice, room, "u.work"))).ok()
    (await alice.delete(tags(alice, room, "u.work"))).ok()
    assert (await alice.get(tags(alice, room))).ok() == {"tags": {"m.favourite": {"order": 0.25}}}
    assert (await bob.get(tags(bob, room))).ok() == {"tags": {}}


async def test_what_is_no_tag(alice: Client, bob: Client) -> None:
    room = await alice.create_room()
    for order in (-0.1, 1.5, "0.5", True):
        answer = await alice.put(tags(alice, room, "u.a"), {"order": order})
        answer.refused(400, "M_BAD_JSON")
    (await alice.put(tags(alice, room, "u." + "x" * 254), {})).refused(400, "M_INVALID_PARAM")
    (await bob.put(tags(alice, room, "u.a"), {})).refused(403, "M_FORBIDDEN")
    (await bob.get(tags(alice, room))).refused(403, "M_FORBIDDEN")
    (await bob.delete(tags(alice, room, "u.a"))).refused(403, "M_FORBIDDEN")
    assert (await alice.get(tags(alice, room))).ok() == {"tags": {}}


async def test_all_account_data_of_somebody_has_its_bound(alice: Client) -> None:
    much = {"text": "x" * 60_000}
    for number in range(69):
        (await alice.put(data(alice, f"org.example.{number}"), much)).ok()
    (await alice.put(data(alice, "org.example.more"), much)).refused(413, "M_TOO_LARGE")
    (await alice.put(data(alice, "org.example.more", ROOM), much)).refused(413, "M_TOO_LARGE")
    (await alice.get(data(alice, "org.example.more"))).refused(404, "M_NOT_FOUND")
    (await alice.put(data(alice, "org.example.0"), {})).ok()
    (await alice.put(data(alice, "org.example.more"), much)).ok()
