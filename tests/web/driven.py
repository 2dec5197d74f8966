"""The main flows in a browser that WebDriver drives, where Playwright cannot: by what is seen."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from depesha.app import serve
from depesha.base.clock import Clock
from tests.harness.client import PASSWORD, Client, Wire
from tests.harness.databases import Templates
from tests.harness.server import config_for

PATIENCE = 30
SEALED = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


@dataclass
class Driven:
    """A person at a browser."""

    driver: WebDriver

    def see(self, path: str) -> WebElement:
        """The first element of an XPath, once it is shown."""

        def shown(driver: WebDriver) -> WebElement | None:
            try:
                return next(
                    (each for each in driver.find_elements("xpath", path) if each.is_displayed()),
                    None,
                )
            except StaleElementReferenceException:
                return None

        found: Any = WebDriverWait(self.driver, PATIENCE).until(shown, path)
        return found

    def press(self, name: str) -> None:
        self.see(f'//button[normalize-space()="{name}" or @aria-label="{name}"]').click()

    def fill(self, label: str, text: str) -> None:
        self.see(f'//*[@id=//label[normalize-space()="{label}"]/@for]').send_keys(text)

    def sign_in(self, url: str, user_id: str) -> None:
        self.driver.get(url)
        if self.driver.execute_script("return navigator.language") == "C":
            self.press("English")
        self.fill("User name", user_id)
        self.fill("Password", PASSWORD)
        self.press("Sign in")
        self.press("Later")

    def open_chat(self, name: str) -> None:
        self.see(f'//nav[@aria-label="Chats"]//*[normalize-space(text())="{name}"]').click()
        self.see(FIELD)

    def say(self, text: str) -> None:
        self.see(FIELD).send_keys(text, Keys.ENTER)

    def sees(self, text: str, mark: str = "") -> None:
        """A message, with what stands beside it, such as that it was sent."""
        self.see(f'//article[contains(., "{text}") and contains(., "{mark}")]')

    def run(self, script: str) -> Any:
        """What an asynchronous script answers."""
        return self.driver.execute_async_script(f"({script})().then(arguments[0])")


FIELD = '//textarea[@aria-label="Message"]'


async def check_main_flows(
    folder: Path, templates: Templates, open_browser: Callable[[], WebDriver]
) -> None:
    """Sign in, read, send, an encrypted chat, and the page without its server."""
    db_url = templates.copy_sqlite(folder / "depesha.sqlite")
    driver = await asyncio.to_thread(open_browser)
    try:
        async with serve.running(config_for(folder, db_url), Clock()) as running:
            wire = Wire(running.base_url)
            alice, bob = await Client(wire).register("alice"), await Client(wire).register("bob")
            registry = await alice.create_room(name="Registry", invite=[bob.user_id])
            sealed = await alice.create_room(name="Sealed", initial_state=[SEALED])
            await bob.join(registry)
            await bob.send(registry, "From the other side")
            person = Driven(driver)
            await asyncio.to_thread(_talk, person, wire.base_url, alice.user_id)
            assert await said(bob, registry) == ["From the other side", "From the browser"]
            assert await said(alice, sealed) == [None]
            await wire.close()
        await asyncio.to_thread(_open_alone, person)
    finally:
        await asyncio.to_thread(driver.quit)


def _talk(person: Driven, url: str, user_id: str) -> None:
    person.sign_in(url, user_id)
    person.open_chat("Registry")
    person.sees("From the other side")
    person.say("From the browser")
    person.sees("From the browser", "Sent")
    person.open_chat("Sealed")
    person.say("Under seal")
    person.sees("Under seal", "Sent")
    person.run("() => navigator.serviceWorker.ready.then(() => true)")
    assert person.driver.find_elements("class name", "update-line") == []


def _open_alone(person: Driven) -> None:
    """The server is gone: what was read is there when the page is opened anew."""
    url = person.driver.current_url
    person.driver.get("about:blank")
    person.driver.get(url)
    person.sees("Under seal", "Sent")
    person.open_chat("Registry")
    person.sees("From the other side")


async def said(who: Client, room_id: str) -> list[str | None]:
    """The texts of a room's messages, None for those that the server cannot read."""
    query = {"dir": "f", "limit": 100}
    events = (await who.get(f"/rooms/{room_id}/messages", query)).ok()["chunk"]
    kinds = {"m.room.message", "m.room.encrypted"}
    return [event["content"].get("body") for event in events if event["type"] in kinds]
