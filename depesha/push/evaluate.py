"""What an event is to somebody: the rules of one person on one event."""

from depesha.base.canonical import Content
from depesha.eventlog.changes import Logged
from depesha.eventlog.state import MEMBER, Room
from depesha.events.power import notification_level, power_of
from depesha.profile import ignored_users, invite_rules
from depesha.push.mentions import find_meant
from depesha.push.places import tells_place
from depesha.push.record import Push, load_choices_of
from depesha.push.rules import SILENT, Facts, Outcome, Viewer
from depesha.push.ruleset import compile_rules
from depesha.timeline import select_subscribers


async def load_facts(push: Push, logged: Logged, room: Room) -> Facts:
    """The event as conditions ask about it; made once for all viewers."""
    event, subscribers, is_unheard = logged.event, frozenset[str](), False
    if "m.relates_to" in event.content:
        db, institution_id = push.spine.db, push.spine.institution.id
        subscribers = await db.read(select_subscribers, institution_id, event.content)
        is_unheard = await db.read(tells_place, institution_id, event)
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
    members = len(room.joined)
    return Facts(told, members, may_notify, subscribers, meant, is_unheard=is_unheard)


async def evaluate(push: Push, user_id: str, logged: Logged, room: Room, facts: Facts) -> Outcome:
    """The outcome of the user's rules; silent for own events and those of ignored people."""
    event = logged.event
    if event.sender == user_id or logged.redacted_by or facts.is_unheard:
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
