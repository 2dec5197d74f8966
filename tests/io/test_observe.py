"""`io.observe`: what a log line says and hides, and what the figures add up to."""

import asyncio
import io
import logging
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.base.canonical import decode
from depesha.io.observe import LineFormatter, Metrics, sample_loop_lag, start_logging


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("depesha.test", logging.INFO, "file", 1, message, args, None)
    vars(made).update(extra)
    return made


def test_a_line_is_json_with_its_fields():
    line = LineFormatter(json=True).format(record("sent %d", 3, room="!a:b", count=2, on=True))
    fields = decode(line)
    assert fields.pop("time").endswith("+00:00")
    assert fields == {
        "level": "info",
        "logger": "depesha.test",
        "message": "sent 3",
        "room": "!a:b",
        "count": 2,
        "on": True,
    }


def test_a_line_for_people_is_short():
    line = LineFormatter(json=False).format(record("sent\nwell", room="!a:b"))
    assert line.endswith("INFO    depesha.test: sent\nwell room=!a:b")


@pytest.mark.parametrize("json", [True, False])
def test_an_error_is_told_with_its_place(json: bool):
    failed = record("failed")
    try:
        raise ValueError("password=hunter2")
    except ValueError:
        failed.exc_info = sys.exc_info()
    line = LineFormatter(json=json).format(failed)
    assert "test_observe.py" in line
    assert "ValueError" in line
    assert "hunter2" not in line


@pytest.mark.parametrize("json", [True, False])
@pytest.mark.parametrize(
    ("message", "extra"),
    [
        ("GET /sync?access_token=hunter2&since=1", {}),
        ("Authorization: Bearer hunter2", {}),
        ('{"password": "hunter2"}', {}),
        ("asked", {"access_token": "hunter2"}),
        ("asked", {"url": "/x?token=hunter2"}),
    ],
)
def test_secrets_are_masked(message: str, extra: dict[str, str], json: bool):
    line = LineFormatter(json=json).format(record(message, **extra))
    assert "hunter2" not in line
    assert "…" in line


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def test_logging_writes_from_its_level_on(root_logger: logging.Logger):
    stream = io.StringIO()
    start_logging("info", stream)
    for name in ("depesha.test", "httpx"):
        for level in (logging.DEBUG, logging.INFO, logging.WARNING):
            logging.getLogger(name).log(level, "%s %d", name, level)
    messages = [decode(line)["message"] for line in stream.getvalue().splitlines()]
    assert messages == ["depesha.test 20", "depesha.test 30", "httpx 30"]


def test_figures_are_in_the_exposition_format():
    metrics = Metrics()
    requests = metrics.counter("requests_total", "Requests.", "method", "path")
    requests.add("GET", '/a"b\\')
    requests.add("GET", '/a"b\\', amount=2)
    metrics.counter("empty_total", "Nothing.")
    metrics.gauge("rooms", "Rooms.", lambda: 7)
    seconds = metrics.histogram("seconds", "Seconds.", "path", bounds=(0.1, 1.0))
    for value in (0.1, 0.5, 0.6, 5):
        seconds.observe(value, "/")
    assert metrics.text().partition("# HELP requests_total")[2].splitlines() == [
        " Requests.",
        "# TYPE requests_total counter",
        'requests_total{method="GET",path="/a\\"b\\\\"} 3',
        "# HELP empty_total Nothing.",
        "# TYPE empty_total counter",
        "# HELP rooms Rooms.",
        "# TYPE rooms gauge",
        "rooms 7",
        "# HELP seconds Seconds.",
        "# TYPE seconds histogram",
        'seconds_bucket{path="/",le="0.1"} 1',
        'seconds_bucket{path="/",le="1.0"} 3',
        'seconds_bucket{path="/",le="+Inf"} 4',
        'seconds_sum{path="/"} 6.2',
        'seconds_count{path="/"} 4',
    ]


@given(st.lists(st.floats(0, 100)), st.lists(st.floats(0, 100), unique=True).map(sorted))
def test_a_bucket_counts_what_is_at_most_its_bound(values: list[float], bounds: list[float]):
    histogram = Metrics().histogram("seconds", "", bounds=tuple(bounds))
    for value in values:
        histogram.observe(value)
    counts = [int(line.rpartition(" ")[2]) for line in histogram.lines() if "_bucket" in line]
    if values:
        assert counts == [sum(v <= bound for v in values) for bound in (*bounds, float("inf"))]


def test_memory_and_processor_time_are_figures():
    found = dict(line.split(" ") for line in Metrics().text().splitlines() if line[0] != "#")
    assert float(found["process_resident_memory_bytes"]) > 1e6
    assert float(found["process_cpu_seconds"]) > 0


async def test_the_lag_of_the_loop_is_sampled():
    lag = Metrics().histogram("lag", "")
    sampling = asyncio.ensure_future(sample_loop_lag(lag, every=0))
    while not any("lag_count" in line for line in lag.lines()):
        await asyncio.sleep(0)
    sampling.cancel()
    await asyncio.wait([sampling])
    assert sampling.cancelled()
