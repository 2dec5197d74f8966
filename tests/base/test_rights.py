"""Roles and rights: the map, who may give which role, and on whom one may act."""

from hypothesis import given
from hypothesis import strategies as st

from depesha.base.rights import (
    GRANTED,
    RIGHTS,
    Grant,
    Right,
    Role,
    is_grant,
    may_act_on,
    may_grant,
    rights_of,
    units_of,
)

GRANTS = st.lists(
    st.builds(Grant, st.sampled_from(GRANTED), st.integers(0, 3)).filter(
        lambda grant: is_grant(grant.role, grant.unit)
    ),
    max_size=4,
)


def test_the_map_is_whole_and_gives_nothing_away() -> None:
    assert set(RIGHTS) == set(Role)
    assert RIGHTS[Role.OWNER] == set(Right)
    assert RIGHTS[Role.MEMBER] == RIGHTS[Role.GUEST] == frozenset()
    assert all(RIGHTS[role] < RIGHTS[Role.OWNER] for role in Role if role is not Role.OWNER)
    # Whoever keeps accounts does not read what is written down about that.
    assert Right.AUDIT not in RIGHTS[Role.ADMINISTRATOR]
    assert not RIGHTS[Role.AUDITOR] & RIGHTS[Role.ADMINISTRATOR] - {Right.ROLES_READ}


@given(GRANTS, st.sampled_from(Role))
def test_nobody_gives_what_they_do_not_have(mine: list[Grant], role: Role) -> None:
    if may_grant(mine, role):
        assert rights_of([*mine, Grant(role)]) == rights_of(mine)
    else:
        assert rights_of([*mine, Grant(role)]) > rights_of(mine)


@given(GRANTS, GRANTS)
def test_two_people_cannot_both_act_on_each_other(mine: list[Grant], theirs: list[Grant]) -> None:
    if mine and theirs:
        assert not (may_act_on(mine, theirs) and may_act_on(theirs, mine))
    assert may_act_on(mine, [])
    assert not theirs or not may_act_on([], theirs)


@given(GRANTS, st.sampled_from(Right))
def test_a_role_for_a_level_allows_nothing_elsewhere(mine: list[Grant], right: Right) -> None:
    of_levels = [grant for grant in mine if grant.unit]
    assert rights_of(of_levels) == frozenset()
    assert units_of(mine, right) == units_of(of_levels, right)


@given(st.sampled_from(Role), st.integers(0, 3))
def test_only_the_administrator_of_a_unit_has_a_level(role: Role, unit: int) -> None:
    assert is_grant(role, unit) == (
        role in GRANTED and (role is Role.UNIT_ADMINISTRATOR) == (unit > 0)
    )
