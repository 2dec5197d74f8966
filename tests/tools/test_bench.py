"""The parts of `make bench` that decide what is told: parsing, counting, judging."""

import asyncio
import math
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.bench import process, stub
from tools.bench.load import Tally, drive, share
from tools.bench.meter import Cost, buckets, lag_between
from tools.bench.report import OURS, PEER, Memory, Outcome, Results, markdown, ratio, shortfalls
from tools.bench.scenario import FULL, Figure, Limit, Scenario
from tools.bench.server import NotServing, Server, serving
from tools.bench.wire import Answer, Connection, Incomplete, Refused, connected, parse, request
from tools.bench.world import World

METRICS = """\
# TYPE depesha_loop_lag_seconds histogram
depesha_loop_lag_seconds_bucket{le="0.01"} 90
depesha_loop_lag_seconds_bucket{worker="1",le="0.05"} 100
depesha_loop_lag_seconds_bucket{le="+Inf"} 100
depesha_loop_lag_seconds_count 100
"""
HEAD = b"HTTP/1.1 200 OK\r\nServer: x\r\n"


async def _unplayed(world: World, scale: object) -> Figure:
    raise AssertionError


RATE = Scenario("rate", "Sends", "/s", _unplayed, floor=10, limits=(Limit("p95_ms", at_most=25),))
TIME = Scenario("time", "First sync", "ms", _unplayed, more_is_better=False, floor=10)


def _chunked(parts: list[bytes]) -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


