"""What the operator and a newcomer's browser see: health, figures, and how to connect."""

from dataclasses import dataclass
from html import escape
from importlib.metadata import version

from depesha.accounts import Accounts
from depesha.app.ministry import cast
from depesha.base.canonical import Json
from depesha.base.errors import forbidden, unrecognized
from depesha.base.rights import Right
from depesha.eventlog import store
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint, json_reply
from depesha.io.observe import Metrics
from depesha.spine import Spine

_CSP = (
    b"content-security-policy",
    (
        b"default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none';"
        b" form-action 'none'; frame-ancestors 'none'"
    ),
)


_FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-real-ip", "via"})
"""Headers by which a proxy tells that somebody else asks."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the pages tell of."""

    spine: Spine
    accounts: Accounts
    metrics: Metrics


def watch(metrics: Metrics, spine: Spine) -> None:
    """Add the figures of one institution's log."""
    log = spine.log
    metrics.gauge("depesha_log_position", "Position of the log.", lambda: log.position)
    metrics.gauge("depesha_parked_requests", "Requests waiting.", lambda: log.waiters.count)
    metrics.gauge("depesha_database_in_flight", "Reads and writes.", lambda: spine.db.in_flight)
    metrics.gauge("depesha_rooms_in_memory", "Rooms in memory.", lambda: len(log.rooms))


@endpoint("GET", "/health", "/_depesha/v1/health", auth=Auth.NONE, limit="none")
async def get_health(status: Status, ask: Ask[None]) -> Reply:
    """200 when the server and its database answer."""
    spine = status.spine
    await spine.db.read(store.select_head, spine.institution.id)
    return json_reply({"status": "ok", "server_name": spine.institution.server_name})


@endpoint("GET", "/_depesha/v1/metrics", auth=Auth.OPTIONAL, limit="none")
async def get_metrics(status: Status, ask: Ask[None]) -> Reply:
    """Figures for Prometheus: for this machine, and for whoever has the right health.read."""
    caller = ask.found_caller
    # A proxy on this machine that is not among the trusted ones speaks for anybody.
    is_here = ask.address in {"127.0.0.1", "::1"} and _FORWARDED.isdisjoint(ask.headers)
    if not is_here and not (caller and caller.may(Right.HEALTH)):
        raise forbidden("The figures need the right health.read from another machine")
    return Reply(status.metrics.text().encode(), content_type=b"text/plain; version=0.0.4")


@endpoint("GET", "/_depesha/v1/admin/health", right=Right.HEALTH)
async def get_figures(status: Status, ask: Ask[None]) -> Reply:
    """The same figures as `metrics`, in the words of Prometheus, and what runs here."""
    spine = status.spine
    await spine.db.read(store.select_head, spine.institution.id)
    return json_reply(
        {
            "server_name": spine.institution.server_name,
            "version": version("depesha"),
            "database": spine.db.engine,
            "ts": spine.clock.now_ms(),
            "metrics": status.metrics.text(),
        }
    )


@endpoint("GET", "/_depesha/v1/demo", auth=Auth.NONE)
async def get_demo(status: Status, ask: Ask[None]) -> Reply:
    """The people of the demo institution, whose password everybody knows; elsewhere 404."""
    if not status.spine.config.demo:
        raise unrecognized()
    return json_reply({"people": cast(status.spine.institution.server_name)})


def start_page(status: Status) -> Reply:
    """How to connect a client, in the two languages of the house."""
    config = status.spine.config
    page = _PAGE.format(
        server=escape(config.server_name),
        url=escape(config.base_url()),
    )
    return Reply(page.encode(), headers=(_CSP,), content_type=b"text/html; charset=utf-8")


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Depesha · {server}</title>
<style>
:root {{ color-scheme: light dark; --ink: #17202a; --paper: #f7f8fa; --card: #fff; --line: #d9dee5;
  --accent: #1f5fa8; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e8ecf1; --paper: #12161c; --card: #1a2029;
  --line: #2e3744; --accent: #7db2f0; }} }}
body {{ margin: 0; font: 17px/1.55 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }}
main {{ max-width: 42rem; margin: 0 auto; padding: 3rem 1.25rem; }}
h1 {{ font-size: 1.9rem; margin: 0 0 .25rem; }}
section {{ background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 1.25rem 1.5rem; margin-top: 1.5rem; }}
h2 {{ font-size: 1.15rem; margin: 0 0 .5rem; color: var(--accent); }}
code {{ background: var(--paper); border: 1px solid var(--line); border-radius: 6px;
  padding: .1em .4em; overflow-wrap: anywhere; }}
ol {{ padding-left: 1.3rem; margin: .5rem 0 0; }}
</style></head><body><main>
<h1>Depesha</h1>
<p>{server}</p>
<section lang="ru"><h2>Как подключиться</h2>
<p>Сервер работает. Подойдёт любой клиент Matrix: Element, Element X, FluffyChat, Nheko, Cinny.</p>
<ol><li>Откройте клиент и выберите «другой сервер».</li>
<li>Укажите адрес <code>{url}</code>.</li>
<li>Войдите под именем и паролем, которые вам дал администратор.</li></ol></section>
<section lang="en"><h2>How to connect</h2>
<p>The server is running. Any Matrix client will do: Element, Element X, FluffyChat, Nheko,
Cinny.</p>
<ol><li>Open the client and choose “another server”.</li>
<li>Enter the address <code>{url}</code>.</li>
<li>Sign in with the name and password that your administrator gave you.</li></ol></section>
</main></body></html>
"""


ENDPOINTS: tuple[Endpoint[Status, Json], ...] = (
    get_health,
    get_metrics,
    get_figures,
    get_demo,
)
