"""The extensions of sliding sync: what is not room events.

MSC4186 leaves them to further proposals; their form is what clients speak today
(MSC3884, MSC3885, MSC3959, MSC3960, MSC3961, MSC4262, MSC4308, MSC4480).
"""

from collections.abc import Set
from dataclasses import dataclass

from depesha.base.canonical import Content, decode, encode
from depesha.eventlog.changes import Logged, Token
from depesha.eventlog.read import everything
from depesha.eventlog.section import Section, SyncAsk
from depesha.keys import acknowledge
from depesha.sync.changed import Changed
from depesha.sync.encode import serve_timeline
from depesha.sync.profiles import encode_profiles, newly_shown
from depesha.sync.record import Sync
from depesha.sync.room import Timeline, Window
from depesha.sync.sliding.ask import Extension, SlidingAsk
from depesha.sync.sliding.connection import Connection, SentRoom
from depesha.sync.sliding.lists import Shown
from depesha.sync.sliding.room import Told
from depesha.timeline import SUBSCRIPTION, StuckAsk, find_stuck, find_subscription_changes

_MOST_SUBSCRIPTIONS = 100
_MOST_STUCK = 100
_MOST_IN_NEW_ROOM = 10_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the extensions are built from."""

    user_id: str
    device_id: str
    ask: SlidingAsk
    shown: Shown
    section: Section
    since: int
    kinds: Set[str] | None
    told: Told
    before: dict[str, SentRoom]


async def build_extensions(
    sync: Sync,
    user_id: str,
    device_id: str,
    ask: SlidingAsk,
    connection: Connection,
    now: Token,
    shown: Shown,
    told: Told,
    changed: Changed | None,
) -> tuple[list[bytes], bool]:
    """The encoded extensions, and whether any has something to tell."""
    if not ask.extensions:
        return [], False
    token = connection.token
    since = token.position if token else 0
    ephemeral = token.ephemeral if token and token.worker == sync.spine.log.worker else 0
    joined = [room_id for room_id in shown.configs if shown.matched[room_id].membership == "join"]
    rooms = {
        room_id: since if _is_known(room_id, connection, shown, since) else 0
        for room_id in joined
        if since == 0 or room_id in told.bodies or _may_tell(room_id, changed, ephemeral, now)
    }
    kinds = changed.kinds if changed else None
    question = SyncAsk(user_id, device_id, since, now.position, ephemeral, rooms, kinds)
    section = await sync.ask_all(question)
    before = connection.rooms
    asked = _Asked(user_id, device_id, ask, shown, section, since, kinds, told, before)
    parts: list[bytes] = []
    tells = False
    for name, extension in ask.extensions.items():
        body, is_news = await _build(sync, asked, name, extension, now)
        if body:
            parts.append(encode(name) + b":" + body)
        # What waits in `/sync` waits here: others' receipts end no request by themselves.
        waits = name == "receipts" and changed is not None and changed.may_wait
        tells = tells or (is_news and not waits)
    return parts, tells


def _is_known(room_id: str, connection: Connection, shown: Shown, since: int) -> bool:
    """True when the client has been told of the room, and the user was in it ever since."""
    return room_id in connection.rooms and shown.matched[room_id].since_position <= since


def _may_tell(room_id: str, changed: Changed | None, ephemeral: int, now: Token) -> bool:
    return (
        changed is None
        or changed.kinds is None
        or room_id in changed.touched
        or room_id in changed.rooms
        or ephemeral != now.ephemeral
    )


async def _build(
    sync: Sync, asked: _Asked, name: str, extension: Extension, now: Token
) -> tuple[bytes, bool]:
    if name == "to_device":
        return await _to_device(sync, asked, extension, now)
    if name == "e2ee":
        return _e2ee(asked)
    if name == "account_data":
        return _account_data(asked, extension)
    if name in {"receipts", "typing"}:
        return _ephemeral(asked, extension, b"m.receipt" if name == "receipts" else b"m.typing")
    if name == "org.depesha.presence":
        return _presence(asked)
    if name == "io.element.msc4308.thread_subscriptions":
        return await _thread_subscriptions(sync, asked, extension, now)
    if name == "org.matrix.msc4354.sticky_events":
        return await _sticky(sync, asked, extension, now)
    if name == "org.matrix.msc4262.profiles":
        shown = await newly_shown(sync, asked.before, asked.told.sent)
        where = (asked.user_id, asked.since, now.position)
        body = await encode_profiles(sync, *where, extension.fields, asked.kinds, shown)
        return body, bool(body)
    return b"", False


def _presence(asked: _Asked) -> tuple[bytes, bool]:
    """Of those who share a room, as in `/sync`; no proposal names such an extension."""
    events = asked.section.presence
    return (b'{"events":[%b]}' % b",".join(events) if events else b""), bool(events)


async def _thread_subscriptions(
    sync: Sync, asked: _Asked, extension: Extension, now: Token
) -> tuple[bytes, bool]:
    """The latest changes of what one follows; `prev_batch` leads to those that are left out."""
    if asked.kinds is not None and SUBSCRIPTION not in asked.kinds:
        return b"", False
    limit = max(1, min(extension.limit, _MOST_SUBSCRIPTIONS))
    found = await find_subscription_changes(
        sync.timeline, asked.user_id, asked.since, now.position, limit
    )
    body = found.body()
    if found.before is not None:
        body["prev_batch"] = str(found.before)
    return encode(body), bool(found.rows)


async def _sticky(
    sync: Sync, asked: _Asked, extension: Extension, now: Token
) -> tuple[bytes, bool]:
    """What sticks in all rooms of the lists, oldest first, as far as the limit goes (MSC4480).

    Of rooms that were joined since then everything is told.
    """
    since = _position(extension.since)
    limit = max(1, min(extension.limit, _MOST_STUCK))
    found: list[Logged] = []
    for room_id, place in asked.shown.matched.items():
        if place.membership == "join":
            is_new = 0 < since < place.since_position
            start, most = (0, _MOST_IN_NEW_ROOM) if is_new else (since, limit + 1)
            question = StuckAsk(asked.user_id, room_id, start, now.position, most)
            found += await find_stuck(sync.timeline, question)
    if not found:
        return b"", False
    found.sort(key=lambda logged: logged.position)
    later = [logged for logged in found if logged.position > since]
    until = later[limit - 1].position if len(later) > limit else now.position
    rooms: dict[str, list[Logged]] = {}
    for logged in found:
        if logged.position <= until and logged.position not in asked.told.stuck:
            rooms.setdefault(logged.event.room_id, []).append(logged)
    encoded = [await _stuck_in(sync, asked, room_id, rooms[room_id]) for room_id in rooms]
    return b'{"next_batch":"%d","rooms":{%b}}' % (until, b",".join(encoded)), bool(rooms)


async def _stuck_in(sync: Sync, asked: _Asked, room_id: str, stuck: list[Logged]) -> bytes:
    room = await sync.spine.log.find_room(room_id)
    assert room is not None  # the lists have it
    window = Window(room, 0, 0, 0, everything, None)
    part = Timeline(stuck, limited=False)
    events = await serve_timeline(sync, asked.user_id, asked.device_id, window, part)
    return encode(room_id) + b':{"events":[%b]}' % b",".join(events)


def _position(text: str | None) -> int:
    """The position that an extension's `since` tells; 0 for none."""
    known = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text or "") if known else 0


