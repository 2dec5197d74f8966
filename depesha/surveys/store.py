"""SQL on surveys, whom they are for, and what was answered."""

from typing import NamedTuple

from depesha.io.tx import Tx


class SurveyRow(NamedTuple):
    """A survey; `questions` and `target` are JSON, times in milliseconds."""

    survey_id: str
    author: str
    title: str
    about: str
    questions: str
    is_anonymous: int
    is_changeable: int
    results: str
    room_id: str
    target: str
    ts: int
    until_ts: int
    ended_ts: int | None
    round: int
    round_ts: int
    is_spread: int


class PersonRow(NamedTuple):
    """Somebody whom a survey is for; `unit_id` is the group in which they are counted."""

    user_id: str
    unit_id: int
    round: int
    has_answered: int


class AnswerRow(NamedTuple):
    """What somebody has answered in an open survey (JSON), and when (ms)."""

    user_id: str
    answers: str
    ts: int


class UserRow(NamedTuple):
    user_id: str


class CountRow(NamedTuple):
    """How many people a survey is for, as far as they are written down, and have answered."""

    people: int
    answered: int | None


_COLUMNS = ", ".join(SurveyRow._fields)
_SURVEY = f"SELECT {_COLUMNS} FROM surveys_surveys WHERE institution_id = $1"

# --- surveys -------------------------------------------------------------------------


async def insert_survey(tx: Tx, institution_id: int, row: SurveyRow) -> None:
    await tx.execute(
        f"INSERT INTO surveys_surveys (institution_id, {_COLUMNS}) VALUES"
        " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        institution_id,
        *row,
    )


async def select_survey(tx: Tx, institution_id: int, survey_id: str) -> SurveyRow | None:
    return await tx.row(SurveyRow, _SURVEY + " AND survey_id = $2", institution_id, survey_id)


async def count_open_of(tx: Tx, institution_id: int, author: str, now: int) -> int:
    """How many surveys of somebody are not over."""
    found = await tx.value(
        int,
        "SELECT COUNT(*) FROM surveys_surveys"
        " WHERE institution_id = $1 AND author = $2 AND ended_ts IS NULL AND until_ts > $3",
        institution_id,
        author,
        now,
    )
    return found or 0


async def select_surveys_of(
    tx: Tx, institution_id: int, user_id: str, room_ids: list[str], limit: int
) -> list[SurveyRow]:
    """Surveys by somebody, for them, or in rooms, the latest first."""
    return await tx.rows(
        SurveyRow,
        _SURVEY + " AND (author = $2 OR room_id = ANY($3) OR survey_id IN"
        " (SELECT p.survey_id FROM surveys_people p"
        " WHERE p.institution_id = $1 AND p.user_id = $2))"
        " ORDER BY ts DESC, survey_id LIMIT $4",
        institution_id,
        user_id,
        room_ids,
        limit,
    )


async def update_ended(tx: Tx, institution_id: int, survey_id: str, ts: int) -> None:
    await tx.execute(
        "UPDATE surveys_surveys SET ended_ts = $3"
        " WHERE institution_id = $1 AND survey_id = $2 AND ended_ts IS NULL",
        institution_id,
        survey_id,
        ts,
    )


async def update_spread(tx: Tx, institution_id: int, survey_id: str) -> None:
    await tx.execute(
        "UPDATE surveys_surveys SET is_spread = 1 WHERE institution_id = $1 AND survey_id = $2",
        institution_id,
        survey_id,
    )


async def update_round(tx: Tx, institution_id: int, survey_id: str, ts: int) -> None:
    """Those who have not answered are to be told once more."""
    await tx.execute(
        "UPDATE surveys_surveys SET round = round + 1, round_ts = $3"
        " WHERE institution_id = $1 AND survey_id = $2",
        institution_id,
        survey_id,
        ts,
    )


async def delete_survey(tx: Tx, institution_id: int, survey_id: str) -> None:
    """Forget a survey with all that was answered."""
    for table in ("surveys_boxes", "surveys_answers", "surveys_people", "surveys_surveys"):
        await tx.execute(
            f"DELETE FROM {table} WHERE institution_id = $1 AND survey_id = $2",
            institution_id,
            survey_id,
        )


# --- people --------------------------------------------------------------------------


async def insert_person(
    tx: Tx, institution_id: int, survey_id: str, user_id: str, unit_id: int
) -> None:
    """Write down somebody whom a survey is for."""
    await tx.execute(
        "INSERT INTO surveys_people"
        " (institution_id, survey_id, user_id, unit_id, round, has_answered)"
        " VALUES ($1, $2, $3, $4, 0, 0)"
        " ON CONFLICT (institution_id, survey_id, user_id) DO NOTHING",
        institution_id,
        survey_id,
        user_id,
        unit_id,
    )


