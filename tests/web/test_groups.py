"""Groups of a kind, units invited by their managers, and mentions of many."""

import pytest
from playwright.async_api import Locator, expect

from tests.web.conftest import Open
from tests.web.house import House
from tests.web.page import Person

LAW, COURTS = "Правовой департамент", "Отдел судебной работы"
IT = "Департамент информатизации"
KIND = "org.depesha.group"
# Two people each, with many steps.
pytestmark = pytest.mark.limit(120)
SIZES = pytest.mark.parametrize("phone", [False, True])


def dialog(person: Person, name: str) -> Locator:
    return person.page.get_by_role("dialog", name=name)


async def open_panel(person: Person, chat: str) -> Locator:
    """What is said of a group beside its chat."""
    head = person.page.locator("main header").get_by_role("button").filter(has_text=chat)
    await head.first.click()
    facts = person.page.get_by_role("region", name="Group", exact=True)
    await expect(facts).to_be_visible()
    return facts


async def group_of(house: House, *names: str, **fields: object) -> str:
    """A group of the head of Law, which the others have joined."""
    head = house.people["lawhead"]
    content = {"kind": "basic", "unit": house.units[LAW], **fields}
    state = [{"type": KIND, "state_key": "", "content": content}]
    people = [house.people[name] for name in names]
    invite = [each.user_id for each in people]
    room = await head.create_room(name="Дело 17", initial_state=state, invite=invite)
    for each in people:
        await each.join(room)
    return room


@SIZES
async def test_a_group_is_made_of_a_kind(house: House, open_client: Open, phone: bool) -> None:
    chief = await open_client(house.people["lawhead"], phone=phone, dark=phone)
    page = chief.page
    await page.get_by_role("button", name="New chat").click()
    await page.get_by_role("menuitem", name="New group").click()
    making = dialog(chief, "New group")
    await expect(making.get_by_role("radio", name="Project group")).to_be_checked()
    await making.get_by_role("radio", name="Basic group").check()
    unit = making.get_by_role("combobox", name="Unit")
    await expect(unit).to_have_value(str(house.units[LAW]))
    # One's own unit, those below it, those above, and all: not those beside.
    assert await unit.get_by_role("option").all_inner_texts() == [
        "The whole institution",
        "Министерство",
        LAW,
        COURTS,
    ]
    await making.get_by_role("switch", name="Follow the unit").check()
    await making.get_by_label("Name", exact=True).fill("Коллегия")
    await chief.screen(f"groups-new-{'phone' if phone else 'desktop'}")
    assert await chief.barriers() == []
    await making.get_by_role("button", name="Next").click()
    await dialog(chief, "Whom to invite").get_by_role("button", name="Create").click()
    await expect(page.locator("main header")).to_contain_text("Basic group")
    facts = await open_panel(chief, "Коллегия")
    await expect(facts).to_contain_text(f"Basic group: {LAW}")
    follow = facts.get_by_role("switch", name="Follow the unit")
    await expect(follow).to_be_checked()
    await chief.screen(f"groups-panel-{'phone' if phone else 'desktop'}")
    assert await chief.barriers() == []
    await follow.uncheck()
    await expect(follow).not_to_be_checked()
    lawhead = house.people["lawhead"]
    (room,) = (await lawhead.get("/joined_rooms")).ok()["joined_rooms"]
    # The switch moves before the server has heard of it.
    while await lawhead.state(room, KIND) != {"kind": "basic", "unit": house.units[LAW]}:
        pass


async def test_who_is_of_another_unit_is_refused_with_why_and_whom_to_ask(
    house: House, open_client: Open
) -> None:
    lawhead = house.people["lawhead"]
    await group_of(house, "lawyer")
    minister = house.people["minister"]
    room = (await lawhead.get("/joined_rooms")).ok()["joined_rooms"][0]
    await lawhead.invite(room, minister)
    await minister.join(room)
    boss = await open_client(minister)
    await boss.open_chat("Дело 17")
    await open_panel(boss, "Дело 17")
    await boss.page.get_by_role("button", name="Invite", exact=True).click()
    asking = dialog(boss, "Invite to the chat")
    await asking.get_by_role("searchbox", name="Name, post or address").fill("Кира")
    await asking.get_by_role("button", name="Кира Кодова").click()
    await asking.get_by_role("button", name="Invite 1 person").click()
    why = dialog(boss, "A rule of the institution")
    await expect(why).to_contain_text("Only people of the group's unit may be in it")
    await expect(why).to_contain_text("Пётр Правдин keeps this group")
    await boss.screen("groups-refused")
    assert await boss.barriers() == []


