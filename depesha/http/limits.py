"""Rate limits: token buckets by caller or by address, bounded in number.

Spec: client-server API, "Rate limiting".
"""

from collections import OrderedDict
from typing import NamedTuple

from depesha.base.clock import Clock
from depesha.base.errors import limit_exceeded


class Limit(NamedTuple):
    """`burst` requests at once, refilled at `per_second`."""

    per_second: float
    burst: int


LIMITS = {
    "none": Limit(0, 0),
    "default": Limit(50, 300),
    "send": Limit(20, 200),
    "create": Limit(2, 30),
    "join": Limit(5, 60),
    "login": Limit(0.3, 20),
    "client": Limit(0.5, 30),
    "token": Limit(5, 60),
    "letter": Limit(0.005, 5),
    "second": Limit(0.02, 6),
    "register": Limit(0.3, 20),
    "search": Limit(5, 30),
    "upload": Limit(5, 50),
    "report": Limit(0.2, 10),
    "me_data": Limit(0.1, 10),
    "federation": Limit(100, 500),
}
"""The limits that endpoints name; "none" is never refused."""

_MOST_BUCKETS = 100_000


class Limits:
    """The buckets in use. A full bucket need not be kept, so the oldest are forgotten."""

    def __init__(self, clock: Clock, enabled: bool) -> None:
        self._clock = clock
        self._enabled = enabled
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def check(self, name: str, key: str) -> None:
        """Take one token of limit `name` for `key`; raises 429 M_LIMIT_EXCEEDED."""
        if not self._enabled or name == "none":
            return
        limit, now = LIMITS[name], self._clock.monotonic()
        tokens, then = self._buckets.get((name, key), (float(limit.burst), now))
        tokens = min(limit.burst, tokens + (now - then) * limit.per_second)
        taken = max(0.0, tokens - 1) if tokens >= 1 else tokens
        self._buckets[name, key] = (taken, now)
        self._buckets.move_to_end((name, key))
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)
        if tokens < 1:
            raise limit_exceeded(int((1 - tokens) / limit.per_second * 1000) + 1)
