"""Hours and days of quiet: properties of the rule, and what is kept of them."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.profile.quiet import Quiet, kept_quiet, read_quiet
from tests.harness.client import Client

MINUTE, DAY = 60_000, 24 * 60
NOON = 1_795_780_800_000
"""Friday, 27 November 2026, 12:00 UTC."""

MINUTES = st.integers(0, DAY - 1)
TIMES = st.integers(0, 60 * 366 * DAY).map(lambda minutes: minutes * MINUTE)
DAYS = st.lists(st.integers(0, 6), max_size=7)


def hours(since: int, until: int, days: list[int], zone: str = "UTC") -> Quiet:
    told = {
        "on": True,
        "from": f"{since // 60:02}:{since % 60:02}",
        "until": f"{until // 60:02}:{until % 60:02}",
        "days": days,
        "zone": zone,
    }
    found = read_quiet(orjson.dumps(told).decode())
    assert found is not None
    return found


@given(MINUTES, MINUTES, TIMES)
def test_either_it_is_quiet_or_it_is_in_the_rest_of_the_day(
    since: int, until: int, now: int
) -> None:
    quiet, rest = hours(since, until, []), hours(until, since, [])
    if since == until:
        assert not quiet.holds(now)
    else:
        assert quiet.holds(now) != rest.holds(now)


@given(MINUTES, MINUTES)
def test_it_begins_and_ends_at_its_minutes(since: int, until: int) -> None:
    quiet, midnight = hours(since, until, []), NOON - DAY // 2 * MINUTE
    if since != until:
        assert quiet.holds(midnight + since * MINUTE)
        assert not quiet.holds(midnight + since * MINUTE - 1)
        assert quiet.holds(midnight + until * MINUTE - 1)
        assert not quiet.holds(midnight + until * MINUTE)


@given(DAYS, TIMES)
def test_whole_days_are_quiet_and_no_other_ones(days: list[int], now: int) -> None:
    # 1 January 1970 was a Thursday.
    weekday = (now // (DAY * MINUTE) + 4) % 7
    assert hours(0, 0, days).holds(now) == (weekday in days)


@given(MINUTES, MINUTES, DAYS, TIMES)
def test_the_clock_is_that_of_the_zone(since: int, until: int, days: list[int], now: int) -> None:
    here, tokyo = hours(since, until, days), hours(since, until, days, "Asia/Tokyo")
    assert tokyo.holds(now) == here.holds(now + 9 * 60 * MINUTE)


def test_summer_time_moves_the_hours() -> None:
    berlin = hours(13 * 60, 14 * 60, [], "Europe/Berlin")
    assert (berlin.holds(NOON), berlin.holds(NOON - 60 * MINUTE)) == (True, False)
    july = NOON - 140 * DAY * MINUTE
    assert (berlin.holds(july), berlin.holds(july - 60 * MINUTE)) == (False, True)


GOOD = {"on": True, "from": "22:00", "until": "08:00", "zone": "Europe/Moscow"}


@pytest.mark.parametrize(
    "change",
    [
        {"zone": ""},
        {"zone": "Mars/Olympus"},
        {"zone": "../../etc/passwd"},
        {"zone": "Europe"},
        {"from": "24:00"},
        {"until": "08:00\n"},
        {"days": [7]},
        {"days": [0] * 8},
        {"show": "loudly"},
        {"on": "yes"},
    ],
)
async def test_hours_that_are_none_are_refused(alice: Client, change: dict[str, Any]) -> None:
    path = f"/user/{alice.user_id}/account_data/org.depesha.quiet"
    (await alice.put(path, GOOD)).ok()
    (await alice.put(path, {**GOOD, **change})).refused(400, "M_INVALID_PARAM")
    (await alice.put(path, {**GOOD, "more": "x" * 1_024})).refused(413, "M_TOO_LARGE")
    assert (await alice.get(path)).ok() == GOOD
    assert read_quiet(orjson.dumps({**GOOD, "on": False}).decode()) is None


def test_what_was_kept_and_cannot_be_read_is_no_quiet() -> None:
    """A push for somebody waits for no answer but this one."""
    without_zone = {name: value for name, value in GOOD.items() if name != "zone"}
    strange: list[Any] = [{**GOOD, "zone": "Atlantis/Capital"}, {**GOOD, "until": "soon"}, []]
    for told in (without_zone, *strange):
        assert kept_quiet(orjson.dumps(told).decode()) is None
