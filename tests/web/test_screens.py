"""Every main screen, walked through at each size: nothing keeps anybody out or sticks out.

What each screen looks like stays in `build/screens/`, in both languages, light and dark.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.async_api import Browser, Locator, expect

from depesha.app import serve
from depesha.app.demo import PASSWORD, fill
from depesha.base.clock import Clock
from tests.harness.client import Client, Wire
from tests.harness.databases import Templates
from tests.harness.server import config_for
from tests.web.page import DESKTOP, NEXT_FRAME, PHONE, Person, watched

Step = Callable[[Person], Awaitable[None]]


class Screen(NamedTuple):
    """Where it is, what is pressed there, and what shows that it stands."""

    name: str
    place: str
    steps: tuple[Step, ...]
    seen: tuple[str, str]


def by(person: Person, role: Any, name: str) -> Locator:
    """What has a role and a name; an action's name may be followed by its keys."""
    exact = role not in ("menuitem", "option", "treeitem", "heading")
    return person.page.get_by_role(role, name=name, exact=exact).first


def press(role: str, name: str) -> Step:
    async def step(person: Person) -> None:
        await by(person, role, name).click()

    return step


def key(keys: str) -> Step:
    async def step(person: Person) -> None:
        await person.page.keyboard.press(keys)

    return step


def fill_in(label: str, text: str) -> Step:
    async def step(person: Person) -> None:
        await person.page.get_by_label(label, exact=True).fill(text)

    return step


def menu_of_message(text: str) -> Step:
    async def step(person: Person) -> None:
        await person.message(text).get_by_text(text).first.click(button="right")

    return step


def new(kind: str) -> tuple[Step, ...]:
    return (press("button", "New chat"), press("menuitem", kind))


async def menu_of_chat(person: Person) -> None:
    await person.line("Единый реестр").first.click(button="right")


async def sends(person: Person) -> None:
    await person.field.fill("Later")


