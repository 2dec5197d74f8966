"""The log of one institution, and the only writer of room events.

`EventLog.commit(plan)` runs a plan in the database's writer. What the plan did becomes visible
in memory after the commit, in order, and only then does the caller go on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Set
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import islice
from typing import TypeVar

from depesha.base.clock import Clock
from depesha.base.errors import MatrixError, forbidden, not_found
from depesha.eventlog import store
from depesha.eventlog.changes import Change, Entry, Logged, Reach, Tail, Token, Waiters
from depesha.eventlog.erase import Aged, Erased, Swept, erase_aged, erase_redacted
from depesha.eventlog.institution import Institution
from depesha.eventlog.load import load_memberships, load_room, load_rooms, logged_of
from depesha.eventlog.state import (
    MEMBER,
    Membership,
    Memberships,
    Room,
    RoomCache,
    Tip,
    room_version,
    state_entry,
)
from depesha.eventlog.whisper import Whispers
from depesha.events.auth import Denied, auth_keys, check_auth
from depesha.events.event import Draft, Event, build_event
from depesha.io.db import Db
from depesha.io.tx import Tx

T = TypeVar("T")

_log = logging.getLogger(__name__)

FRESH_SECONDS = 1.0
"""How old the knowledge of the log's head may be when several workers share it."""

SOON_SECONDS = 1.0
"""How long a room is not woken again for changes of which many come at once."""

ERASED = "erased"
"""Kind of change: what was over its time in the room named is no longer there."""

_EVERYWHERE = ""
"""In place of a room's id: everybody is to be woken."""


@dataclass(frozen=True, slots=True)
class GateContext:
    """What a gate decides on: the institution and the room as it will be.

    `vouched` are people whom the plan may invite whatever lies between them and the sender.
    """

    institution: Institution
    tip: Tip
    vouched: Set[str] = frozenset()


Gate = Callable[[Draft, GateContext], Denied | None]
"""May refuse a local draft. Synchronous, no I/O."""

Projection = Callable[["Writing", Logged, Tip], Awaitable[None]]
"""Writes, in the event's transaction, what the very same sync must show."""

Follower = Callable[["Writing", Change], Awaitable[None]]
"""Writes, in a change's transaction, what a higher slice keeps about the thing changed."""

