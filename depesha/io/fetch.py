"""Outgoing HTTP.

A name is resolved here, and the connection goes to the very address that was checked, so that
no name leads into the private network, whether at once, by a redirect or by changing its mind.
Addresses that are not public are refused unless a network of theirs is allowed.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from depesha.io.keyfile import read_text

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONNECTIONS = 100
_IDLE_SECONDS = 30.0
EVERYWHERE = ("0.0.0.0/0", "::/0")
"""To be `allowed` where an operator names who alone is asked, which may stand in any network."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[list[str]]]


class FetchError(Exception):
    """There is no answer, or none that may be used."""


class AddressRefused(FetchError):
    """The name has no address that we may connect to."""


class AnswerTooLarge(FetchError):
    """The body is larger than the caller allows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of whatever status; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What a caller takes: bytes of the body, seconds in all, types of content, redirects of a GET.

    A type is a prefix, such as `image/`; none given means any.
    """

    size: int = 1 << 20
    seconds: float = 10.0
    types: tuple[str, ...] = ()
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Fetcher:
    """Makes requests. `allowed` are the networks (CIDR) whose private addresses may be reached."""

    def __init__(
        self,
        user_agent: str,
        allowed: Iterable[str] = (),
        resolve: Resolve | None = None,
        roots: str | None = None,
    ) -> None:
        """`roots` are the only authorities (PEM) that servers are believed by, when given."""
        networks = tuple(ipaddress.ip_network(text, strict=False) for text in allowed)
        self._network = _CheckedNetwork(networks, resolve or resolve_name)
        self._user_agent = user_agent
        self._roots = roots
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        limits: Limits = Limits(),
    ) -> Answer:
        """The answer; raises FetchError. A GET follows redirects."""
        request = _Request(method, url, headers or {}, body)
        try:
            async with asyncio.timeout(limits.seconds):
                return await self._follow(request, limits)
        except TimeoutError as error:
            raise FetchError(f"{url}: no answer within {limits.seconds:g} s") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise FetchError(f"{url}: {error}") from error

    async def _follow(self, request: _Request, limits: Limits) -> Answer:
        for _ in range(limits.redirects + 1):
            answer = await self._ask(request, limits)
            target = answer.headers.get("location")
            if request.method != "GET" or answer.status not in _REDIRECTS or not target:
                return answer
            try:
                request = _redirected(request, urljoin(request.url, target))
            except ValueError as error:
                raise FetchError(f"{request.url}: it leads nowhere: {error}") from error
        raise FetchError(f"{request.url}: more than {limits.redirects} redirects")

    async def _ask(self, request: _Request, limits: Limits) -> Answer:
        headers = {
            "User-Agent": self._user_agent,
            "Accept": "*/*",
            # A compressed body could be small and grow without bound.
            "Accept-Encoding": "identity",
            **request.headers,
        }
        pool = self._pool = self._pool or self._open()
        async with pool.stream(
            request.method,
            _parse(request.url),
            headers=list(headers.items()),
            content=request.body or None,
        ) as response:
            found = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            if response.status in _REDIRECTS and request.method == "GET":
                return Answer(response.status, found, b"", request.url)
            _check_type(found.get("content-type", ""), limits.types)
            body = await _read(response, limits.size)
            return Answer(response.status, found, body, request.url)

    def _open(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(cadata=self._roots),
            max_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=self._network,
        )

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()


def _parse(url: str) -> httpcore.URL:
    """Raises FetchError for anything but a plain http or https URL."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError as error:
        raise FetchError(f"{url}: {error}") from error
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise FetchError(f"{url}: not an http or https URL")
    target = quote(parts.path or "/", safe="/:@!$&'()*+,;=~%-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/:@!$&'()*+,;=~%-._?[]|")
    return httpcore.URL(scheme=parts.scheme, host=host, port=port, target=target)


def _redirected(request: _Request, url: str) -> _Request:
    """The same request elsewhere; what authorises it does not leave its host."""
    headers = request.headers
    if urlsplit(url)[:2] != urlsplit(request.url)[:2]:
        headers = {k: v for k, v in headers.items() if k.lower() not in ("authorization", "cookie")}
    return _Request(request.method, url, headers, b"")


def _check_type(found: str, wanted: Sequence[str]) -> None:
    if wanted and not found.lower().startswith(tuple(wanted)):
        raise FetchError(f"content of type {found!r} is not wanted")


async def _read(response: httpcore.Response, limit: int) -> bytes:
    body = bytearray()
    async for piece in response.aiter_stream():
        body += piece
        if len(body) > limit:
            raise AnswerTooLarge(f"the body is larger than {limit} bytes")
    return bytes(body)


def read_roots(path: str) -> str | None:
    """The authorities in a PEM file, None for no path; raises OSError and ValueError."""
    if not path:
        return None
    roots = read_text(path)
    ssl.create_default_context(cadata=roots)
    return roots


async def resolve_name(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system's resolver; raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def is_public(address: Address) -> bool:
    """Whether the address is reachable on the Internet at large."""
    address = _meant(address)
    if isinstance(address, ipaddress.IPv6Address) and (address.sixtofour or address.teredo):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, if it stands for one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address


class _CheckedNetwork(httpcore.AnyIOBackend):
    """Connects to checked addresses only."""

    def __init__(self, allowed: tuple[Network, ...], resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's interface)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        error: Exception = AddressRefused(f"{host} has no address that may be reached")
        for address in await self._addresses(host, port):
            try:
                return await super().connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
        raise error

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = await self._resolve(host, port)
        except OSError as error:
            raise FetchError(f"{host}: {error}") from error
        return [text for text in dict.fromkeys(found) if self._may_reach(text)]

    def _may_reach(self, text: str) -> bool:
        address = ipaddress.ip_address(text)
        return is_public(address) or any(_meant(address) in network for network in self._allowed)
