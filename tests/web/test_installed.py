"""The client as an installed application: pushes, what others share with it, newer versions."""

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from depesha.app import serve, site
from depesha.base.clock import Clock
from depesha.events.sign import encode_url_base64
from tests.harness.client import Client, Wire
from tests.harness.databases import Templates
from tests.harness.server import config_for
from tests.push.test_webpush import Browser, browser
from tests.web.conftest import Open
from tests.web.page import Person, watched

pytestmark = pytest.mark.keeps

# Chromium's own push service is of the outside world; the tests have theirs on this machine.
SUBSCRIBE = """
let kept = null;
PushManager.prototype.getSubscription = async () => kept;
PushManager.prototype.subscribe = async (options) => (kept = {
    endpoint: %(url)s,
    options: { applicationServerKey: null },
    toJSON: () => ({ endpoint: %(url)s, keys: { p256dh: %(p256dh)s, auth: %(auth)s } }),
    unsubscribe: async () => { kept = null; return true; },
});
"""


async def subscribe(person: Person, service: Browser) -> None:
    """Open the settings of notifications in a browser that subscribes at `service`."""
    page = person.page
    given = {
        "url": service.url,
        "p256dh": encode_url_base64(service.p256dh),
        "auth": encode_url_base64(service.auth),
    }
    texts = {name: orjson.dumps(text).decode() for name, text in given.items()}
    await page.context.add_init_script(SUBSCRIBE % texts)
    await page.context.grant_permissions(["notifications"])
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    await page.goto("/#/settings/notifications")
    await page.reload()


async def close_page(person: Person) -> None:
    """Leave the page, and wait until the service worker knows of no page of its own."""
    page = person.page
    worker = page.context.service_workers[0]
    await page.goto("about:blank")
    while await worker.evaluate("async () => (await clients.matchAll()).length"):
        pass


# Chromium forgets a notification that somebody asks for while it is being shown, so nobody asks
# before the service worker has shown it.
WATCH = """() => {
    const show = registration.showNotification.bind(registration);
    self.showing = new Promise((done) => {
        registration.showNotification = (...words) => show(...words).then(done);
    });
}"""
SHOWN = """async () => {
    await self.showing;
    return (await registration.getNotifications()).map((n) => [n.title, n.body]);
}"""


async def deliver(person: Person, told: dict[str, Any]) -> list[list[str]]:
    """Hand the browser what its push service was sent; title and text of what it shows then."""
    page = person.page
    cdp = await page.context.new_cdp_session(page)
    registrations = list[dict[str, Any]]()
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(event["registrations"]),
    )
    await cdp.send("ServiceWorker.enable")
    while not registrations:
        await page.evaluate("() => 0")
    worker = page.context.service_workers[0]
    await worker.evaluate(WATCH)
    await cdp.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": registrations[0]["scopeURL"].rstrip("/"),
            "registrationId": registrations[0]["registrationId"],
            "data": orjson.dumps(told).decode(),
        },
    )
    return await worker.evaluate(SHOWN)


async def test_a_closed_browser_is_pushed_to_until_sign_out(open_client: Open, wire: Wire) -> None:
    alice = await open_client("alice")
    bob = await Client(wire).register("bob")
    async with browser() as service:
        await subscribe(alice, service)
        page = alice.page
        await page.get_by_role("switch", name="Also when Depesha is closed").click()
        await page.get_by_role("button", name="Test").click()
        await expect(page.get_by_text("All is well")).to_be_visible()
        assert (await service.got.get())[0]["title"] == "Notifications work"
        service.status = 500
        await page.get_by_role("button", name="Test").click()
        await expect(page.get_by_text("refused: 500")).to_be_visible()
        await service.got.get()
        service.status = 201

        # A page that is open could take the notification back as soon as the chat is read there.
        await close_page(alice)
        room = await bob.create_room(name="Registry", invite=[alice.account.user_id])
        await alice.account.join(room)
        told = (await service.got.get())[0]
        assert (told["room_id"], told["unread"]) == (room, 1)
        assert await deliver(alice, told) == [["bob · Registry", "Invitation to a chat"]]

        await page.goto("/")
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("menuitem", name="Sign out").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in to Depesha")).to_be_visible()
        await page.wait_for_function(
            "() => navigator.serviceWorker.getRegistration()"
            ".then((r) => r.getNotifications()).then((all) => all.length === 0)"
        )
        assert await page.evaluate("() => localStorage.getItem('depesha.push')") is None


