"""Surveys between people at their browsers: made, answered, looked at."""

import pytest
from playwright.async_api import expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open
from tests.web.page import Person

pytestmark = pytest.mark.limit(180)
SURVEYS = "/_depesha/v1/surveys"


async def attach(person: Person, what: str) -> None:
    await person.page.get_by_role("button", name="Attach").click()
    await person.page.get_by_role("menuitem", name=what, exact=True).click()


async def test_a_chat_is_asked_and_answers(wire: Wire, open_client: Open) -> None:
    alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
    room = await alice.create_room(name="Duty", invite=[bob.user_id])
    await bob.join(room)
    author, reader = await open_client(alice), await open_client(bob, phone=True, dark=True)
    await author.open_chat("Duty")
    await attach(author, "Survey")
    making = author.page.get_by_role("dialog", name="New survey")
    await making.get_by_label("Title").fill("The canteen")
    first = making.get_by_role("group", name="Question 1")
    await first.get_by_role("textbox", name="Question 1").fill("What is for lunch?")
    await first.get_by_role("textbox", name="Choice 1").fill("Soup")
    await first.get_by_role("textbox", name="Choice 2").fill(
        "Salad with a long name, as salads have"
    )
    await making.get_by_role("button", name="Add a question").click()
    second = making.get_by_role("group", name="Question 2")
    await second.get_by_role("textbox", name="Question 2").fill("How good is it?")
    await second.get_by_role("radio", name="Scale").check()
    await second.get_by_label("What 1 means").fill("bad")
    await author.screen("survey-new")
    assert await author.barriers() == []
    await making.get_by_role("button", name="Ask", exact=True).click()
    await expect(making).to_have_count(0)

    # Whoever is asked learns of it above the list, answers on a phone, and sees what has come.
    await expect(reader.page.get_by_text("1 survey awaits your answer")).to_be_visible()
    await reader.screen("survey-waiting-phone")
    await reader.open_chat("Duty")
    card = reader.message("The canteen")
    await expect(card).to_contain_text("answered: 0 of 2")
    await reader.screen("survey-card-phone")
    assert await reader.barriers() == []
    await card.get_by_role("link", name="Answer").click()
    page = reader.page.get_by_role("region", name="The canteen")
    await page.get_by_role("button", name="Answer", exact=True).click()
    await expect(page.get_by_role("alert")).to_have_text("Please answer this question")
    await page.get_by_label("Salad with a long name").check()
    await page.get_by_label("4", exact=True).check()
    await reader.screen("survey-answering-phone")
    assert [*await reader.barriers(), *await reader.overflows()] == []
    await page.get_by_role("button", name="Answer", exact=True).click()
    await expect(page.get_by_text("You have answered")).to_be_visible()
    lunch = page.get_by_role("table", name="What is for lunch?")
    await expect(lunch.get_by_role("row").filter(has_text="Salad")).to_contain_text("100%")
    await reader.screen("survey-answered-phone")
    assert [*await reader.barriers(), *await reader.overflows()] == []

    # The author sees it come, who has said what, and takes it along as a picture.
    sent = author.message("The canteen")
    await expect(sent).to_contain_text("answered: 1 of 2")
    await author.screen("survey-card")
    await sent.get_by_role("link", name="Answer").click()
    page = author.page.get_by_role("region", name="The canteen")
    await page.get_by_text("Who has answered what: 1").click()
    await expect(page.get_by_role("button", name="bob")).to_be_visible()
    await author.screen("survey-results")
    assert [*await author.barriers(), *await author.overflows()] == []
    await page.get_by_role("button", name="More").click()
    async with author.page.expect_download() as saved:
        await author.page.get_by_role("menuitem", name="Save as PNG").click()
    assert (await saved.value).suggested_filename == "The canteen.png"


async def test_a_poll_may_be_anonymous(wire: Wire, open_client: Open) -> None:
    alice = await Client(wire).register("alice")
    people = [await Client(wire).register(name) for name in ("bob", "carol", "dave", "erin")]
    room = await alice.create_room(name="Duty", invite=[each.user_id for each in people])
    for each in people:
        await each.join(room)
    author = await open_client(alice)
    await author.open_chat("Duty")
    await attach(author, "Poll")
    making = author.page.get_by_role("dialog", name="New poll")
    await making.get_by_label("Question").fill("Tea or coffee?")
    await making.get_by_role("textbox", name="Answer 1").fill("Tea")
    await making.get_by_role("textbox", name="Answer 2").fill("Coffee")
    await making.get_by_role("switch", name="Anonymous").check()
    await making.get_by_role("button", name="Create").click()
    card = author.message("Tea or coffee?")
    await card.get_by_label("Tea", exact=True).check()
    await author.screen("survey-poll")
    await card.get_by_role("button", name="Answer", exact=True).click()
    await expect(card).to_contain_text("You have answered")
    (survey,) = (await alice.get(SURVEYS)).ok()["surveys"]
    path = f"{SURVEYS}/{survey['survey_id']}"
    for each in people:
        (await each.put(f"{path}/answer", {"answers": [[1]]})).ok()
    await expect(card).to_contain_text("answered: 5 of 5")
    await expect(card.get_by_role("table")).to_have_count(0)
    await card.get_by_role("link", name="Open").click()
    page = author.page.get_by_role("region", name="Tea or coffee?")
    await expect(page.get_by_text("nothing stored leads back to you")).to_be_visible()
    await page.get_by_role("button", name="More").click()
    await author.page.get_by_role("menuitem", name="End the survey").click()
    await author.page.get_by_role("dialog").get_by_role("button", name="End", exact=True).click()
    coffee = page.get_by_role("row").filter(has_text="Coffee")
    await expect(coffee).to_contain_text("80%")
    await author.screen("survey-anonymous-over")
    assert await author.barriers() == []
