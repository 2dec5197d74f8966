"""The application over the endpoint table: the only place that builds an error response."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from functools import lru_cache
from urllib.parse import unquote_plus

from depesha.base.canonical import encode
from depesha.base.clock import Clock
from depesha.base.errors import MatrixError, bad_json, forbidden, invalid_param, overloaded
from depesha.base.rights import Right
from depesha.http.body import decode_body, read_body, stream_body
from depesha.http.caller import Caller, CallerOf, Credentials, find_token
from depesha.http.endpoint import Ask, Auth, Bound, Endpoint, Reply, StreamReply
from depesha.http.limits import Limits
from depesha.http.parked import Parked
from depesha.http.request import Disconnected, Request
from depesha.http.router import Router
from depesha.io.tx import Unavailable, Unkeepable

AWAY_MS = 2_000
"""When to try again while the database cannot be reached."""

log = logging.getLogger("depesha.http")

COMMON_HEADERS = (
    b"access-control-allow-origin: *\r\n"
    b"access-control-expose-headers: Retry-After, ETag\r\n"
    b"x-content-type-options: nosniff\r\n"
)
"""On every response. Spec: client-server API, "Web Browser Clients"."""

BY_TLS = b"strict-transport-security: max-age=31536000\r\n"
"""On every response that leaves by TLS: a browser that was here asks by plain HTTP no more."""

_PREFLIGHT = Reply(
    b"",
    204,
    (
        (b"access-control-allow-methods", b"GET, POST, PUT, DELETE, OPTIONS, PATCH, HEAD"),
        (
            b"access-control-allow-headers",
            b"X-Requested-With, Content-Type, Authorization, Date, If-Match, If-None-Match",
        ),
        (b"access-control-max-age", b"86400"),
    ),
    b"text/plain",
)

Query = Mapping[str, str]
"""The last value of each name."""

_MOST_FIELDS = 500
_SHORT = 256


def _query(raw: bytes) -> Query:
    """The fields of a query string; 400 M_INVALID_PARAM for what is not UTF-8.

    Whoever was woken by the same event comes back with the same text, so it is parsed once.
    """
    return _parse_short(raw) if len(raw) <= _SHORT else _parse(raw)


def _parse(raw: bytes) -> Query:
    found: dict[str, str] = {}
    try:
        for part in raw.decode().split("&", _MOST_FIELDS):
            name, _, value = part.partition("=")
            if "%" in part or "+" in part:
                name = unquote_plus(name, errors="strict")
                value = unquote_plus(value, errors="strict")
            if name:
                found[name] = value
    except UnicodeDecodeError:
        raise invalid_param("The query string is not UTF-8") from None
    if b"\x00" in raw or b"%00" in raw:
        raise invalid_param("The query string contains U+0000")
    return found


_parse_short = lru_cache(maxsize=1_000)(_parse)


def _credentials(headers: Mapping[str, str], query: Query, address: str) -> Credentials:
    return Credentials(
        find_token(headers, query.get("access_token")),
        query.get("user_id"),
        # COMPAT(bridges): the name before v1.17.
        query.get("device_id") or query.get("org.matrix.msc3202.device_id"),
        address,
        headers.get("user-agent", "")[:256],
    )


_NO_QUERY: Query = {}


class _Nothing:
    """The body of a request that streams none."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        raise StopAsyncIteration


_NOTHING = _Nothing()


IsWithin = Callable[[frozenset[int], Mapping[str, str]], bool]
"""(levels, path parameters): True when all that the path names is in these levels or below."""


def _nowhere(units: frozenset[int], params: Mapping[str, str]) -> bool:
    return False


