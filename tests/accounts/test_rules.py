"""The order of stages, by properties."""

from hypothesis import given
from hypothesis import strategies as st

from depesha.accounts.rules import Flows, is_complete, may_attempt

STAGES = st.sampled_from(["a", "b", "c"])
FLOWS: st.SearchStrategy[Flows] = st.lists(
    st.lists(STAGES, min_size=1, max_size=4, unique=True).map(tuple), min_size=1, max_size=4
).map(tuple)


@given(FLOWS)
def test_every_flow_can_be_gone_through_in_order(flows: Flows) -> None:
    for flow in flows:
        for done in range(len(flow)):
            assert may_attempt(flows, flow[:done], flow[done])
        assert is_complete(flows, flow)


@given(FLOWS, st.lists(STAGES, max_size=8))
def test_whoever_takes_allowed_steps_only_ends_in_a_flow(flows: Flows, tries: list[str]) -> None:
    completed: tuple[str, ...] = ()
    for stage in tries:
        if not is_complete(flows, completed) and may_attempt(flows, completed, stage):
            completed = (*completed, stage)
    assert any(flow[: len(completed)] == completed for flow in flows)


@given(FLOWS, st.lists(STAGES, max_size=4).map(tuple))
def test_what_is_not_the_beginning_of_a_flow_leads_nowhere(
    flows: Flows, completed: tuple[str, ...]
) -> None:
    if not any(flow[: len(completed)] == completed for flow in flows):
        assert not is_complete(flows, completed)
        assert not any(may_attempt(flows, completed, stage) for stage in "abc")
