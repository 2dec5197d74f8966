"""What a person does in the client, by what they see: labels and roles, never classes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from tests.harness.client import PASSWORD, Client

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "build" / "screens"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"

NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# What moves has its colours and places only when it rests; what turns for ever is let be.
AT_REST = """() => Promise.all(document.getAnimations()
    .filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
    .map((each) => each.finished.catch(() => {})))"""
CONTROLLED = """() => new Promise((done) => {
    const { serviceWorker } = navigator;
    const look = () => serviceWorker.controller
        ? done(true)
        : serviceWorker.addEventListener("controllerchange", look, { once: true });
    look();
})"""
KEPT = """async () => {
    const shell = (await caches.keys()).find((name) => name.startsWith("shell-"));
    return (await (await caches.open(shell)).keys()).length;
}"""
SPEAK = """language => dispatchEvent(new StorageEvent(
    "storage", { key: "depesha.language", newValue: JSON.stringify(language) },
))"""
# What stands above the page is looked at alone: the page below was looked at before it opened.
RUN_AXE = """options => {
    const above = document.querySelectorAll('[role="dialog"], [role="menu"]');
    const lean = { resultTypes: ["violations"], preload: false, ...options };
    return axe.run(above.length > 0 ? [...above].at(-1) : document, lean);
}"""
OVERFLOWS = """() => {
    const scrolls = (node) => node && node !== document.documentElement &&
        (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
    // What scrolls sideways by intent: tabs, code, tables.
    const wide = '[role="tablist"], pre, .table-frame';
    const squeezed = (node) => getComputedStyle(node).overflowY === "auto" && !node.matches(wide);
    const told = (node) => `${node.tagName} "${node.innerText.slice(0, 60)}"`;
    return [...document.querySelectorAll("body *")]
        .filter((node) => node instanceof HTMLElement && node.innerText && node.clientWidth > 0)
        .filter((node) => node.checkVisibility() && (squeezed(node) || !scrolls(node)))
        .filter((node) => node.scrollWidth > node.clientWidth + 1 ||
            (!scrolls(node) && node.getBoundingClientRect().right > innerWidth + 1))
        .map(told);
}"""


@asynccontextmanager
async def watched(context: BrowserContext) -> AsyncIterator[Page]:
    """A page whose errors fail the test: what it throws, and what its policy forbids."""
    page, wrong = await context.new_page(), list[str]()

    def note(message: ConsoleMessage) -> None:
        # A refusal by the server is shown by the browser too; the test sees it in the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(message.text)

    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", note)
    yield page
    assert wrong == [], wrong


@dataclass
class Person:
    """One person at one browser."""

    page: Page
    account: Client
    is_on_phone: bool = False

    # Signing in

    async def sign_in(self, password: str = PASSWORD, at: str = "/") -> None:
        """Sign in on the page's form, and leave the recovery key for later."""
        await self.page.goto(at)
        await self.page.get_by_label("User name").fill(self.account.user_id)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.get_by_role("button", name="Sign in", exact=True).click()
        await self.page.get_by_role("button", name="Later").click()

    async def is_kept(self) -> None:
        """Wait until the page has all that it needs without a network."""
        await self.page.evaluate(CONTROLLED)
        assert await self.page.evaluate(KEPT) > 1, "mark the test with `keeps`"

    # The list of chats

    def chat(self, name: str) -> Locator:
        """The line of a chat."""
        return self.page.get_by_role("navigation", name="Chats").get_by_text(name, exact=True)

    @property
    def lines(self) -> Locator:
        """The lines of all chats, from the top."""
        return self.page.get_by_role("navigation", name="Chats").get_by_role("link")

    def line(self, name: str) -> Locator:
        """The whole line of a chat, with its marks."""
        return self.lines.filter(has_text=name)

    async def act_on_chat(self, name: str, action: str) -> None:
        """Do something to a chat by the menu of its line."""
        await self.chat(name).first.click(button="right")
        await self.page.get_by_role("menuitem", name=action, exact=True).click()

    async def open_chat(self, name: str) -> None:
        await self.chat(name).first.click()
        await expect(self.field).to_be_visible()

    # A conversation

    @property
    def field(self) -> Locator:
        """Where a message is written."""
        return self.page.get_by_role("textbox", name="Message")

    async def say(self, text: str) -> None:
        """Write and send: by Enter, which on a phone's keyboard breaks the line."""
        await self.field.fill(text)
        if self.is_on_phone:
            await self.page.get_by_role("button", name="Send", exact=True).click()
        else:
            await self.field.press("Enter")

    def message(self, text: str) -> Locator:
        return self.page.get_by_role("article").filter(has_text=text)

    async def sees(self, text: str) -> None:
        await expect(self.message(text)).to_be_visible()

    async def act(self, text: str, action: str) -> None:
        """Do something to a message by its menu."""
        await self.message(text).get_by_text(text).first.click(button="right")
        await self.page.get_by_role("menuitem", name=action, exact=True).click()

    # Looking

    async def screen(self, name: str) -> None:
        """Keep a picture of what is seen, for people to look at."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SCREENS / f"{name}.png")

    async def barriers(self, *rules: str) -> list[str]:
        """What axe finds that keeps somebody out of what is on the screen; by `rules` alone."""
        # The policy of the page forbids foreign scripts; this one comes through the debugger.
        if not await self.page.evaluate("() => 'axe' in window"):
            await self.page.evaluate(AXE.read_text("utf-8"))
        options = {"runOnly": list(rules)} if rules else {}
        await self.page.evaluate(AT_REST)
        found: dict[str, Any] = await self.page.evaluate(RUN_AXE, options)
        return [
            f"{rule['id']}: {node['html'][:200]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    async def overflows(self) -> list[str]:
        """Words that stick out of what holds them, or of the window."""
        found: list[str] = await self.page.evaluate(OVERFLOWS)
        return [f"sticks out: {one}" for one in found]

    async def speak(self, language: str) -> None:
        """Change the language as another tab of this browser does."""
        await self.page.evaluate(SPEAK, language)
        await expect(self.page.locator(f"html[lang={language}]")).to_be_attached()
        await self.page.evaluate(NEXT_FRAME)
