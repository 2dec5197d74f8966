"""Whoever takes unusually much is told of to the security officers (requirement U3)."""

from collections.abc import AsyncIterator

import pytest

from tests.accounts.steps import make_admin, operate
from tests.conftest import StartServer
from tests.duty.test_retention import AUDIT, TEXT, UPLOAD
from tests.harness.client import Client
from tests.harness.server import Server

HOUR = 3_600


@pytest.fixture
async def server(start_server: StartServer) -> AsyncIterator[Server]:
    async with start_server(haul_files=2, haul_pages=3) as found:
        yield found


async def download(who: Client, mxc: str, times: int) -> None:
    for _ in range(times):
        (await who.get(f"/_matrix/client/v1/media/download/{mxc.removeprefix('mxc://')}")).ok()


async def hauls(who: Client) -> list[tuple[str, int, int]]:
    """The lines of the log of acts: device, files, pages."""
    lines = (await who.get(AUDIT)).ok()["lines"]
    found = [line["details"] for line in lines if line["act"] == "session.haul"]
    return [(each["device_id"], each["files"], each["pages"]) for each in found]


async def test_one_file_too_many_is_told_once_an_hour_and_given_all_the_same(
    server: Server,
) -> None:
    root = await make_admin(server, await server.register("root"))
    officer, alice = await server.register("officer"), await server.register("alice")
    role = f"/_depesha/v1/admin/users/{officer.user_id}/roles/security_officer"
    assert await operate(server, "PUT", role, {}) == 200
    mxc = (await alice.post(UPLOAD, data=b"a file", headers=TEXT)).ok()["content_uri"]
    await download(alice, mxc, 2)
    assert await hauls(root) == []
    await download(alice, mxc, 4)
    assert await hauls(root) == [(alice.device_id, 3, 0)]
    (text,) = await server.told(officer, "duty_haul")
    assert alice.user_id in text
    assert alice.device_id in text
    # Each session counts for itself, and each hour anew.
    await download(await server.anyone.login("alice"), mxc, 2)
    await server.clock.leap(HOUR)
    await download(alice, mxc, 2)
    assert len(await hauls(root)) == 1
    await download(alice, mxc, 1)
    assert len(await hauls(root)) == 2


async def test_where_there_is_no_officer_the_owners_are_told_of_pages(server: Server) -> None:
    root = await make_admin(server, await server.register("root"))
    alice = await server.register("alice")
    room = await alice.create_room()
    for _ in range(4):
        await alice.messages(room)
    assert await hauls(root) == [(alice.device_id, 0, 4)]
    (text,) = await server.told(root, "duty_haul")
    assert "4" in text
    for _ in range(5):
        refused = await root.get(f"/rooms/{room}/messages", {"dir": "b"})
        refused.refused(403, "M_FORBIDDEN")
    assert len(await hauls(root)) == 1
