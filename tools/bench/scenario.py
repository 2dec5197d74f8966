"""What a scenario is, and what it gives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tools.bench.meter import Cost
from tools.bench.world import World


@dataclass(frozen=True, slots=True)
class Scale:
    """How long and how large."""

    warm: float
    seconds: float
    crowd: int
    rooms: int
    hall: int
    directory: int


FULL = Scale(warm=1.0, seconds=5.0, crowd=200, rooms=100, hall=10_000, directory=100_000)
QUICK = Scale(warm=0.3, seconds=1.5, crowd=200, rooms=30, hall=2_000, directory=10_000)


@dataclass(frozen=True, slots=True)
class Figure:
    """The result of one scenario in one run.

    `value` is in the scenario's unit; `operations` is what the server's CPU is divided by; `more`
    holds further figures by name.
    """

    value: float
    operations: int
    cost: Cost
    more: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound that one of Depesha's own figures must keep, whatever the peer's is."""

    key: str
    at_most: float = float("inf")
    at_least: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the table; `floor` is the least ratio of Depesha to the peer, where 2 always means
    twice as good."""

    name: str
    title: str
    unit: str
    play: Callable[[World, Scale], Awaitable[Figure]]
    more_is_better: bool = True
    floor: float = 1.0
    limits: tuple[Limit, ...] = ()
    against_peer: bool = True
