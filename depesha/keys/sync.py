"""Keys in a sync: whose keys changed, how many of one's own are left; and messages to a device.

Spec: client-server API, "Extensions to /sync" of end-to-end encryption and of send-to-device.
"""

from depesha.base.canonical import encode
from depesha.eventlog.section import NOTHING, Section, SyncAsk
from depesha.eventlog.state import MEMBER
from depesha.keys.counts import find_told
from depesha.keys.kinds import COUNT, LIST, SIGNED
from depesha.keys.lists import find_list_changes
from depesha.keys.messages.queue import find_waiting
from depesha.keys.record import Keys

KINDS = frozenset({LIST, SIGNED, COUNT, MEMBER})

_LIST_KINDS = frozenset({LIST, SIGNED, MEMBER})


async def section(keys: Keys, ask: SyncAsk) -> Section:
    """`device_lists`, and the counts of a device that has uploaded keys."""
    found = Section()
    if ask.device_id:
        found.top.update(await find_told(keys, ask.user_id, ask.device_id))
    if ask.since and ask.may_have(_LIST_KINDS):
        changes = await find_list_changes(keys, ask.user_id, ask.since, ask.until)
        if not changes.is_nothing:
            lists = {"changed": changes.changed, "left": changes.left}
            found.top["device_lists"] = encode(lists)
    return found


async def to_device(keys: Keys, ask: SyncAsk) -> Section:
    """Messages for the device after `since`, which is a position of their own.

    Reading takes nothing out of the queue: `acknowledge` does.
    """
    if not ask.device_id:
        return NOTHING
    since = ask.since if ask.since <= ask.until else 0
    waiting = await find_waiting(keys, ask.user_id, ask.device_id, since, ask.until)
    return Section(to_device=waiting.messages, to_device_until=waiting.until)
