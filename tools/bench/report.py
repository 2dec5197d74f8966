"""From the figures of all runs to tables and a verdict. Pure: no clock, no files."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from tools.bench.scenario import Figure, Scenario

OURS, PEER = "Depesha", "Synapse"
REST_LIMIT = 90.0
LAG_LIMIT = 0.020
BUSY = 0.9
QUIET = 0.1
CEILING = 40_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario on one server in one run: a figure, or why there is none."""

    server: str
    run: int
    scenario: str
    figure: Figure | None
    failure: str = ""
    resident: float = 0.0
    """MB of the server afterwards."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident MB of one server in one run, at rest and after all scenarios."""

    server: str
    run: int
    rest: float
    after: float


@dataclass(slots=True)
class Results:
    """Everything measured."""

    machine: str
    settings: str
    servers: tuple[str, ...]
    ceiling: Figure | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)

    def figures(self, server: str, scenario: str) -> list[Figure]:
        """The figures of all runs that gave one."""
        return [
            outcome.figure
            for outcome in self.outcomes
            if outcome.figure and (outcome.server, outcome.scenario) == (server, scenario)
        ]

    def plain(self) -> dict[str, object]:
        """As plain data, for JSON."""
        return asdict(self)


def middle(values: Iterable[float]) -> float | None:
    """The median, or None of nothing."""
    known = list(values)
    return median(known) if known else None


def ratio(scenario: Scenario, ours: float | None, peer: float | None) -> float | None:
    """How many times better ours is: 2 means twice the rate, or half the time."""
    if not ours or not peer:
        return None
    return ours / peer if scenario.more_is_better else peer / ours


def shortfalls(results: Results, scenarios: Sequence[Scenario]) -> list[str]:
    """What falls short, in plain words; empty when every floor and limit is kept."""
    if OURS not in results.servers:
        return []
    lines = []
    if results.ceiling and results.ceiling.value < CEILING:
        lines.append(
            f"the load client reached {results.ceiling.value:,.0f} deliveries/s against the stub,"
            f" to exceed {CEILING:,}: a fan-out figure may be its own"
        )
    for scenario in scenarios:
        lines += _failures(results, scenario)
        ours = results.figures(OURS, scenario.name)
        if not ours:
            lines.append(f"{scenario.title}: no figure of {OURS}")
            continue
        if PEER in results.servers and scenario.against_peer:
            lines += _below_floor(results, scenario)
        lines += _beyond_limits(scenario, ours)
    rest = middle(one.rest for one in results.memory if one.server == OURS)
    if rest is not None and rest >= REST_LIMIT:
        lines.append(f"memory at rest: {rest:.0f} MB, to be under {REST_LIMIT:.0f}")
    return lines


def _failures(results: Results, scenario: Scenario) -> list[str]:
    return [
        f"{scenario.title}: run {one.run} on {one.server} failed: {one.failure}"
        for one in results.outcomes
        if one.scenario == scenario.name and one.failure
    ]


def _below_floor(results: Results, scenario: Scenario) -> list[str]:
    values = (results.figures(name, scenario.name) for name in (OURS, PEER))
    ours, peer = (middle(figure.value for figure in figures) for figures in values)
    times = ratio(scenario, ours, peer)
    if times is None:
        return [f"{scenario.title}: no figure of {PEER}"]
    if times < scenario.floor:
        return [f"{scenario.title}: {times:.1f} times {PEER}, to be {scenario.floor:g}"]
    return []


def _beyond_limits(scenario: Scenario, ours: Sequence[Figure]) -> list[str]:
    lines = []
    for limit in scenario.limits:
        value = middle(figure.more[limit.key] for figure in ours)
        if value is not None and value > limit.at_most:
            lines.append(f"{scenario.title}: {limit.key} {value:.3g}, at most {limit.at_most:g}")
        if value is not None and value < limit.at_least:
            lines.append(f"{scenario.title}: {limit.key} {value:.3g}, at least {limit.at_least:g}")
    lag = middle(one.cost.lag_p99 for one in ours if one.cost.lag_p99 is not None)
    if lag is not None and lag > LAG_LIMIT:
        lines.append(f"{scenario.title}: loop lag p99 {lag * 1e3:.0f} ms, to be under 20 ms")
    return lines


