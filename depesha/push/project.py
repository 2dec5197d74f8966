"""What an event's transaction does about notifications: the rules are evaluated once.

Spec: client-server API, "Push Notifications", "Server behaviour".
"""

from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Entry, Logged
from depesha.eventlog.state import MEMBER, Tip
from depesha.events.event import Event
from depesha.events.group import MENTIONS
from depesha.events.urgent import URGENT, is_urgent
from depesha.io.tx import Tx
from depesha.push import store
from depesha.push.audience import Audience, facts_of
from depesha.push.mentions import find_meant
from depesha.push.places import tells_place
from depesha.push.record import RULES, Push
from depesha.push.rules import ANYONE
from depesha.push.ruleset import UNCHANGED_RULES, load_choices
from depesha.signals import Particular, Weight, note_event, uncount_event
from depesha.timeline import select_subscribers


async def project_push(push: Push, w: Writing, logged: Logged, tip: Tip) -> None:
    """Find out what the event is to whom, and write it down for the unread counts."""
    event = logged.event
    if event.type == "m.room.redaction":
        for erased in w.erased:
            if erased.redacted_by == logged.position:
                await uncount_event(w, erased, tip.room.nid)
    audience = await access_audience(push, w.tx, tip)
    if audience.is_uniform and is_plain(event):
        await note_event(push.signals, w, logged, tip.room.nid, PLAIN_WEIGHT, ())
        return
    if await tells_place(w.tx, w.institution.id, event):
        await note_event(push.signals, w, logged, tip.room.nid, UNHEARD, ())
        return
    subscribers = frozenset[str]()
    if audience.asks_threads:
        subscribers = await select_subscribers(w.tx, w.institution.id, event.content)
    people_of = push.profile.org.tree.people_of
    meant = find_meant(event.content, tip.find, tip.room.joined, people_of)
    facts = facts_of(event, tip, subscribers, meant)
    outcome = UNCHANGED_RULES.evaluate(event.type, facts, ANYONE)
    urgent = is_urgent(event.type, event.content)
    weight = Weight(outcome.notify, outcome.highlight, urgent)
    particulars = [
        Particular(user_id, found)
        for user_id, found in audience.particulars(event, facts, weight, tip)
        if w.institution.is_local(user_id)
    ]
    await note_event(push.signals, w, logged, tip.room.nid, weight, particulars)


PLAIN_WEIGHT = Weight(notify=True, highlight=False)
UNHEARD = Weight(notify=False, highlight=False)
_MARKS = frozenset({"m.relates_to", URGENT, MENTIONS})
_PLAIN_KINDS = frozenset({"m.text", "m.emote", "m.image", "m.file", "m.audio", "m.video"})


def is_plain(event: Event) -> bool:
    """True for a message that the predefined rules find nothing special in.

    Most events are such messages, and most rooms have nobody who changed a rule there: then the
    rules need not be asked.
    """
    content = event.content
    if content.get("m.mentions") or not _MARKS.isdisjoint(content):
        return False
    if event.type == "m.room.message":
        kind = content.get("msgtype")
        return type(kind) is str and kind in _PLAIN_KINDS
    return event.type == "m.room.encrypted" and "msgtype" not in content


async def access_audience(push: Push, tx: Tx, tip: Tip) -> Audience:
    """The room's audience with everybody's rules of now."""
    institution = push.spine.institution
    if tip.room.position == 0:
        # The room is being made: nobody has joined it yet for whom a rule could speak.
        return Audience(tip.room_id, ())
    audience = push.audiences.access(tip.room, institution.is_local)
    if audience.stale:
        rows = await store.select_all_choices(tx, institution.id, list(audience.stale))
        audience.refresh({row.user_id: load_choices(row.choices) for row in rows})
    return audience


def view(push: Push, entry: Entry) -> None:
    """Take in one committed entry of the log."""
    push.cache.view(entry)
    if isinstance(entry, Change):
        if entry.kind == RULES and entry.user_id is not None:
            push.audiences.rules_changed(push.spine.log.rooms, entry.user_id)
        return
    event, user_id = entry.event, entry.event.state_key
    if event.type == MEMBER and user_id and push.spine.institution.is_local(user_id):
        membership = event.content.get("membership")
        push.audiences.member_changed(event.room_id, user_id, str(membership))
