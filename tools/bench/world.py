"""The people and rooms of one run: made when first needed, by the public API, and not timed."""

import json
from collections.abc import Iterator, Sequence
from itertools import count
from urllib.parse import quote

import msgspec

from tools.bench.load import ask_all, drive
from tools.bench.server import CLIENT, Server, Session
from tools.bench.wire import request

MESSAGE = "The meeting of the commission is moved to Thursday, ten in the morning, room 214."


class Created(msgspec.Struct):
    """The answer to the creation of a room."""

    room_id: str


class Uploaded(msgspec.Struct):
    """The answer to the upload of a filter."""

    filter_id: str


class World:
    """One server's people and rooms."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._people: dict[str, list[Session]] = {}
        self._rooms: dict[str, str] = {}
        self.marks: set[str] = set()

    async def people(self, group: str, number: int) -> list[Session]:
        """`number` users of a group; groups do not overlap."""
        have = self._people.setdefault(group, [])
        missing = [f"{group}{n:05d}" for n in range(len(have), number)]
        if missing:
            have += await self.server.sign_up(self.server.port, missing)
        return have[:number]

    async def room(self, name: str, members: Sequence[Session]) -> str:
        """The public room of that name, made by the first of `members` and joined by the others."""
        if name not in self._rooms:
            self._rooms[name] = await self._make_room(members[0], name)
            await self.join([self._rooms[name]], members[1:])
        return self._rooms[name]

    async def rooms(self, name: str, number: int, owner: Session) -> list[str]:
        """`number` public rooms with their owner alone."""
        for n in range(number):
            key = f"{name} {n}"
            if key not in self._rooms:
                self._rooms[key] = await self._make_room(owner, key)
        return [self._rooms[f"{name} {n}"] for n in range(number)]

    async def join(self, rooms: Sequence[str], members: Sequence[Session]) -> None:
        """Let every one of `members` join every one of `rooms`."""
        await ask_all(self.server.port, joins(rooms, members))

    async def talk(self, room: str, sender: Session, number: int, name: str) -> None:
        """`number` messages by one sender, eight at once."""
        lines = messages(room, sender, name)
        await drive(self.server.port, [_first(lines, number)] * 8)

    async def filter(self, who: Sequence[Session], content: object) -> list[str]:
        """The ids under which the server keeps this filter for each of them."""
        body = json.dumps(content).encode()
        paths = (f"{CLIENT}/user/{quote(one.user_id, safe='')}/filter" for one in who)
        requests = [
            request("POST", path, one.token, body) for path, one in zip(paths, who, strict=True)
        ]
        answers = await ask_all(self.server.port, requests)
        return [msgspec.json.decode(answer.body, type=Uploaded).filter_id for answer in answers]

    async def _make_room(self, owner: Session, name: str) -> str:
        (answer,) = await ask_all(self.server.port, [creation(owner, name, "public_chat")], 1)
        return msgspec.json.decode(answer.body, type=Created).room_id


def room_path(room: str) -> str:
    """The path of a room, percent-encoded."""
    return f"{CLIENT}/rooms/{quote(room, safe='')}"


def creation(owner: Session, name: str, preset: str) -> bytes:
    """The request that makes a room."""
    content = {"preset": preset, "name": name, "room_version": "12"}
    return request("POST", f"{CLIENT}/createRoom", owner.token, json.dumps(content).encode())


def joins(rooms: Sequence[str], members: Sequence[Session]) -> Iterator[bytes]:
    """The requests by which all members join all rooms, room after room."""
    for room in rooms:
        for member in members:
            yield request("POST", f"{CLIENT}/join/{quote(room, safe='')}", member.token, b"{}")


def messages(room: str, sender: Session, name: str) -> Iterator[bytes]:
    """Requests without end that send texts; `name` keeps their transaction ids apart."""
    path = f"{room_path(room)}/send/m.room.message/{name}"
    for n in count():
        content = {"msgtype": "m.text", "body": f"{MESSAGE} {n:08d}"}
        yield request("PUT", f"{path}-{n}", sender.token, json.dumps(content).encode())


def _first(requests: Iterator[bytes], number: int) -> Iterator[bytes]:
    for _ in range(number):
        yield next(requests)