def markdown(results: Results, scenarios: Sequence[Scenario]) -> str:
    """The whole report."""
    against = [one for one in scenarios if one.against_peer]
    alone = [one for one in scenarios if not one.against_peer]
    parts = [
        f"{results.machine}. {results.settings}",
        _ceiling(results.ceiling),
        _disturbed(results),
        _table(_ratio_rows(results, against)),
        _table(_detail_rows(results, scenarios)),
        _table(_memory_rows(results)) if results.memory else "",
        _more(results, alone),
        _verdict(results, shortfalls(results, scenarios)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _ceiling(ceiling: Figure | None) -> str:
    if ceiling is None:
        return ""
    return (
        f"The load client against the stub: {ceiling.value:,.0f} deliveries/s, one an answer, with"
        f" {ceiling.cost.client_cpu / ceiling.cost.wall:.0%} of its core and"
        f" {ceiling.cost.server_cpu / ceiling.cost.wall:.0%} of the stub's."
    )


def _disturbed(results: Results) -> str:
    costs = [one.figure.cost for one in results.outcomes if one.figure]
    costs += [results.ceiling.cost] if results.ceiling else []
    others = middle(cost.others / cost.wall for cost in costs)
    if others is None or others <= QUIET:
        return ""
    return (
        f"The machine was not quiet: somebody else used {others:.0%} of a core, so these figures"
        " are not to be quoted."
    )


def _ratio_rows(results: Results, scenarios: Sequence[Scenario]) -> list[list[str]]:
    rows = [["Scenario", PEER, OURS, "unit", "times better", "floor", ""]]
    for scenario in scenarios:
        peer, ours = (
            middle(figure.value for figure in results.figures(name, scenario.name))
            for name in (PEER, OURS)
        )
        times = ratio(scenario, ours, peer)
        verdict = "" if times is None else "ok" if times >= scenario.floor else "SHORT"
        figures = [_number(peer), _number(ours), scenario.unit, _number(times)]
        rows.append([scenario.title, *figures, f"{scenario.floor:g}", verdict])
    return rows


def _detail_rows(results: Results, scenarios: Sequence[Scenario]) -> list[list[str]]:
    rows = [["Scenario", "server", "p50 ms", "p95 ms", "CPU µs/op", "CPU", "load CPU"]]
    rows[0] += ["others' CPU", "loop lag p99 ms"]
    for scenario in scenarios:
        for name in (PEER, OURS):
            figures = results.figures(name, scenario.name)
            if figures:
                rows.append([scenario.title, name, *_details(figures)])
    return rows


def _details(figures: Sequence[Figure]) -> list[str]:
    costs = [figure.cost for figure in figures]
    lag = middle(cost.lag_p99 for cost in costs if cost.lag_p99 is not None)
    load = middle(cost.client_cpu / cost.wall for cost in costs)
    return [
        _number(middle(one.more["p50_ms"] for one in figures if "p50_ms" in one.more)),
        _number(middle(one.more["p95_ms"] for one in figures if "p95_ms" in one.more)),
        _number(middle(one.cost.server_cpu / one.operations * 1e6 for one in figures)),
        _percent(middle(cost.server_cpu / cost.wall for cost in costs)),
        _percent(load) + (" (busy)" if load and load > BUSY else ""),
        _percent(middle(cost.others / cost.wall for cost in costs)),
        _number(lag * 1e3 if lag is not None else None),
    ]


def _memory_rows(results: Results) -> list[list[str]]:
    rows = [["Memory, MB", PEER, OURS, "limit"]]
    names = (PEER, OURS)
    rest = [middle(one.rest for one in results.memory if one.server == name) for name in names]
    after = [middle(one.after for one in results.memory if one.server == name) for name in names]
    rows.append(["at rest", *map(_number, rest), f"{REST_LIMIT:.0f}"])
    rows.append(["after all scenarios", *map(_number, after), ""])
    return rows


def _more(results: Results, scenarios: Sequence[Scenario]) -> str:
    lines = []
    for scenario in scenarios:
        figures = results.figures(OURS, scenario.name)
        if figures:
            value = _number(middle(figure.value for figure in figures))
            names = figures[0].more
            more = (f"{key} {_number(middle(one.more[key] for one in figures))}" for key in names)
            lines.append(f"- {scenario.title}: {value} {scenario.unit}; " + ", ".join(more))
    return "\n".join(lines)


def _verdict(results: Results, lines: Sequence[str]) -> str:
    if lines:
        return "\n".join(["Falls short:", "", *(f"- {line}" for line in lines)])
    missing = {PEER, OURS}.difference(results.servers)
    if missing:
        return f"Without {' and '.join(sorted(missing))} there is no ratio to judge."
    return "Every floor and limit of these scenarios is kept."


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Markdown that is also aligned for the eye; the first column to the left, others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([lines[0], _line(rule, widths), *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first = row[0].ljust(widths[0])
    others = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
    return "| " + " | ".join([first, *others]) + " |"