GROUP = "#/chat/{group}"
LIST = (
    Screen("list", "#/", (), ("navigation", "Chats")),
    Screen("list-menu", "#/", (press("button", "Menu"),), ("menuitem", "Settings")),
    Screen("list-new", "#/", (press("button", "New chat"),), ("menuitem", "New group")),
    Screen("list-chat-menu", "#/", (menu_of_chat,), ("menuitem", "Archive")),
    Screen("list-search", "#/", (fill_in("Search", "план"),), ("radio", "Photos")),
    Screen("list-search-none", "#/", (fill_in("Search", "ыыыыы"),), ("heading", "Nothing found")),
    Screen("list-unread", "#/", (fill_in("Search", ""), press("tab", "Unread")), ("tab", "Unread")),
    Screen(
        "palette",
        "#/",
        (press("tab", "All"), key("Control+k")),
        ("combobox", "A person, a chat or an action"),
    ),
    Screen("shortcuts", "#/", (key("Control+/"),), ("dialog", "Keyboard shortcuts")),
    Screen("new-direct", "#/", new("Write to a person"), ("dialog", "Write to a person")),
    Screen("new-group", "#/", new("New group"), ("dialog", "New group")),
    Screen("new-channel", "#/", new("New channel"), ("dialog", "New channel")),
    Screen("new-space", "#/", new("New space"), ("dialog", "New space")),
    Screen("new-folder", "#/", new("New folder"), ("dialog", "New folder")),
    Screen("join", "#/", new("Join by link"), ("dialog", "Join by link")),
)
CHAT = (
    Screen("chat", GROUP, (), ("textbox", "Message")),
    Screen("chat-menu", GROUP, (press("button", "Menu of the chat"),), ("menuitem", "Archive")),
    Screen("message-menu", GROUP, (menu_of_message("Срок"),), ("menuitem", "Forward")),
    Screen(
        "message-forward",
        GROUP,
        (menu_of_message("Срок"), press("menuitem", "Forward")),
        ("dialog", "Forward to"),
    ),
    Screen(
        "message-report",
        GROUP,
        (menu_of_message("Срок"), press("menuitem", "Report")),
        ("dialog", "Report the message"),
    ),
    Screen(
        "message-source",
        GROUP,
        (menu_of_message("Срок"), press("menuitem", "Source of the event")),
        ("dialog", "Source of the event"),
    ),
    Screen(
        "message-react",
        GROUP,
        (menu_of_message("Срок"), press("menuitem", "Another reaction")),
        ("dialog", "React"),
    ),
    Screen(
        "message-reply",
        GROUP,
        (menu_of_message("Срок"), press("menuitem", "Reply")),
        ("button", "Cancel the reply"),
    ),
    Screen(
        "message-select",
        GROUP,
        (press("button", "Cancel the reply"), menu_of_message("Срок"), press("menuitem", "Select")),
        ("toolbar", "Select"),
    ),
    Screen(
        "chat-attach",
        GROUP,
        (press("button", "Cancel the selection"), press("button", "Attach")),
        ("menuitem", "Poll"),
    ),
    Screen(
        "chat-poll",
        GROUP,
        (press("button", "Attach"), press("menuitem", "Poll")),
        ("dialog", "New poll"),
    ),
    Screen("chat-suggest", GROUP, (fill_in("Message", "@"),), ("option", "Министр")),
    Screen(
        "chat-later",
        GROUP,
        (sends, press("button", "Attach"), press("menuitem", "Send later")),
        ("dialog", "Send later"),
    ),
    Screen(
        "chat-emoji",
        GROUP,
        (fill_in("Message", ""), press("button", "Emoji")),
        ("searchbox", "Find emoji"),
    ),
)
SIDE = (
    Screen("chat-panel", GROUP + "?side=info", (), ("heading", "About the chat")),
    Screen("chat-files", GROUP + "?side=info", (press("tab", "Files"),), ("tab", "Files")),
    Screen(
        "chat-settings",
        GROUP + "?side=info",
        (press("button", "Settings of the chat"),),
        ("dialog", "Settings of the chat"),
    ),
    Screen(
        "chat-invite",
        GROUP + "?side=info",
        (press("button", "Invite"),),
        ("dialog", "Invite to the chat"),
    ),
    Screen("chat-search", GROUP + "?side=search", (), ("searchbox", "A word or a phrase")),
    Screen("thread", GROUP + "?side=thread&thread={thread}", (), ("textbox", "Reply in thread")),
    Screen("threads", "#/threads", (), ("heading", "Threads")),
    Screen("direct", "#/chat/{direct}", (), ("textbox", "Message")),
    Screen("direct-panel", "#/chat/{direct}?side=info", (), ("heading", "About the chat")),
    Screen("sealed", "#/chat/{sealed}", (), ("textbox", "Message")),
    Screen(
        "chat-missing", "#/chat/!nowhere:depesha.test", (), ("heading", "There is no such chat")
    ),
)
SETTINGS = (
    Screen("people", "#/people", (), ("treeitem", "Министерство")),
    Screen("people-requests", "#/people/requests", (), ("heading", "Ask by address")),
    Screen("person", "#/user/@it.engineer:depesha.test", (), ("button", "Message")),
    Screen("person-me", "#/user/@it.head:depesha.test", (), ("button", "Saved messages")),
    *(
        Screen(f"settings-{section}", f"#/settings/{section}", (), ("heading", title))
        for section, title in (
            ("profile", "Profile"),
            ("appearance", "Look and language"),
            ("notifications", "Notifications"),
            ("privacy", "Privacy"),
            ("devices", "Devices"),
            ("encryption", "Encryption"),
            ("about", "About me on the server"),
        )
    ),
)
CONSOLE = (
    *(
        Screen(f"console-{section}", f"#/admin/{section}", (), ("heading", title))
        for section, title in (
            ("people", "People"),
            ("tree", "Tree"),
            ("invitations", "Invitations"),
            ("notices", "Notices"),
            ("complaints", "Complaints"),
            ("audit", "Log of acts"),
            ("health", "Health"),
        )
    ),
)


