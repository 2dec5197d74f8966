"""The institution's recovery key: made in the console, opened by two, used by its owner."""

from pathlib import Path

from playwright.async_api import expect

from tests.duty.test_custody import MINE
from tests.duty.test_inspect import INSPECTIONS
from tests.harness.client import Client
from tests.web.conftest import Open
from tests.web.page import Person
from tests.web.test_admin import dialog, open_console, owner
from tests.web.test_owed import grant

__all__ = ["owner"]

HOLDERS = ("first", "second", "third")
SEALED = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


async def make_key(person: Person) -> list[str]:
    """Make the recovery key in the console: the shares, in the order of `HOLDERS`."""
    await person.page.goto("/#/admin/custody")
    await person.page.get_by_role("button", name="Make the recovery key").click()
    for name in HOLDERS:
        await dialog(person).get_by_label("Find a person").fill(name)
        await dialog(person).get_by_role("list").last.get_by_role("button", name=name).click()
        await expect(dialog(person).get_by_role("button", name=f"Remove {name}")).to_be_visible()
    assert await person.barriers() == []
    await person.screen("admin-custody-holders")
    await dialog(person).get_by_role("button", name="Make the shares").click()
    shares = list[str]()
    for name in HOLDERS:
        await expect(dialog(person).get_by_text(f"for {name}")).to_be_visible()
        shares.append(await dialog(person).get_by_label("Share").inner_text())
        if not shares[1:]:
            assert await person.barriers() == []
            await person.screen("admin-custody-share")
        await dialog(person).get_by_role("button", name="It is written down").click()
    await expect(person.page.get_by_text("Any 2 of 3 holders open it together.")).to_be_visible()
    return shares


async def test_two_of_three_officers_bring_a_history_back(
    open_client: Open, owner: Client, tmp_path: Path
) -> None:
    for name in HOLDERS:
        await Client(owner.wire).register(name)
    officer = await open_client(owner)
    shares = await make_key(officer)
    await officer.screen("admin-custody")

    alice = await Client(owner.wire).register("alice")
    room = await alice.create_room(name="Sealed", initial_state=[SEALED])
    before = await open_client(alice)
    await before.open_chat("Sealed")
    await before.say("Under seal")
    await expect(before.message("Under seal").get_by_text("Sent")).to_be_visible()
    while (await alice.get(MINE)).ok()["sealed"] is None:
        pass
    await before.page.context.close()

    auditor = await Client(owner.wire).register("auditor")
    await grant(tmp_path, auditor, "auditor")
    now = (await alice.get(MINE)).ok()["sealed"]["ts"]
    asked = {
        "target": alice.user_id,
        "since_ts": 0,
        "until_ts": now,
        "ground": "forgotten password",
        "case_number": "K-1",
        "expires_ts": now + 3_600_000,
    }
    row = (await owner.post(INSPECTIONS, asked)).ok()
    (await auditor.put(f"{INSPECTIONS}/{row['inspection_id']}", {"approved": True})).ok()

    await open_console(officer, "Inspections")
    await officer.page.get_by_role("button", name="Open the key").click()
    await dialog(officer).get_by_label("Share 1").fill(shares[2])
    await dialog(officer).get_by_label("Share 2").fill(shares[2])
    await dialog(officer).get_by_role("button", name="Open the key").click()
    await expect(dialog(officer).get_by_role("alert")).to_contain_text("do not open it")
    await dialog(officer).get_by_label("Share 2").fill(shares[0])
    assert await officer.barriers() == []
    await dialog(officer).get_by_role("button", name="Open the key").click()
    key = await dialog(officer).get_by_label("Key of the backup").inner_text()

    after = await open_client(alice)
    await after.open_chat("Sealed")
    await expect(after.message("Under seal")).to_have_count(0)
    await after.page.goto("/#/settings/encryption")
    await expect(after.page.get_by_text("any 2 of 3 officers")).to_be_visible()
    await after.page.get_by_role("button", name="Enter the recovery key").click()
    await dialog(after).get_by_label("Recovery key").fill(key)
    await dialog(after).get_by_role("button", name="Open", exact=False).last.click()
    await expect(after.page.get_by_role("dialog")).to_have_count(0)
    await after.page.goto(f"/#/chat/{room}")
    await after.sees("Under seal")