async def test_who_invites_is_narrowed_by_the_group(house: House, open_client: Open) -> None:
    await group_of(house, "lawyer")
    chief = await open_client(house.people["lawhead"])
    lawyer = await open_client(house.people["lawyer"], phone=True)
    await lawyer.open_chat("Дело 17")
    facts = await open_panel(lawyer, "Дело 17")
    await expect(facts).to_contain_text("Every member may invite")
    await expect(lawyer.page.get_by_role("button", name="Invite", exact=True)).to_be_visible()
    await chief.open_chat("Дело 17")
    await open_panel(chief, "Дело 17")
    await chief.page.get_by_role("button", name="Settings of the chat").click()
    choice = chief.page.get_by_role("radiogroup", name="Who may invite")
    await choice.get_by_label("Moderators").check()
    await expect(facts).to_contain_text("Only moderators and administrators of the group invite")
    await expect(lawyer.page.get_by_role("button", name="Invite", exact=True)).to_have_count(0)
    await chief.screen("groups-settings")
    assert await chief.barriers() == []


@SIZES
async def test_a_unit_is_invited_through_its_manager(
    house: House, open_client: Open, phone: bool
) -> None:
    lawhead, ithead, coder = (house.people[name] for name in ("lawhead", "ithead", "coder"))
    state = [{"type": KIND, "state_key": "", "content": {"kind": "project"}}]
    await lawhead.create_room(name="Портал", initial_state=state)
    chief = await open_client(lawhead, phone=phone)
    other = await open_client(ithead, phone=phone, dark=True)
    await chief.open_chat("Портал")
    facts = await open_panel(chief, "Портал")
    await expect(facts).to_contain_text("Project group")
    await chief.page.get_by_role("button", name="Invite", exact=True).click()
    asking = dialog(chief, "Invite to the chat")
    await asking.get_by_role("radio", name="A unit").check(force=True)
    await asking.get_by_role("searchbox", name="Find a unit").fill("информ")
    await asking.get_by_role("button", name=IT).first.click()
    await expect(asking).to_contain_text("Игорь Техников decides")
    await asking.get_by_label("A few words").fill("Нужны разработчики")
    await chief.screen(f"groups-ask-{'phone' if phone else 'desktop'}")
    assert await chief.barriers() == []
    await asking.get_by_role("button", name="Ask the manager").click()
    mine = chief.page.get_by_role("list", name="Requests to units")
    await expect(mine).to_contain_text("Waits; sent")

    await other.page.get_by_role("link", name="1 contact request").click()
    box = other.page.get_by_role("listitem").filter(has_text="Пётр Правдин")
    await expect(box).to_contain_text("Нужны разработчики")
    await expect(box).to_contain_text("Портал")
    await box.get_by_role("button", name="Decline").click()
    await box.get_by_label("Why").fill("Не раньше понедельника")
    await box.get_by_role("button", name="Decline the request").click()
    await expect(box).to_have_count(0)
    await expect(mine).to_contain_text("Declined: Не раньше понедельника")
    await chief.screen(f"groups-declined-{'phone' if phone else 'desktop'}")
    await mine.get_by_role("button", name="Put away").click()
    await expect(mine).to_have_count(0)

    await chief.page.get_by_role("button", name="Invite", exact=True).click()
    await asking.get_by_role("radio", name="A unit").check(force=True)
    await asking.get_by_role("button", name=IT).first.click()
    await asking.get_by_role("button", name="Ask the manager").click()
    await box.get_by_role("button", name="Choose whom to invite").click()
    await expect(box.get_by_role("button", name="Invite 2 people")).to_be_visible()
    await box.get_by_role("checkbox", name="Игорь Техников").uncheck()
    await other.screen(f"groups-choose-{'phone' if phone else 'desktop'}")
    assert await other.barriers() == []
    await box.get_by_role("button", name="Invite 1 person").click()
    await expect(box).to_have_count(0)
    await expect(mine).to_contain_text("Approved, 1 person invited")
    assert len((await coder.sync())["rooms"]["invite"]) == 1
    assert "invite" not in (await ithead.sync()).get("rooms", {})


async def test_a_unit_dragged_onto_a_chat_goes_through_its_manager(
    house: House, open_client: Open
) -> None:
    lawhead = house.people["lawhead"]
    await lawhead.create_room(name="Портал")
    chief = await open_client(lawhead)
    await expect(chief.chat("Портал")).to_be_visible()
    await chief.page.goto("/#/people")
    unit = chief.page.get_by_role("treeitem").filter(has_text=IT)
    await expect(chief.page.get_by_role("treeitem").filter(has_text="Мария")).to_be_visible()
    await expect(unit).to_be_visible()
    await unit.drag_to(chief.chat("Портал"))
    asking = dialog(chief, "Invite to Портал")
    through = asking.get_by_role("switch", name=f"Through the managers: {IT}")
    # The manager beside is seen, and may not be written to: with them alone one may try both.
    await expect(asking.get_by_role("button", name="Remove Игорь Техников")).to_be_visible()
    await through.check()
    await chief.screen("groups-dragged")
    assert await chief.barriers() == []
    await asking.get_by_role("button", name="Ask the managers").click()
    await expect(asking).to_have_count(0)
    other = await open_client(house.people["ithead"], phone=True)
    await other.page.get_by_role("link", name="1 contact request").click()
    await expect(other.page.get_by_role("listitem").filter(has_text="Портал")).to_be_visible()


