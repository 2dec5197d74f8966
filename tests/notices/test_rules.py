"""Who is told in somebody's place, and what an acknowledgement is of."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from depesha.notices.rules import ACK, acknowledged_id, find_deputies, stage_of, summed
from depesha.org.tree import Absence

times = st.integers(0, 10)
absences = st.lists(
    st.builds(Absence, st.sampled_from(["@a:x", "@b:x", "@c:x"]), times, times), max_size=5
)


@given(absences, times)
def test_who_stands_in_now_is_told_at_once_and_nobody_else(found: list[Absence], now: int) -> None:
    told = find_deputies(found, now, has_waited=False)
    assert set(told) == {a.deputy for a in found if a.since <= now < a.until}
    assert len(told) == len(set(told))


@given(absences, times)
def test_after_waiting_somebody_is_told_wherever_somebody_is_named(
    found: list[Absence], now: int
) -> None:
    at_once = find_deputies(found, now, has_waited=False)
    late = find_deputies(found, now, has_waited=True)
    planned = [a for a in found if a.until > now]
    if at_once:
        assert late == at_once
    elif planned:
        assert late == [min((a.since, a.deputy) for a in planned)[1]]
    else:
        assert late == []


@given(st.none() | st.text(max_size=5) | st.dictionaries(st.text(max_size=3), st.integers()))
def test_what_names_nothing_acknowledges_nothing(relation: Any) -> None:
    assert acknowledged_id({"m.relates_to": relation}) is None
    assert acknowledged_id({"m.relates_to": {"rel_type": ACK, "event_id": relation}}) == (
        relation if isinstance(relation, str) else None
    )


@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 5), st.integers(0, 6), st.booleans(), st.booleans())
    )
)
def test_each_figure_is_at_most_the_one_before(
    people: list[tuple[int | None, int, bool, bool]],
) -> None:
    stages = [stage_of(p, read, is_delivered=d, is_acknowledged=a) for p, read, d, a in people]
    told = summed(Counter(stages))
    names = ("addressed", "sent", "delivered", "shown", "acknowledged")
    counts = [told[name] for name in names]
    assert counts == sorted(counts, reverse=True)
    assert told["addressed"] == len(people) == told["delivered"] + told["not_reached"]
    assert told["sent"] == sum(bool(p) for p, *_ in people)
    assert told["acknowledged"] == sum(bool(p) and a for p, _, _, a in people)
    assert told["shown"] == sum(bool(p) and (a or read >= (p or 0)) for p, read, _, a in people)
