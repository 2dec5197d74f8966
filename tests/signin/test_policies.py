"""What the institution asks of those who sign in, by role."""

from base64 import urlsafe_b64decode

from hypothesis import given
from hypothesis import strategies as st

from depesha.accounts.rules import Policy, strictest
from depesha.base.rights import Role
from depesha.signin.otp import code_at, step_at
from tests.accounts.steps import login_body, make_admin, operate, with_password
from tests.conftest import StartServer
from tests.duty.test_retention import again
from tests.harness.client import PASSWORD, Client
from tests.harness.clock import TestClock
from tests.harness.server import Server
from tests.signin.steps import (
    ACCOUNT,
    Browser,
    ask_token,
    denied,
    oauth_tokens,
    register_client,
)

POLICIES = "/_depesha/v1/admin/policies"
ENROL = "/_depesha/signin/enrol"
HOUR = 3600
_times = st.none() | st.integers(1, 10**9)
_policies = st.dictionaries(
    st.sampled_from(Role), st.builds(Policy, st.booleans(), _times, _times, _times)
)


@given(_policies, st.sets(st.sampled_from(Role)))
def test_the_strictest_of_each_is_asked(policies: dict[Role, Policy], roles: set[Role]) -> None:
    asked = strictest(policies, roles)
    for role in {Role.MEMBER, *roles} & set(policies):
        each = policies[role]
        assert asked.second_factor or not each.second_factor
        assert (asked.least_password or 0) >= (each.least_password or 0)
        for mine, theirs in ((asked.session_ms, each.session_ms), (asked.idle_ms, each.idle_ms)):
            assert theirs is None or (mine is not None and mine <= theirs)
    assert strictest({}, roles) == Policy()
    assert strictest(policies, [*roles, Role.OWNER]) == strictest(policies, roles | {Role.OWNER})


async def ask_of(server: Server, role: str, **policy: object) -> None:
    """Set a policy as the operator of the machine."""
    assert await operate(server, "PUT", f"{POLICIES}/{role}", dict(policy)) == 200


async def enrol(server: Server, browser: Browser) -> None:
    """Set up codes on the page that the browser is at."""
    assert browser.url.startswith(ENROL)
    secret = urlsafe_b64decode(browser.forms()[0][1]["secret"])
    await browser.submit(code="000000")
    assert browser.status == 400
    await browser.submit(code=code_at(secret, step_at(server.clock.now_ms())))
    assert "recovery" in browser.page.lower()


async def test_who_lacks_codes_sets_them_up_before_anything_else(
    server: Server, alice: Client
) -> None:
    await ask_of(server, "member", second_factor=True)
    login = await alice.post("/login", login_body("alice"))
    login.refused(403, "ORG.DEPESHA.FACTOR_NEEDED")
    wrong = await alice.post("/login", login_body("alice", "another password"))
    wrong.refused(403, "M_FORBIDDEN")

    browser = Browser(server)
    await browser.open(ACCOUNT)
    await browser.sign_in()
    # The password alone opens nothing, also by another address.
    thief = Browser(server, cookies=dict(browser.cookies))
    assert (await thief.open(ACCOUNT)).startswith("/_depesha/signin?")
    await enrol(server, browser)
    assert await browser.open(ACCOUNT) == ACCOUNT
    (await alice.post("/login", login_body("alice"))).refused(403, "ORG.DEPESHA.CODE_NEEDED")
    again = Browser(server)
    await again.open(ACCOUNT)
    await again.sign_in()
    assert again.url.startswith("/_depesha/signin/second")
    await again.open(ENROL)
    assert again.url.startswith("/_depesha/signin?")


async def test_a_browser_that_is_in_already_does_not_get_round_it(
    server: Server, alice: Client
) -> None:
    browser = Browser(server)
    await browser.open(ACCOUNT)
    await browser.sign_in()
    assert browser.url == ACCOUNT
    await ask_of(server, "member", second_factor=True)
    assert (await browser.open(ACCOUNT)).startswith("/_depesha/signin?")


async def test_who_registers_is_not_signed_in_by_a_password_alone(server: Server) -> None:
    await ask_of(server, "member", second_factor=True, least_password=12)
    body = {"username": "nina", "password": "eleven char", "auth": {"type": "m.login.dummy"}}
    (await server.anyone.post("/register", body)).refused(400, "M_WEAK_PASSWORD")
    made = (await server.anyone.post("/register", {**body, "password": PASSWORD})).ok()
    assert "access_token" not in made
    login = await server.anyone.post("/login", login_body("nina"))
    login.refused(403, "ORG.DEPESHA.FACTOR_NEEDED")


