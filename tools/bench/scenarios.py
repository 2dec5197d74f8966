"""What is measured on both servers. Setting up is not timed; every status must be 200.

A rate is counted over a fixed time at a fixed number of requests in flight, after a warm-up; the
two servers get the same requests. Where the work itself is fixed (joins, media), so is its number.
"""

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from itertools import count, cycle
from urllib.parse import quote

import msgspec

from tools.bench.depesha import registration
from tools.bench.fanout import FILTER, Party, Sender, listen, speak
from tools.bench.load import Tally, ask_all, drive, share
from tools.bench.meter import metered
from tools.bench.scenario import Figure, Limit, Scale, Scenario
from tools.bench.server import CLIENT, Session
from tools.bench.wire import Answer, Refused, connected, request
from tools.bench.world import World, creation, joins, messages, room_path

SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
MEDIA = "/_matrix/media/v3/upload"
PAGE = 100
PICTURE = os.urandom(1_000_000)
TEN = quote('{"room":{"timeline":{"limit":10}}}')


class Page(msgspec.Struct):
    """A page of history."""

    chunk: list[msgspec.Raw]
    end: str | None = None


class Joined(msgspec.Struct):
    """The joined rooms of a sync."""

    join: dict[str, msgspec.Raw] = {}


class Synced(msgspec.Struct):
    """The answer to a sync."""

    next_batch: str
    rooms: Joined = msgspec.field(default_factory=Joined)


class Slid(msgspec.Struct):
    """The answer to a sliding sync."""

    pos: str
    rooms: dict[str, msgspec.Raw]


class Found(msgspec.Struct):
    """The answer to a search of users."""

    results: list[msgspec.Raw]


class Kept(msgspec.Struct):
    """The answer to an upload."""

    content_uri: str


async def _timed(
    world: World, lanes: Sequence[Iterator[bytes]], warm: float, seconds: float
) -> tuple[Tally, Figure]:
    async with metered(world.server) as cost:
        tally = await drive(world.server.port, lanes, warm=warm, seconds=seconds)
    more = {"p50_ms": share(tally.waits, 0.5) * 1e3, "p95_ms": share(tally.waits, 0.95) * 1e3}
    return tally, Figure(tally.rate, tally.total, cost, more)


async def register(world: World, scale: Scale) -> Figure:
    """Open registration with a password, 8 at once; each server hashes as it does by default."""
    path = f"{CLIENT}/register"
    requests = (request("POST", path, body=registration(f"new{n:06d}")) for n in count())
    return (await _timed(world, [requests] * 8, scale.warm, scale.seconds))[1]


async def create_room(world: World, scale: Scale) -> Figure:
    """Private rooms, 8 at once, each by a user of its own."""
    creators = await world.people("creator", 8)
    lanes = [_creations(creator) for creator in creators]
    return (await _timed(world, lanes, scale.warm, scale.seconds))[1]


def _creations(creator: Session) -> Iterator[bytes]:
    return (creation(creator, f"Room {n}", "private_chat") for n in count())


async def join(world: World, scale: Scale) -> Figure:
    """The crowd joins three public rooms, one after the other, 8 at once."""
    crowd = await world.people("crowd", scale.crowd)
    (owner,) = await world.people("owner", 1)
    rooms = await world.rooms("forum", 3, owner)
    return (await _timed(world, [joins(rooms, crowd)] * 8, 0, float("inf")))[1]


async def send_one_room(world: World, scale: Scale) -> Figure:
    """32 members of one room send, each its next message when the last is answered."""
    members = (await world.people("crowd", scale.crowd))[:32]
    room = await world.room("office", members)
    lanes = [messages(room, one, f"one{n}") for n, one in enumerate(members)]
    return (await _timed(world, lanes, scale.warm, scale.seconds))[1]


async def send_across_rooms(world: World, scale: Scale) -> Figure:
    """64 users send into 50 rooms, each into its own room of one or two members."""
    senders = (await world.people("crowd", scale.crowd))[:64]
    pairs = [senders[n : n + 51 : 50] for n in range(50)]
    rooms = [await world.room(f"desk {n}", pair) for n, pair in enumerate(pairs)]
    lanes = [messages(rooms[n % 50], one, f"across{n}") for n, one in enumerate(senders)]
    return (await _timed(world, lanes, scale.warm, scale.seconds))[1]