async def select_person(
    tx: Tx, institution_id: int, survey_id: str, user_id: str
) -> PersonRow | None:
    return await tx.row(
        PersonRow,
        "SELECT user_id, unit_id, round, has_answered FROM surveys_people"
        " WHERE institution_id = $1 AND survey_id = $2 AND user_id = $3",
        institution_id,
        survey_id,
        user_id,
    )


async def update_answered(tx: Tx, institution_id: int, survey_id: str, user_id: str) -> None:
    await tx.execute(
        "UPDATE surveys_people SET has_answered = 1"
        " WHERE institution_id = $1 AND survey_id = $2 AND user_id = $3",
        institution_id,
        survey_id,
        user_id,
    )


async def update_told(
    tx: Tx, institution_id: int, survey_id: str, user_id: str, round_: int
) -> None:
    await tx.execute(
        "UPDATE surveys_people SET round = $4"
        " WHERE institution_id = $1 AND survey_id = $2 AND user_id = $3",
        institution_id,
        survey_id,
        user_id,
        round_,
    )


async def select_untold(
    tx: Tx, institution_id: int, survey_id: str, round_: int, limit: int
) -> list[UserRow]:
    """Those who have not answered and are yet to be told in a round, in the order of their ids."""
    return await tx.rows(
        UserRow,
        "SELECT user_id FROM surveys_people WHERE institution_id = $1 AND survey_id = $2"
        " AND has_answered = 0 AND round < $3 ORDER BY user_id LIMIT $4",
        institution_id,
        survey_id,
        round_,
        limit,
    )


async def select_people(
    tx: Tx, institution_id: int, survey_id: str, has_answered: int
) -> list[UserRow]:
    """Those written down who have answered, or who have not."""
    return await tx.rows(
        UserRow,
        "SELECT user_id FROM surveys_people WHERE institution_id = $1 AND survey_id = $2"
        " AND has_answered = $3 ORDER BY user_id",
        institution_id,
        survey_id,
        has_answered,
    )


async def count_people(tx: Tx, institution_id: int, survey_id: str) -> CountRow:
    found = await tx.row(
        CountRow,
        "SELECT COUNT(*), CAST(SUM(has_answered) AS INTEGER) FROM surveys_people"
        " WHERE institution_id = $1 AND survey_id = $2",
        institution_id,
        survey_id,
    )
    return found or CountRow(0, 0)


async def delete_person(tx: Tx, institution_id: int, user_id: str) -> None:
    """Forget whom surveys were for and what they have openly answered; sums stay what they are."""
    for table in ("surveys_answers", "surveys_people"):
        await tx.execute(
            f"DELETE FROM {table} WHERE institution_id = $1 AND user_id = $2",
            institution_id,
            user_id,
        )


# --- answers -------------------------------------------------------------------------


async def upsert_answer(tx: Tx, institution_id: int, survey_id: str, row: AnswerRow) -> None:
    await tx.execute(
        "INSERT INTO surveys_answers (institution_id, survey_id, user_id, answers, ts)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (institution_id, survey_id, user_id)"
        " DO UPDATE SET answers = excluded.answers, ts = excluded.ts",
        institution_id,
        survey_id,
        *row,
    )


async def select_answer(
    tx: Tx, institution_id: int, survey_id: str, user_id: str
) -> AnswerRow | None:
    return await tx.row(
        AnswerRow,
        "SELECT user_id, answers, ts FROM surveys_answers"
        " WHERE institution_id = $1 AND survey_id = $2 AND user_id = $3",
        institution_id,
        survey_id,
        user_id,
    )


class GivenRow(NamedTuple):
    """What somebody has openly answered, when (ms), and the group in which they are counted."""

    user_id: str
    answers: str
    ts: int
    unit_id: int


async def select_answers(tx: Tx, institution_id: int, survey_id: str) -> list[GivenRow]:
    return await tx.rows(
        GivenRow,
        "SELECT a.user_id, a.answers, a.ts, p.unit_id FROM surveys_answers a"
        " JOIN surveys_people p ON p.institution_id = a.institution_id"
        " AND p.survey_id = a.survey_id AND p.user_id = a.user_id"
        " WHERE a.institution_id = $1 AND a.survey_id = $2 ORDER BY a.user_id",
        institution_id,
        survey_id,
    )


async def select_box(tx: Tx, institution_id: int, survey_id: str) -> str | None:
    """The sums of an anonymous survey (JSON)."""
    return await tx.value(
        str,
        "SELECT sums FROM surveys_boxes WHERE institution_id = $1 AND survey_id = $2",
        institution_id,
        survey_id,
    )


async def upsert_box(tx: Tx, institution_id: int, survey_id: str, sums: str) -> None:
    await tx.execute(
        "INSERT INTO surveys_boxes (institution_id, survey_id, sums) VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, survey_id) DO UPDATE SET sums = excluded.sums",
        institution_id,
        survey_id,
        sums,
    )
