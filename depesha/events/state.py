"""What the authorisation rules read and answer.

Spec: server-server API, "Authorisation rules".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from depesha.base.canonical import Content


class AuthEvent(Protocol):
    """What the rules read of an event in the room's state; an `Event` is one."""

    @property
    def event_id(self) -> str: ...
    @property
    def room_id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def state_key(self) -> str | None: ...
    @property
    def sender(self) -> str: ...
    @property
    def content(self) -> Content: ...


class CheckedEvent(AuthEvent, Protocol):
    """What the rules read of the event that they are to allow; an `Event` is one."""

    @property
    def prev_events(self) -> tuple[str, ...]: ...


State = Callable[[str, str], AuthEvent | None]
"""The event of a type and state key in some state of the room, or None."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Why an event is not allowed, in words for its sender."""

    reason: str
    errcode: str = "M_FORBIDDEN"


def state_of(events: Iterable[AuthEvent]) -> State:
    """The state made of these state events, such as an event's auth events."""
    found = {(event.type, event.state_key): event for event in events}
    return lambda event_type, state_key: found.get((event_type, state_key))


def membership_of(user: str, state: State) -> str:
    """The user's membership; `leave` for someone who never was in the room."""
    event = state("m.room.member", user)
    membership = "leave" if event is None else event.content.get("membership")
    return membership if type(membership) is str else "leave"


def domain_of(user: str) -> str:
    """The server name in a user id or room id."""
    return user.partition(":")[2]