async def test_where_the_browser_cannot_subscribe_the_test_says_so(open_client: Open) -> None:
    alice = await open_client("alice")
    await alice.page.goto("/#/settings/notifications")
    await alice.page.get_by_role("button", name="Test").click()
    await expect(alice.page.get_by_text("has not been allowed to show")).to_be_visible()


async def test_a_click_on_a_notification_opens_the_chat(open_client: Open) -> None:
    alice = await open_client("alice")
    room = await alice.account.create_room(name="Registry")
    await expect(alice.chat("Registry").first).to_be_visible()
    await alice.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    worker = alice.page.context.service_workers[0]
    # A person's click on the screen of the system, which no test reaches.
    await worker.evaluate(
        """(room) => {
            const notification = { data: { room_id: room, event_id: "" }, close() {} };
            const click = new ExtendableEvent("notificationclick");
            Object.defineProperty(click, "notification", { value: notification });
            self.dispatchEvent(click);
        }""",
        room,
    )
    await expect(alice.field).to_be_visible()
    assert room in alice.page.url


async def test_what_is_shared_goes_to_the_chat_that_is_chosen(open_client: Open) -> None:
    alice = await open_client("alice")
    await alice.account.create_room(name="Registry")
    await alice.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    await alice.page.reload()
    await alice.page.evaluate(
        """() => {
            const form = document.createElement("form");
            form.method = "post"; form.action = "/share"; form.enctype = "multipart/form-data";
            form.innerHTML = '<input name=text value="Look"><input name=files type=file>';
            const given = new DataTransfer();
            given.items.add(new File(["minutes"], "minutes.txt", { type: "text/plain" }));
            form.elements.files.files = given.files;
            document.body.append(form);
            form.submit();
        }"""
    )
    asks = alice.page.get_by_role("dialog", name="Send to")
    await asks.get_by_role("button", name="Registry").click()
    await expect(alice.page.get_by_text("minutes.txt").first).to_be_visible()


async def test_the_shortcuts_open_a_new_chat_and_the_saved_messages(open_client: Open) -> None:
    alice = await open_client("alice")
    await alice.page.goto("/#/new")
    await expect(alice.page.get_by_role("dialog", name="Write to a person")).to_be_visible()
    await alice.page.keyboard.press("Escape")
    await alice.page.goto("/#/saved")
    await expect(alice.field).to_be_visible()


async def test_a_newer_version_is_taken_without_losing_a_sentence(
    tmp_path: Path, templates: Templates, chromium: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is updated while somebody writes."""
    dist = shutil.copytree(site.DIST, tmp_path / "dist")
    monkeypatch.setattr(site, "DIST", dist)
    config = config_for(tmp_path, templates.copy_sqlite(tmp_path / "depesha.sqlite"))
    context = await chromium.new_context(locale="en")
    async with watched(context) as page:
        async with serve.running(config, Clock()) as running:
            url = running.base_url
            wire = Wire(url)
            alice = Person(page, await Client(wire).register("alice"))
            await alice.account.create_room(name="Registry")
            await alice.sign_in(at=url)
            await alice.open_chat("Registry")
            await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
            await page.reload()
            await alice.field.fill("Half a sen")
            await wire.close()
        renew(dist)
        listen = url.removeprefix("http://")
        async with serve.running(config_for(tmp_path, "", listen=listen), Clock()):
            await page.evaluate(
                "() => navigator.serviceWorker.getRegistration().then((found) => found.update())"
            )
            await alice.field.press_sequentially("tence")
            async with page.expect_event("load"):
                await page.get_by_role("button", name="Update").click()
            await expect(alice.field).to_have_value("Half a sentence")
            built = "async () => (await caches.keys()).filter((name) => name.startsWith('shell-'))"
            while await page.evaluate(built) != ["shell-newer"]:
                pass
            await page.close()
    await context.close()


def renew(dist: Path) -> None:
    """Make the built client another build."""
    script = (dist / "sw.js").read_text("utf-8")
    known, _, rest = script.partition(',BUILD="')
    fresh = f'{known},BUILD="newer"{rest[rest.index(";") :]}'
    (dist / "sw.js").write_text(fresh, "utf-8")
    for packed in dist.glob("sw.js.*"):
        packed.unlink()
