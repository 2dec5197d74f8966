"""What is measured on Depesha alone: loads that the peer cannot carry in a reasonable time."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from urllib.parse import quote

from tools.bench.fanout import LAZY_FILTER, Party, Sender, listen, speak
from tools.bench.load import Tally, check_ok, drive, share
from tools.bench.meter import Cost, metered
from tools.bench.scenario import Figure, Limit, Scale, Scenario
from tools.bench.server import Session
from tools.bench.wire import Answer, Connection, connected, request
from tools.bench.world import World, messages, room_path

ROOMS, MEMBERS, SENDERS = 50, 20, 64
READERS = 2_000


async def everyone_syncs(world: World, scale: Scale) -> Figure:
    """64 senders across 50 rooms of 20 members, all of whom sync.

    First the senders alone, which gives the CPU of a send; then everybody syncs, and what is more
    is the CPU of the deliveries.
    """
    people = await world.people("staff", ROOMS * MEMBERS)
    rooms = []
    for n in range(ROOMS):
        members = people[n * MEMBERS : (n + 1) * MEMBERS]
        rooms.append(await world.room(f"team {n}", members))
    speakers = [
        (people[n % ROOMS * MEMBERS + n // ROOMS], rooms[n % ROOMS]) for n in range(SENDERS)
    ]
    alone, cost = await _senders_alone(world, scale, speakers)
    a_send = cost.server_cpu / alone.total
    party, sent, cost = await _all_together(world, scale, people, speakers)
    more = {
        "sends/s": sent / cost.wall,
        "sends/s_alone": alone.rate,
        "p95_ms": share(party.waits, 0.95) * 1e3,
        "us_per_send": a_send * 1e6,
        "us_per_delivery": (cost.server_cpu - sent * a_send) / party.delivered * 1e6,
    }
    return Figure(len(party.waits) / scale.seconds, party.delivered, cost, more)


async def _senders_alone(
    world: World, scale: Scale, speakers: Sequence[tuple[Session, str]]
) -> tuple[Tally, Cost]:
    lanes = [messages(room, who, f"alone{n}") for n, (who, room) in enumerate(speakers)]
    async with metered(world.server) as cost:
        tally = await drive(world.server.port, lanes, warm=scale.warm, seconds=scale.seconds)
    return tally, cost


async def _all_together(
    world: World, scale: Scale, people: Sequence[Session], speakers: Sequence[tuple[Session, str]]
) -> tuple[Party, int, Cost]:
    filters = await world.filter(people, LAZY_FILTER)
    port = world.server.port
    async with connected(port, len(people)) as ears:
        party = Party()
        await listen(party, ears, people, filters)
        async with connected(port, len(speakers)) as voices, metered(world.server) as cost:
            senders = [
                Sender(party, wire, who, room, f"all{n}")
                for n, (wire, (who, room)) in enumerate(zip(voices, speakers, strict=True))
            ]
            await speak(party, senders, scale.warm, scale.seconds)
            sent = sum(sender.sent for sender in senders)
            await party.until_delivered(sent * MEMBERS)
    return party, sent, cost


async def large_room(world: World, scale: Scale) -> Figure:
    """32 members send into a room of 32, then into one of 10,000."""
    everybody = await _town(world, scale)
    members = everybody[:32]
    rates, totals = [], []
    for name, among in (("village", members), ("town", everybody)):
        room = await world.room(name, among)
        lanes = [messages(room, one, f"{name}{n}") for n, one in enumerate(members)]
        async with metered(world.server) as cost:
            tally = await drive(world.server.port, lanes, warm=scale.warm, seconds=scale.seconds)
        rates.append(tally.rate)
        totals.append((tally, cost))
    tally, cost = totals[-1]
    more = {
        "members": float(len(everybody)),
        "small_room/s": rates[0],
        "of_small_room": rates[1] / rates[0],
        "p95_ms": share(tally.waits, 0.95) * 1e3,
    }
    return Figure(rates[1], tally.total, cost, more)


async def _town(world: World, scale: Scale) -> list[Session]:
    return await world.people("townsman", scale.hall)


async def many_readers(world: World, scale: Scale) -> Figure:
    """2,000 parked members of that room receive a message and send their receipts at once: the time
    until the last receipt is answered, the median of three messages."""
    everybody = await _town(world, scale)
    room = await world.room("town", everybody)
    readers = everybody[-READERS:]
    filters = await world.filter(readers, LAZY_FILTER)
    port = world.server.port
    async with connected(port, len(readers)) as ears:
        party = Party(begin=0)
        await listen(party, ears, readers, filters)
        answers = party.answers
        seconds, delivered = [], []
        async with connected(port, 64) as pens, metered(world.server) as cost:
            for n in range(3):
                reading = Reading(party, pens, room, readers)
                seconds.append(await reading.of_one_message(everybody[0], n))
                delivered.append(reading.delivered)
            await party.until_quiet(2.5)
    more = {
        "all_have_it_ms": share(delivered, 0.5) * 1e3,
        "receipts/s": len(readers) / share(seconds, 0.5),
        "answers_beside_deliveries": float(party.answers - answers - party.delivered),
    }
    return Figure(share(seconds, 0.5) * 1e3, 3 * len(readers), cost, more)


class Reading:
    """One message read by many."""

    def __init__(
        self,
        party: Party,
        pens: Sequence[Connection],
        room: str,
        readers: Sequence[Session],
    ) -> None:
        self._party, self._pens = party, pens
        self._room, self._readers = room, readers
        self.delivered = 0.0

    async def of_one_message(self, author: Session, number: int) -> float:
        """Seconds from sending the message to the answer to the last receipt."""
        began = perf_counter()
        before = self._party.delivered
        path = f"{room_path(self._room)}/send/m.room.message/read{number}"
        message = self._party.message(path, author.token)
        self._party.sent_at.append(began)
        answer = await self._pens[0].ask(message)
        check_ok(answer)
        await self._party.until_delivered(before + len(self._readers))
        self.delivered = self._party.last_delivery - began
        await self._receipts(_event_id(answer))
        return perf_counter() - began

    async def _receipts(self, event_id: str) -> None:
        path = f"{room_path(self._room)}/receipt/m.read/{quote(event_id, safe='')}"
        requests = (request("POST", path, one.token, b"{}") for one in self._readers)

        async def work(pen: Connection) -> None:
            for receipt in requests:
                check_ok(await pen.ask(receipt))

        async with asyncio.TaskGroup() as group:
            for pen in self._pens:
                group.create_task(work(pen))


def _event_id(answer: Answer) -> str:
    return answer.body.split(b'"event_id":', 1)[1].split(b'"', 2)[1].decode()


CROWDS = (
    Scenario(
        "everyone_syncs",
        "64 senders, 50 rooms of 20 who all sync, deliveries",
        "/s",
        everyone_syncs,
        against_peer=False,
    ),
    Scenario(
        "large_room",
        "Send in a room of 10,000 (32 at once)",
        "/s",
        large_room,
        limits=(Limit("of_small_room", at_least=0.5),),
        against_peer=False,
    ),
    Scenario(
        "many_readers",
        "2,000 members read one message",
        "ms",
        many_readers,
        more_is_better=False,
        against_peer=False,
    ),
)