class Server:
    """One institution's endpoints behind `answer`. It knows no sockets."""

    def __init__(
        self,
        table: Iterable[Bound],
        caller_of: CallerOf,
        limits: Limits,
        clock: Clock,
        max_requests: int,
        trusted_proxies: tuple[str, ...] = (),
        parked: Parked | None = None,
        is_within: IsWithin | None = None,
    ) -> None:
        self._router = Router(table)
        self._caller_of = caller_of
        self._limits = limits
        self._clock = clock
        self._max_requests = max_requests
        self._trusted = frozenset(trusted_proxies)
        self._parked = parked or Parked(max_requests, max_requests)
        self._is_within = is_within or _nowhere
        self.in_work = 0

    async def answer(self, request: Request) -> Reply | StreamReply | None:
        """The response; None when the client has gone."""
        if request.method == "OPTIONS":
            return _PREFLIGHT
        self.in_work += 1
        try:
            if self.in_work > self._max_requests:
                raise overloaded(1000)
            return await self._handle(request)
        except MatrixError as error:
            return _error_reply(error)
        except Disconnected:
            return None
        except Unkeepable as error:
            log.info("a value cannot be asked for", extra={"error": str(error)})
            return _error_reply(invalid_param("A value cannot be kept, such as a text with U+0000"))
        except Unavailable as error:
            log.warning("the database is away", extra={"error": str(error)})
            return _error_reply(overloaded(AWAY_MS))
        except Exception as error:  # noqa: BLE001 (the one place where a bug becomes a 500)
            return self._bug(request, error)
        finally:
            self.in_work -= 1

    def _bug(self, request: Request, error: Exception) -> Reply:
        """500 with an id that finds the stack in the log, and no detail."""
        bug_id = self._clock.new_id(12)
        on = f"{request.method} {request.path}"
        log.error("bug", exc_info=error, extra={"bug": bug_id, "on": on})
        body = {"errcode": "M_UNKNOWN", "error": f"Internal error {bug_id}"}
        return Reply(encode(body), 500)

    async def _handle(self, request: Request) -> Reply | StreamReply:
        bound, params = self._router.find(request.method, request.path)
        row, headers = bound.row, request.headers
        query = _query(request.query) if request.query else _NO_QUERY
        address = self._address(request)
        credentials = _credentials(headers, query, address)
        caller = await self._caller(row, credentials, params)
        if caller is None or caller.is_limited:
            self._limits.check(row.limit, caller.limit_key if caller else address)
        ask = Ask(
            method=request.method,
            path=request.path,
            params=params,
            query=query,
            headers=headers,
            address=address,
            body=None,
            stream=_NOTHING,
            found_caller=caller,
        )
        if row.streams:
            ask.stream = stream_body(request, self._clock)
        elif row.body is not None:
            raw = await read_body(request, self._clock, row.max_body, _length(headers))
            ask.body = decode_body(raw, row.body)
        elif "content-length" in headers or "transfer-encoding" in headers:
            await read_body(request, self._clock, row.max_body, _length(headers))
        request.parks = row.parks
        if not row.parks or caller is None:
            return await bound.call(ask)
        return await self._parked.wait(
            caller, lambda: bound.call(ask), lambda: self._caller(row, credentials, params)
        )

    def _address(self, request: Request) -> str:
        """The client's address; that of X-Forwarded-For only behind a trusted proxy."""
        forwarded = request.headers.get("x-forwarded-for")
        if forwarded and request.address in self._trusted:
            return forwarded.rpartition(",")[2].strip() or request.address
        return request.address

    def _check_right(
        self,
        row: Endpoint[object, object],
        right: Right,
        caller: Caller,
        params: Mapping[str, str],
    ) -> None:
        """Raise 403 M_FORBIDDEN, with the name of the right that is missing."""
        if caller.may(right):
            return
        units = caller.units_of(right) if row.scoped else frozenset[int]()
        if not (units and self._is_within(units, params)):
            raise forbidden(f"This needs the right {right.value}", right=right.value)

    async def _caller(
        self, row: Endpoint[object, object], found: Credentials, params: Mapping[str, str]
    ) -> Caller | None:
        if row.auth is Auth.NONE or (row.auth is Auth.OPTIONAL and found.token is None):
            return None
        caller = await self._caller_of(found)
        if caller.is_locked and not row.while_locked:
            raise MatrixError(401, "M_USER_LOCKED", "This account is locked", {"soft_logout": True})
        if caller.is_guest and row.auth not in {Auth.GUEST, Auth.OPTIONAL}:
            raise MatrixError(403, "M_GUEST_ACCESS_FORBIDDEN", "Guests may not do this")
        if row.right is not None:
            self._check_right(row, row.right, caller, params)
        if row.auth is Auth.APPSERVICE and caller.appservice is None:
            raise forbidden("Only application services may do this")
        return caller


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
