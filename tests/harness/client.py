"""A Matrix client for tests: plain requests, each response held to the specification."""

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from tests.harness.spec import Judge

PREFIX = "/_matrix/client/v3"
PASSWORD = "correct horse battery staple"

Query = Mapping[str, Any]


@dataclass(frozen=True)
class Response:
    """What the server answered; `json` is None where it is not JSON."""

    request: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any

    def ok(self, status: int = 200) -> Any:
        """The decoded body, when the status is the one expected."""
        assert self.status == status, f"{self.request}: {self.status} {self._text()}"
        return self.json

    def refused(self, status: int, errcode: str) -> Any:
        """The decoded error, when status and errcode are those expected."""
        found = self.json.get("errcode") if isinstance(self.json, dict) else None
        assert (self.status, found) == (status, errcode), (
            f"{self.request}: {self.status} {self._text()}"
        )
        return self.json

    def _text(self) -> str:
        return self.body[:500].decode(errors="replace")


class Wire:
    """The HTTP connections to one server, and the judge of what comes back."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.judge = Judge()
        self.http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=50),
            auto_decompress=True,
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send `json`, or else `data` as it is; redirects are not followed.

        A path that does not begin with `/_` or `/.` is one of `/_matrix/client/v3`.
        """
        path = quote(path if path.startswith(("/_", "/.")) else PREFIX + path, safe=_SAFE)
        url = self.base_url + path + _query(query)
        headers = dict(headers or {})
        if json is not None:
            self.judge.note_request(json)
            data = orjson.dumps(json)
            headers.setdefault("Content-Type", "application/json")
        async with self.http.request(
            method, URL(url, encoded=True), data=data, headers=headers, allow_redirects=False
        ) as answer:
            assert answer.status != 500, f"{method} {path}: the server has a fault; see its log"
            body = await answer.read()
            content_type = answer.headers.get("Content-Type", "")
            is_json = content_type.partition(";")[0] == "application/json"
            decoded = orjson.loads(body) if is_json else None
            self.judge.check_response(method, path, answer.status, content_type, decoded)
            return Response(f"{method} {path}", answer.status, answer.headers, body, decoded)

    async def close(self) -> None:
        await self.http.close()
        await asyncio.sleep(0)  # its sockets close in the next turn of the loop


class Client:
    """One device of one user, or nobody (`user_id` and `token` empty)."""

    def __init__(self, wire: Wire, user_id: str = "", token: str = "", device_id: str = "") -> None:
        self.wire = wire
        self.user_id = user_id
        self.token = token
        self.device_id = device_id
        self._numbers = itertools.count(1)

    # Requests

    async def request(self, method: str, path: str, **options: Any) -> Response:
        headers = dict(options.pop("headers", None) or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return await self.wire.request(method, path, headers=headers, **options)

    async def get(self, path: str, query: Query | None = None, **options: Any) -> Response:
        return await self.request("GET", path, query=query, **options)

    async def put(self, path: str, json: Any = None, **options: Any) -> Response:
        return await self.request("PUT", path, json=json, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> Response:
        return await self.request("POST", path, json=json, **options)

    async def delete(self, path: str, json: Any = None, **options: Any) -> Response:
        return await self.request("DELETE", path, json=json, **options)

    # Accounts

    async def register(self, name: str, password: str = PASSWORD, **fields: Any) -> "Client":
        """A new account, signed in on its first device."""
        body = {"username": name, "password": password, "auth": {"type": "m.login.dummy"}}
        return self._signed_in((await self.post("/register", body | fields)).ok())

    async def login(self, name: str, password: str = PASSWORD, **fields: Any) -> "Client":
        """A further device of an account."""
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": name},
            "password": password,
        }
        return self._signed_in((await self.post("/login", body | fields)).ok())

    def _signed_in(self, answer: Any) -> "Client":
        return Client(
            self.wire, answer["user_id"], answer["access_token"], answer.get("device_id", "")
        )

    # Rooms; each asserts success, and refusals are tested with `put` and `post`

    async def create_room(self, **fields: Any) -> str:
        """The id of a new room."""
        room_id: str = (await self.post("/createRoom", fields)).ok()["room_id"]
        return room_id

    async def invite(self, room_id: str, user: "Client | str") -> None:
        user_id = user if isinstance(user, str) else user.user_id
        (await self.post(f"/rooms/{room_id}/invite", {"user_id": user_id})).ok()

    async def join(self, room: str) -> str:
        """Join by id or alias; the room's id."""
        room_id: str = (await self.post(f"/join/{room}", {})).ok()["room_id"]
        return room_id

    async def leave(self, room_id: str) -> None:
        (await self.post(f"/rooms/{room_id}/leave", {})).ok()

    async def send(
        self, room_id: str, content: str | dict[str, Any], kind: str = "m.room.message"
    ) -> str:
        """The id of a new event; a string becomes a text message."""
        if isinstance(content, str):
            content = {"msgtype": "m.text", "body": content}
        path = f"/rooms/{room_id}/send/{kind}/{self.next_txn()}"
        event_id: str = (await self.put(path, content)).ok()["event_id"]
        return event_id

    async def set_state(
        self, room_id: str, kind: str, content: dict[str, Any], key: str = ""
    ) -> str:
        """The id of a new state event."""
        answer = await self.put(f"/rooms/{room_id}/state/{kind}/{key}", content)
        event_id: str = answer.ok()["event_id"]
        return event_id

    async def state(self, room_id: str, kind: str, key: str = "") -> Any:
        """The content of a state event."""
        return (await self.get(f"/rooms/{room_id}/state/{kind}/{key}")).ok()

    async def messages(self, room_id: str, **query: Any) -> Any:
        """A page of history, latest first unless `dir="f"`; `start` is the query's `from`."""
        if "start" in query:
            query["from"] = query.pop("start")
        return (await self.get(f"/rooms/{room_id}/messages", {"dir": "b", **query})).ok()

    async def sync(self, since: str | None = None, **query: Any) -> Any:
        """The body of a sync response; `timeout` in milliseconds is 0 unless given."""
        query = {"timeout": 0, **query}
        if since is not None:
            query["since"] = since
        return (await self.get("/sync", query)).ok()

    def next_txn(self) -> str:
        """A transaction id that this device has not used yet."""
        return f"t{next(self._numbers)}"


_SAFE = "/%!$&'()*+,;=:@-._~"


def _query(query: Query | None) -> str:
    """A query string; booleans and objects become JSON, a list repeats its name."""
    pairs = []
    for name, value in (query or {}).items():
        for item in value if isinstance(value, list) else [value]:
            text = item if isinstance(item, str) else orjson.dumps(item).decode()
            pairs.append(f"{quote(name, safe='')}={quote(text, safe='')}")
    return "?" + "&".join(pairs) if pairs else ""