FORMATTED = """<strong>Сроки</strong> и <em>ответственные</em>:
<table><thead><tr><th>район</th><th>срок</th></tr></thead>
<tbody><tr><td>Северный</td><td>12 июня</td></tr><tr><td>Южный</td><td>20 июня</td></tr></tbody>
</table>
<pre><code class="language-python">def due(region):
    return DATES[region]  # дни
</code></pre>"""
POLL = {
    "org.matrix.msc3381.poll.start": {
        "kind": "org.matrix.msc3381.poll.disclosed",
        "max_selections": 1,
        "question": {"org.matrix.msc1767.text": "Когда встречаемся?"},
        "answers": [
            {"id": "a", "org.matrix.msc1767.text": "В среду"},
            {"id": "b", "org.matrix.msc1767.text": "В четверг"},
        ],
    },
    "org.matrix.msc1767.text": "Когда встречаемся?",
}


async def live_in(wire: Wire) -> tuple[Client, dict[str, str]]:
    """Some days in the demo institution, by its administrator; the places of the walk."""
    boss = await Client(wire).login("it.head", PASSWORD)
    engineer = await Client(wire).login("it.engineer", PASSWORD)
    aliases = {room["name"]: room_id for room_id, room in (await named(boss)).items()}
    group = aliases["Единый реестр участков"]
    direct = await boss.create_room(
        is_direct=True, preset="trusted_private_chat", invite=[engineer.user_id]
    )
    await engineer.join(direct)
    direct_chats = {engineer.user_id: [direct]}
    (await boss.put(f"/user/{boss.user_id}/account_data/m.direct", direct_chats)).ok()
    sealed = await boss.create_room(
        name="Закрытая группа",
        initial_state=[
            {
                "type": "m.room.encryption",
                "state_key": "",
                "content": {"algorithm": "m.megolm.v1.aes-sha2"},
            }
        ],
    )
    html = {"format": "org.matrix.custom.html", "formatted_body": FORMATTED}
    root = await boss.send(group, {"msgtype": "m.text", "body": "Сроки и ответственные"} | html)
    relation = {"rel_type": "m.thread", "event_id": root}
    answer = {"msgtype": "m.text", "body": "Южный успеем раньше.", "m.relates_to": relation}
    await engineer.send(group, answer)
    await engineer.send(group, POLL, "org.matrix.msc3381.poll.start")
    await boss.send(direct, "Сервер готов?")
    await engineer.send(direct, "Да, доступы отправил. https://example.org/registry")
    await engineer.send(
        group, {"msgtype": "m.text", "body": "Проверил.", "m.mentions": {"room": True}}
    )
    minister = await Client(wire).login("minister", PASSWORD)
    powers = await minister.state(group, "m.room.power_levels")
    powers["users"][boss.user_id] = 50
    await minister.set_state(group, "m.room.power_levels", powers)
    await boss.set_state(group, "m.room.pinned_events", {"pinned": [root]})
    reaction = {"rel_type": "m.annotation", "event_id": root, "key": "👍"}
    await engineer.send(group, {"m.relates_to": reaction}, "m.reaction")
    await engineer.create_room(name="Обновление сети", invite=[boss.user_id])
    places = {"group": group, "direct": direct, "sealed": sealed, "thread": root}
    return boss, places


async def named(who: Client) -> dict[str, dict[str, str]]:
    """The rooms somebody is in, by id, with their names."""
    joined = (await who.get("/joined_rooms")).ok()["joined_rooms"]
    return {room: await who.state(room, "m.room.name") for room in joined}


CONTRAST = ("color-contrast",)
LIGHT = ("light", "no-preference")
LOOKS = (LIGHT, ("dark", "no-preference"), ("light", "more"))
PHONE_LOOKS = (LIGHT, ("dark", "no-preference"), ("dark", "more"))


