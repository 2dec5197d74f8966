"""The ASGI application over the endpoint table: the only place that builds an error response."""

import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from urllib.parse import parse_qs

from depesha.base.canonical import Content, encode
from depesha.base.clock import Clock
from depesha.base.errors import MatrixError, bad_json, forbidden, invalid_param, limit_exceeded
from depesha.http.asgi import Receive, Send
from depesha.http.body import Disconnected, decode_body, read_body, stream_body
from depesha.http.caller import Caller, CallerOf, Credentials
from depesha.http.endpoint import Ask, Auth, Bound, Endpoint, Reply, StreamReply
from depesha.http.limits import Limits
from depesha.http.router import Router

log = logging.getLogger("depesha.http")

_CORS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Retry-After, X-Request-Id"),
)
_PREFLIGHT = (
    *_CORS,
    (b"access-control-allow-methods", b"GET, POST, PUT, DELETE, OPTIONS, PATCH, HEAD"),
    (b"access-control-allow-headers", b"X-Requested-With, Content-Type, Authorization, Date"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
)
_SAFE = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))


def _query(raw: bytes) -> dict[str, list[str]]:
    try:
        found = parse_qs(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=500)
    except (UnicodeDecodeError, ValueError):
        raise invalid_param("The query string is malformed") from None
    if any("\x00" in value for values in found.values() for value in values):
        raise invalid_param("The query string contains U+0000")
    return found


def _headers(scope: Content) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _credentials(
    headers: Mapping[str, str], query: Mapping[str, list[str]], address: str
) -> Credentials:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    found = token.strip() if scheme.lower() == "bearer" and token.strip() else None
    # COMPAT(application services, older bots): the token in the query string, deprecated in v1.11.
    found = found or query.get("access_token", [None])[-1]
    return Credentials(
        token=found,
        as_user=query.get("user_id", [None])[-1],
        as_device=(query.get("device_id") or query.get("org.matrix.msc3202.device_id") or [None])[
            -1
        ],
        address=address,
        user_agent=headers.get("user-agent", "")[:256],
    )


async def _no_stream() -> AsyncIterator[bytes]:
    raise RuntimeError("this endpoint does not stream its body")
    yield b""


class Server:
    """The application: one call a request. Stopping is the concern of `app/serve.py`."""

    def __init__(
        self,
        table: Iterable[Bound],
        caller_of: CallerOf,
        limits: Limits,
        clock: Clock,
        max_requests: int,
        trusted_proxies: tuple[str, ...] = (),
    ) -> None:
        self._router = Router(table)
        self._caller_of = caller_of
        self._limits = limits
        self._clock = clock
        self._max_requests = max_requests
        self._trusted = frozenset(trusted_proxies)
        self.in_work = 0

    async def __call__(self, scope: Content, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["method"] == "OPTIONS":
            await _start(send, 204, _PREFLIGHT)
            await send({"type": "http.response.body", "body": b""})
            return
        self.in_work += 1
        try:
            reply = await self._answer(scope, receive)
            if reply is not None:
                await self._send(send, reply)
        finally:
            self.in_work -= 1

    async def _answer(self, scope: Content, receive: Receive) -> Reply | StreamReply | None:
        request_id = ""
        try:
            if self.in_work > self._max_requests:
                raise limit_exceeded(1000)
            return await self._handle(scope, receive)
        except MatrixError as error:
            return _error_reply(error)
        except Disconnected:
            return None
        except Exception:
            request_id = self._clock.new_id(12)
            log.exception(
                "bug", extra={"request": request_id, "on": f"{scope['method']} {scope['path']}"}
            )
        return Reply(
            encode(
                {
                    "errcode": "M_UNKNOWN",
                    "error": f"Internal error {request_id}",
                    "org.depesha.request_id": request_id,
                }
            ),
            500,
        )

    async def _handle(self, scope: Content, receive: Receive) -> Reply | StreamReply:
        raw_path: str = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        bound, params = self._router.find(scope["method"], raw_path)
        row = bound.row
        headers = _headers(scope)
        query = _query(scope["query_string"]) if scope["query_string"] else {}
        address = self._address(scope, headers)
        caller = await self._caller(row, _credentials(headers, query, address))
        self._limits.check(row.limit, caller.limit_key if caller else address)
        ask = Ask(
            method=scope["method"],
            path=raw_path,
            params=params,
            query={name: values[-1] for name, values in query.items()} if query else {},
            queries=lambda name: query.get(name, []),
            headers=headers,
            address=address,
            body=None,
            stream=_no_stream(),
            found_caller=caller,
        )
        if row.streams:
            ask.stream = stream_body(receive, self._clock)
        elif row.body is not None:
            raw = await read_body(receive, self._clock, row.max_body, _length(headers))
            ask.body = decode_body(raw, row.body)
        return await bound.call(ask)

    def _address(self, scope: Content, headers: Mapping[str, str]) -> str:
        """The client's address; that of X-Forwarded-For only behind a trusted proxy."""
        client = scope.get("client")
        address: str = client[0] if client else "unix"
        forwarded = headers.get("x-forwarded-for")
        if forwarded and address in self._trusted:
            return forwarded.rpartition(",")[2].strip() or address
        return address

    async def _caller(self, row: Endpoint[object, object], found: Credentials) -> Caller | None:
        if row.auth is Auth.NONE or (row.auth is Auth.OPTIONAL and found.token is None):
            return None
        caller = await self._caller_of(found)
        if caller.is_locked and not row.while_locked:
            raise MatrixError(
                401, "M_USER_LOCKED", "This account is locked", {"soft_logout": True}
            )
        if caller.is_guest and row.auth not in {Auth.GUEST, Auth.OPTIONAL}:
            raise MatrixError(403, "M_GUEST_ACCESS_FORBIDDEN", "Guests may not do this")
        if row.auth is Auth.ADMIN and not caller.is_admin:
            raise forbidden("Only administrators of the server may do this")
        if row.auth is Auth.APPSERVICE and caller.appservice is None:
            raise forbidden("Only application services may do this")
        return caller

    async def _send(self, send: Send, reply: Reply | StreamReply) -> None:
        if isinstance(reply, Reply):
            length = str(len(reply.body)).encode()
            headers = (
                (b"content-type", reply.content_type),
                (b"content-length", length),
                *reply.headers,
                *_SAFE,
                *_CORS,
            )
            await _start(send, reply.status, headers)
            await send({"type": "http.response.body", "body": reply.body})
            return
        sized = () if reply.length is None else ((b"content-length", str(reply.length).encode()),)
        headers = ((b"content-type", reply.content_type), *sized, *reply.headers, *_CORS)
        await _start(send, reply.status, headers)
        async for chunk in reply.chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise bad_json("Content-Length is not a number")
    return int(text)


def _error_reply(error: MatrixError) -> Reply:
    headers = tuple((name.encode(), value.encode()) for name, value in error.headers.items())
    return Reply(encode(error.body()), error.status, headers)


async def _start(send: Send, status: int, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


