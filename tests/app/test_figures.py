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


async def test_figures_for_this_machine_do_not_leave_by_a_proxy(server: Server) -> None:
    """Also where nobody has told the server that there is one."""
    metrics = "/_depesha/v1/metrics"
    assert b"depesha_log_position " in (await server.anyone.get(metrics)).body
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        asked = await server.anyone.get(metrics, headers={name: "192.0.2.1"})
        asked.refused(403, "M_FORBIDDEN")
    root = await make_admin(server, await server.register("root"))
    asked = await root.get(metrics, headers={"X-Forwarded-For": "192.0.2.1"})
    assert b"depesha_log_position " in asked.body
