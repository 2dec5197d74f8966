"""Pure decisions on what is kept, and for how long. Times are in milliseconds.

MSC1763: a room may ask for a shorter time, within the institution's limits.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from depesha.base.canonical import Content, Json
from depesha.events.group import KIND_KEY

Kind = Literal["direct", "basic", "project", "channel", "official"]
KINDS: tuple[Kind, ...] = ("direct", "basic", "project", "channel", "official")
"""The kinds of chat."""
ANY = "any"
"""In place of a kind: every kind without a policy of its own."""

DAY_MS = 24 * 3_600_000
RETENTION_TYPES = ("m.room.retention", "org.matrix.msc1763.retention")


class Policy(NamedTuple):
    """How long messages and files are kept; None is for ever.

    `least_ms` is the shortest time that a room may ask for, None where it has no say.
    """

    messages_ms: int | None = None
    files_ms: int | None = None
    least_ms: int | None = None


FOR_EVER = Policy()

Policies = Mapping[tuple[int, str], Policy]
"""By unit (0: the institution) and kind."""


def find_policy(policies: Policies, units: Sequence[int], kind: str) -> Policy:
    """The policy of a room: the nearest unit's, from the innermost out, its own kind's first."""
    for unit in (*units, 0):
        for name in (kind, ANY):
            policy = policies.get((unit, name))
            if policy is not None:
                return policy
    return FOR_EVER


def lifetime(policy: Policy, wanted_ms: int | None) -> int | None:
    """How long a room keeps its messages, given what it has asked for; None is for ever."""
    most = policy.messages_ms
    if wanted_ms is None or policy.least_ms is None:
        return most
    asked = max(wanted_ms, policy.least_ms)
    return asked if most is None else min(asked, most)


def longest_files(policies: Policies) -> int | None:
    """How long a file of which no event tells in clear is kept; None is for ever.

    It may belong to any room, so it stays as long as any policy would keep it.
    """
    if (0, ANY) not in policies:
        return None
    times = [kept_files(policy) for policy in policies.values()]
    known = [time for time in times if time is not None]
    return max(known) if len(known) == len(times) else None


def kept_files(policy: Policy) -> int | None:
    """How long files are kept: their own time, or that of the messages."""
    if policy.files_ms is None or policy.messages_ms is None:
        return policy.files_ms or policy.messages_ms
    return min(policy.files_ms, policy.messages_ms)


def wanted_of(content: Content) -> int | None:
    """What a retention event of a room asks for; None where it asks nothing that makes sense."""
    most, least = content.get("max_lifetime"), content.get("min_lifetime")
    if type(most) is not int or not 0 < most < 2**53:
        return None
    if type(least) is int and least > most:
        return None
    return most


def kind_of(create: Content, *, is_of_notices: bool) -> Kind:
    """The kind of a new room, by its create event."""
    if is_of_notices:
        return "official"
    return "channel" if create.get(KIND_KEY) == "channel" else "basic"


def is_channel(levels: Content) -> bool:
    """True where the usual member may not speak, by the power levels."""
    users: Json = levels.get("users_default", 0)
    speak: Json = levels.get("events_default", 0)
    return type(users) is int and type(speak) is int and speak > users


def is_standing(until_ts: int | None, ended_ts: int | None, now: int) -> bool:
    """True while a hold stands: from its beginning to before the time it ends."""
    return ended_ts is None and (until_ts is None or now < until_ts)
