"""Key backup: versions, and the keys in them."""

from itertools import pairwise
from typing import Any

import pytest

from tests.harness.client import Client

ALGORITHM = "m.megolm_backup.v1.curve25519-aes-sha2"
AUTH = {"public_key": "abcdefg", "signatures": {"@alice:depesha.test": {"ed25519:D": "sig"}}}
ROOM, OTHER = "!one:depesha.test", "!two"


def key(
    name: str, first: int = 0, forwarded: int = 0, *, is_verified: bool = False
) -> dict[str, Any]:
    return {
        "first_message_index": first,
        "forwarded_count": forwarded,
        "is_verified": is_verified,
        "session_data": {"ephemeral": name, "ciphertext": "c", "mac": "m"},
    }


async def new_version(client: Client) -> str:
    body = {"algorithm": ALGORITHM, "auth_data": AUTH}
    version: str = (await client.post("/room_keys/version", body)).ok()["version"]
    return version


@pytest.fixture
async def version(alice: Client) -> str:
    """A version of Alice's backup."""
    return await new_version(alice)


async def about(client: Client, version: str = "") -> Any:
    path = f"/room_keys/version/{version}" if version else "/room_keys/version"
    return (await client.get(path)).ok()


# --- versions ------------------------------------------------------------------------


async def test_a_version_is_told_as_it_was_made(alice: Client, version: str) -> None:
    expected = {
        "algorithm": ALGORITHM,
        "auth_data": AUTH,
        "count": 0,
        "version": version,
        "etag": "0",
    }
    assert await about(alice) == await about(alice, version) == expected


async def test_the_newest_version_is_the_current_one(alice: Client, version: str) -> None:
    second = await new_version(alice)
    assert second != version
    assert (await about(alice))["version"] == second
    assert (await about(alice, version))["version"] == version


async def test_the_signatures_of_a_version_can_change(alice: Client, version: str) -> None:
    new = {"algorithm": ALGORITHM, "auth_data": {"public_key": "other"}}
    (await alice.put(f"/room_keys/version/{version}", {**new, "version": version})).ok()
    assert (await about(alice))["auth_data"] == {"public_key": "other"}


async def test_nothing_else_of_a_version_can_change(alice: Client, version: str) -> None:
    path = f"/room_keys/version/{version}"
    body = {"algorithm": ALGORITHM, "auth_data": AUTH}
    for change, errcode in (
        ({"algorithm": "m.other"}, "M_INVALID_PARAM"),
        ({"version": "42"}, "M_INVALID_PARAM"),
        ({"auth_data": {"n": 0.5}}, "M_BAD_JSON"),
    ):
        (await alice.put(path, body | change)).refused(400, errcode)
    (await alice.put("/room_keys/version/42", body)).refused(404, "M_NOT_FOUND")
    assert (await about(alice))["auth_data"] == AUTH


async def test_an_unknown_algorithm_is_refused(alice: Client) -> None:
    body = {"algorithm": "m.other", "auth_data": AUTH}
    (await alice.post("/room_keys/version", body)).refused(400, "M_INVALID_PARAM")
    (await alice.get("/room_keys/version")).refused(404, "M_NOT_FOUND")


async def test_a_version_is_deleted_with_its_keys(alice: Client, version: str) -> None:
    query = {"version": version}
    body = {"rooms": {ROOM: {"sessions": {"a": key("a")}}}}
    (await alice.put("/room_keys/keys", body, query=query)).ok()
    first = await new_version(alice)
    for _ in range(2):
        (await alice.delete(f"/room_keys/version/{version}")).ok()
    (await alice.get(f"/room_keys/version/{version}")).refused(404, "M_NOT_FOUND")
    (await alice.get("/room_keys/keys", query)).refused(404, "M_NOT_FOUND")
    assert (await about(alice))["version"] == first
    (await alice.delete(f"/room_keys/version/{first}")).ok()
    (await alice.get("/room_keys/version")).refused(404, "M_NOT_FOUND")
    # Numbers are not given again: another device may still think of the old version.
    assert await new_version(alice) not in {version, first}


async def test_unknown_versions_are_not_found(alice: Client, bob: Client, version: str) -> None:
    for name in ("42", "0", "01", "x", "-1", "9" * 30):
        (await alice.get(f"/room_keys/version/{name}")).refused(404, "M_NOT_FOUND")
        (await alice.delete(f"/room_keys/version/{name}")).refused(404, "M_NOT_FOUND")
        (await alice.get("/room_keys/keys", {"version": name})).refused(404, "M_NOT_FOUND")
        answer = await alice.delete("/room_keys/keys", query={"version": name})
        answer.refused(404, "M_NOT_FOUND")
    (await bob.get(f"/room_keys/version/{version}")).refused(404, "M_NOT_FOUND")
    (await bob.get("/room_keys/keys", {"version": version})).refused(404, "M_NOT_FOUND")


# --- keys ----------------------------------------------------------------------------


async def test_keys_are_stored_and_read_in_three_ways(alice: Client, version: str) -> None:
    query = {"version": version}
    one, two, three = key("1"), key("2", 5, 1, is_verified=True), key("3")
    path = f"/room_keys/keys/{ROOM}"
    told = (await alice.put(f"{path}/a", one, query=query)).ok()
    assert told["count"] == 1
    told = (await alice.put(path, {"sessions": {"b/+": two}}, query=query)).ok()
    assert told["count"] == 2
    body = {"rooms": {OTHER: {"sessions": {"c": three}}}}
    told = (await alice.put("/room_keys/keys", body, query=query)).ok()
    assert told == {"count": 3, "etag": (await about(alice))["etag"]}
    assert (await alice.get(f"{path}/a", query)).ok() == one
    assert (await alice.get(f"{path}/b%2F+", query)).ok() == two
    assert (await alice.get(path, query)).ok() == {"sessions": {"a": one, "b/+": two}}
    assert (await alice.get("/room_keys/keys", query)).ok() == {
        "rooms": {
            ROOM: {"sessions": {"a": one, "b/+": two}},
            OTHER: {"sessions": {"c": three}},
        }
    }


