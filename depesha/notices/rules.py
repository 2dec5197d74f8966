"""Acknowledging what is urgent, who stands in for whom, how far a notice has come. Pure.

Requirements M7, G7, D3.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from depesha.base.canonical import Content

ACK = "org.depesha.ack"
"""Type of the event by which somebody acknowledges an urgent message, and its kind of relation."""


def acknowledged_id(content: Content) -> str | None:
    """The event that an acknowledgement is of, or None when it names none."""
    relation = content.get("m.relates_to")
    if not isinstance(relation, dict) or relation.get("rel_type") != ACK:
        return None
    event_id = relation.get("event_id")
    return event_id if isinstance(event_id, str) else None


_MOST_NAMED = 50


def named_in(content: Content) -> Sequence[str]:
    """Whom a message names (`m.mentions`), at most fifty people; an edit, whom it names anew."""
    mentions = content.get("m.mentions")
    named = mentions.get("user_ids") if isinstance(mentions, dict) else None
    if not isinstance(named, list):
        return ()
    return [each for each in named[:_MOST_NAMED] if isinstance(each, str)]


def find_deputies(
    absences: Iterable[tuple[str, int, int]], now: int, *, has_waited: bool
) -> list[str]:
    """Who is to be told in somebody's place; deputies, since and until when (ms).

    Those who stand in now. When the person has been waited for, and nobody stands in: whoever is
    to stand in next.
    """
    planned = [(since, deputy) for deputy, since, until in absences if until > now]
    present = [deputy for since, deputy in planned if since <= now]
    if present or not has_waited or not planned:
        return list(dict.fromkeys(present))
    return [min(planned)[1]]


# --- how far a notice has come -------------------------------------------------------


class Stage(IntEnum):
    """How far a notice has come with one person; each stage has those before behind it."""

    ADDRESSED = 0
    SENT = 1
    """It is in the person's room of notices."""
    DELIVERED = 2
    """A device of theirs has come back to sync with a token from after it."""
    SHOWN = 3
    """They have publicly read so far."""
    ACKNOWLEDGED = 4


def stage_of(
    position: int | None, read_order: int, *, is_delivered: bool, is_acknowledged: bool
) -> Stage:
    """The stage of a notice by its place in its room (None or 0: not sent), and what is known."""
    if not position:
        return Stage.ADDRESSED
    if is_acknowledged:
        return Stage.ACKNOWLEDGED
    if read_order >= position:
        return Stage.SHOWN
    return Stage.DELIVERED if is_delivered else Stage.SENT


def summed(counts: Mapping[Stage, int]) -> dict[str, int]:
    """The figures of a notice: how many people it has come so far with, or farther."""
    figures = {
        stage.name.lower(): sum(count for at, count in counts.items() if at >= stage)
        for stage in Stage
    }
    return {**figures, "not_reached": figures["addressed"] - figures["delivered"]}
