"""Disabled in the directory: sessions, pushes and archives end with a receipt (G17)."""

from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from depesha.app import serve
from depesha.app.operate import ask
from depesha.base.clock import Clock
from depesha.base.directory import Attributes, Directory
from tests.harness.client import Client, Wire
from tests.harness.databases import Templates
from tests.harness.server import config_for
from tests.harness.slapd import (
    PEOPLE,
    READER,
    READER_PASSWORD,
    Slapd,
    person,
    person_dn,
    unit,
)
from tests.push.test_webpush import browser
from tests.web.page import DESKTOP, PHONE, Person
from tests.web.test_installed import subscribe

PASSWORD = "the password of anna"
DISABLED = "Your institution has disabled this account"
# What is still there of a person: names of databases, rows of the archive, caches, the choice of
# pushes, the chats visited last.
LEFT = """async () => {
    const left = (await indexedDB.databases())
        .map(({ name }) => name).filter((name) => name !== "depesha");
    const db = await new Promise((done, fail) => {
        const asked = indexedDB.open("depesha");
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => fail(asked.error);
    });
    for (const store of db.objectStoreNames) {
        const asked = db.transaction(store).objectStore(store).getAllKeys();
        const keys = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
        // The key of the next archive is made at once.
        if (keys.some((key) => key !== "archive")) left.push(`${store}: ${keys}`);
    }
    db.close();
    left.push(...(await caches.keys()).filter((name) => !name.startsWith("shell")));
    const { recentChats = "[]", push } = Object.fromEntries(
        Object.entries(localStorage).map(([key, value]) => [key.replace("depesha.", ""), value]));
    if (recentChats !== "[]" || push) left.push(recentChats, push);
    const registration = await navigator.serviceWorker.getRegistration();
    if (await registration?.pushManager.getSubscription()) left.push("subscription");
    return left;
}"""


def directory(slapd: Slapd, folder: Path) -> Directory:
    secret = folder / "reader"
    secret.write_text(READER_PASSWORD)
    return Directory(
        url=f"ldap+plain://127.0.0.1:{slapd.port}",
        base=PEOPLE,
        bind_dn=READER,
        password_file=str(secret),
        organisation="City",
        attributes=Attributes(disabled="userAccountControl"),
    )


async def is_told_and_has_nothing(page: Page) -> None:
    await expect(page.get_by_text(DISABLED)).to_be_visible()
    await expect(page.get_by_label("User name")).to_have_value("")
    while left := await page.evaluate(LEFT):
        print(left)


@pytest.mark.limit(180)
@pytest.mark.keeps
async def test_whoever_is_disabled_keeps_nothing_in_any_browser(
    tmp_path: Path, templates: Templates, chromium: Chromium, slapd: Slapd
) -> None:
    slapd.add(unit("Law"), person("anna", "Law"))
    config = config_for(
        tmp_path,
        templates.copy_sqlite(tmp_path / "depesha.sqlite"),
        ldap=directory(slapd, tmp_path),
        allowed_networks=("127.0.0.0/8",),
    )
    async with serve.running(config, Clock()) as running, browser() as service:
        wire = Wire(running.base_url)
        root = await Client(wire).register("root")
        path = f"/_depesha/v1/admin/users/{root.user_id}/admin"
        await ask(config, "PUT", path, {"admin": True})
        anna = await Client(wire).login("anna", PASSWORD)
        room = await anna.create_room(name="Registry")
        await anna.send(room, "Of the case")
        people = list[Person]()
        for size in (DESKTOP, PHONE, DESKTOP):
            context = await chromium.new_context(
                base_url=wire.base_url, viewport=size, locale="en", is_mobile=size is PHONE
            )
            one = Person(await context.new_page(), anna)
            await one.sign_in(PASSWORD)
            await one.open_chat("Registry")
            await one.sees("Of the case")
            await one.is_kept()
            people.append(one)
        open_, closed, locked = people
        await subscribe(open_, service)
        await open_.page.get_by_role("switch", name="Also when Depesha is closed").click()
        await open_.page.get_by_role("button", name="Test").click()
        await expect(open_.page.get_by_text("All is well")).to_be_visible()
        await closed.page.goto("about:blank")
        await locked.page.goto("/#/settings/privacy")
        for label in ("New PIN", "Once more"):
            await locked.page.get_by_label(label).fill("2468")
        await locked.page.get_by_role("button", name="Set", exact=True).click()
        await expect(locked.page.get_by_text("The PIN is set")).to_be_visible()
        await locked.page.goto("about:blank")

        slapd.modify(person_dn("anna", "Law"), "userAccountControl", "514")
        report = (await root.post("/_depesha/v1/admin/directory/sync", {})).ok()
        assert report["sessions_ended"] == 4
        await is_told_and_has_nothing(open_.page)
        await open_.screen("shut-out-desktop")
        for one in (closed, locked):
            await one.page.goto("/")
            await is_told_and_has_nothing(one.page)
        await closed.screen("shut-out-phone")
        lines = (await root.get("/_depesha/v1/admin/audit", {"limit": 100})).ok()["lines"]
        (line,) = [line for line in lines if line["act"] == "org.disable"]
        assert (line["target"], line["details"]["sessions_ended"]) == (anna.user_id, 4)
        await wire.close()
