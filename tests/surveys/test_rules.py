"""Sums of anonymous answers: nothing leads back, and small groups are not told apart."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.base.errors import MatrixError
from depesha.surveys.rules import (
    FLOOR,
    KEPT_MS,
    Box,
    Question,
    Step,
    added,
    cell,
    check_answers,
    check_questions,
    dropped,
    empty_box,
    merge_few,
    next_step,
    settled,
    shown_groups,
)

QUESTIONS = [
    Question("Lunch?", "one", choices=["Soup", "Salad", "Nothing"]),
    Question("Days?", "many", required=False, choices=["Mon", "Tue"]),
    Question("How well?", "scale", required=False, steps=5),
    Question("Why?", "text", required=False),
]
GIVEN = st.tuples(
    st.integers(0, 2).map(lambda n: [n]),
    st.sets(st.integers(0, 1)).map(sorted),
    st.one_of(st.just([]), st.integers(0, 4).map(lambda n: [n])),
    st.text(max_size=20),
).filter(lambda each: "\x00" not in each[3])
PLACED = st.lists(st.tuples(st.sampled_from([0, 7, 9]), GIVEN), max_size=12)


def box_of(placed: list[Any]) -> Box:
    box = empty_box(QUESTIONS, {7, 9})
    for group, answers in placed:
        box = dropped(box, group, check_answers(QUESTIONS, answers))
    return box


@given(PLACED, st.randoms())
def test_a_box_says_nothing_of_who_came_when(placed: list[Any], dice: Any) -> None:
    """What is stored is the same in whatever order people came, to the byte."""
    other = list(placed)
    dice.shuffle(other)
    assert msgspec.json.encode(box_of(placed)) == msgspec.json.encode(box_of(other))


@given(PLACED)
def test_a_box_holds_what_was_dropped(placed: list[Any]) -> None:
    box = msgspec.json.decode(msgspec.json.encode(box_of(placed)), type=Box)
    whole = added(box.groups.values(), QUESTIONS)
    assert whole.answered == len(placed)
    assert whole.said[0] == len(placed) == sum(whole.counts[0])
    assert sum(whole.counts[1]) == sum(len(answers[1]) for _, answers in placed)
    assert whole.said[3] == len(box.texts[3]) == sum(bool(a[3].strip()) for _, a in placed)
    assert box.groups[7].answered == sum(group == 7 for group, _ in placed)


SIZES = st.dictionaries(st.integers(0, 9), st.integers(0, 12), max_size=8)


@given(SIZES)
def test_what_is_hidden_cannot_be_worked_out(sizes: dict[int, int]) -> None:
    shown = shown_groups(sizes)
    assert all(sizes[group] >= FLOOR for group in shown)
    rest = sum(size for group, size in sizes.items() if group not in shown)
    assert rest == 0 or rest >= FLOOR or not shown


@given(st.lists(st.tuples(st.sampled_from([0, 7, 9]), GIVEN), max_size=24))
def test_what_is_kept_at_the_end_is_of_enough_people(placed: list[Any]) -> None:
    box = box_of(placed)
    kept = settled(box, QUESTIONS)
    whole, before = (added(each.groups.values(), QUESTIONS) for each in (kept, box))
    if len(placed) < FLOOR:
        assert whole.answered == 0
        assert not any(kept.texts)
    else:
        assert (whole, kept.texts) == (before, box.texts)
    assert all(each.answered == 0 or each.answered >= FLOOR for each in kept.groups.values())


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 4), max_size=30))
def test_units_of_few_people_are_one(units: dict[str, int]) -> None:
    groups = merge_few(units)
    assert groups.keys() == units.keys()
    assert all(group in {0, units[user]} for user, group in groups.items())
    sizes = {group: list(groups.values()).count(group) for group in set(groups.values())}
    assert all(size >= FLOOR for group, size in sizes.items() if group or len(sizes) > 1)


WRONG = [
    [[0], [], []],
    [[], [], [], ""],
    [[3], [], [], ""],
    [[0, 1], [], [], ""],
    [[-1], [], [], ""],
    [[0], [], [5], ""],
    [[0], "both", [], ""],
    [[0], [], [], [1]],
    [[0], [], [], "x" * 2001],
    [[0], [], [], "\x00"],
    [None, None, None, None],
]


@pytest.mark.parametrize("answers", WRONG)
def test_what_answers_no_question(answers: Any) -> None:
    with pytest.raises(MatrixError):
        check_answers(QUESTIONS, answers)


def test_what_need_not_be_answered_may_be_left_out() -> None:
    assert check_answers(QUESTIONS, [[1], None, None, None]) == [[1], [], [], ""]


@pytest.mark.parametrize(
    "question",
    [
        Question(" ", "text"),
        Question("a", "one"),
        Question("a", "one", choices=["b"]),
        Question("a", "many", choices=["b", " "]),
        Question("a", "scale"),
        Question("a", "scale", steps=1),
        Question("a", "scale", steps=5, choices=["b", "c"]),
        Question("a", "text", steps=5),
        Question("a\x00", "text"),
    ],
)
def test_what_is_no_question(question: Question) -> None:
    with pytest.raises(MatrixError):
        check_questions([question])


def test_a_survey_ends_and_is_forgotten() -> None:
    assert next_step(100, None, 99) == (Step.WAIT, 100)
    assert next_step(100, None, 100) == (Step.END, 100 + KEPT_MS)
    assert next_step(100, 50, 60) == (Step.WAIT, 50 + KEPT_MS)
    assert next_step(100, 50, 50 + KEPT_MS)[0] is Step.FORGET


def test_a_cell_is_no_formula() -> None:
    assert cell('say "so"') == '"say ""so"""'
    assert cell("=1+1") == '"\'=1+1"'
