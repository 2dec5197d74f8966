"""What a piece of work cost: CPU of the server and of the load, and the lag of the server's loop.

The lag comes from the histogram `depesha_loop_lag_seconds` of Depesha's metrics; the peer has none.
"""

import math
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter, process_time

from tools.bench.process import machine_cpu
from tools.bench.server import Server
from tools.bench.wire import connected, request

BUCKET = re.compile(r'^depesha_loop_lag_seconds_bucket\{(?:.*,)?le="([^"]+)".*\} (\S+)$', re.M)


@dataclass(slots=True)
class Cost:
    """Seconds of wall clock and CPU; `lag_p99` in seconds, None where it is not told.

    `others` is CPU that neither the server nor the load has used: somebody else's work, which
    makes the figures worse than they are.
    """

    wall: float = math.nan
    server_cpu: float = math.nan
    client_cpu: float = math.nan
    others: float = math.nan
    lag_p99: float | None = None


@asynccontextmanager
async def metered(server: Server) -> AsyncIterator[Cost]:
    """Measure what happens inside; the cost is filled in at the end."""
    cost = Cost()
    lag = await _lag(server)
    began, cpu, own, busy = perf_counter(), server.process.cpu(), process_time(), machine_cpu()
    yield cost
    cost.wall = perf_counter() - began
    cost.server_cpu = server.process.cpu() - cpu
    cost.client_cpu = process_time() - own
    cost.others = max(0.0, machine_cpu() - busy - cost.server_cpu - cost.client_cpu)
    cost.lag_p99 = lag_between(lag, await _lag(server), 0.99)


def buckets(text: str) -> dict[float, float]:
    """Cumulative counts of the lag histogram by upper bound, from Prometheus' text format."""
    return {float(bound): float(count) for bound, count in BUCKET.findall(text)}


def lag_between(before: dict[float, float], after: dict[float, float], part: float) -> float | None:
    """The upper bound in seconds of the bucket under which `part` of the new samples lie; None
    without samples."""
    fresh = {bound: count - before.get(bound, 0) for bound, count in sorted(after.items())}
    total = max(fresh.values(), default=0)
    if total <= 0:
        return None
    return next(bound for bound, count in fresh.items() if count >= part * total)


async def _lag(server: Server) -> dict[float, float]:
    if not server.metrics:
        return {}
    async with connected(server.port, 1) as (connection,):
        answer = await connection.ask(request("GET", server.metrics))
    return buckets(answer.body.decode()) if answer.status == 200 else {}