async def test_who_stands_in_for_the_manager_decides(house: House, open_client: Open) -> None:
    await house.stand_in("ithead", "coder")
    lawhead, ithead = house.people["lawhead"], house.people["ithead"]
    await lawhead.create_room(name="Портал")
    chief = await open_client(lawhead)
    deputy = await open_client(house.people["coder"], phone=True)
    await chief.open_chat("Портал")
    await open_panel(chief, "Портал")
    await chief.page.get_by_role("button", name="Invite", exact=True).click()
    asking = dialog(chief, "Invite to the chat")
    await asking.get_by_role("radio", name="A unit").check(force=True)
    await asking.get_by_role("button", name=IT).first.click()
    await asking.get_by_role("button", name="Ask the manager").click()
    await deputy.page.get_by_role("link", name="1 contact request").click()
    box = deputy.page.get_by_role("listitem").filter(has_text="Пётр Правдин")
    await expect(box).to_contain_text(IT)
    await box.get_by_role("button", name="Choose whom to invite").click()
    await box.get_by_role("checkbox", name="Everyone").uncheck()
    await box.get_by_role("checkbox", name="Игорь Техников").check()
    await box.get_by_role("button", name="Invite 1 person").click()
    await expect(box).to_have_count(0)
    assert len((await ithead.sync())["rooms"]["invite"]) == 1


async def test_a_group_follows_its_unit(house: House, open_client: Open) -> None:
    await group_of(house, "judge")
    chief = await open_client(house.people["lawhead"])
    coder = await open_client(house.people["coder"], phone=True)
    judge = await open_client(house.people["judge"])
    await chief.open_chat("Дело 17")
    facts = await open_panel(chief, "Дело 17")
    await facts.get_by_role("switch", name="Follow the unit").check()
    await expect(facts.get_by_role("switch", name="Follow the unit")).to_be_checked()
    await expect(judge.line("Дело 17")).to_be_visible()
    await expect(coder.page.get_by_text("No chats yet")).to_be_visible()
    await house.move("coder", IT, LAW)
    await expect(coder.page.get_by_role("navigation", name="Chats")).to_contain_text("1 invitation")
    await house.move("judge", COURTS, IT)
    await expect(judge.line("Дело 17")).to_have_count(0)
    await expect(chief.page.locator("main header")).to_contain_text("1 member")


@SIZES
async def test_mentions_of_units_and_named_groups(
    house: House, open_client: Open, phone: bool
) -> None:
    await group_of(house, "lawyer", "judge")
    chief = await open_client(house.people["lawhead"], phone=phone)
    lawyer = await open_client(house.people["lawyer"], phone=not phone, dark=True)
    await chief.open_chat("Дело 17")
    facts = await open_panel(chief, "Дело 17")
    await facts.get_by_role("button", name="Groups for mentions").click()
    await dialog(chief, "Groups for mentions").get_by_role("button", name="New group").click()
    making = dialog(chief, "New group")
    await making.get_by_label("Name", exact=True).fill("Дежурные")
    await making.get_by_role("checkbox", name="Анна Юристова").check()
    await chief.screen(f"groups-naming-{'phone' if phone else 'desktop'}")
    assert await chief.barriers() == []
    await making.get_by_role("button", name="Save").click()
    groups = dialog(chief, "Groups for mentions")
    await expect(groups.get_by_role("button", name="Дежурные")).to_contain_text("1 person")
    await groups.get_by_role("button", name="Close", exact=True).click()
    await expect(groups).to_have_count(0)
    await chief.page.get_by_role("button", name="Close", exact=True).click()

    await chief.field.fill("@")
    found = chief.page.get_by_role("option")
    await expect(found.filter(has_text="Everyone")).to_contain_text("3 people")
    await expect(found.filter(has_text="Дежурные")).to_contain_text("1 person")
    await expect(found.filter(has_text=COURTS)).to_contain_text("1 person")
    await expect(found.filter(has_text=LAW)).to_contain_text("3 people")
    await expect(found.filter(has_text=IT)).to_have_count(0)
    await chief.screen(f"groups-mention-{'phone' if phone else 'desktop'}")
    await found.filter(has_text=COURTS).click()
    await chief.field.press_sequentially("к вам")
    await chief.field.press("Control+Enter")
    await chief.sees("к вам")
    await expect(lawyer.line("Дело 17")).to_contain_text("к вам")
    await expect(lawyer.line("Дело 17").get_by_text("You were mentioned")).to_have_count(0)
    await chief.field.press_sequentially("@Деж")
    await found.filter(has_text="Дежурные").click()
    await chief.field.press_sequentially("на выход")
    await chief.field.press("Control+Enter")
    await expect(lawyer.line("Дело 17").get_by_text("You were mentioned")).to_be_visible()
    await lawyer.open_chat("Дело 17")
    called = lawyer.message("на выход").locator(".pill")
    await expect(called).to_have_text("@Дежурные")
    await lawyer.screen(f"groups-called-{'desktop' if phone else 'phone'}")
    assert await lawyer.barriers() == []
    await expect(lawyer.message("к вам").locator(".pill")).to_have_text(f"@{COURTS}")