async def fan_out(world: World, scale: Scale) -> Figure:
    """One user sends; everybody else in the room has a parked sync. A delivery is one message read
    by one receiver; its time runs from before the message is sent.

    The peer reaches its pace only when the presence of all has gone to all, so nobody here has
    been active before and the warm-up is long; the window too, since the peer sends about two
    messages a second.
    """
    receivers = await world.people("listener", scale.crowd)
    (speaker,) = await world.people("speaker", 1)
    room = await world.room("hall", [speaker, *receivers])
    filters = await world.filter(receivers, FILTER)
    seconds = 2 * scale.seconds
    async with connected(world.server.port, len(receivers)) as ears:
        party = Party()
        await listen(party, ears, receivers, filters)
        answers = party.answers
        async with connected(world.server.port, 1) as (voice,), metered(world.server) as cost:
            sender = Sender(party, voice, speaker, room, "fan")
            await speak(party, [sender], 6 * scale.warm, seconds)
            await party.until_delivered(sender.sent * len(receivers))
    more = {
        "p50_ms": share(party.waits, 0.5) * 1e3,
        "p95_ms": share(party.waits, 0.95) * 1e3,
        "sends/s": sender.sent / cost.wall,
        "answers/s": (party.answers - answers) / cost.wall,
    }
    return Figure(len(party.waits) / seconds, party.delivered, cost, more)


async def _collectors(world: World, scale: Scale) -> list[Session]:
    """Five users who are all in the same `scale.rooms` rooms, each with a little talk."""
    collectors = await world.people("collector", 5)
    (owner,) = await world.people("owner", 1)
    rooms = await world.rooms("topic", scale.rooms, owner)
    if "collected" not in world.marks:
        world.marks.add("collected")
        await world.join(rooms, collectors)
        for room in rooms:
            await world.talk(room, owner, 5, "talk")
    return collectors


async def _one_by_one(world: World, requests: Sequence[bytes]) -> tuple[list[Answer], Figure]:
    async with metered(world.server) as cost:
        answers = await ask_all(world.server.port, requests, 1)
    waits = [answer.read - answer.sent for answer in answers]
    more = {"p95_ms": share(waits, 0.95) * 1e3, "bytes": float(len(answers[-1].body))}
    return answers, Figure(share(waits, 0.5) * 1e3, len(requests), cost, more)


async def first_sync(world: World, scale: Scale) -> Figure:
    """The first sync of users who are in 100 rooms; a sync of another user comes before."""
    collectors = await _collectors(world, scale)
    requests = [request("GET", f"{CLIENT}/sync?filter={TEN}", one.token) for one in collectors]
    await ask_all(world.server.port, requests[:1], 1)
    answers, figure = await _one_by_one(world, requests[1:])
    for answer in answers:
        have = len(msgspec.json.decode(answer.body, type=Synced).rooms.join)
        _check(have == scale.rooms, f"{have} rooms in a first sync of {scale.rooms}")
    return figure


async def idle_sync(world: World, scale: Scale) -> Figure:
    """Incremental syncs of the same users with nothing new and no waiting, 5 at once."""
    collectors = await _collectors(world, scale)
    first = [request("GET", f"{CLIENT}/sync?timeout=0", one.token) for one in collectors]
    lanes = []
    for one, answer in zip(collectors, await ask_all(world.server.port, first), strict=True):
        since = msgspec.json.decode(answer.body, type=Synced).next_batch
        lanes.append(cycle([request("GET", f"{CLIENT}/sync?timeout=0&since={since}", one.token)]))
    return (await _timed(world, lanes, scale.warm, scale.seconds))[1]


async def sliding_sync(world: World, scale: Scale) -> Figure:
    """The first window of new connections: 20 of 100 rooms, 10 events each, as a client on a phone
    asks for it."""
    collectors = await _collectors(world, scale)
    requests = [
        request("POST", f"{SLIDING}?timeout=0", one.token, _window(f"c{n}"))
        for n in range(4)
        for one in collectors
    ]
    answers, figure = await _one_by_one(world, requests)
    for answer in answers:
        have = len(msgspec.json.decode(answer.body, type=Slid).rooms)
        _check(have == 20, f"{have} rooms in a window of 20")
    return figure


def _window(conn_id: str) -> bytes:
    rooms = {
        "ranges": [[0, 19]],
        "timeline_limit": 10,
        "required_state": [
            ["m.room.name", ""],
            ["m.room.avatar", ""],
            ["m.room.encryption", ""],
            ["m.room.power_levels", ""],
            ["m.room.member", "$LAZY"],
            ["m.room.member", "$ME"],
        ],
    }
    names = ("to_device", "e2ee", "account_data", "receipts", "typing")
    extensions = {name: {"enabled": True} for name in names}
    content = {"conn_id": conn_id, "lists": {"all": rooms}, "extensions": extensions}
    return json.dumps(content).encode()


