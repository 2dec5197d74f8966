"""What an event is to somebody: the rules of one person on one event."""

from depesha.base.canonical import Content
from depesha.eventlog.changes import Logged
from depesha.eventlog.state import MEMBER, Room
from depesha.events.power import notification_level, power_of
from depesha.profile import ignored_users, invite_rules
from depesha.push.mentions import find_meant
from depesha.push.record import Push, load_choices_of
from depesha.push.rules import SILENT, Facts, Outcome, Viewer
from depesha.push.ruleset import compile_rules
from depesha.timeline import select_subscribers


async def load_facts(push: Push, logged: Logged, room: Room) -> Facts:
    """The event as conditions ask about it; made once for all viewers."""
    event, subscribers = logged.event, frozenset[str]()
    if "m.relates_to" in event.content:
        subscribers = await push.spine.db.read(
            select_subscribers, push.spine.institution.id, event.content
        )
    told: Content = {
        "type": event.type,
        "sender": event.sender,
        "room_id": event.room_id,
        "event_id": event.event_id,
        "content": event.content,
    }
    if event.state_key is not None:
        told["state_key"] = event.state_key

    def may_notify(key: str) -> bool:
        needed = notification_level(key, room.find, room.version)
        return power_of(event.sender, room.find, room.version) >= needed

    meant = find_meant(event.content, room.find, room.joined, push.profile.org.tree.people_of)
    return Facts(told, len(room.joined), may_notify, subscribers, meant)


async def evaluate(push: Push, user_id: str, logged: Logged, room: Room, facts: Facts) -> Outcome:
    """The outcome of the user's rules; silent for own events and those of ignored people."""
    event = logged.event
    if event.sender == user_id or logged.redacted_by:
        return SILENT
    if event.sender in await ignored_users(push.profile, user_id):
        return SILENT
    if event.type == MEMBER and event.state_key == user_id:
        rules = await invite_rules(push.profile, user_id)
        if event.content.get("membership") == "invite" and not rules.takes(event.sender):
            return SILENT
    entry = room.find(MEMBER, user_id)
    name = entry.content.get("displayname") if entry else None
    viewer = Viewer(user_id, name if isinstance(name, str) else None)
    choices = await load_choices_of(push, user_id)
    return compile_rules(choices, room.room_id).evaluate(event.type, facts, viewer)
