"""Which policy holds, and what a room may ask for."""

from hypothesis import given
from hypothesis import strategies as st

from depesha.duty.rules import (
    ANY,
    FOR_EVER,
    KINDS,
    Policy,
    find_policy,
    is_standing,
    kept_files,
    kind_of,
    lifetime,
    longest_files,
    wanted_of,
)

times = st.none() | st.integers(1, 1_000)
policies = st.builds(Policy, times, times, times)


@given(policies, times)
def test_no_room_keeps_longer_than_the_institution_or_shorter_than_it_allows(
    policy: Policy, wanted: int | None
) -> None:
    kept = lifetime(policy, wanted)
    if policy.messages_ms is not None:
        assert kept is not None
        assert kept <= policy.messages_ms
    if kept is not None and kept != policy.messages_ms:
        assert policy.least_ms is not None
        assert kept >= policy.least_ms
    if policy.least_ms is None or wanted is None:
        assert kept == policy.messages_ms


@given(policies)
def test_files_never_outlive_their_messages(policy: Policy) -> None:
    files = kept_files(policy)
    if policy.messages_ms is not None:
        assert files is not None
        assert files <= policy.messages_ms


def test_the_innermost_unit_comes_first_and_its_own_kind_before_any() -> None:
    one, two, three = Policy(1), Policy(2), Policy(3)
    table = {(7, ANY): one, (5, "direct"): two, (0, ANY): three}
    assert find_policy(table, [7, 5], "direct") == one
    assert find_policy(table, [5], "direct") == two
    assert find_policy(table, [5], "basic") == three
    assert find_policy({**table, (7, "direct"): two}, [7, 5], "direct") == two
    assert find_policy({}, [7], "basic") == FOR_EVER


def test_a_file_that_nothing_names_stays_as_long_as_any_policy_would_keep_it() -> None:
    assert longest_files({(0, ANY): Policy(5), (7, "direct"): Policy(9, 8)}) == 8
    assert longest_files({(0, ANY): Policy(5), (7, "direct"): FOR_EVER}) is None
    assert longest_files({(7, "direct"): Policy(9)}) is None


@given(st.dictionaries(st.sampled_from(["max_lifetime", "min_lifetime"]), times | st.text()))
def test_what_a_room_asks_for_is_a_time_or_nothing(content: dict[str, object]) -> None:
    wanted = wanted_of(content)
    assert wanted is None or (wanted == content["max_lifetime"] and wanted > 0)


@given(st.text() | st.sampled_from(KINDS))
def test_no_room_calls_itself_official(kind: str) -> None:
    assert kind_of({"org.depesha.kind": kind}, is_of_notices=False) != "official"
    assert kind_of({"org.depesha.kind": kind}, is_of_notices=True) == "official"


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_hold_ends_at_its_moment(until: int, now: int) -> None:
    assert is_standing(until, None, now) == (now < until)
    assert is_standing(None, None, now)
    assert not is_standing(None, 0, now)
