"""The institution in the client: its tree, cards, requests, and what its rules refuse."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.harness.client import Client, Wire
from tests.web.conftest import Open
from tests.web.house import House
from tests.web.page import Person

CONTACTS = "/_depesha/v1/contacts"


def row(person: Person, name: str) -> Locator:
    """A row of the tree."""
    return person.page.get_by_role("treeitem").filter(has_text=name)


async def open_people(person: Person) -> None:
    """By the menu, as one does who does not know the shortcut."""
    await person.page.get_by_role("button", name="Menu", exact=True).first.click()
    await person.page.get_by_role("menuitem", name="People of the institution").click()
    await expect(row(person, "Министерство")).to_be_visible()


@pytest.mark.parametrize("phone", [False, True])
async def test_the_tree_shows_whom_one_sees(house: House, open_client: Open, phone: bool) -> None:
    chief = await open_client(house.people["lawhead"], phone=phone, dark=phone)
    await open_people(chief)
    await row(chief, "Правовой департамент").click()
    await expect(row(chief, "Анна Юристова")).to_contain_text("Юрист")
    await row(chief, "Департамент информатизации").click()
    await expect(row(chief, "Игорь Техников")).to_contain_text("manager")
    # A manager sees the managers beside, not their people.
    await expect(row(chief, "Кира Кодова")).to_have_count(0)
    await chief.screen(f"people-tree-{'phone' if phone else 'desktop'}")
    assert await chief.barriers() == []
    await row(chief, "Анна Юристова").click()
    card = chief.page.get_by_role("dialog")
    await expect(card).to_contain_text("Министерство › Правовой департамент")
    await expect(card.get_by_role("link", name="+7 495 000-00-01")).to_be_visible()
    await expect(card.get_by_role("button", name="Пётр Правдин")).to_be_visible()
    await chief.screen(f"people-card-{'phone' if phone else 'desktop'}")
    assert await chief.barriers() == []
    await card.get_by_role("button", name="Message").click()
    await expect(chief.field).to_be_visible()


async def test_the_tree_goes_by_keys_alone(house: House, open_client: Open) -> None:
    chief = await open_client(house.people["lawhead"])
    await open_people(chief)
    keys = chief.page.keyboard
    await row(chief, "Министерство").focus()
    await keys.press("ArrowLeft")
    await expect(chief.page.get_by_role("treeitem")).to_have_count(1)
    await keys.press("ArrowRight")
    await expect(row(chief, "Правовой департамент")).to_be_visible()
    await row(chief, "Министерство").dispatch_event("keydown", {"key": "п"})
    await expect(row(chief, "Правовой департамент")).to_be_focused()
    await keys.press("ArrowRight")
    await expect(row(chief, "Анна Юристова")).to_be_visible()
    await keys.press("ArrowRight")
    await keys.press("ArrowDown")
    await expect(row(chief, "Анна Юристова")).to_be_focused()
    await keys.press(" ")
    await expect(row(chief, "Анна Юристова")).to_have_attribute("aria-checked", "true")
    await keys.press("ArrowLeft")
    await expect(row(chief, "Правовой департамент")).to_be_focused()


async def test_people_are_found_in_spite_of_typos_and_layout(
    house: House, open_client: Open
) -> None:
    chief = await open_client(house.people["lawhead"])
    await open_people(chief)
    field = chief.page.get_by_role("searchbox", name="Name, post or unit")
    found = chief.page.locator("main").get_by_role("button")
    # "Юристова" with a letter wrong; in the English layout; by post; the invisible by name.
    for typed, name in (("Юристава", "Анна"), (".hbcnjdf", "Анна"), ("советник", "Семён")):
        await field.fill(typed)
        await expect(found.filter(has_text=name)).to_be_visible()
    await field.fill("Кодова")
    await expect(chief.page.get_by_text("Nobody found")).to_be_visible()
    await chief.screen("people-found")
    await house.keep("PUT", f"people/{house.people['lawyer'].user_id}", {"name": "Анна Новикова"})
    await field.fill("Новикова")
    await expect(found.filter(has_text="Анна Новикова")).to_be_visible()


async def test_an_open_tree_follows_what_changes(house: House, open_client: Open) -> None:
    chief = await open_client(house.people["lawhead"])
    await open_people(chief)
    await row(chief, "Правовой департамент").click()
    await expect(row(chief, "Анна Юристова")).to_be_visible()
    await house.post("lawyer", "Правовой департамент", "Старший юрист")
    await expect(row(chief, "Анна Юристова")).to_contain_text("Старший юрист")
    await house.keep("PUT", f"units/{house.units['Отдел судебной работы']}", {"name": "Суды"})
    await expect(row(chief, "Суды")).to_be_visible()


async def test_a_request_is_one_click_from_the_refusal(house: House, open_client: Open) -> None:
    chief = await open_client(house.people["lawhead"])
    other = await open_client(house.people["ithead"], phone=True)
    await open_people(chief)
    await row(chief, "Департамент информатизации").click()
    await row(chief, "Игорь Техников").click()
    card = chief.page.get_by_role("dialog")
    await expect(card).to_contain_text("a contact request is needed")
    await expect(card.get_by_role("button", name="Message")).to_have_count(0)
    await card.get_by_label("A few words").fill("О новой картотеке")
    await chief.screen("people-card-refused")
    assert await chief.barriers() == []
    await card.get_by_role("button", name="Ask for contact").click()
    await expect(card).to_contain_text("the request waits")

    await other.page.get_by_role("link", name="1 contact request").click()
    box = other.page.get_by_role("listitem").filter(has_text="Пётр Правдин")
    await expect(box).to_contain_text("Директор департамента, Министерство › Правовой департамент")
    await expect(box).to_contain_text("О новой картотеке")
    await other.screen("people-requests-phone")
    assert await other.barriers() == []
    await box.get_by_role("button", name="Accept").click()
    await expect(box).to_have_count(0)
    await card.get_by_role("button", name="Message").click()
    await expect(chief.field).to_be_visible()


async def test_a_refused_chat_says_why_wherever_it_was_begun(
    house: House, open_client: Open
) -> None:
    chief = await open_client(house.people["lawhead"])
    page = chief.page
    await page.get_by_role("button", name="New chat").click()
    await page.get_by_role("menuitem", name="Write to a person").click()
    await page.get_by_role("searchbox", name="Name, post or address").fill("Игорь")
    await page.get_by_role("dialog").get_by_role("button", name="Игорь Техников").click()
    refusal = page.get_by_role("dialog", name="A rule of the institution")
    await expect(refusal).to_contain_text("a contact request is needed")
    await chief.screen("people-refusal")
    assert await chief.barriers() == []
    await refusal.get_by_role("button", name="Ask for contact").click()
    await expect(refusal).to_contain_text("the request waits")
    await refusal.get_by_role("button", name="My requests").click()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Withdraw").click()
    await expect(page.get_by_text("No requests")).to_be_visible()


async def test_a_level_becomes_a_group(house: House, open_client: Open) -> None:
    chief = await open_client(house.people["lawhead"])
    page = chief.page
    await open_people(chief)
    await row(chief, "Департамент информатизации").click()
    await page.get_by_role("button", name="Choose").click()
    await row(chief, "Игорь Техников").click()
    await row(chief, "Правовой департамент").locator(".tick").click()
    await expect(page.get_by_text("1 person chosen, 1 unit")).to_be_visible()
    await chief.screen("people-choosing")
    assert await chief.barriers() == []
    await page.get_by_role("button", name="New group").click()
    making = page.get_by_role("dialog", name="New group")
    await making.get_by_label("Name of the group").fill("Рабочая группа")
    await making.get_by_role("button", name="Create with 3 people").click()
    left = page.get_by_role("dialog", name="Not everyone was invited")
    await expect(left.get_by_role("listitem")).to_have_count(1)
    await expect(left).to_contain_text("Игорь Техников")
    await chief.screen("people-not-invited")
    await left.get_by_role("button", name="Open the chat").click()
    await expect(chief.field).to_be_visible()
    for name in ("lawyer", "judge"):
        rooms = (await house.people[name].sync())["rooms"]["invite"]
        assert len(rooms) == 1
    assert "invite" not in (await house.people["ithead"].sync()).get("rooms", {})


async def test_dragged_people_are_invited(house: House, open_client: Open) -> None:
    lawhead, lawyer = house.people["lawhead"], house.people["lawyer"]
    await lawhead.create_room(name="Дело 17")
    chief = await open_client(lawhead)
    await open_people(chief)
    await row(chief, "Правовой департамент").click()
    await row(chief, "Анна Юристова").drag_to(chief.chat("Дело 17"))
    asking = chief.page.get_by_role("dialog", name="Invite to Дело 17")
    await asking.get_by_role("button", name="Invite 1 person").click()
    await expect(asking).to_have_count(0)
    assert len((await lawyer.sync())["rooms"]["invite"]) == 1


async def test_a_stranger_is_seen_before_they_are_heard(wire: Wire, open_client: Open) -> None:
    guest, lawyer = await Client(wire).register("guest"), await Client(wire).register("lawyer")
    (await lawyer.put(f"{CONTACTS}/strangers", {"strangers": "ask"})).ok()
    await guest.create_room(name="Просьба", invite=[lawyer.user_id])
    person = await open_client(lawyer)
    await person.page.get_by_role("link", name="1 contact request").click()
    box = person.page.get_by_role("listitem").filter(has_text=guest.user_id)
    await expect(box).to_contain_text("Просьба")
    await person.screen("people-stranger")
    await box.get_by_role("button", name="Block").click()
    await expect(box).to_have_count(0)
    blocked = (await lawyer.get(CONTACTS)).ok()
    assert (blocked["held"], blocked["blocked"]) == ([], [guest.user_id])


async def test_who_may_write_is_chosen_in_the_settings(house: House, open_client: Open) -> None:
    lawyer = house.people["lawyer"]
    person = await open_client(lawyer)
    await person.page.goto("/#/settings/privacy")
    choice = person.page.get_by_role("radiogroup", name="Who may write to me")
    await expect(choice.get_by_label("Strangers by request")).to_be_checked()
    await choice.get_by_label("Only those I know").check()
    await expect(choice.get_by_label("Only those I know")).to_be_checked()
    await person.screen("people-privacy")
    assert await person.barriers() == []
    await person.page.reload()
    await expect(choice.get_by_label("Only those I know")).to_be_checked()
    assert (await lawyer.get(CONTACTS)).ok()["strangers"] == "closed"


async def test_a_deputy_is_offered_where_the_server_cannot_tell_them(
    house: House, open_client: Open
) -> None:
    head, lawyer, judge = (house.people[name] for name in ("lawhead", "lawyer", "judge"))
    await house.stand_in("lawhead", "lawyer")
    seal = {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    room = await head.create_room(
        name="Суд", invite=[lawyer.user_id, judge.user_id], initial_state=[seal]
    )
    await lawyer.join(room)
    await judge.join(room)
    person = await open_client(judge)
    await person.open_chat("Суд")
    await person.field.fill("@Пётр")
    await person.page.get_by_role("option").filter(has_text="Пётр Правдин").click()
    offer = person.page.get_by_role("status").filter(has_text="Пётр Правдин is away until")
    await expect(offer).to_contain_text("Анна Юристова stands in")
    await person.screen("composer-deputy")
    assert await person.barriers() == []
    await offer.get_by_role("button", name="Mention too").click()
    await expect(person.field).to_have_value("@Пётр Правдин @Анна Юристова ")
    await expect(offer).to_have_count(0)


async def until_kept(account: Client, kind: str, content: dict[str, Any]) -> None:
    """Wait until the server has what the client shows already."""
    path = f"/user/{account.user_id}/account_data/{kind}"
    while (found := await account.get(path)).status != 200 or found.ok() != content:
        pass


async def test_who_may_invite_is_chosen_in_the_settings(house: House, open_client: Open) -> None:
    lawyer, chief = house.people["lawyer"], house.people["lawhead"]
    person = await open_client(lawyer)
    page = person.page
    await page.goto("/#/settings/privacy")
    choice = page.get_by_role("radiogroup", name="Who may invite me")
    await expect(choice.get_by_label("Everyone")).to_be_checked()
    await choice.get_by_label("Only those listed").check()
    lists, others = "org.matrix.msc4155.invite_permission_config", {"blocked_servers": ["*"]}
    await until_kept(lawyer, lists, others)
    room, body = await chief.create_room(), {"user_id": lawyer.user_id}
    (await chief.post(f"/rooms/{room}/invite", body)).refused(403, "M_INVITE_BLOCKED")
    await page.get_by_label("Person or server").fill(chief.user_id)
    await page.keyboard.press("Enter")
    listed = page.get_by_role("list", name="Exceptions to who may invite me")
    await expect(listed.get_by_role("listitem")).to_contain_text("are taken")
    await person.screen("people-may-invite")
    assert await person.barriers() == []
    await until_kept(lawyer, lists, {"allowed_users": [chief.user_id], **others})
    (await chief.post(f"/rooms/{room}/invite", body)).ok()
    await choice.get_by_label("Nobody").check()
    await expect(listed).to_have_count(0)
    await until_kept(lawyer, "m.invite_permission_config", {"default_action": "block"})
    room = await chief.create_room()
    (await chief.post(f"/rooms/{room}/invite", body)).refused(403, "M_INVITE_BLOCKED")


async def test_who_is_away_is_said_with_their_deputy(house: House, open_client: Open) -> None:
    lawhead = house.people["lawhead"]
    await house.stand_in("lawhead", "lawyer")
    judge = await open_client(house.people["judge"])
    await judge.page.goto(f"/#/user/{lawhead.user_id}")
    card = judge.page.get_by_role("dialog")
    await expect(card).to_contain_text("Анна Юристова stands in")
    await judge.screen("people-away")
    await card.get_by_role("button", name="Message").click()
    await expect(judge.page.locator("main header")).to_contain_text("Анна Юристова stands in")
