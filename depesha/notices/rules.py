"""Acknowledging what is urgent, and who stands in for whom. Pure (requirements M7, G7)."""

from collections.abc import Iterable

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
