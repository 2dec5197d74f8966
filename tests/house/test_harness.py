"""The judge of the tests refuses what is wrong, and the clock of the tests goes right."""

from pathlib import Path
from typing import Any

import pytest

from tests.harness.clock import START_MS, TestClock
from tests.harness.spec import Broken, Judge, find_operation, load_operations

SYNC = "/_matrix/client/v3/sync"
SEND = "/_matrix/client/v3/rooms/!r:x/send/m.room.message/1"
EVENT: dict[str, Any] = {
    "type": "m.room.member",
    "state_key": "@alice:x",
    "sender": "@alice:x",
    "event_id": "$abc",
    "origin_server_ts": 1,
    "content": {"membership": "join"},
}


def timeline(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "next_batch": "s1",
        "rooms": {"join": {"!r:x": {"timeline": {"events": [event]}}}},
    }


def answer(method: str, path: str, status: int, body: Any, judge: Judge | None = None) -> None:
    (judge or Judge()).check_response(method, path, status, "application/json", body)


def test_what_is_right_passes() -> None:
    answer("GET", SYNC, 200, timeline(EVENT))
    answer("PUT", SEND, 200, {"event_id": "$abc"})
    answer("PUT", SEND, 403, {"errcode": "M_FORBIDDEN", "error": "No"})
    answer("POST", "/_matrix/client/v3/register", 401, {"flows": [], "session": "s"})


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", SYNC, 200, {}),
        ("GET", SYNC, 201, {"next_batch": "s1"}),
        ("PUT", SEND, 200, {"event_id": "abc"}),
        ("PUT", SEND, 403, {"error": "No"}),
        ("PUT", SEND, 403, {"errcode": "M_FORBIDDEN"}),
        ("PUT", SEND, 404, []),
        ("POST", "/_matrix/client/v3/register", 401, {"session": "s"}),
        ("GET", SYNC, 200, timeline({**EVENT, "sender": "alice"})),
        ("GET", SYNC, 200, timeline({**EVENT, "content": {"membership": "here"}})),
        ("GET", SYNC, 200, timeline({k: v for k, v in EVENT.items() if k != "event_id"})),
    ],
)
def test_what_is_wrong_is_refused(method: str, path: str, status: int, body: Any) -> None:
    with pytest.raises(Broken):
        answer(method, path, status, body)


def test_json_is_promised() -> None:
    with pytest.raises(Broken):
        Judge().check_response("GET", SYNC, 200, "text/html", None)


def test_a_content_that_the_test_sent_is_its_own_affair() -> None:
    odd = {**EVENT, "type": "m.room.message", "content": {"body": 1}}
    judge = Judge()
    with pytest.raises(Broken):
        answer("GET", SYNC, 200, timeline(odd), judge)
    judge.note_request({"body": 1})
    answer("GET", SYNC, 200, timeline(odd), judge)


def test_success_is_counted_and_refusal_is_not() -> None:
    judge = Judge()
    answer("PUT", SEND, 403, {"errcode": "M_FORBIDDEN", "error": "No"}, judge)
    assert judge.done == set()
    answer("PUT", SEND, 200, {"event_id": "$abc"}, judge)
    assert judge.done == {"sendMessage"}


def test_every_operation_is_found_by_its_path() -> None:
    for operation in load_operations().values():
        found = find_operation(operation.method, operation.path)
        assert found is not None
        assert found.path == operation.path


def test_an_empty_state_key_needs_no_slash() -> None:
    path = "/_matrix/client/v3/rooms/!r:x/state/m.room.name"
    for given in (path, path + "/"):
        found = find_operation("PUT", given)
        assert found is not None
        assert found.name == "setRoomStateWithKey"


async def test_timers_fire_in_order_and_rearm(clock: TestClock) -> None:
    fired: list[tuple[str, int]] = []

    def tick() -> None:
        fired.append(("tick", clock.now_ms() - START_MS))
        clock.call_later(10, tick)

    clock.call_later(10, tick)
    clock.call_later(15, lambda: fired.append(("once", clock.now_ms() - START_MS)))
    clock.call_later(12, lambda: fired.append(("never", 0))).cancel()
    await clock.advance(29)
    assert fired == [("tick", 10_000), ("once", 15_000), ("tick", 20_000)]
    assert clock.now_ms() == START_MS + 29_000
    assert clock.pending(within=1) == 1


async def test_in_a_leap_what_is_due_fires_once_at_its_end(clock: TestClock) -> None:
    fired: list[int] = []

    def tick() -> None:
        fired.append(clock.now_ms() - START_MS)
        clock.call_later(10, tick)

    clock.call_later(10, tick)
    await clock.leap(3_600)
    assert fired == [3_600_000]
    await clock.advance(10)
    assert fired == [3_600_000, 3_610_000]


async def test_a_sleep_of_nothing_returns(clock: TestClock) -> None:
    await clock.sleep(0)


def test_each_test_has_databases_of_its_own(empty_db_url: str, tmp_path: Path) -> None:
    assert empty_db_url.startswith("postgresql:") or Path(empty_db_url).parent == tmp_path
