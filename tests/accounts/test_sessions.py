"""Sessions in memory and what is written down of them. Spec: "Using access tokens"."""

from pathlib import Path

from depesha.accounts.sessions import SESSION, Session, Sessions
from depesha.eventlog.changes import Change, Reach
from depesha.eventlog.institution import Institution
from depesha.events.sign import Signer
from depesha.http.caller import Caller
from tests.accounts.steps import is_signed_in
from tests.conftest import StartServer
from tests.harness.client import Client
from tests.harness.clock import START_MS, TestClock
from tests.harness.server import config_for, start

INSTITUTION = Institution(1, "depesha.test", Signer("depesha.test", "ed25519:1", bytes(32)))


def session_of(user_id: str) -> Session:
    return Session(Caller(INSTITUTION, user_id, "DEVICE"), None, is_unused=False)


def test_memory_is_bounded_and_forgets_whole_users() -> None:
    sessions = Sessions(most=3)
    keys = [bytes([number]) for number in range(5)]
    for number, key in enumerate(keys):
        sessions.put(key, session_of(f"@{number % 2}:depesha.test"))
    assert [sessions.get(key) is not None for key in keys] == [False, False, True, True, True]
    sessions.view(Change(SESSION, Reach.NOBODY, "@0:depesha.test"))
    assert [sessions.get(key) is not None for key in keys] == [False, False, False, True, False]
    sessions.view(Change("other", Reach.NOBODY, "@1:depesha.test"))
    assert sessions.get(keys[3]) is not None


async def test_the_last_use_outlives_the_server(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        assert await is_signed_in(alice)
    await clock.advance(200)
    async with start_server() as server:
        phone = await server.anyone.login("alice")
        seen = (await phone.get(f"/devices/{alice.device_id}")).ok()["last_seen_ts"]
        assert seen == START_MS


async def test_a_session_ends_on_every_worker(
    postgres_url: str, tmp_path: Path, clock: TestClock
) -> None:
    config = config_for(tmp_path, postgres_url)
    async with start(config, clock) as one, start(config, clock) as other:
        alice = await one.register("alice")
        there = Client(other.wire, alice.user_id, alice.token)
        assert await is_signed_in(there)
        (await alice.post("/logout")).ok()
        await clock.advance(1.1)
        assert not await is_signed_in(there)