def _sized(parts: list[bytes]) -> bytes:
    body = b"".join(parts)
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Answers(asyncio.Transport):
    """A transport that keeps nothing: what is under test is what comes in."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def is_closing(self) -> bool:
        return False


def _never(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("encode", [_sized, _chunked])
@given(
    parts=st.lists(st.binary(max_size=40) | st.just(b"0\r\n\r\n"), max_size=5),
    cuts=st.lists(st.integers(1, 250), max_size=6),
)
def test_an_answer_is_read_however_the_network_cuts_it(encode, parts, cuts):
    data, got = encode(parts), list[Answer]()
    connection = Connection()
    connection.connection_made(Answers())
    connection.send(b"", got.append, _never)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for begin, end in pairwise(edges):
        assert got == []
        connection.data_received(data[begin:end])
    assert [(one.status, one.body) for one in got] == [(200, b"".join(parts))]


@given(parts=st.lists(st.binary(min_size=1, max_size=40), max_size=5), data=st.data())
def test_a_beginning_asks_for_no_more_than_there_is(parts, data):
    for whole in (_sized(parts), _chunked(parts)):
        size = data.draw(st.integers(0, len(whole) - 1))
        needed = parse(whole[:size])
        assert isinstance(needed, Incomplete)
        assert size < needed.needed <= len(whole)


def test_an_answer_without_a_length_is_refused():
    with pytest.raises(Refused):
        parse(HEAD + b"\r\n")


def test_a_request_carries_token_and_length():
    put = request("PUT", "/a%21b", "secret", b"{}")
    assert put.startswith(b"PUT /a%21b HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer secret\r\n" in put
    assert put.endswith(b"\r\nContent-Length: 2\r\n\r\n{}")
    assert b"Content-" not in request("GET", "/")


async def test_the_load_counts_every_answer_once_and_stops_at_the_first_refusal(tmp_path: Path):
    async with serving(stub.start(tmp_path)) as server:
        requests = iter([request("GET", "/_matrix/client/versions")] * 40)
        tally = await drive(server.port, [requests] * 4)
        assert (tally.total, len(tally.waits)) == (40, 40)
        assert tally.rate > 0
        async with connected(server.port, 1) as (connection,):
            assert (await connection.ask(request("GET", "/sync"))).body == b'{"next_batch":"0"}'
    with pytest.raises(ConnectionError):
        await drive(server.port, [iter([b""])])


async def test_a_status_other_than_200_ends_the_load():
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 429 Slow\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    port = process.free_port()
    async with await asyncio.start_server(refuse, "127.0.0.1", port):
        with pytest.raises(Refused, match="429"):
            await drive(port, [iter([request("GET", "/")] * 2)])


def test_a_share_is_the_value_that_so_many_do_not_exceed():
    assert share([4, 1, 3, 2], 0.5) == 2
    assert share(range(1, 101), 0.95) == 95
    assert math.isnan(share([], 0.5))
    assert Tally(waits=[1.0] * 6, seconds=3).rate == 2


def test_loop_lag_is_read_between_two_readings():
    after = buckets(METRICS)
    assert after == {0.01: 90, 0.05: 100, math.inf: 100}
    assert lag_between({}, after, 0.99) == 0.05
    assert lag_between({0.01: 0, 0.05: 10, math.inf: 10}, after, 0.99) == 0.01
    assert lag_between(after, after, 0.99) is None
    assert lag_between({}, {}, 0.99) is None


def _figure(value: float, p95: float = 1, lag: float | None = None, others: float = 0) -> Figure:
    return Figure(value, 100, Cost(1.0, 0.5, 0.1, others, lag), {"p50_ms": p95 / 2, "p95_ms": p95})


def _results(ours: list[Figure], peer: list[Figure], name: str = "rate") -> Results:
    results = Results("A machine", "Settings.", (PEER, OURS))
    for server, figures in ((OURS, ours), (PEER, peer)):
        for run, figure in enumerate(figures, 1):
            results.outcomes.append(Outcome(server, run, name, figure))
    return results


def test_a_ratio_says_how_many_times_better():
    assert ratio(RATE, 300, 100) == 3
    assert ratio(TIME, 20, 100) == 5
    assert ratio(RATE, None, 100) is None


def test_the_median_of_three_runs_is_judged():
    peer = [_figure(9), _figure(10), _figure(500)]
    kept = _results([_figure(1), _figure(101), _figure(102)], peer)
    assert shortfalls(kept, [RATE]) == []
    assert "Every floor and limit" in markdown(kept, [RATE])
    short = _results([_figure(99), _figure(99), _figure(999)], peer)
    assert shortfalls(short, [RATE]) == ["Sends: 9.9 times Synapse, to be 10"]
    assert "SHORT" in markdown(short, [RATE])


def test_less_is_better_for_a_time():
    assert shortfalls(_results([_figure(10)], [_figure(100)], "time"), [TIME]) == []
    assert shortfalls(_results([_figure(11)], [_figure(100)], "time"), [TIME]) != []


def test_limits_hold_whatever_the_peer_does():
    peer = [_figure(1)]
    slow = shortfalls(_results([_figure(100, p95=26)], peer), [RATE])
    assert slow == ["Sends: p95_ms 26, at most 25"]
    lagging = shortfalls(_results([_figure(100, lag=0.05)], peer), [RATE])
    assert lagging == ["Sends: loop lag p99 50 ms, to be under 20 ms"]


def test_what_failed_or_is_missing_is_told():
    results = _results([_figure(100)], [])
    results.outcomes.append(Outcome(PEER, 1, "rate", None, "Refused status 404"))
    results.memory.append(Memory(OURS, 1, rest=91.2, after=200))
    told = "\n".join(shortfalls(results, [RATE, TIME]))
    assert "run 1 on Synapse failed: Refused status 404" in told
    assert "Sends: no figure of Synapse" in told
    assert "First sync: no figure of Depesha" in told
    assert "memory at rest: 91 MB" in told


def test_a_machine_that_is_not_quiet_is_told():
    quiet = _results([_figure(100, others=0.05)], [_figure(1, others=0.05)])
    assert "not quiet" not in markdown(quiet, [RATE])
    disturbed = _results([_figure(100, others=0.4)], [_figure(1, others=0.3)])
    assert "somebody else used 35% of a core" in markdown(disturbed, [RATE])


def test_a_slow_load_client_is_told():
    results = _results([_figure(100)], [_figure(1)])
    results.ceiling = _figure(39_000)
    assert "the load client reached 39,000" in shortfalls(results, [RATE])[0]
    results.ceiling = _figure(41_000)
    assert shortfalls(results, [RATE]) == []


async def test_a_server_that_ends_as_it_starts_is_told(tmp_path: Path):
    ended = process.start([sys.executable, "-c", ""], tmp_path)
    ended.popen.wait()
    with pytest.raises(NotServing, match="ended as it started"):
        async with serving(Server("Ended", process.free_port(), ended, stub.sign_up)):
            pytest.fail("it cannot serve")


def test_one_server_alone_is_not_judged():
    results = Results("A machine", "Settings.", (PEER,))
    results.outcomes.append(Outcome(PEER, 1, "rate", _figure(1)))
    assert shortfalls(results, [RATE]) == []
    assert "Without Depesha there is no ratio" in markdown(results, [RATE])


def test_scenarios_measure_long_enough_to_mean_something():
    assert FULL.seconds >= 5
    assert FULL.crowd == 200
    assert FULL.rooms == 100
    assert FULL.hall == 10_000


def test_asking_the_tree_is_measured() -> None:
    from tools.bench.sight import measure  # noqa: PLC0415

    assert all(cost > 0 for cost in measure(people=200, levels=20, questions=2_000))


async def test_a_directory_is_measured() -> None:
    from tools.bench.institution import measure  # noqa: PLC0415 (loads the server)

    found = await measure(400)
    assert all(cost > 0 for cost in found)
    assert found._replace(search_p95_ms=21, sees_us=6).shortfalls() != []
    assert found._replace(search_p95_ms=1, sees_us=1, gates_us=0).shortfalls() == []
