"""What the operator sees: log lines, and figures in the Prometheus text format.

Log lines are JSON objects, or short text on a terminal. What is given as `extra` becomes fields
of the line. Secrets are never written by us; the formatter masks what a library lets slip.
"""

import asyncio
import datetime
import logging
import re
import resource
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import TextIO

from depesha.base.canonical import encode

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRET = re.compile(r"token|password|passphrase|secret|authorization|cookie", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"((?:token|password|secret|authorization)[\"']?\s*[=:]\s*[\"']?(?:bearer\s+)?)[^\s&\"',}]+",
    re.IGNORECASE,
)
_QUIET = ("asyncio", "httpcore", "httpx", "nats")
_MASK = "…"


class LineFormatter(logging.Formatter):
    """One line a record: JSON, or text for people."""

    def __init__(self, *, json: bool) -> None:
        super().__init__()
        self._json = json

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        message = _masked(record.getMessage())
        fields = {
            name: _field(name, value)
            for name, value in vars(record).items()
            if name not in _STANDARD
        }
        error = self.formatException(record.exc_info) if record.exc_info else ""
        if not self._json:
            extra = "".join(f" {name}={value}" for name, value in fields.items())
            line = f"{time:%H:%M:%S} {record.levelname:7} {record.name}: {message}{extra}"
            return f"{line}\n{_masked(error)}" if error else line
        start = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
        }
        if error:
            fields["exception"] = _masked(error)
        return encode(fields | start).decode()


def _field(name: str, value: object) -> str | int | float | bool | None:
    if _SECRET.search(name):
        return _MASK
    if value is None or isinstance(value, int | float):
        return value
    return _masked(str(value))


def _masked(text: str) -> str:
    return _SECRET_TEXT.sub(rf"\1{_MASK}", text)


def start_logging(level: str, stream: TextIO, form: str = "auto") -> None:
    """Write records of `level` and above to a stream, from now on and from all libraries.

    `form` is json, text, or auto: text on a terminal.
    """
    handler = logging.StreamHandler(stream)
    is_json = form == "json" or (form == "auto" and not stream.isatty())
    handler.setFormatter(LineFormatter(json=is_json))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


class Counter:
    """A number that only grows, for each combination of its labels."""

    kind = "counter"

    def __init__(self, name: str, text: str, labels: tuple[str, ...]) -> None:
        self.name, self.text, self._labels = name, text, labels
        self._values: dict[tuple[str, ...], float] = {}

    def add(self, *labels: str, amount: float = 1) -> None:
        """Count one more, or `amount`; `labels` are the values, in the order declared."""
        self._values[labels] = self._values.get(labels, 0) + amount

    def lines(self) -> Iterator[str]:
        for values, number in self._values.items():
            yield _line(self.name, dict(zip(self._labels, values, strict=True)), number)


class Gauge:
    """A number read at the moment it is asked for."""

    kind = "gauge"

    def __init__(self, name: str, text: str, read: Callable[[], float]) -> None:
        self.name, self.text, self._read = name, text, read

    def lines(self) -> Iterator[str]:
        yield _line(self.name, {}, self._read())


class Histogram:
    """How many observations were at most so large, for each combination of its labels."""

    kind = "histogram"

    def __init__(
        self, name: str, text: str, labels: tuple[str, ...], bounds: tuple[float, ...]
    ) -> None:
        self.name, self.text, self._labels, self._bounds = name, text, labels, bounds
        self._counts: dict[tuple[str, ...], list[int]] = {}
        self._sums: dict[tuple[str, ...], float] = {}

    def observe(self, value: float, *labels: str) -> None:
        """Count one observation; `labels` are the values, in the order declared."""
        counts = self._counts.get(labels)
        if counts is None:
            counts = self._counts[labels] = [0] * (len(self._bounds) + 1)
            self._sums[labels] = 0.0
        counts[bisect_left(self._bounds, value)] += 1
        self._sums[labels] += value

    def lines(self) -> Iterator[str]:
        for values, counts in self._counts.items():
            labels = dict(zip(self._labels, values, strict=True))
            below = list(accumulate(counts))
            for bound, count in zip((*self._bounds, "+Inf"), below, strict=True):
                yield _line(f"{self.name}_bucket", labels | {"le": str(bound)}, count)
            yield _line(f"{self.name}_sum", labels, self._sums[values])
            yield _line(f"{self.name}_count", labels, below[-1])


SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Bounds that suit most durations."""


class Metrics:
    """All figures of a process."""

    def __init__(self) -> None:
        self._all: list[Counter | Gauge | Histogram] = []
        self.gauge("process_resident_memory_bytes", "Memory in use.", _memory)
        self.gauge("process_cpu_seconds", "Processor time used.", _cpu)

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        """A new counter; `labels` are their names."""
        counter = Counter(name, text, labels)
        self._all.append(counter)
        return counter

    def gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        self._all.append(Gauge(name, text, read))

    def histogram(
        self, name: str, text: str, *labels: str, bounds: tuple[float, ...] = SECONDS
    ) -> Histogram:
        """A new histogram; `labels` are their names, `bounds` its limits, ascending."""
        histogram = Histogram(name, text, labels, bounds)
        self._all.append(histogram)
        return histogram

    def text(self) -> str:
        """Everything, in version 0.0.4 of the Prometheus text exposition format."""
        return "".join(f"{line}\n" for metric in self._all for line in _block(metric))


def _block(metric: Counter | Gauge | Histogram) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.text}"
    yield f"# TYPE {metric.name} {metric.kind}"
    yield from metric.lines()


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    pairs = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{pairs}}} {value}" if pairs else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _memory() -> float:
    """Resident pages; where the system does not tell, the most there ever were."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def sample_loop_lag(lag: Histogram, every: float = 0.05) -> None:
    """Observe for ever by how many seconds the event loop is late.

    It asks the loop itself for the time: a given clock would tell nothing about the loop.
    """
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every
        await asyncio.sleep(every)
        lag.observe(max(0.0, loop.time() - due))
