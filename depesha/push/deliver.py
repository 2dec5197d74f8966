"""Delivering pushes: a consumer of the log, so that a push comes after its event can be read.

What a gateway does not take is kept, and tried again later each time, for a day.
Spec: push gateway API.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from depesha.base.canonical import Content, decode, encode
from depesha.contacts import find_held
from depesha.eventlog.changes import Entry, Logged
from depesha.eventlog.consume import consume
from depesha.eventlog.read import find_events
from depesha.eventlog.state import MEMBER, Room
from depesha.events.urgent import is_urgent
from depesha.io.fetch import FetchError, Limits
from depesha.profile import Quiet, quiet_hours
from depesha.push import store, webpush
from depesha.push.albums import Albums
from depesha.push.evaluate import evaluate, load_facts
from depesha.push.notice import Notice, browser_notification, notification, wakes
from depesha.push.pushers import remove_pusher
from depesha.push.record import Push, load_pushers
from depesha.push.store import DueRow, PusherKey, PusherRow
from depesha.signals import PRIVATE_RECEIPT, RECEIPT, unread

GIVE_UP_MS = 24 * 3_600_000
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 10.0, 3_600.0
_LOOK_SECONDS = 5.0
_AT_ONCE = 50
_LIMITS = Limits(size=64 * 1024, seconds=10)

_log = logging.getLogger(__name__)

Pushers = dict[str, list[PusherRow]]


@dataclass(slots=True)
class _Failing:
    """A pusher whose gateway did not take something; `again` is on the monotonic clock."""

    attempts: int
    again: float


class _Delivery:
    """Sends notices, and remembers which pushers fail."""

    def __init__(self, push: Push) -> None:
        self._push = push
        self._failing: dict[PusherKey, _Failing] = {}
        self._albums = Albums()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def start(self) -> None:
        spine = self._push.spine
        for key in await spine.db.read(store.select_due_keys, spine.institution.id):
            self._failing[key] = _Failing(0, spine.clock.monotonic())

    async def handle(self, entries: Sequence[Entry]) -> None:
        """Send what the entries notify of; what is not taken is due from then on."""
        pushers = await load_pushers(self._push)
        if not pushers:
            return
        notices = [
            notice
            for notice in await _notices(self._push, entries, pushers)
            if not self._is_further_part(notice)
        ]
        due: list[tuple[PusherKey, DueRow]] = []
        async with asyncio.TaskGroup() as group:
            for notice in notices:
                group.create_task(self._try(notice, due))
        if due:
            spine = self._push.spine
            await spine.db.write(store.insert_due, spine.institution.id, due)
            # Meanwhile the pusher may have been found to work again.
            for key, _ in due:
                self._failing.setdefault(key, _Failing(0, spine.clock.monotonic()))

    def _is_further_part(self, notice: Notice) -> bool:
        """Whether it adds nothing but a picture to what a browser was told; a call is told."""
        if notice.logged is None or notice.outcome is None or notice.outcome.highlight:
            return False
        return _is_browser(notice) and self._albums.is_told(notice.pusher.key, notice.logged)

    async def _try(self, notice: Notice, due: list[tuple[PusherKey, DueRow]]) -> None:
        key = notice.pusher.key
        # What waits goes first: a later notice stands in line.
        is_taken = key not in self._failing and await self._send(notice)
        if not is_taken and notice.logged is not None:
            due.append((key, DueRow(notice.logged.position, self._push.spine.clock.now_ms())))

    async def _send(self, notice: Notice) -> bool:
        """Whether the gateway took it, or never will; a key that it refuses is forgotten."""
        async with self._slots:
            pusher = decode(notice.pusher.pusher)
            is_browser, url = _is_browser(notice), pusher["data"]["url"]
            make = _to_browser if is_browser else _to_gateway
            headers, body = await make(self._push, notice, pusher)
            try:
                answer = await self._push.fetcher.fetch(
                    "POST", url, headers=headers, body=body, limits=_LIMITS
                )
            except FetchError as error:
                return self._failed(notice.pusher.key, str(error))
        if answer.status == 429 or answer.status >= 500:
            return self._failed(notice.pusher.key, f"{url}: status {answer.status}")
        if is_browser:
            is_refused = answer.status in {403, 404, 410}
        else:
            is_refused = answer.status == 200 and _is_rejected(answer.body, pusher["pushkey"])
        if is_refused:
            await remove_pusher(self._push, notice.pusher)
        return True

    def _failed(self, key: PusherKey, why: str) -> bool:
        attempts = self._failing.get(key, _Failing(0, 0)).attempts + 1
        seconds = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(attempts - 1, 20))
        self._failing[key] = _Failing(attempts, self._push.spine.clock.monotonic() + seconds)
        _log.warning("a push was not taken", extra={"why": why, "again_in": seconds})
        return False

    async def retry(self) -> None:
        """Try for ever what is due."""
        clock = self._push.spine.clock
        while True:
            await clock.sleep(_LOOK_SECONDS)
            now = clock.monotonic()
            for key, failing in list(self._failing.items()):
                if failing.again <= now:
                    await self._retry(key)

    async def _retry(self, key: PusherKey) -> None:
        """Send what is due to one pusher, in order, until something is not taken."""
        push, spine = self._push, self._push.spine
        rows = await spine.db.read(store.select_due, spine.institution.id, key)
        own = (await load_pushers(push)).get(key.user_id, ())
        pusher = next((row for row in own if row.key == key), None)
        events = await find_events(spine.log, [row.event_position for row in rows])
        for row in rows:
            logged = events.get(row.event_position)
            is_late = spine.clock.now_ms() - row.since_ts > GIVE_UP_MS
            if pusher is not None and logged is not None and not is_late:
                for notice in await _notices(push, [logged], {key.user_id: [pusher]}):
                    if not await self._send(notice):
                        return
            await spine.db.write(store.delete_due, spine.institution.id, key, row.event_position)
        del self._failing[key]
        if await spine.db.read(store.select_due, spine.institution.id, key):
            self._failing[key] = _Failing(0, spine.clock.monotonic())


async def deliver_pushes(push: Push) -> None:
    """Send what notifies somebody to the gateways of their pushers, for ever."""
    delivery = _Delivery(push)
    await delivery.start()
    async with asyncio.TaskGroup() as group:
        group.create_task(delivery.retry())
        group.create_task(consume(push.spine.log, "push", delivery.handle))


# --- what is to be told --------------------------------------------------------------


async def _notices(push: Push, entries: Iterable[Entry], pushers: Pushers) -> list[Notice]:
    """What the entries are to those who have pushers."""
    notices, readers = list[Notice](), set[str]()
    for entry in entries:
        if isinstance(entry, Logged):
            notices += await _event_notices(push, entry, pushers)
        elif entry.kind in {RECEIPT, PRIVATE_RECEIPT} and entry.user_id in pushers:
            readers.add(entry.user_id or "")
    notices += (Notice(row, None, None, None) for user in readers for row in pushers[user])
    return notices


async def _event_notices(push: Push, logged: Logged, pushers: Pushers) -> list[Notice]:
    event, log = logged.event, push.spine.log
    room = await log.find_room(event.room_id)
    if room is None:
        return []
    concerned = pushers.keys() & room.joined
    if event.type == MEMBER and event.state_key in pushers:
        concerned |= {event.state_key}
    notices, facts = list[Notice](), await load_facts(push, logged, room)
    for user_id in sorted(concerned):
        outcome = await evaluate(push, user_id, logged, room, facts)
        if not outcome.notify or not await _is_news(push, user_id, logged, room):
            continue
        quiet = await _quiet_now(push, user_id, logged)
        if quiet is None or quiet.is_shown:
            told = partial(Notice, logged=logged, room=room, outcome=outcome)
            notices += (told(row, is_quiet=quiet is not None) for row in pushers[user_id])
    return notices


async def _quiet_now(push: Push, user_id: str, logged: Logged) -> Quiet | None:
    """The hours of quiet that are on for the user; none are for what is urgent (M7, D3)."""
    if is_urgent(logged.event.type, logged.event.content):
        return None
    quiet = await quiet_hours(push.profile, user_id)
    return quiet if quiet is not None and quiet.holds(push.spine.clock.now_ms()) else None


async def _is_news(push: Push, user_id: str, logged: Logged, room: Room) -> bool:
    """False for what came before the user did, and for what has been read elsewhere."""
    place = (await push.spine.log.rooms_of(user_id)).get(room.room_id)
    if place is None or place.membership != "join":
        is_new = place is not None and place.position == logged.position
        # The invitation of a stranger waits in a box.
        return is_new and room.room_id not in await find_held(push.contacts, user_id)
    return place.since_position <= logged.position and (
        await unread(push.signals, user_id, room)
    ).total != (0, 0)


def _is_browser(notice: Notice) -> bool:
    return decode(notice.pusher.pusher)["kind"] in webpush.KINDS


async def _to_gateway(
    push: Push, notice: Notice, pusher: Content
) -> tuple[Mapping[str, str], bytes]:
    """Headers and body for a push gateway."""
    told = await notification(push, notice)
    return {"Content-Type": "application/json"}, encode({"notification": told})


async def _to_browser(
    push: Push, notice: Notice, pusher: Content
) -> tuple[Mapping[str, str], bytes]:
    """Headers and body for a browser's own push service."""
    plain = encode(await browser_notification(push, notice))
    data, clock = pusher["data"], push.spine.clock
    browser = webpush.read_browser(data["url"], pusher["pushkey"], data["auth"])
    return webpush.sealed_push(
        push.vapid,
        browser,
        plain,
        clock.random_bytes(16),
        clock.now_ms(),
        is_urgent=wakes(notice),
    )


def _is_rejected(body: bytes, pushkey: str) -> bool:
    try:
        told = decode(body)
    except ValueError:
        return False
    rejected = told.get("rejected") if isinstance(told, dict) else None
    return isinstance(rejected, list) and pushkey in rejected
