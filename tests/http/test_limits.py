"""Buckets of rate limits, and what workers tell each other of them."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.base.canonical import Content, encode
from depesha.base.errors import MatrixError
from depesha.http.limits import LIMITS, TELL_SECONDS, Limits
from tests.conftest import StartServer
from tests.harness.clock import TestClock


def may(limits: Limits, name: str, key: str = "@a:x") -> bool:
    try:
        limits.check(name, key)
    except MatrixError as error:
        return error.errcode != "M_LIMIT_EXCEEDED"
    return True


def pair(clock: TestClock) -> tuple[Limits, Limits]:
    """Two workers whose whispers arrive at once."""
    one, two = Limits(clock, enabled=True), Limits(clock, enabled=True)
    one.tell = lambda told: two.hear(encode(told))
    two.tell = lambda told: one.hear(encode(told))
    return one, two


async def test_a_burst_then_a_rate(clock: TestClock) -> None:
    limits = Limits(clock, enabled=True)
    burst, rate = LIMITS["send"].burst, LIMITS["send"].per_second
    assert [may(limits, "send") for _ in range(burst + 1)] == [True] * burst + [False]
    assert may(limits, "send", "@b:x")
    await clock.advance(1)
    assert sum(may(limits, "send") for _ in range(2 * int(rate))) == rate
    with pytest.raises(MatrixError) as refused:
        limits.check("send", "@a:x")
    assert refused.value.fields["retry_after_ms"] == 1000 / rate + 1


async def test_guesses_count_at_once_wherever_they_are_made(clock: TestClock) -> None:
    workers = pair(clock)
    burst = LIMITS["login"].burst
    assert sum(may(workers[n % 2], "login") for n in range(3 * burst)) == burst
    await clock.advance(10)
    assert sum(may(workers[n % 2], "login") for n in range(burst)) == 3


async def test_what_runs_empty_is_told_soon(clock: TestClock) -> None:
    one, two = pair(clock)
    telling = [asyncio.ensure_future(each.keep_telling()) for each in (one, two)]
    burst, rate = LIMITS["send"].burst, int(LIMITS["send"].per_second)
    try:
        for _ in range(burst // 2):
            one.check("send", "@a:x")
        await clock.advance(TELL_SECONDS)
        assert may(two, "send")
        assert sum(may(one, "send") for _ in range(burst)) == burst // 2 + rate
        await clock.advance(TELL_SECONDS)
        assert sum(may(two, "send") for _ in range(burst)) <= 2 * rate
        through = 0
        for _ in range(20):
            await clock.advance(TELL_SECONDS)
            through += sum(may(each, "send") for _ in range(burst) for each in (one, two))
        assert 0 < through <= 21 * rate
    finally:
        for task in telling:
            task.cancel()


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 1)), max_size=200))
def test_two_workers_never_let_more_through_than_one(asked: list[tuple[str, int]]) -> None:
    clock = TestClock()
    alone, workers = Limits(clock, enabled=True), pair(clock)
    for key, worker in asked:
        assert may(workers[worker], "second", key) is may(alone, "second", key)


async def test_what_is_given_back_is_given_to_all(clock: TestClock) -> None:
    one, two = pair(clock)
    burst = LIMITS["guess"].burst
    for _ in range(3 * burst):
        one.check("guess", "@a:x")
        one.give_back("guess", "@a:x")
        two.give_back("guess", "@a:x")
    assert sum(may(two, "guess") for _ in range(2 * burst)) == burst
    one.give_back("guess", "@a:x")
    assert [may(two, "guess") for _ in range(2)] == [True, False]


async def test_nonsense_of_another_worker_does_no_harm(clock: TestClock) -> None:
    limits = Limits(clock, enabled=True)
    told: Content = {"taken": [["no such", "k", 5], ["login", "@a:x", -100]]}
    limits.hear(encode(told))
    burst = LIMITS["login"].burst
    assert sum(may(limits, "login") for _ in range(2 * burst)) == burst


async def test_a_network_of_ipv6_counts_as_one(start_server: StartServer) -> None:
    """One person has as many addresses as they like there."""
    settings = {"rate_limits": True, "trusted_proxies": ("127.0.0.1",)}
    async with start_server(**settings) as server:

        async def ask(address: str) -> int:
            headers = {"X-Forwarded-For": address}
            anyone = server.anyone
            return (await anyone.post("/login", {"type": "m.none"}, headers=headers)).status

        asked = [await ask(f"2001:db8::{number:x}") for number in range(1, 22)]
        assert asked == [400] * 20 + [429]
        assert await ask("2001:db8:0:1::1") == 400
        assert [await ask(f"192.0.2.{number}") for number in range(3)] == [400] * 3
