"""`python -m tools.bench`: measure, print, and keep the results in `build/bench/results.json`."""

import argparse
import asyncio
import gc
import json
import platform
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tools.bench import depesha, peer, stub
from tools.bench.crowds import CROWDS
from tools.bench.institution import INSTITUTION
from tools.bench.process import CORES, LOAD_CORE, SERVER_CORE, hold_load_core
from tools.bench.report import OURS, PEER, Memory, Outcome, Results, markdown, shortfalls
from tools.bench.scenario import FULL, QUICK, Figure, Scale, Scenario
from tools.bench.scenarios import SCENARIOS, fan_out
from tools.bench.server import NotServing, Server, serving
from tools.bench.world import World

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "bench"
ALL = (*SCENARIOS, *CROWDS, *INSTITUTION)


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    runs: int
    scale: Scale
    scenarios: tuple[Scenario, ...]
    servers: tuple[str, ...]
    write: bool


def main() -> int:
    """0 when every floor and limit is kept, else 1."""
    options = _options()
    hold_load_core()
    gc.freeze()
    results = uvloop.run(_measure(options))
    text = markdown(results, options.scenarios)
    print("\n" + text)
    (BUILD / "results.json").write_text(json.dumps(results.plain(), indent=1))
    if options.write:
        page = ROOT / "docs" / "generated" / "bench.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("# Measured\n\nMade by `make bench`.\n\n" + text)
    return bool(shortfalls(results, options.scenarios))


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=main.__doc__)
    parser.add_argument("--runs", type=int, help="runs on each server, 3 unless --quick")
    parser.add_argument("--quick", action="store_true", help="one short run, for development")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[one.name for one in ALL])
    parser.add_argument("--no-peer", action="store_true", help="Depesha alone")
    parser.add_argument("--peer-only", action="store_true", help="Synapse alone")
    parser.add_argument("--write", action="store_true", help="also docs/generated/bench.md")
    given = parser.parse_args()
    servers = [name for name in (PEER, OURS) if not (given.no_peer and name == PEER)]
    return Options(
        given.runs or (1 if given.quick else 3),
        QUICK if given.quick else FULL,
        tuple(one for one in ALL if not given.only or one.name in given.only),
        (PEER,) if given.peer_only else tuple(servers),
        given.write,
    )


async def _measure(options: Options) -> Results:
    # Whoever ends the measurement ends its servers: cancelled, `serving` stops them.
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    results = Results(_machine(), _settings(options), options.servers)
    if any(one.name in {"fan_out", "everyone_syncs"} for one in options.scenarios):
        results.ceiling = await _ceiling(options.scale)
    for run in range(1, options.runs + 1):
        for name in options.servers:
            await _run(results, options, name, run)
    return results


async def _ceiling(scale: Scale) -> Figure:
    async with serving(stub.start(_fresh("stub"))) as server:
        figure = await fan_out(World(server), scale)
    print(f"stub: {figure.value:,.0f} deliveries/s, the client's ceiling", flush=True)
    return figure


async def _run(results: Results, options: Options, name: str, run: int) -> None:
    starts: dict[str, Callable[[], Server]] = {
        PEER: lambda: peer.start(BUILD / "synapse", _fresh("synapse-data")),
        OURS: lambda: depesha.start(_fresh("depesha-data")),
    }
    # What has no peer's figure makes a crowd of thousands first, so it is played once.
    crowds = name == OURS and run == 1
    scenarios = [one for one in options.scenarios if one.against_peer or crowds]
    try:
        async with serving(starts[name]()) as server:
            await asyncio.sleep(2)
            rest = server.process.resident()
            world = World(server)
            for scenario in scenarios:
                results.outcomes.append(await _play(scenario, world, options.scale, run))
            results.memory.append(Memory(name, run, rest, server.process.resident()))
    except NotServing as error:
        print(f"run {run} {error}", flush=True)
        results.outcomes += [Outcome(name, run, one.name, None, str(error)) for one in scenarios]


async def _play(scenario: Scenario, world: World, scale: Scale, run: int) -> Outcome:
    name = world.server.name
    try:
        async with asyncio.timeout(600):
            figure = await scenario.play(world, scale)
    except Exception as error:  # noqa: BLE001 - one scenario fails alone, and is told
        told = _told(error)
        print(f"run {run} {name:8} {scenario.name:18} failed: {told}", flush=True)
        return Outcome(name, run, scenario.name, None, told)
    more = " ".join(f"{key}={value:.4g}" for key, value in figure.more.items())
    value = f"{figure.value:12,.1f} {scenario.unit:3}"
    resident = world.server.process.resident()
    print(f"run {run} {name:8} {scenario.name:18} {value} {more} MB={resident:.0f}", flush=True)
    return Outcome(name, run, scenario.name, figure, resident=resident)


def _told(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__} {error}".strip()


def _fresh(name: str) -> Path:
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _machine() -> str:
    text = Path("/proc/cpuinfo").read_text()
    model = next((line for line in text.splitlines() if line.startswith("model name")), "")
    cpu = model.partition(":")[2].strip() or platform.machine()
    return f"{cpu}, {len(CORES)} cores, Python {platform.python_version()}"


def _settings(options: Options) -> str:
    scale = options.scale
    pinned = f"Servers on core {SERVER_CORE}, the load on core {LOAD_CORE}."
    if SERVER_CORE == LOAD_CORE:
        pinned = "One core for both server and load: the figures understate every server."
    return (
        f"Medians of {options.runs} runs, the servers in turn, each on fresh data; what has no"
        f" peer's figure, once. {scale.seconds:g} s a scenario after {scale.warm:g} s of warm-up,"
        f" {scale.rooms} rooms in a first sync, {scale.hall:,} members in the large room. {pinned}"
    )


if __name__ == "__main__":
    sys.exit(main())