async def _to_device(
    sync: Sync, asked: _Asked, extension: Extension, now: Token
) -> tuple[bytes, bool]:
    """Its own `since` acknowledges, whatever the connection's `pos`."""
    since = _position(extension.since)
    if since <= now.position:
        await acknowledge(sync.keys, asked.user_id, asked.device_id, since)
    question = SyncAsk(asked.user_id, asked.device_id, since, now.position, 0, {}, None)
    section = await sync.to_device(question)
    until = section.to_device_until or now.position
    body = b'{"next_batch":"%d","events":[%b]}' % (until, b",".join(section.to_device))
    return body, bool(section.to_device)


def _e2ee(asked: _Asked) -> tuple[bytes, bool]:
    top = asked.section.top
    names = ["device_one_time_keys_count", "device_unused_fallback_key_types"]
    if asked.since:
        names.append("device_lists")
    parts = [encode(name) + b":" + top[name] for name in names if name in top]
    return b"{" + b",".join(parts) + b"}", "device_lists" in top and asked.since > 0


def _rooms_of(asked: _Asked, extension: Extension) -> frozenset[str]:
    """The rooms an extension is for: those of its lists and subscriptions, by default all."""
    shown = asked.shown
    lists = extension.lists if extension.lists is not None else ["*"]
    rooms = extension.rooms if extension.rooms is not None else ["*"]
    found: set[str] = set()
    for name, members in shown.members.items():
        if "*" in lists or name in lists:
            found.update(members)
    subscribed = asked.ask.subscriptions.keys() & shown.configs.keys()
    found.update(subscribed if "*" in rooms else subscribed & set(rooms))
    return frozenset(found)


def _account_data(asked: _Asked, extension: Extension) -> tuple[bytes, bool]:
    wanted, section = _rooms_of(asked, extension), asked.section
    rooms = {r: events for r, events in section.room_account_data.items() if r in wanted}
    encoded = b",".join(
        encode(room_id) + b":[" + b",".join(events) + b"]" for room_id, events in rooms.items()
    )
    body = b'{"global":[%b],"rooms":{%b}}' % (b",".join(section.account_data), encoded)
    return body, bool(section.account_data or rooms)


def _ephemeral(asked: _Asked, extension: Extension, kind: bytes) -> tuple[bytes, bool]:
    wanted, start = _rooms_of(asked, extension), b'{"type":"%b"' % kind
    rooms: list[bytes] = []
    for room_id, events in asked.section.ephemeral.items():
        found = [event for event in events if event.startswith(start)]
        if found and room_id in wanted:
            event = found[0] if len(found) == 1 else _merged(found)
            rooms.append(encode(room_id) + b":" + event)
    return b'{"rooms":{' + b",".join(rooms) + b"}}", bool(rooms)


def _merged(events: list[bytes]) -> bytes:
    """The receipts of several threads as one event: there is room for one a room.

    Of somebody's several receipts at one event the one of no thread counts, which says most.
    """
    whole: Content = {}
    for event in events:
        for event_id, kinds in decode(event)["content"].items():
            for kind, people in kinds.items():
                known = whole.setdefault(event_id, {}).setdefault(kind, {})
                for user_id, receipt in people.items():
                    if user_id not in known or "thread_id" not in receipt:
                        known[user_id] = receipt
    return encode({"type": "m.receipt", "content": whole})