async def test_a_named_group_is_changed_and_deleted(house: House, open_client: Open) -> None:
    room = await group_of(house, "lawyer", "judge")
    lawhead = house.people["lawhead"]
    groups = {"Пресса": {"user_ids": [house.people["judge"].user_id]}}
    await lawhead.set_state(room, "org.depesha.mention_groups", {"groups": groups})
    chief = await open_client(lawhead)
    await chief.open_chat("Дело 17")
    facts = await open_panel(chief, "Дело 17")
    await facts.get_by_role("button", name="1 group for mentions").click()
    listed = dialog(chief, "Groups for mentions")
    await listed.get_by_role("button", name="Пресса").click()
    making = dialog(chief, "Group “Пресса”")
    await making.get_by_label("Name", exact=True).fill("Печать")
    await making.get_by_role("checkbox", name="Анна Юристова").check()
    await making.get_by_role("button", name="Save").click()
    await expect(listed.get_by_role("button", name="Печать")).to_contain_text("2 people")
    await listed.get_by_role("button", name="Печать").click()
    await dialog(chief, "Group “Печать”").get_by_role("button", name="Delete the group").click()
    sure = chief.page.get_by_role("dialog", name="Delete the group “Печать”?")
    await sure.get_by_role("button", name="Delete the group").click()
    await expect(listed).to_contain_text("There are none yet")
    content = await lawhead.state(room, "org.depesha.mention_groups")
    assert content == {"groups": {}}
    # Who may not change the groups sees no such button while there are none.
    lawyer = await open_client(house.people["lawyer"], phone=True)
    await lawyer.open_chat("Дело 17")
    facts = await open_panel(lawyer, "Дело 17")
    await expect(facts.get_by_role("button")).to_have_count(0)


async def test_who_has_no_place_is_told_why_there_is_no_tree(
    house: House, open_client: Open
) -> None:
    newcomer = await open_client("newcomer", phone=True, dark=True)
    await newcomer.page.goto("/#/people")
    await expect(newcomer.page.get_by_text("You have no place in the tree yet")).to_be_visible()
    await newcomer.screen("groups-no-place-phone")
    assert await newcomer.barriers() == []
    await newcomer.page.get_by_role("button", name="Ask by address").click()
    await expect(newcomer.page.get_by_label("Address")).to_be_visible()


async def test_a_list_from_elsewhere_is_taken_in_at_once(house: House, open_client: Open) -> None:
    await house.keep("PUT", f"people/{house.people['judge'].user_id}", {"number": "0042"})
    lawhead = house.people["lawhead"]
    room = await lawhead.create_room(name="Проверка")
    chief = await open_client(lawhead)
    await chief.open_chat("Проверка")
    await open_panel(chief, "Проверка")
    await chief.page.get_by_role("button", name="Invite", exact=True).click()
    asking = dialog(chief, "Invite to the chat")
    await asking.get_by_role("button", name="From a list").click()
    # A table; somebody who is not seen is told of as somebody there is not.
    table = "1\tАнна Юристова\tЮрист\n2\t0042\n3\tКира Кодова\n4\tНикто Нигдев"
    await asking.get_by_label("List", exact=True).fill(table)
    await asking.get_by_role("button", name="Find 4 people").click()
    await expect(asking.get_by_text("2 people found and chosen")).to_be_visible()
    await expect(asking.get_by_text("2 lines not found")).to_be_visible()
    await expect(asking.get_by_text("3 · Кира Кодова")).to_be_visible()
    await chief.screen("groups-from-list")
    assert await chief.barriers() == []
    await asking.get_by_role("button", name="Invite 2 people").click()
    await expect(asking).to_have_count(0)
    members = (await lawhead.get(f"/rooms/{room}/members", {"membership": "invite"})).ok()["chunk"]
    invited = {house.people[name].user_id for name in ("lawyer", "judge")}
    assert {event["state_key"] for event in members} == invited
