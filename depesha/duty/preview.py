"""What a policy would erase, before it is set (requirement D7)."""

from collections import defaultdict
from typing import NamedTuple

from depesha.base.errors import not_found
from depesha.duty import store
from depesha.duty.hold import select_held
from depesha.duty.record import Duty
from depesha.duty.retention import load_policies, units_of
from depesha.duty.rules import Policy, find_policy, kept_files, lifetime
from depesha.eventlog.store import count_said_before

_PAGE = 500


class Preview(NamedTuple):
    """The rooms under a policy, those of them under a hold, and what would go from the others."""

    rooms: int = 0
    held: int = 0
    messages: int = 0
    files: int = 0

    def plus(self, other: "Preview") -> "Preview":
        return Preview(*(one + more for one, more in zip(self, other, strict=True)))


async def preview_policy(duty: Duty, unit_id: int, kind: str, policy: Policy) -> Preview:
    """What the policy would erase at once if it were set; 404 M_NOT_FOUND for an unknown unit."""
    if unit_id and duty.org.tree.node(unit_id) is None:
        raise not_found("There is no such unit")
    spine, after, found = duty.spine, 0, Preview()
    # A record of its own, so that the rooms under it are told from those under an equal one.
    mine = Policy(*policy)
    policies = {**await load_policies(duty), (unit_id, kind): mine}
    held = await spine.db.read(select_held, spine.institution.id, spine.clock.now_ms())
    while rooms := await spine.db.scan(store.select_rooms, spine.institution.id, after, _PAGE):
        after = rooms[-1].room_nid
        under = [
            room for room in rooms if find_policy(policies, units_of(duty, room), room.kind) is mine
        ]
        free = [room for room in under if room.room_id not in held]
        part = Preview(len(under), len(under) - len(free))
        found = found.plus(part).plus(await _count(duty, mine, free, held))
    return found


async def _count(
    duty: Duty, policy: Policy, rooms: list[store.RoomRow], held: frozenset[str]
) -> Preview:
    """What is over its time in rooms that are under no hold."""
    spine, found = duty.spine, Preview()
    now, institution_id = spine.clock.now_ms(), spine.institution.id
    by_time: dict[int | None, list[int]] = defaultdict(list)
    for room in rooms:
        by_time[lifetime(policy, room.wanted_ms)].append(room.room_nid)
    for time, nids in by_time.items():
        messages = 0
        if time is not None:
            messages = await spine.db.scan(
                count_said_before, institution_id, nids, now - time, sorted(held)
            )
        times = [each for each in (time, kept_files(policy)) if each is not None]
        files = 0
        if times:
            files = await spine.db.scan(
                store.count_old_files, institution_id, nids, now - min(times)
            )
        found = found.plus(Preview(messages=messages, files=files))
    return found
