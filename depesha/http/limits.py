"""Rate limits: token buckets by caller or by address, bounded in number.

Spec: client-server API, "Rate limiting".
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import msgspec

from depesha.base.canonical import Content
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
    # Passwords tried at one account: by whom it knows, by one address that it does not, and by
    # all of those together. Fewer than four addresses cannot take up the last.
    "account": Limit(0.1, 30),
    "stranger": Limit(0.005, 20),
    "guess": Limit(0.02, 40),
    "alarm": Limit(1 / 86_400, 1),
    "client": Limit(0.5, 30),
    "new_client": Limit(0.01, 20),
    "token": Limit(5, 60),
    "letter": Limit(0.005, 5),
    "second": Limit(0.02, 6),
    "register": Limit(0.3, 20),
    "search": Limit(5, 30),
    "upload": Limit(5, 50),
    "map": Limit(40, 400),
    "report": Limit(0.2, 10),
    "me_data": Limit(0.1, 10),
    "federation": Limit(100, 500),
}
"""The limits that endpoints name; "none" is never refused."""


@lru_cache(maxsize=10_000)
def neighbourhood(address: str) -> str:
    """What an address counts as: of IPv6 its network, whose addresses are all one person's."""
    if ":" not in address or address[0] in "@!":
        return address
    try:
        found = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))


_MOST_BUCKETS = 100_000
_MOST_TOLD = 50
"""Buckets of which one message to the other workers tells."""

TELL_SECONDS = 1.0
"""How often the other workers are told what was taken of the quick limits."""

TAKEN = "limits"
"""Kind of whisper: what was taken at another worker."""

Taken = tuple[str, str, int]
"""Name of a limit, its key, and how many tokens were taken; -1: one was given back."""


class Told(msgspec.Struct, frozen=True):
    """What one worker tells the others."""

    taken: list[Taken]


@dataclass(slots=True)
class _Bucket:
    """`tokens` at the time `then`; `untold` were taken here since the other workers were told."""

    tokens: float
    then: float
    untold: int = 0


class Limits:
    """The buckets in use. A full bucket need not be kept, so the oldest are forgotten.

    Workers tell each other what they took (docs/decisions/0026-shared-limits.md): of the slow
    limits, which are there against guessing, at once; of the others once a second, when a bucket
    is half empty.
    """

    def __init__(self, clock: Clock, enabled: bool) -> None:
        self._clock = clock
        self._enabled = enabled
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()
        self._low: dict[tuple[str, str], None] = {}
        self.tell: Callable[[Content], None] | None = None
        """Carries what was taken to the other workers; None where there are none."""

    def check(self, name: str, key: str) -> None:
        """Take one token of limit `name` for `key`; raises 429 M_LIMIT_EXCEEDED."""
        if not self._enabled or name == "none":
            return
        limit, bucket = LIMITS[name], self._fill(name, key)
        if bucket.tokens < 1:
            wait = (1 - bucket.tokens) / limit.per_second
            raise limit_exceeded(int(wait * 1000) + 1)
        bucket.tokens -= 1
        if self.tell is None:
            return
        bucket.untold += 1
        if limit.per_second <= 1:
            self.tell({"taken": [(name, key, 1)]})
            bucket.untold = 0
        elif bucket.tokens < limit.burst / 2:
            self._low[name, key] = None

    def give_back(self, name: str, key: str) -> None:
        """Take one token back that was taken for what is not to count."""
        if not self._enabled:
            return
        bucket = self._fill(name, key)
        bucket.tokens = min(LIMITS[name].burst, bucket.tokens + 1)
        if self.tell is not None and LIMITS[name].per_second <= 1:
            self.tell({"taken": [(name, key, -1)]})

    def _fill(self, name: str, key: str) -> _Bucket:
        """The bucket, with what has run into it by now."""
        key = neighbourhood(key)
        limit, now = LIMITS[name], self._clock.monotonic()
        bucket = self._buckets.get((name, key))
        if bucket is None:
            bucket = self._buckets[name, key] = _Bucket(limit.burst, now)
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
            return bucket
        self._buckets.move_to_end((name, key))
        gained = (now - bucket.then) * limit.per_second
        bucket.tokens, bucket.then = min(limit.burst, bucket.tokens + gained), now
        return bucket

    def hear(self, message: bytes) -> None:
        """Take what was taken at another worker."""
        for name, key, count in msgspec.json.decode(message, type=Told).taken:
            if self._enabled and name in LIMITS:
                bucket = self._fill(name, key)
                # What was taken at the same moment is owed, or both would go on at full speed.
                owed = float(-LIMITS[name].burst)
                tokens = max(owed, bucket.tokens - max(-1, count))
                bucket.tokens = min(LIMITS[name].burst, tokens)

    async def keep_telling(self) -> None:
        """Tell the other workers of buckets that run empty, for ever."""
        while True:
            await self._clock.sleep(TELL_SECONDS)
            self._tell_low()

    def _tell_low(self) -> None:
        low, self._low = self._low, {}
        taken: list[Taken] = []
        for name, key in low:
            bucket = self._buckets.get((name, key))
            if bucket is not None:
                # What ran in meanwhile has made good for the rest.
                missing = min(bucket.untold, round(LIMITS[name].burst - bucket.tokens))
                taken.append((name, key, missing))
                bucket.untold = 0
        for at in range(0, len(taken), _MOST_TOLD):
            if self.tell is not None:
                self.tell({"taken": taken[at : at + _MOST_TOLD]})