View = Callable[[Entry], None]
"""Advances something in memory by one committed entry of the log."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """The lists of `app/wiring.py` that the log runs, in order."""

    gates: tuple[Gate, ...] = ()
    projections: tuple[Projection, ...] = ()
    views: tuple[View, ...] = ()
    followers: tuple[Follower, ...] = ()
    may_peek: Callable[[], bool] = lambda: True
    """Whether people outside may read rooms that are readable by the world."""


@dataclass(slots=True)
class _Batch:
    """What the plans of one transaction have done so far, from `head` on."""

    head: int
    position: int
    tips: dict[str, Tip] = field(default_factory=dict)


def _batch_of(tx: Tx) -> _Batch:
    batch = tx.scratch["eventlog"]
    assert isinstance(batch, _Batch)
    return batch


class Writing:
    """A plan's hand on the log, inside the writer's transaction."""

    def __init__(self, log: "EventLog", tx: Tx, batch: _Batch) -> None:
        self.log = log
        self.tx = tx
        self.institution = log.institution
        self.entries: list[Entry] = []
        self.tips: dict[str, Tip] = {}
        self.erased: list[Logged] = []
        self.vouched: set[str] = set()
        self.originals: dict[int, bytes] = {}
        """The bytes of what this plan has erased, by position."""
        self._batch = batch
        self.position = batch.position

    def next_position(self) -> int:
        self.position += 1
        return self.position

    async def change(self, change: Change) -> int:
        """Log a change that is not a room event; its position."""
        placed = replace(change, position=self.next_position())
        await store.insert_change(self.tx, self.institution.id, placed)
        self.entries.append(placed)
        for follower in self.log.hooks.followers:
            await follower(self, placed)
        return placed.position

    async def erase(self, aged: Aged) -> Swept:
        """Erase what is over its time in a room, and tell so."""
        swept = await erase_aged(self.tx, self.institution.id, aged, self.position + 1)
        if swept.erased:
            item = str(aged.before_ts)
            await self.change(Change(ERASED, Reach.ROOM_LATER, None, aged.room_id, item))
            self._take_erased(swept.erased)
        return swept

    def _take_erased(self, erased: Iterable[Erased]) -> None:
        for each in erased:
            self.erased.append(each.logged)
            self.originals[each.logged.position] = each.before

    async def tip(self, room_id: str) -> Tip:
        """The room as it will be; 404 when there is none."""
        tip = self.tips.get(room_id)
        if tip is not None:
            return tip
        before = self._batch.tips.get(room_id)
        if before is not None:
            tip = before.copy()
        else:
            room = self.log.rooms.get(room_id)
            if room is None:
                room = await load_room(self.tx, self.institution.id, room_id)
                if room is None:
                    raise not_found("Unknown room")
                self.log.rooms.put(room)
            tip = Tip.of(room)
        self.tips[room_id] = tip
        return tip

    async def create(self, version_name: str, draft: Draft, origin_server_ts: int) -> Logged:
        """Begin a room with its create event; `draft.room_id` is empty from version 12 on."""
        version = room_version(version_name)
        tip = Tip.of(Room(0, draft.room_id, version))
        event = self._build(draft, tip, origin_server_ts)
        while await store.select_room(self.tx, self.institution.id, event.room_id) is not None:
            # From version 12 on the same draft at the same millisecond is the same room.
            origin_server_ts += 1
            event = self._build(draft, tip, origin_server_ts)
        position = self.next_position()
        room = Room(position, event.room_id, version)
        self.tips[event.room_id] = tip = Tip.of(room)
        await store.insert_room(self.tx, self.institution.id, position, event.room_id, version_name)
        return await self._insert(event, tip, position, None)

    async def event(
        self,
        draft: Draft,
        *,
        origin_server_ts: int | None = None,
        sent_by: str | None = None,
    ) -> Logged:
        """Append a local event: gates, auth rules, hash, signature, rows and projections.

        `sent_by` is "device transaction". Raises 403 M_FORBIDDEN, 413 M_TOO_LARGE.
        """
        tip = await self.tip(draft.room_id)
        context = GateContext(self.institution, tip, self.vouched)
        for gate in self.log.hooks.gates:
            if denied := gate(draft, context):
                raise MatrixError(403, denied.errcode, denied.reason)
        now = self.log.clock.now_ms()
        event = self._build(draft, tip, now if origin_server_ts is None else origin_server_ts)
        return await self._insert(event, tip, self.next_position(), sent_by)

    def _build(self, draft: Draft, tip: Tip, origin_server_ts: int) -> Event:
        keys = auth_keys(draft.type, draft.sender, draft.state_key, draft.content, tip.version)
        found = (tip.find(*key) for key in keys)
        event = build_event(
            draft,
            tip.version,
            prev_events=tip.extremities,
            auth_events=tuple(entry.event_id for entry in found if entry is not None),
            depth=tip.depth + 1,
            origin_server_ts=origin_server_ts,
            signer=self.institution.signer,
        )
        if denied := check_auth(event, tip.find, tip.version):
            raise forbidden(denied.reason)
        return event

    async def _insert(self, event: Event, tip: Tip, position: int, sent_by: str | None) -> Logged:
        is_state = event.state_key is not None
        before = tip.find(event.type, event.state_key) if event.state_key is not None else None
        logged = Logged(
            event,
            position,
            room_order=position,
            state_id=position if is_state else tip.state_id,
            replaces=before.position if before else None,
            prev_content=before.content if before else None,
            sent_by=sent_by,
        )
        await self._write(logged, tip.room)
        if event.type == "m.room.redaction":
            for each in await erase_redacted(self.tx, self.institution.id, logged, tip):
                self._take_erased([each])
                tip.strip(each.logged)
        tip.advance(logged)
        self.entries.append(logged)
        for projection in self.log.hooks.projections:
            await projection(self, logged, tip)
        return logged

    async def _write(self, logged: Logged, room: Room) -> None:
        event, tx, institution_id = logged.event, self.tx, self.institution.id
        await store.insert_event(
            tx,
            institution_id,
            logged.position,
            event.event_id,
            room.nid,
            logged.room_order,
            store.ACCEPTED,
            logged.state_id,
            event.type,
            event.state_key,
            event.sender,
            event.origin_server_ts,
            logged.replaces,
            logged.sent_by,
            txn_key(event.sender, event.room_id, event.type, logged.sent_by),
            event.pdu,
        )
        if event.state_key is None:
            return
        await store.upsert_state(
            tx, institution_id, room.nid, event.type, event.state_key, logged.position
        )
        if event.type == MEMBER and self.institution.is_local(event.state_key):
            await store.upsert_member(
                tx,
                institution_id,
                event.state_key,
                room.room_id,
                room.nid,
                state_entry(event, 0).membership,
                event.sender,
                logged.position,
            )

    async def find_sent(self, draft: Draft, sent_by: str) -> Event | None:
        """The event that this transaction has already made of such a draft, or None.

        Spec: client-server API, "Transaction identifiers".
        """
        key = txn_key(draft.sender, draft.room_id, draft.type, sent_by)
        for row in await store.select_sent(self.tx, self.institution.id, key or 0):
            event = logged_of(row).event
            is_same = (event.sender, event.room_id) == (draft.sender, draft.room_id)
            if row.sent_by == sent_by and is_same and draft.redacts in {None, event.redacts}:
                return event
        return None


def txn_key(sender: str, room_id: str, type_: str, sent_by: str | None) -> int | None:
    """A 63-bit hash that finds the event of a transaction; None without one."""
    if sent_by is None:
        return None
    text = "\n".join((sender, room_id, type_, sent_by)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest()) >> 1


class EventLog:
    """One institution's log: its rooms and memberships in memory, its tail, and its writer."""

    def __init__(
        self,
        db: Db,
        clock: Clock,
        institution: Institution,
        *,
        tail_bytes: int,
        most_state_entries: int = 400_000,
        shared: bool = False,
    ) -> None:
        self.db = db
        self.clock = clock
        self.institution = institution
        self.hooks = Hooks()
        self.rooms = RoomCache(most_state_entries)
        self.memberships = Memberships()
        self.tail = Tail(tail_bytes)
        self.waiters = Waiters(clock)
        self.position = 0
        self.started_at = 0
        """The position at which this process began: nobody could be answered before it."""
        self.run = ""
        self.runs: dict[str, int] = {}
        self.worker = clock.new_id(6)
        self.ephemeral = 0
        self.cursors: dict[str, int] = {}
        """How far consumers have read, where that is not stored yet."""
        self.cursors_moved = asyncio.Event()
        self._shared = shared
        self._fresh_at = clock.monotonic()
        self._touched_rooms: set[str] = set()
        self._touched_users: set[str] = set()
        self._soon: set[str] = set()
        self._wake_planned = False
        self._moved: asyncio.Future[None] | None = None
        self.after_commit: Callable[[int], None] = lambda position: None
        self.whispers = Whispers(institution.server_name)

    # --- starting ---------------------------------------------------------------------

    async def start(self, hooks: Hooks) -> None:
        """Begin a run, fill the tail from the end of the log, and take the writer's hook."""
        self.hooks = hooks
        run = self.clock.new_id(8)
        self.position = await self.db.write(self._begin_run, run)
        self.started_at = self.position
        self.tail.reset(self.position)
        await self._refill()
        self.db.before_batch = self._before_batch
        self.db.after_batch = self._after_batch

    async def _begin_run(self, tx: Tx, run: str) -> int:
        await store.insert_head(tx, self.institution.id)
        head = await store.lock_head(tx, self.institution.id)
        change = Change("run", Reach.NOBODY, item=run, position=head + 1)
        await store.insert_change(tx, self.institution.id, change)
        await store.insert_run(tx, self.institution.id, run, head + 1)
        await store.update_head(tx, self.institution.id, head + 1)
        runs = await store.select_runs(tx, self.institution.id)
        self.runs = {row.run_id: row.start_position for row in runs}
        self.run = run
        return head + 1

    async def _refill(self, most: int = 5_000) -> None:
        start = max(0, self.position - most)
        entries = await self.db.scan(self._select_entries, start, self.position, most)
        self.tail.reset(start)
        for entry in entries:
            self.tail.add(entry)

    async def _select_entries(self, tx: Tx, after: int, until: int, limit: int) -> list[Entry]:
        """Entries of the log in order."""
        institution_id = self.institution.id
        events = await store.select_log_events(tx, institution_id, after, until, limit)
        changes = await store.select_changes(tx, institution_id, after, until, limit)
        entries: list[Entry] = [logged_of(row) for row in events]
        entries += [row.change() for row in changes]
        entries.sort(key=lambda entry: entry.position)
        return entries

    # --- several workers --------------------------------------------------------------

    async def _before_batch(self, tx: Tx) -> None:
        head = await store.lock_head(tx, self.institution.id)
        if head != self.position:
            await self._catch_up(tx, head)
        tx.scratch["eventlog"] = _Batch(head, head)

    async def _after_batch(self, tx: Tx) -> None:
        batch = _batch_of(tx)
        if batch.position != batch.head:
            await store.update_head(tx, self.institution.id, batch.position)

    async def _catch_up(self, tx: Tx, head: int) -> None:
        """Take in what other workers have committed, up to `head`."""
        after = self.position
        entries = await self._select_entries(tx, after, head, head - after)
        redacted = await self._select_redacted(tx, entries)
        # From here on nothing is awaited: who looks sees all of it or none.
        for entry in entries:
            if entry.position > self.position:
                self._take_in(entry)
        self.position = max(self.position, head)
        self._fresh_at = self.clock.monotonic()
        for logged in redacted:
            self._replace(logged)

    async def _select_redacted(self, tx: Tx, entries: list[Entry]) -> list[Logged]:
        """The events that redactions among `entries` name, as they are stored now."""
        places = [
            await store.select_place(tx, self.institution.id, entry.event.redacts)
            for entry in entries
            if isinstance(entry, Logged) and entry.event.redacts
        ]
        positions = [place.position for place in places if place is not None]
        rows = await store.select_events(tx, self.institution.id, positions) if positions else []
        aged = [e.position for e in entries if isinstance(e, Change) and e.kind == ERASED]
        if aged:
            start = self.tail.start
            rows += await store.select_erased_by(tx, self.institution.id, aged, start)
        return [logged_of(row) for row in rows]

    async def follow(self) -> int:
        """Take in what other workers have committed by now; the position reached."""
        await self.db.read(self._follow)
        return self.position

    async def _follow(self, tx: Tx) -> None:
        head = await store.select_head(tx, self.institution.id)
        if head > self.position:
            await self._catch_up(tx, head)
        self._fresh_at = self.clock.monotonic()

    async def be_fresh(self) -> None:
        """Know the log's head of at most `FRESH_SECONDS` ago, also when wake-ups are lost."""
        if self._shared and self.clock.monotonic() - self._fresh_at > FRESH_SECONDS:
            await self.follow()

    # --- writing ----------------------------------------------------------------------

    async def commit(self, plan: Callable[[Writing], Awaitable[T]], rooms: Iterable[str] = ()) -> T:
        """Run `plan` in the writer; its result, once durable and visible in memory.

        `rooms` are loaded beforehand, so that the writer need not. A plan may await only its
        transaction; an exception of it undoes all it did and is raised here.
        """
        for room_id in rooms:
            await self.find_room(room_id)

        async def run(tx: Tx) -> tuple[T, Writing]:
            batch = _batch_of(tx)
            writing = Writing(self, tx, batch)
            result = await plan(writing)
            batch.position = writing.position
            batch.tips.update(writing.tips)
            return result, writing

        result, _ = await self.db.write(run, then=lambda done: self._apply(done[1]))
        return result

    def _apply(self, writing: Writing) -> None:
        # Else `follow` has seen this commit in the database before the writer heard of it.
        if not writing.entries or writing.entries[-1].position > self.position:
            for tip in writing.tips.values():
                if tip.room.position == 0:
                    self.rooms.put(tip.room)
            for logged in writing.erased:
                self._replace(logged)
            for entry in writing.entries:
                self._take_in(entry)
        self.after_commit(self.position)

    def _take_in(self, entry: Entry) -> None:
        self.position = entry.position
        self.tail.add(entry)
        if isinstance(entry, Logged):
            self._take_in_event(entry)
        elif entry.kind == "run":
            self.run = entry.item
            self.runs[entry.item] = entry.position
        self._move(entry)
        for view in self.hooks.views:
            try:
                view(entry)
            except Exception:  # noqa: BLE001 (what follows must be taken in all the same)
                _log.exception("a view has failed", extra={"position": entry.position})
        self._touch(entry)

    def _take_in_event(self, logged: Logged) -> None:
        event = logged.event
        room = self.rooms.peek(event.room_id)
        if room is not None and room.position < logged.position:
            weight = room.weight
            room.advance(logged)
            self.rooms.grown(room.weight - weight)

    def _move(self, entry: Entry, user_id: str | None = None) -> None:
        """Take into people's places what changes one; only of the user named, if any."""
        if isinstance(entry, Logged):
            event = entry.event
            if event.type == MEMBER and event.state_key and user_id in {None, event.state_key}:
                self.memberships.advance(state_entry(event, entry.position))
        elif entry.kind == "forget" and user_id in {None, entry.user_id}:
            self.memberships.forget(entry.user_id or "", entry.room_id or "")

    def _replace(self, logged: Logged) -> None:
        """Put the redacted form of an event where its old form is remembered."""
        self.tail.replace(logged.position, logged)
        room, event = self.rooms.peek(logged.event.room_id), logged.event
        if event.state_key is None:
            return
        for later in self.tail.room_since(event.room_id, logged.position):
            if later.replaces == logged.position:
                # What came in its place tells what was there before.
                told = replace(later, prev_content=event.content, plain=b"")
                self.tail.replace(later.position, told)
        if room is None:
            return
        entry = room.find(event.type, event.state_key)
        if entry is not None and entry.position == logged.position:
            room.set_state(state_entry(event, logged.position))

    # --- waking -----------------------------------------------------------------------

    def nudge(self, users: Iterable[str] = (), rooms: Iterable[str] = ()) -> int:
        """Say that something ephemeral changed for users or rooms; its ephemeral position."""
        self.ephemeral += 1
        self._touched_users.update(users)
        self._touched_rooms.update(rooms)
        self._plan_wake()
        return self.ephemeral

    def _touch(self, entry: Entry) -> None:
        if isinstance(entry, Logged):
            self._touched_rooms.add(entry.event.room_id)
            if entry.event.type == MEMBER and entry.event.state_key:
                self._touched_users.add(entry.event.state_key)
        elif entry.reach in {Reach.USER, Reach.DEVICE} and entry.user_id:
            self._touched_users.add(entry.user_id)
        elif entry.reach is Reach.ROOM and entry.room_id:
            self._touched_rooms.add(entry.room_id)
        elif entry.reach is Reach.ALL_SOON:
            self._touch_soon(_EVERYWHERE)
        elif entry.reach in {Reach.ROOM_SOON, Reach.ROOM_LATER} and entry.user_id:
            self._touched_users.add(entry.user_id)
            if entry.reach is Reach.ROOM_SOON and entry.room_id:
                self._touch_soon(entry.room_id)
        elif entry.reach is Reach.SHARED and entry.user_id:
            self._touched_users.add(entry.user_id)
            rooms = self.memberships.get(entry.user_id)
            if rooms is None:
                # Not in memory, and not to be waited for: whoever is not concerned parks again.
                self._touched_users.update(self.waiters.users())
                rooms = {}
            self._touched_rooms.update(
                room_id for room_id, place in rooms.items() if place.membership == "join"
            )
        self._plan_wake()

    def _touch_soon(self, room_id: str) -> None:
        if room_id not in self._soon:
            self._soon.add(room_id)
            self.clock.call_later(SOON_SECONDS, lambda: self._touch_at_last(room_id))

    def _touch_at_last(self, room_id: str) -> None:
        self._soon.discard(room_id)
        if room_id == _EVERYWHERE:
            self._touched_users.update(self.waiters.users())
        else:
            self._touched_rooms.add(room_id)
        self._plan_wake()

    def may_wait(self, change: Change, user_id: str) -> bool:
        """True when the user need not be told of the change by itself, at least not yet."""
        if change.user_id == user_id:
            return False
        if change.reach is Reach.ALL_SOON:
            return _EVERYWHERE in self._soon
        return change.reach is Reach.ROOM_LATER or (
            change.reach is Reach.ROOM_SOON and change.room_id in self._soon
        )

    def _plan_wake(self) -> None:
        if not self._wake_planned:
            self._wake_planned = True
            asyncio.get_running_loop().call_soon(self._wake)

    def _wake(self) -> None:
        """Wake whoever is parked and concerned, once for all that has come."""
        self._wake_planned = False
        if self._moved is not None:
            self._moved.set_result(None)
            self._moved = None
        users, rooms = self._touched_users, self._touched_rooms
        self._touched_users, self._touched_rooms = set(), set()
        for room_id in rooms:
            room = self.rooms.peek(room_id)
            if room is not None:
                users |= self.waiters.users() & room.joined
            else:
                users.update(u for u in self.waiters.users() if self._may_be_in(u, room_id))
        self.waiters.wake(users)

    def _may_be_in(self, user_id: str, room_id: str) -> bool:
        """True also for whose places are not in memory: who is not concerned parks again."""
        rooms = self.memberships.get(user_id)
        place = rooms.get(room_id) if rooms is not None else None
        return rooms is None or (place is not None and place.membership == "join")

    # --- consumers --------------------------------------------------------------------

    async def wait_beyond(self, position: int) -> None:
        """Return once the log has gone beyond `position`."""
        while self.position <= position:
            if self._moved is None:
                self._moved = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._moved)

    async def entries_after(self, position: int, limit: int) -> list[Entry]:
        """The next entries of the log that memory has taken in, at most `limit`, oldest first."""
        if self.tail.start <= position:
            return list(islice(self.tail.since(position), limit))
        known = self.position
        found = await self.db.scan(self._select_next, position, limit)
        return [entry for entry in found if entry.position <= known]

    async def _select_next(self, tx: Tx, after: int, limit: int) -> list[Entry]:
        institution_id = self.institution.id
        events = await store.select_next_events(tx, institution_id, after, limit)
        changes = await store.select_next_changes(tx, institution_id, after, limit)
        entries: list[Entry] = [logged_of(row) for row in events]
        entries += [row.change() for row in changes]
        entries.sort(key=lambda entry: entry.position)
        return entries[:limit]

    # --- reading ----------------------------------------------------------------------

    async def find_room(self, room_id: str) -> Room | None:
        """The room with its current state, or None."""
        room = self.rooms.get(room_id)
        if room is not None:
            return room
        return (await self.find_rooms([room_id])).get(room_id)

    async def find_rooms(self, room_ids: Iterable[str]) -> dict[str, Room]:
        """Those of the rooms that there are, by id; what is not in memory is loaded at once."""
        found: dict[str, Room] = {}
        missing: list[str] = []
        for room_id in room_ids:
            room = self.rooms.get(room_id)
            if room is None:
                missing.append(room_id)
            else:
                found[room_id] = room
        while missing:
            head, rooms = await self.db.scan(self._select_rooms, missing)
            adopted = {loaded.room_id: self._adopt(loaded, head) for loaded in rooms}
            found |= {room_id: room for room_id, room in adopted.items() if room is not None}
            missing = [room_id for room_id, room in adopted.items() if room is None]
        return found

    async def _select_rooms(self, tx: Tx, room_ids: list[str]) -> tuple[int, list[Room]]:
        """Those of the rooms that there are, and the position at which they were so."""
        head = await store.select_head(tx, self.institution.id)
        return head, await load_rooms(tx, self.institution.id, room_ids)

    def _adopt(self, loaded: Room, head: int) -> Room | None:
        """Put a room that was read at `head` into the cache, with what has come since.

        None when it is to be read again: some of what has come cannot be taken in afterwards.
        """
        room = self.rooms.get(loaded.room_id)
        if room is not None:
            return room
        if self.tail.start > head:
            return None
        for logged in self.tail.room_since(loaded.room_id, head):
            if logged.event.type == "m.room.redaction":
                return None
            loaded.advance(logged)
        self.rooms.put(loaded)
        return loaded

    async def rooms_of(self, user_id: str) -> dict[str, Membership]:
        """Room id → membership of a local user; a live view, not to be changed."""
        while (rooms := self.memberships.get(user_id)) is None:
            head, loaded = await self.db.read(self._select_places, user_id)
            if self.tail.start <= head and self.memberships.get(user_id) is None:
                self.memberships.put(user_id, loaded)
                for entry in self.tail.since(head):
                    self._move(entry, user_id)
        return rooms

    async def _select_places(self, tx: Tx, user_id: str) -> tuple[int, dict[str, Membership]]:
        """The user's places, and the position at which they were so."""
        head = await store.select_head(tx, self.institution.id)
        return head, await load_memberships(tx, self.institution.id, user_id)

    def token(self) -> Token:
        """The token of now."""
        return Token(self.run, self.position, self.worker, self.ephemeral)

    def is_valid(self, token: Token) -> bool:
        """False for a token of a run that this log does not know, or beyond that run's end.

        Such a token was given out after the backup from which the log was restored.
        """
        start = self.runs.get(token.run)
        if start is None or token.position > self.position:
            return False
        if token.run == self.run:
            return True
        later = [other for other in self.runs.values() if other > start]
        # The next run begins with a position of its own, which no token of this one may name.
        return not later or token.position < min(later)