async def paginate(world: World, scale: Scale) -> Figure:
    """Back through the last 1,000 messages of a room, 100 a page: the time the pages take together,
    the median of five walks after a first one."""
    members = (await world.people("crowd", scale.crowd))[:32]
    room = await world.room("archive", members)
    await world.talk(room, members[0], 10 * PAGE, "history")
    await _walk(world, room, members[1])
    async with metered(world.server) as cost:
        waits = [await _walk(world, room, members[1]) for _ in range(5)]
    return Figure(share(waits, 0.5) * 1e3, 50, cost)


async def _walk(world: World, room: str, who: Session) -> float:
    path, seconds = f"{room_path(room)}/messages?dir=b&limit={PAGE}", 0.0
    start = ""
    async with connected(world.server.port, 1) as (wire,):
        for _ in range(10):
            answer = await wire.ask(request("GET", path + start, who.token))
            _check(answer.status == 200, f"status {answer.status} for a page of history")
            seconds += answer.read - answer.sent
            page = msgspec.json.decode(answer.body, type=Page)
            _check(len(page.chunk) == PAGE, f"{len(page.chunk)} events in a page of {PAGE}")
            start = f"&from={page.end}"
    return seconds


async def user_search(world: World, scale: Scale) -> Figure:
    """Searching people by the beginning of a name, 8 at once; every search finds ten.

    Either server may learn of new people a little later than they register.
    """
    crowd = await world.people("crowd", scale.crowd)
    path = f"{CLIENT}/user_directory/search"
    bodies = [json.dumps({"search_term": f"crowd000{n}", "limit": 10}).encode() for n in range(10)]
    requests = [request("POST", path, crowd[-n].token, body) for n, body in enumerate(bodies, 1)]
    async with asyncio.timeout(30):
        while await _fewest_found(world, requests) < 10:
            await asyncio.sleep(0.5)
    return (await _timed(world, [cycle(requests)] * 8, scale.warm, scale.seconds))[1]


async def _fewest_found(world: World, requests: Sequence[bytes]) -> int:
    answers = await ask_all(world.server.port, requests)
    return min(len(msgspec.json.decode(answer.body, type=Found).results) for answer in answers)


async def media_up(world: World, scale: Scale) -> Figure:
    """A hundred uploads of 1 MB, no two alike, 4 at once."""
    crowd = await world.people("crowd", scale.crowd)
    lane = (_upload(crowd[n]) for n in range(100))
    return (await _timed(world, [lane] * 4, 0, float("inf")))[1]


async def media_down(world: World, scale: Scale) -> Figure:
    """Downloads of ten such files by signed-in users, 4 at once."""
    crowd = await world.people("crowd", scale.crowd)
    paths = []
    for answer in await ask_all(world.server.port, [_upload(one) for one in crowd[:10]], 4):
        uri = msgspec.json.decode(answer.body, type=Kept).content_uri
        paths.append(f"/_matrix/client/v1/media/download/{uri.removeprefix('mxc://')}")
    lane = cycle([request("GET", path, crowd[n].token) for n, path in enumerate(paths)])
    return (await _timed(world, [lane] * 4, scale.warm, scale.seconds))[1]


def _upload(who: Session) -> bytes:
    path = f"{MEDIA}?filename=picture.bin"
    return request("POST", path, who.token, os.urandom(16) + PICTURE, "application/octet-stream")


def _check(truth: bool, otherwise: str) -> None:
    if not truth:
        raise Refused(otherwise)


SCENARIOS = (
    Scenario("register", "Register (8 at once)", "/s", register),
    Scenario("create_room", "Create a room (8 at once)", "/s", create_room, floor=12),
    Scenario("join", "Join one public room of 200 (8 at once)", "/s", join, floor=12),
    Scenario("send_one_room", "Send in one room (32 at once)", "/s", send_one_room, floor=10),
    Scenario(
        "send_across_rooms",
        "Send across 50 rooms (64 at once)",
        "/s",
        send_across_rooms,
        floor=15,
    ),
    Scenario(
        "fan_out",
        "Fan-out to 200 parked syncs, deliveries",
        "/s",
        fan_out,
        floor=30,
        limits=(Limit("p95_ms", at_most=25),),
    ),
    Scenario("first_sync", "First sync, 100 rooms", "ms", first_sync, False, floor=10),
    Scenario("idle_sync", "Idle incremental sync (5 at once)", "/s", idle_sync),
    Scenario("sliding_sync", "Sliding sync, first window of 20", "ms", sliding_sync, False),
    Scenario("paginate", "Back through 1,000 messages", "ms", paginate, False),
    Scenario("user_search", "User search (8 at once)", "/s", user_search),
    Scenario("media_up", "Media up, 1 MB (4 at once)", "/s", media_up),
    Scenario("media_down", "Media down, 1 MB (4 at once)", "/s", media_down),
)
