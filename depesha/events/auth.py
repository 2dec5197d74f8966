"""The authorisation rules: whether an event is allowed in a state of its room.

Spec: room versions 3 to 12, "Authorisation rules"; server-server API, "Auth events selection".
The rule numbers beside the code are those of room version 12. Versions 6 to 11 lack its rule 2,
so what follows is numbered one lower there; versions 3 to 5 have a rule on aliases in between and
agree again from rule 5 on.
"""

from collections.abc import Collection, Iterable

from depesha.base.canonical import Content
from depesha.events.member import check_member, is_user_id, member_auth_keys, signing_servers
from depesha.events.power import (
    INFINITE_POWER,
    LevelName,
    check_power_levels,
    creators_of,
    level_of,
    notification_level,
    power_of,
    required_power,
)
from depesha.events.state import (
    AuthEvent,
    CheckedEvent,
    Denied,
    State,
    domain_of,
    membership_of,
    state_of,
)
from depesha.events.versions import ROOM_VERSIONS, RoomVersion

__all__ = [
    "INFINITE_POWER",
    "AuthEvent",
    "CheckedEvent",
    "Denied",
    "LevelName",
    "State",
    "auth_keys",
    "check_auth",
    "check_auth_events",
    "creators_of",
    "level_of",
    "may_redact",
    "membership_of",
    "notification_level",
    "power_of",
    "required_power",
    "signing_servers",
    "state_of",
]

_CREATE = ("m.room.create", "")
_POWER_LEVELS = ("m.room.power_levels", "")


def auth_keys(
    event_type: str, sender: str, state_key: str | None, content: Content, version: RoomVersion
) -> tuple[tuple[str, str], ...]:
    """Type and state key of the state events that an event must name as its auth events.

    Spec: server-server API, "Auth events selection".
    """
    if event_type == "m.room.create":
        return ()
    keys = [_POWER_LEVELS, ("m.room.member", sender)]
    if not version.hashed_room_id:
        keys.insert(0, _CREATE)
    if event_type == "m.room.member" and state_key is not None:
        keys += member_auth_keys(state_key, content, version)
    return tuple(dict.fromkeys(keys))


def check_auth_events(
    event: AuthEvent,
    auth_events: Iterable[AuthEvent],
    version: RoomVersion,
    rejected: Collection[str] = (),
) -> Denied | None:
    """Rule 3: whether the event names the right auth events; `rejected` holds ids among them.

    What those events then allow is the question of `check_auth` with their `state_of`.
    """
    if event.type == "m.room.create":
        return None  # rule 1.5 allows before rule 3 is reached
    wanted = auth_keys(event.type, event.sender, event.state_key, event.content, version)
    found = set()
    for each in auth_events:
        key = (each.type, each.state_key)
        if key in found:  # 3.1
            return Denied(f"Two auth events are {each.type} of one state key")
        found.add(key)
        if key not in wanted:  # 3.2
            return Denied(f"An auth event is {each.type}, which does not authorise this event")
        if each.event_id in rejected:  # 3.3
            return Denied("An auth event was rejected")
        if each.room_id != event.room_id:  # 3.5
            return Denied("An auth event is of another room")
    if _CREATE in wanted and _CREATE not in found:  # 3.4, until version 11
        return Denied("There is no create event among the auth events")
    return None


def check_auth(event: CheckedEvent, state: State, version: RoomVersion) -> Denied | None:
    """None when the rules allow the event in this state of its room."""
    if event.type == "m.room.create":
        return _check_create(event, version)
    create = state(*_CREATE)
    if create is None:
        return Denied("The room does not exist")
    if version.hashed_room_id and event.room_id != "!" + create.event_id[1:]:  # 2
        return Denied("The event is of another room")
    if create.content.get("m.federate") is False and (
        domain_of(event.sender) != domain_of(create.sender)
    ):  # 4
        return Denied("This room is for users of its own server only")
    if version.aliases_rule and event.type == "m.room.aliases":
        return _check_aliases(event)
    if event.type == "m.room.member":
        return check_member(event, create, state, version)
    return _check_sent(event, state, version)


def _check_sent(event: CheckedEvent, state: State, version: RoomVersion) -> Denied | None:
    """Rules 6 to 11: what a member of the room sends."""
    if membership_of(event.sender, state) != "join":  # 6
        return Denied("You are not in the room")
    power = power_of(event.sender, state, version)
    if event.type == "m.room.third_party_invite":  # 7
        if power < level_of("invite", state, version):
            return Denied("You may not invite to this room")
        return None
    if power < required_power(event.type, event.state_key, state, version):  # 8
        return Denied(f"You may not send {event.type} in this room")
    if event.state_key and event.state_key[0] == "@" and event.state_key != event.sender:  # 9
        return Denied("The state key is the id of another user")
    if event.type == "m.room.power_levels":
        return check_power_levels(event, state, version)
    return None  # 11


def _check_create(event: CheckedEvent, version: RoomVersion) -> Denied | None:
    """Rule 1. That a create event of version 12 has no `room_id` (1.2) is seen by `parse_event`."""
    content = event.content
    if event.prev_events:  # 1.1
        return Denied("A create event has no previous events")
    if not version.hashed_room_id and domain_of(event.room_id) != domain_of(event.sender):  # 1.2
        return Denied("The room id is not of the creator's server")
    claimed = content.get("room_version", version.id)
    if type(claimed) is not str or claimed not in ROOM_VERSIONS:  # 1.3
        return Denied("The room version is not known")
    if not version.sender_is_creator and "creator" not in content:  # 1.4, until version 10
        return Denied("The create event has no `creator`")
    if version.privileged_creators and "additional_creators" in content:
        extra = content["additional_creators"]
        if type(extra) is not list or not all(map(is_user_id, extra)):  # 1.4
            return Denied("`additional_creators` is not an array of user ids")
    return None


def _check_aliases(event: AuthEvent) -> Denied | None:
    """Rule 4 of room versions 3 to 5."""
    if event.state_key is None or event.state_key != domain_of(event.sender):
        return Denied("The state key is not your server")
    return None


def may_redact(sender: str, author: str, state: State, version: RoomVersion) -> bool:
    """Whether the sender's redaction of the author's event is to be applied.

    Spec: room version 3, "Handling redactions".
    """
    if domain_of(sender) == domain_of(author):
        return True
    return power_of(sender, state, version) >= level_of("redact", state, version)
