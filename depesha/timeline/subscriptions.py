"""Threads that people follow.

Spec: MSC4306, MSC4308.
"""

from dataclasses import dataclass

from depesha.accounts import DEACTIVATED
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, not_found
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.eventlog.read import access_event, find_event
from depesha.io.tx import Tx
from depesha.timeline import store
from depesha.timeline.record import Timelines
from depesha.timeline.rules import THREAD, read_relation

SUBSCRIPTION = "thread_subscription"
"""Kind of change: the user named follows the thread `item`, or no longer does."""

MOST_SUBSCRIPTIONS = 1_000
"""Changes that are told at once."""

_PREFIX = "IO.ELEMENT.MSC4306."


async def access_thread(timeline: Timelines, user_id: str, room_id: str, root_id: str) -> None:
    """Raise 404 M_NOT_FOUND for what is no event that a thread may begin at, or not to be seen."""
    logged = await access_event(timeline.spine.log, user_id, room_id, root_id)
    relation = read_relation(logged.event.content)
    if relation is not None and relation.rel_type == THREAD:
        raise not_found("A thread does not begin here")


async def subscribe(
    timeline: Timelines, user_id: str, room_id: str, root_id: str, cause_id: str | None
) -> None:
    """Follow a thread; automatically when `cause_id` is the event that gave rise to it.

    What a person chose is never made automatic. Raises 400 for a cause outside the thread, 409
    when the person stopped to follow the thread after it.
    """
    await access_thread(timeline, user_id, room_id, root_id)
    caused_at = None
    if cause_id is not None:
        caused_at = await _access_cause(timeline, room_id, root_id, cause_id)

    async def plan(w: Writing) -> None:
        institution_id = w.institution.id
        before = await store.select_subscription(w.tx, institution_id, user_id, room_id, root_id)
        if before is not None and before.is_subscribed:
            if caused_at is not None or not before.is_automatic:
                return
        elif before is not None and caused_at is not None and before.position >= caused_at:
            raise MatrixError(
                409,
                _PREFIX + "M_CONFLICTING_UNSUBSCRIPTION",
                "The thread was unsubscribed from after this event",
            )
        await _write(w, user_id, room_id, root_id, subscribed=True, automatic=caused_at is not None)

    await timeline.spine.log.commit(plan)


async def _access_cause(timeline: Timelines, room_id: str, root_id: str, cause_id: str) -> int:
    """The position of an event of the thread."""
    logged = await find_event(timeline.spine.log, room_id, cause_id)
    relation = read_relation(logged.event.content) if logged is not None else None
    if logged is None or relation is None or (THREAD, root_id) != relation[:2]:
        raise MatrixError(400, _PREFIX + "M_NOT_IN_THREAD", "This event is not in the thread")
    return logged.position


async def unsubscribe(timeline: Timelines, user_id: str, room_id: str, root_id: str) -> None:
    """Follow a thread no longer; nothing happens when that is so already."""
    await access_thread(timeline, user_id, room_id, root_id)

    async def plan(w: Writing) -> None:
        institution_id = w.institution.id
        before = await store.select_subscription(w.tx, institution_id, user_id, room_id, root_id)
        if before is not None and before.is_subscribed:
            await _write(w, user_id, room_id, root_id, subscribed=False, automatic=False)

    await timeline.spine.log.commit(plan)


async def _write(
    w: Writing, user_id: str, room_id: str, root_id: str, *, subscribed: bool, automatic: bool
) -> None:
    position = await w.change(Change(SUBSCRIPTION, Reach.USER, user_id, item=root_id))
    row = store.SubscriptionRow(room_id, root_id, int(subscribed), int(automatic), position)
    await store.upsert_subscription(w.tx, w.institution.id, user_id, row)


async def find_subscription(
    timeline: Timelines, user_id: str, room_id: str, root_id: str
) -> store.SubscriptionRow | None:
    """The subscription in force, or None."""
    spine = timeline.spine
    row = await spine.db.read(
        store.select_subscription, spine.institution.id, user_id, room_id, root_id
    )
    return row if row is not None and row.is_subscribed else None


@dataclass(frozen=True, slots=True)
class SubscriptionChanges:
    """The latest changes of a span, and the position to go on before (None: that was all)."""

    rows: list[store.SubscriptionRow]
    before: int | None

    def body(self) -> Content:
        """As responses tell them, without a token."""
        told: Content = {}
        for row in self.rows:
            entry: Content = {"bump_stamp": row.position}
            if row.is_subscribed:
                entry["automatic"] = bool(row.is_automatic)
            kind = "subscribed" if row.is_subscribed else "unsubscribed"
            told.setdefault(kind, {}).setdefault(row.room_id, {})[row.root_id] = entry
        return told


async def find_subscription_changes(
    timeline: Timelines, user_id: str, since: int, until: int, limit: int
) -> SubscriptionChanges:
    """What a user came to follow, or no longer does, in (since, until], latest first.

    With `since` 0 only what is followed now.
    """
    spine = timeline.spine
    rows = await spine.db.read(
        store.select_subscriptions, spine.institution.id, user_id, since, until, limit + 1
    )
    before = rows[limit].position + 1 if len(rows) > limit else None
    return SubscriptionChanges(rows[:limit], before)


async def select_subscribers(tx: Tx, institution_id: int, content: Content) -> frozenset[str]:
    """Who follows the thread that an event with this content is in; nobody for one in none."""
    relation = read_relation(content)
    if relation is None or relation.rel_type != THREAD:
        return frozenset()
    return await store.select_subscribers(tx, institution_id, relation.parent_id)


async def follow_subscriber(w: Writing, change: Change) -> None:
    """Forget what somebody followed whose account has ended."""
    if change.kind == DEACTIVATED and change.user_id is not None:
        await store.delete_subscriptions(w.tx, w.institution.id, change.user_id)
