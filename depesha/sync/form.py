"""Room events in another form than most clients ask for: raw, or with some of their fields.

Spec: client-server API, "Filtering" (`event_format`, `event_fields`).
"""

from collections.abc import Callable

from depesha.base.canonical import Content, decode, encode
from depesha.base.path import Path, parse_path
from depesha.eventlog.append import EventLog
from depesha.eventlog.changes import Logged
from depesha.eventlog.filter import Filter
from depesha.eventlog.read import find_events, served_state
from depesha.eventlog.state import StateEntry
from depesha.events.event import Event


def pick(value: Content, paths: list[Path]) -> Content:
    """Those parts of an object that the paths name."""
    found: Content = {}
    for path in paths:
        _copy(value, found, path)
    return found


def _copy(source: Content, target: Content, path: Path) -> None:
    name, *rest = path
    if name not in source:
        return
    inner = source[name]
    if not rest:
        target[name] = inner
    elif isinstance(inner, dict) and target.get(name) is not inner:
        kept: Content = target.setdefault(name, {})
        _copy(inner, kept, tuple(rest))
        if not kept:
            del target[name]


def form_timeline(wanted: Filter, events: list[Logged], served: list[bytes]) -> list[bytes]:
    """Events as the filter wants them; `served` is the client form of each."""
    if wanted.event_format == "federation":
        served = [
            _raw(logged.event) + told[len(logged.head) :]
            for logged, told in zip(events, served, strict=True)
        ]
    return list(map(_picker(wanted), served))


async def form_state(log: EventLog, wanted: Filter, state: list[StateEntry]) -> list[bytes]:
    """State events as the filter wants them."""
    if wanted.event_format == "client":
        return list(map(_picker(wanted), map(served_state, state)))
    found = await find_events(log, [entry.position for entry in state])
    raw = (_raw(found[entry.position].event) + b"}" for entry in state)
    return list(map(_picker(wanted), raw))


def _raw(event: Event) -> bytes:
    """The event as servers exchange it, open at its end, with the ids that it may lack.

    Without its id, which is a hash of it, and the room that it makes a client could not use it.
    """
    whole = decode(event.pdu)
    ids = {"event_id": event.event_id, "room_id": event.room_id}
    return encode({**ids, **whole})[:-1]


def _picker(wanted: Filter) -> Callable[[bytes], bytes]:
    if wanted.event_fields is None:
        return lambda event: event
    paths = [parse_path(field) for field in wanted.event_fields]
    return lambda event: encode(pick(decode(event), paths))
