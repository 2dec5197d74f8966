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

    async def barriers(self) -> list[str]:
        """What axe finds that keeps somebody out of what is on the screen."""
        # The policy of the page forbids foreign scripts; this one comes through the debugger.
        await self.page.evaluate(AXE.read_text("utf-8"))
        found: dict[str, Any] = await self.page.evaluate("() => axe.run()")
        return [
            f"{rule['id']}: {node['html'][:200]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
