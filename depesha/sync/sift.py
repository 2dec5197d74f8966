"""What a filter lets through of everything in a sync that is not room events.

Spec: client-server API, "Filtering" (`Filter`, `RoomFilter`).
"""

from depesha.base.canonical import Content, decode
from depesha.eventlog.filter import EventFilter, Filter
from depesha.eventlog.section import Section


def sift(section: Section, wanted: Filter) -> None:
    """Take out of a section what the filter does not want."""
    section.account_data = _kept(wanted.account_data, section.account_data)
    section.presence = _kept(wanted.presence, section.presence)
    section.room_account_data = _kept_of_rooms(wanted.room.account_data, section.room_account_data)
    section.ephemeral = _kept_of_rooms(wanted.room.ephemeral, section.ephemeral)


def _kept_of_rooms(wanted: EventFilter, by_room: dict[str, list[bytes]]) -> dict[str, list[bytes]]:
    kept = {
        room_id: _kept(wanted, events)
        for room_id, events in by_room.items()
        if wanted.allows_room(room_id)
    }
    return {room_id: events for room_id, events in kept.items() if events}


def _kept(wanted: EventFilter, events: list[bytes]) -> list[bytes]:
    return events if wanted.is_open else [e for e in events if _allows(wanted, decode(e))]


def _allows(wanted: EventFilter, event: Content) -> bool:
    return wanted.allows(event["type"], event.get("sender", ""), event["content"])
