"""The endpoints of surveys."""

from typing import Annotated, Literal

import msgspec

from depesha.base.canonical import Json
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply
from depesha.surveys.answer import answer_survey
from depesha.surveys.create import MOST_NAMED, Asked, Target, create_survey
from depesha.surveys.end import end_survey, forget_survey, remind
from depesha.surveys.look import describe_survey, list_surveys
from depesha.surveys.record import Surveys
from depesha.surveys.results import describe_results, list_unanswered, write_table
from depesha.surveys.rules import MOST_QUESTIONS, Question

_SURVEYS = "/_depesha/v1/surveys"
_SURVEY = f"{_SURVEYS}/{{surveyId}}"


class SurveyBody(msgspec.Struct, frozen=True):
    """What is asked, how, until when (ms), and of whom: of a chat, or of units and people."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=340)]
    questions: Annotated[list[Question], msgspec.Meta(min_length=1, max_length=MOST_QUESTIONS)]
    until_ts: int
    about: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    anonymous: bool = False
    changeable: bool = False
    results: Literal["author", "all"] = "author"
    room_id: str = ""
    units: Annotated[list[int], msgspec.Meta(max_length=MOST_NAMED)] = msgspec.field(
        default_factory=list
    )
    users: Annotated[list[str], msgspec.Meta(max_length=MOST_NAMED)] = msgspec.field(
        default_factory=list
    )


@endpoint("POST", _SURVEYS, body=SurveyBody, limit="report")
async def post_survey(surveys: Surveys, ask: Ask[SurveyBody]) -> Reply:
    """Ask a chat, units or people; `survey_id`."""
    body = ask.body
    asked = Asked(
        body.title,
        body.about,
        body.questions,
        body.anonymous,
        body.changeable,
        body.results,
        body.until_ts,
    )
    target = Target(body.units, body.users)
    survey_id = await create_survey(surveys, ask.caller, asked, body.room_id, target)
    return json_reply({"survey_id": survey_id})


@endpoint("GET", _SURVEYS)
async def get_surveys(surveys: Surveys, ask: Ask[None]) -> Reply:
    """The `surveys` that one is asked by, and one's own."""
    return json_reply({"surveys": await list_surveys(surveys, ask.caller.user_id)})


@endpoint("GET", _SURVEY)
async def get_survey(surveys: Surveys, ask: Ask[None]) -> Reply:
    """A survey with its questions, and one's own answers where they are known."""
    return json_reply(await describe_survey(surveys, ask.caller.user_id, ask.params["surveyId"]))


@endpoint("DELETE", _SURVEY)
async def delete_survey(surveys: Surveys, ask: Ask[None]) -> Reply:
    """Forget a survey of one's own with all answers."""
    await forget_survey(surveys, ask.caller, ask.params["surveyId"])
    return EMPTY


class AnswersBody(msgspec.Struct, frozen=True):
    """An answer to each question: numbers of choices from 0, words, or null."""

    answers: Annotated[list[list[int] | str | None], msgspec.Meta(max_length=MOST_QUESTIONS)]


@endpoint("PUT", f"{_SURVEY}/answer", body=AnswersBody)
async def put_answer(surveys: Surveys, ask: Ask[AnswersBody]) -> Reply:
    """Answer a survey."""
    await answer_survey(surveys, ask.caller, ask.params["surveyId"], ask.body.answers)
    return EMPTY


@endpoint("GET", f"{_SURVEY}/results")
async def get_results(surveys: Surveys, ask: Ask[None]) -> Reply:
    """The sums of a survey; in an open one, who has answered what."""
    return json_reply(await describe_results(surveys, ask.caller.user_id, ask.params["surveyId"]))


@endpoint("GET", f"{_SURVEY}/table")
async def get_table(surveys: Surveys, ask: Ask[None]) -> Reply:
    """The results of a survey of one's own as CSV."""
    table = await write_table(surveys, ask.caller.user_id, ask.params["surveyId"])
    return Reply(table.encode(), content_type=b"text/csv; charset=utf-8")


@endpoint("GET", f"{_SURVEY}/unanswered")
async def get_unanswered(surveys: Surveys, ask: Ask[None]) -> Reply:
    """Who has not answered a survey of one's own."""
    return json_reply(await list_unanswered(surveys, ask.caller.user_id, ask.params["surveyId"]))


@endpoint("POST", f"{_SURVEY}/end")
async def post_end(surveys: Surveys, ask: Ask[None]) -> Reply:
    """End a survey of one's own now, for good."""
    await end_survey(surveys, ask.caller, ask.params["surveyId"])
    return EMPTY


@endpoint("POST", f"{_SURVEY}/remind", limit="report")
async def post_remind(surveys: Surveys, ask: Ask[None]) -> Reply:
    """Tell once more those who have not answered a survey of one's own."""
    await remind(surveys, ask.caller, ask.params["surveyId"])
    return EMPTY


ENDPOINTS: tuple[Endpoint[Surveys, Json], ...] = (
    post_survey,
    get_surveys,
    get_survey,
    delete_survey,
    put_answer,
    get_results,
    get_table,
    get_unanswered,
    post_end,
    post_remind,
)
