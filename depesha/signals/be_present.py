"""Signs of life: what a sync, a status and an act say about a person's presence."""

from depesha.signals import store
from depesha.signals.presence import ONLINE, SWEEP_SECONDS, UNAVAILABLE, check_presence, current
from depesha.signals.record import Signals


async def set_presence(signals: Signals, user_id: str, presence: str) -> None:
    """A sync of the user begins, with `set_presence`; not to be called for "offline"."""
    check_presence(presence)
    spine = signals.spine
    if not spine.config.presence:
        return
    person = signals.people.find(user_id) or await signals.people.access(spine, user_id)
    person.seen_ts = now_ms = spine.clock.now_ms()
    is_parked = user_id in spine.log.waiters
    # One device at work outweighs another that idles.
    if presence == UNAVAILABLE and person.presence(now_ms, is_parked=is_parked) == ONLINE:
        return
    if person.asked != presence:
        person.asked = presence
        if presence == ONLINE:
            person.active_ts = now_ms
    if person.presence(now_ms, is_parked=is_parked) != person.told:
        signals.people.changed(spine, user_id)


async def put_presence(
    signals: Signals, user_id: str, presence: str, status_msg: str | None
) -> None:
    """The user says how they are."""
    check_presence(presence)
    spine = signals.spine
    if not spine.config.presence:
        return
    person = await signals.people.access(spine, user_id)
    before = (person.told, person.status_msg)
    person.asked, person.status_msg = presence, status_msg
    person.active_ts = person.seen_ts = person.status_ts = spine.clock.now_ms()
    row = store.PresenceRow(status_msg, person.active_ts)
    await spine.db.write(store.upsert_presence, spine.institution.id, user_id, row)
    if (current(spine, user_id, person), status_msg) != before:
        signals.people.changed(spine, user_id, at_once=True)


def note_act(signals: Signals, user_id: str) -> None:
    """The user has done something."""
    person = signals.people.find(user_id)
    if person is None:
        return
    person.active_ts = signals.spine.clock.now_ms()
    if person.told == UNAVAILABLE:
        person.asked = ONLINE
        if current(signals.spine, user_id, person) != person.told:
            signals.people.changed(signals.spine, user_id)


async def keep_presence(signals: Signals) -> None:
    """Notice for ever who has gone or fallen idle."""
    while True:
        await signals.spine.clock.sleep(SWEEP_SECONDS)
        signals.people.sweep(signals.spine)
