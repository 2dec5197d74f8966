"""Questions, answers and their sums. Pure.

A sum is of a group of people: of those of a unit, or of all others, whose number is 0.
"""

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Annotated, Literal

import msgspec

from depesha.base.errors import invalid_param

FLOOR = 5
"""People of whom at least an anonymous sum is: of fewer nothing is told."""

MOST_QUESTIONS = 30
MOST_CHOICES = 20
MOST_TEXT = 2_000
"""Characters of an answer in words."""
KEPT_MS = 365 * 86_400_000
"""How long a survey is kept after its end."""
LONGEST_MS = 366 * 86_400_000
"""How long a survey may last."""

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=340)]


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is asked: for `one` or `many` of the `choices`, a `scale` of `steps`, or a `text`.

    `least` and `most` say what the ends of a scale mean.
    """

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    kind: Literal["one", "many", "scale", "text"]
    required: bool = True
    choices: Annotated[Sequence[Words], msgspec.Meta(max_length=MOST_CHOICES)] = ()
    steps: Annotated[int, msgspec.Meta(ge=0, le=10)] = 0
    least: Annotated[str, msgspec.Meta(max_length=100)] = ""
    most: Annotated[str, msgspec.Meta(max_length=100)] = ""

    @property
    def size(self) -> int:
        """How many answers there are to choose from."""
        return len(self.choices) if self.kind in {"one", "many"} else self.steps


Answer = list[int] | str
"""Numbers of choices, or of steps, from 0; or words. Empty: no answer."""


def check_questions(questions: Sequence[Question]) -> None:
    """Raise 400 M_INVALID_PARAM for a question that nobody could answer."""
    for question in questions:
        texts = (question.text, *question.choices, question.least, question.most)
        if any("\x00" in text for text in texts) or not all(
            text.strip() for text in (question.text, *question.choices)
        ):
            raise invalid_param("Questions and choices are in words")
        is_choice = question.kind in {"one", "many"}
        if is_choice != bool(question.choices) or (question.kind == "scale") != bool(
            question.steps
        ):
            raise invalid_param("Choices are of a choice, steps of a scale")
        if question.kind != "text" and question.size < 2:
            raise invalid_param("There is nothing to choose from")


def check_answers(
    questions: Sequence[Question], given: Sequence[list[int] | str | None]
) -> list[Answer]:
    """The answers as they are kept; 400 M_INVALID_PARAM for what answers no question."""
    if len(given) != len(questions):
        raise invalid_param("There is an answer to each question, or null")
    return [_checked(question, each) for question, each in zip(questions, given, strict=True)]


def _checked(question: Question, given: list[int] | str | None) -> Answer:
    if question.kind == "text":
        if not (given is None or isinstance(given, str)):
            raise invalid_param("This question is answered in words")
        answer: Answer = (given or "").strip()
        if len(answer) > MOST_TEXT or "\x00" in (given or ""):
            raise invalid_param(f"An answer has at most {MOST_TEXT} characters")
    else:
        if isinstance(given, str):
            raise invalid_param("This question is answered by choosing")
        answer = sorted(set(given or ()))
        if any(not 0 <= chosen < question.size for chosen in answer):
            raise invalid_param("There is no such choice")
        if question.kind != "many" and len(answer) > 1:
            raise invalid_param("One answer is to be chosen")
    if question.required and not answer:
        raise invalid_param("A question that must be answered is not")
    return answer


# --- sums ----------------------------------------------------------------------------


class Sum(msgspec.Struct, frozen=True):
    """How many of a group have answered, each question too, and how often each choice was made."""

    answered: int
    said: Sequence[int]
    counts: Sequence[Sequence[int]]


class Box(msgspec.Struct, frozen=True):
    """The sums by the number of a group, and the answers in words to each question, in order."""

    groups: Mapping[int, Sum]
    texts: Sequence[Sequence[str]]


def empty_box(questions: Sequence[Question], groups: Iterable[int]) -> Box:
    """The box before anybody has answered."""
    nothing = Sum(0, [0] * len(questions), [[0] * question.size for question in questions])
    return Box(dict.fromkeys([0, *groups], nothing), [[] for _ in questions])


def dropped(box: Box, group: int, answers: Sequence[Answer]) -> Box:
    """The box with one more answer in it: nothing of it leads back to who gave it."""
    group = group if group in box.groups else 0
    before, texts = box.groups[group], [list(each) for each in box.texts]
    for at, answer in enumerate(answers):
        if isinstance(answer, str) and answer:
            insort(texts[at], answer)
    after = Sum(
        before.answered + 1,
        [said + bool(answer) for said, answer in zip(before.said, answers, strict=True)],
        [
            [
                count + (number in answer if isinstance(answer, list) else 0)
                for number, count in enumerate(counts)
            ]
            for counts, answer in zip(before.counts, answers, strict=True)
        ],
    )
    return Box({**box.groups, group: after}, texts)


def added(sums: Iterable[Sum], questions: Sequence[Question]) -> Sum:
    """All sums in one."""
    whole = empty_box(questions, ()).groups[0]
    for each in sums:
        whole = Sum(
            whole.answered + each.answered,
            [a + b for a, b in zip(whole.said, each.said, strict=True)],
            [
                [a + b for a, b in zip(*counts, strict=True)]
                for counts in zip(whole.counts, each.counts, strict=True)
            ],
        )
    return whole


# --- groups --------------------------------------------------------------------------


def merge_few(units: Mapping[str, int], floor: int = FLOOR) -> dict[str, int]:
    """The group of each person by their unit: units of too few people are not told apart.

    Nor can they be told by taking the others from the whole.
    """
    merged = _hidden(Counter(units.values()), floor)
    return {user_id: 0 if unit in merged else unit for user_id, unit in units.items()}


def shown_groups(answered: Mapping[int, int], floor: int = FLOOR) -> set[int]:
    """The units whose sums may be told, by how many of each have answered."""
    return set(answered) - _hidden(answered, floor)


def settled(box: Box, questions: Sequence[Question], floor: int = FLOOR) -> Box:
    """What is kept of a box when the survey is over: no sum of fewer people than may be told."""
    shown = shown_groups({group: each.answered for group, each in box.groups.items()}, floor)
    rest = added((each for group, each in box.groups.items() if group not in shown), questions)
    if not shown and rest.answered < floor:
        return empty_box(questions, ())
    return Box({0: rest, **{group: box.groups[group] for group in sorted(shown)}}, box.texts)


def _hidden(sizes: Mapping[int, int], floor: int) -> set[int]:
    hidden = {group for group, size in sizes.items() if group == 0 or size < floor}
    rest = sorted(set(sizes) - hidden, key=lambda group: (sizes[group], group))
    while rest and 0 < sum(sizes[group] for group in hidden) < floor:
        hidden.add(rest.pop(0))
    return hidden


# --- time ----------------------------------------------------------------------------


class Step(Enum):
    """What is to be done of a survey."""

    WAIT = "wait"
    END = "end"
    FORGET = "forget"


def next_step(until_ts: int, ended_ts: int | None, now: int) -> tuple[Step, int]:
    """What is to be done now (ms), and when there is something to be done next."""
    if ended_ts is None:
        return (Step.END, until_ts + KEPT_MS) if now >= until_ts else (Step.WAIT, until_ts)
    over = ended_ts + KEPT_MS
    return (Step.FORGET, over) if now >= over else (Step.WAIT, over)


def cell(text: str) -> str:
    """A text as a cell of a table: what begins like a formula is none."""
    quoted = text.replace('"', '""')
    return f'"\'{quoted}"' if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else f'"{quoted}"'
