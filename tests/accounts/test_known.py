"""A client that cannot read its own token learns if its session still goes on (requirement G17)."""

from hashlib import sha256

from tests.accounts.steps import make_admin
from tests.harness.client import Client
from tests.harness.server import Server

KNOWN = "/_depesha/v1/session/known"
REASON = "org.depesha.reason"


def mark(client: Client) -> dict[str, str]:
    return {"sha256": sha256((client.token or "").encode()).hexdigest()}


async def test_a_session_is_known_until_it_ends_and_why_is_told_by_its_mark(server: Server) -> None:
    root = await make_admin(server, await server.register("root"))
    alice, bob = await server.register("alice"), await server.register("bob")
    assert (await server.anyone.post(KNOWN, mark(alice))).ok() == {"known": True}
    (await server.anyone.post(KNOWN, {"sha256": "0"})).refused(400, "M_BAD_JSON")

    (await bob.post("/logout", {})).ok()
    over = {"known": False, "soft_logout": False}
    assert (await server.anyone.post(KNOWN, mark(bob))).ok() == over

    (await root.post(f"/_depesha/v1/admin/org/people/{alice.user_id}/leave", {})).ok()
    assert (await server.anyone.post(KNOWN, mark(alice))).ok() == over | {REASON: "disabled"}
    refused = (await alice.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
    assert refused[REASON] == "disabled"
    # The mark opens nothing.
    other = Client(alice.wire, alice.user_id, mark(alice)["sha256"])
    assert REASON not in (await other.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