async def test_what_is_not_there_reads_as_empty(alice: Client, version: str) -> None:
    query = {"version": version}
    assert (await alice.get("/room_keys/keys", query)).ok() == {"rooms": {}}
    assert (await alice.get(f"/room_keys/keys/{ROOM}", query)).ok() == {"sessions": {}}
    (await alice.get(f"/room_keys/keys/{ROOM}/a", query)).refused(404, "M_NOT_FOUND")


BETTER = [
    (key("old", 0, 0), key("new", 9, 9, is_verified=True), "new"),
    (key("old", 9, 9, is_verified=True), key("new", 0, 0), "old"),
    (key("old", 5, 0), key("new", 4, 9), "new"),
    (key("old", 4, 9), key("new", 5, 0), "old"),
    (key("old", 4, 2), key("new", 4, 1), "new"),
    (key("old", 4, 1), key("new", 4, 2), "old"),
    (key("old", 4, 1), key("new", 4, 1), "old"),
]


async def test_the_better_key_is_kept(alice: Client, version: str) -> None:
    query = {"version": version}
    for number, (old, new, kept) in enumerate(BETTER):
        path = f"/room_keys/keys/{ROOM}/s{number}"
        before = (await alice.put(path, old, query=query)).ok()
        after = (await alice.put(path, new, query=query)).ok()
        stored = (await alice.get(path, query)).ok()
        assert (number, stored["session_data"]["ephemeral"]) == (number, kept)
        assert after["count"] == before["count"] == number + 1
        # The etag changes with the contents, and only then.
        assert (after["etag"] != before["etag"]) == (kept == "new")
        assert (await about(alice))["etag"] == after["etag"]


async def test_keys_are_deleted_in_three_ways(alice: Client, version: str) -> None:
    query = {"version": version}
    sessions = {name: key(name) for name in "abc"}
    body = {"rooms": {ROOM: {"sessions": sessions}, OTHER: {"sessions": sessions}}}
    told = (await alice.put("/room_keys/keys", body, query=query)).ok()
    counts, etags = [told["count"]], [told["etag"]]
    for path in (f"/{ROOM}/a", f"/{ROOM}/a", f"/{ROOM}", ""):
        told = (await alice.delete(f"/room_keys/keys{path}", query=query)).ok()
        counts.append(told["count"])
        etags.append(told["etag"])
    assert counts == [6, 5, 5, 3, 0]
    assert [one == two for one, two in pairwise(etags)] == [
        False,
        True,
        False,
        False,
    ]
    assert (await alice.get("/room_keys/keys", query)).ok() == {"rooms": {}}


async def test_only_the_newest_version_takes_keys(alice: Client, version: str) -> None:
    second = await new_version(alice)
    body = {"rooms": {ROOM: {"sessions": {"a": key("a")}}}}
    for path, content in (
        ("", body),
        (f"/{ROOM}", body["rooms"][ROOM]),
        (f"/{ROOM}/a", key("a")),
    ):
        for name in (version, "42", "x"):
            answer = await alice.put(f"/room_keys/keys{path}", content, query={"version": name})
            error = answer.refused(403, "M_WRONG_ROOM_KEYS_VERSION")
            assert error["current_version"] == second
        (await alice.put(f"/room_keys/keys{path}", content)).refused(400, "M_MISSING_PARAM")
    assert (await alice.get("/room_keys/keys", {"version": version})).ok() == {"rooms": {}}


async def test_without_a_version_keys_are_not_taken(alice: Client) -> None:
    answer = await alice.put(f"/room_keys/keys/{ROOM}/a", key("a"), query={"version": "1"})
    answer.refused(404, "M_NOT_FOUND")


async def test_malformed_keys_are_refused(alice: Client, version: str) -> None:
    query = {"version": version}
    for change, errcode in (
        ({"first_message_index": -1}, "M_BAD_JSON"),
        ({"first_message_index": 2**60}, "M_BAD_JSON"),
        ({"forwarded_count": "many"}, "M_BAD_JSON"),
        ({"is_verified": 1}, "M_BAD_JSON"),
        ({"session_data": "text"}, "M_BAD_JSON"),
        ({"session_data": {"n": 0.5}}, "M_BAD_JSON"),
    ):
        answer = await alice.put(f"/room_keys/keys/{ROOM}/a", key("a") | change, query=query)
        answer.refused(400, errcode)
    long = "x" * 256
    answer = await alice.put(f"/room_keys/keys/{ROOM}/{long}", key("a"), query=query)
    answer.refused(400, "M_INVALID_PARAM")
    assert (await about(alice))["count"] == 0


async def test_one_bad_key_keeps_all_out(alice: Client, version: str) -> None:
    sessions = {"good": key("good"), "bad": key("bad") | {"session_data": {"n": 0.5}}}
    query = {"version": version}
    answer = await alice.put(f"/room_keys/keys/{ROOM}", {"sessions": sessions}, query=query)
    answer.refused(400, "M_BAD_JSON")
    assert (await alice.get("/room_keys/keys", query)).ok() == {"rooms": {}}