async def close_all(person: Person) -> None:
    """Close what stands above the page."""
    above = person.page.locator('[role="dialog"], [role="menu"], .popover')
    while await above.count() > 0:
        await person.page.keyboard.press("Escape")
        await person.page.wait_for_timeout(30)


async def look(person: Person, name: str) -> list[str]:
    """Pictures of a screen in every look, and what is wrong with it in any."""
    page, found = person.page, list[str]()
    name = f"{'phone' if person.is_on_phone else 'desktop'}-{name}"
    for scheme, contrast in PHONE_LOOKS if person.is_on_phone else LOOKS:
        # Its types are words one by one, which a table of texts does not have.
        await page.emulate_media(color_scheme=scheme, contrast=contrast)  # type: ignore[arg-type]
        await page.evaluate(NEXT_FRAME)
        rules = () if (scheme, contrast) == LIGHT else CONTRAST
        found += [f"{scheme}, {contrast}: {one}" for one in await person.barriers(*rules)]
        if contrast == "no-preference":
            await person.screen(f"{name}-{scheme}")
    await page.emulate_media(color_scheme="light", contrast="no-preference")
    await person.speak("ru")  # whose words are longer
    await person.screen(f"{name}-ru")
    found += await person.overflows()
    await person.speak("en")
    return [f"{name}: {one}" for one in found]


ROUTES = {"list": LIST, "chat": CHAT, "side": SIDE, "settings": SETTINGS, "console": CONSOLE}


@pytest.fixture
async def demo(tmp_path: Path, templates: Templates) -> AsyncIterator[Wire]:
    """The way to a running demo institution."""
    db_url = templates.copy_sqlite(tmp_path / "depesha.sqlite")
    async with serve.running(config_for(tmp_path, db_url, demo=True), Clock()) as running:
        await fill(running.house)
        wire = Wire(running.base_url)
        yield wire
        await wire.close()


@pytest.mark.limit(240)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("route", ROUTES)
async def test_no_screen_keeps_anybody_out(
    demo: Wire, chromium: Browser, phone: bool, route: str
) -> None:
    account, places = await live_in(demo)
    context = await chromium.new_context(
        base_url=demo.base_url,
        viewport=PHONE if phone else DESKTOP,
        has_touch=phone,
        is_mobile=phone,
        locale="en",
        reduced_motion="reduce",
    )
    async with watched(context) as page:
        person = Person(page, account, phone)
        found = await enter(person) if route == "list" else await hurry_in(person)
        assert found + await walk(person, ROUTES[route], places) == []
    await context.close()


async def enter(person: Person) -> list[str]:
    """In by the form, with a look at it and at the tour; what is wrong with them."""
    page = person.page
    await page.goto("/")
    await expect(page.get_by_role("region", name="Demonstration accounts")).to_be_visible()
    found = await look(person, "signin")
    await hurry_in(person, tour=False)
    await page.get_by_role("region", name="Welcome to Depesha").wait_for()
    found += await look(person, "tour")
    await by(person, "button", "Skip the tour").click()
    return found


async def hurry_in(person: Person, *, tour: bool = True) -> list[str]:
    """In by the form, past the tour if so asked; nothing is looked at."""
    await person.sign_in(PASSWORD)
    if tour:
        await by(person, "button", "Skip the tour").click()
    return []


async def walk(person: Person, route: tuple[Screen, ...], places: dict[str, str]) -> list[str]:
    """Through the screens of a route; what is wrong with them."""
    found = list[str]()
    for screen in route:
        await close_all(person)
        place = screen.place.format(**places)
        await person.page.evaluate("place => { location.hash = place }", place)
        for step in screen.steps:
            await step(person)
        await expect(by(person, *screen.seen)).to_be_visible()
        found += await look(person, screen.name)
    return found
