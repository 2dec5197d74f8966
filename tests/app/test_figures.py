"""Figures of the server, for whoever has the right to them."""

from tests.accounts.steps import make_admin
from tests.harness.server import Server

HEALTH = "/_depesha/v1/admin/health"


async def test_figures_are_for_the_right_alone(server: Server) -> None:
    root = await make_admin(server, await server.register("root"))
    alice = await server.register("alice")
    (await alice.get(HEALTH)).refused(403, "M_FORBIDDEN")
    (await server.anyone.get(HEALTH)).refused(401, "M_MISSING_TOKEN")
    told = (await root.get(HEALTH)).ok()
    assert told["database"] in {"sqlite", "postgresql"}
    assert "depesha_log_position " in told["metrics"]