async def test_a_role_gives_nothing_to_who_lacks_the_factor_asked_of_it(server: Server) -> None:
    root = await make_admin(server, await server.register("alice"))
    listing = "/_depesha/v1/admin/users"
    (await root.get(listing)).ok()
    own = await root.put(f"{POLICIES}/owner", {"second_factor": True})
    own.refused(403, "ORG.DEPESHA.FACTOR_NEEDED")
    await ask_of(server, "owner", second_factor=True)
    (await root.get(listing)).refused(403, "M_FORBIDDEN")
    (await root.get("/account/whoami")).ok()
    browser = Browser(server)
    await browser.open(ACCOUNT)
    await browser.sign_in()
    await enrol(server, browser)
    (await root.get(listing)).ok()
    gone = f"{listing}/{root.user_id}/factors"
    assert await operate(server, "DELETE", gone, {}) == 200
    (await root.get(listing)).refused(403, "M_FORBIDDEN")
    assert await operate(server, "DELETE", f"{POLICIES}/owner", {}) == 200
    (await root.get(listing)).ok()


async def test_sessions_end_at_their_age_however_they_are_renewed(
    start_server: StartServer, clock: TestClock
) -> None:
    async with start_server() as server:
        alice = await server.register("alice")
        client_id = await register_client(server)
        token = (await oauth_tokens(server, client_id))["refresh_token"]
        login = await alice.post("/login", {**login_body("alice"), "refresh_token": True})
        refresh_token = login.ok()["refresh_token"]
        await ask_of(server, "member", session_hours=1)
    await clock.advance(0.9 * HOUR)
    async with start_server() as server:
        alice = again(alice, server)
        (await alice.get("/account/whoami")).ok()
        renewed = (await alice.post("/refresh", {"refresh_token": refresh_token})).ok()
    await clock.advance(0.2 * HOUR)
    async with start_server() as server:
        alice = again(alice, server)
        over = (await alice.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
        assert over["soft_logout"] is True
        body = {"refresh_token": renewed["refresh_token"]}
        (await alice.post("/refresh", body)).refused(401, "M_UNKNOWN_TOKEN")
        answer = await ask_token(
            server, grant_type="refresh_token", client_id=client_id, refresh_token=token
        )
        denied(answer, "invalid_grant")
        signed_in = await Client(server.wire).login("alice", PASSWORD)
        (await signed_in.get("/account/whoami")).ok()


async def test_new_passwords_are_as_long_as_the_role_asks(server: Server) -> None:
    root = await make_admin(server, await server.register("root"))
    alice = await server.register("alice")
    (await root.put(f"{POLICIES}/owner", {"least_password": 30})).ok()
    path, short = "/account/password", {"new_password": "twelve chars"}
    (await with_password(alice, "POST", path, short)).ok()
    (await root.post(path, short)).refused(400, "M_WEAK_PASSWORD")
    reset = f"/_depesha/v1/admin/users/{alice.user_id}/password"
    (await root.put(f"{POLICIES}/member", {"least_password": 16})).ok()
    (await root.put(reset, {"password": "twelve chars"})).refused(400, "M_WEAK_PASSWORD")
    (await root.put(reset, {})).ok()


async def test_policies_are_listed_kept_and_written_down(server: Server) -> None:
    root = await make_admin(server, await server.register("root"))
    alice = await server.register("alice")
    (await alice.put(f"{POLICIES}/member", {})).refused(403, "M_FORBIDDEN")
    (await alice.get(POLICIES)).refused(403, "M_FORBIDDEN")
    (await root.put(f"{POLICIES}/nobody", {})).refused(404, "M_NOT_FOUND")
    (await root.put(f"{POLICIES}/member", {"least_password": 3})).refused(400, "M_BAD_JSON")
    (await root.delete(f"{POLICIES}/member")).refused(404, "M_NOT_FOUND")
    (await root.put(f"{POLICIES}/member", {"idle_minutes": 10})).ok()
    found = (await root.get(POLICIES)).ok()["policies"]
    assert found["member"]["idle_minutes"] == 10
    assert (await alice.get("/_depesha/v1/me/policy")).ok()["idle_minutes"] == 10
    (await root.delete(f"{POLICIES}/member")).ok()
    assert (await alice.get("/_depesha/v1/me/policy")).ok()["idle_minutes"] is None
    lines = (await root.get("/_depesha/v1/admin/audit", {"target": "member"})).ok()["lines"]
    assert [line["act"] for line in lines] == ["policy.set", "policy.unset"]
