"""Requests to application services.

Spec: application service API, "Homeserver -> Application Service API".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from depesha.base.canonical import Content, Json, decode, encode
from depesha.bots.registration import Registration
from depesha.io.fetch import Answer, Fetcher, FetchError, Limits

_LIMITS = Limits(size=4 * 2**20, seconds=30.0)
_UNKNOWN_ROUTE = frozenset({404, 405, 501})

_PREFIX = "/_matrix/app/v1"


@dataclass(frozen=True, slots=True)
class Route:
    """A path of the application service API, and what it was called before versions."""

    path: str
    old_path: str

    @classmethod
    def of(cls, *segments: str, old_prefix: str = "") -> "Route":
        path = "".join("/" + quote(segment, safe="") for segment in segments)
        return cls(_PREFIX + path, old_prefix + path)


def transaction_route(txn_id: str) -> Route:
    return Route.of("transactions", txn_id)


def user_route(user_id: str) -> Route:
    return Route.of("users", user_id)


def alias_route(alias: str) -> Route:
    return Route.of("rooms", alias)


def network_route(*segments: str) -> Route:
    return Route.of("thirdparty", *segments, old_prefix="/_matrix/app/unstable")


class ServiceClient:
    """Speaks to the services, each by its own token. Every method may raise FetchError."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def ask(
        self,
        service: Registration,
        method: str,
        route: Route,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """The answer, by the older path when the service does not know the present one."""
        answer = await self._fetch(service, method, route.path, query or {}, body)
        if not is_unknown_route(answer):
            return answer
        # Services as old as these paths expect the token there, too.
        old_query = {**(query or {}), "access_token": service.hs_token}
        return await self._fetch(service, method, route.old_path, old_query, body)

    async def ping(self, service: Registration, transaction_id: str | None) -> Answer:
        """The answer to a ping, which has no older path."""
        body = {} if transaction_id is None else {"transaction_id": transaction_id}
        return await self._fetch(service, "POST", _PREFIX + "/ping", {}, encode(body))

    async def _fetch(
        self,
        service: Registration,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        if service.url is None:
            raise FetchError(f"{service.id} has no URL")
        url = service.url + path + ("?" + urlencode(query) if query else "")
        headers = {"Authorization": f"Bearer {service.hs_token}"}
        if body:
            headers["Content-Type"] = "application/json"
        return await self._fetcher.fetch(method, url, headers=headers, body=body, limits=_LIMITS)


def is_unknown_route(answer: Answer) -> bool:
    """True when it is the path that the service does not know, not what was asked for."""
    if answer.status not in _UNKNOWN_ROUTE:
        return False
    found = json_of(answer)
    return not isinstance(found, dict) or found.get("errcode", "M_UNRECOGNIZED") == "M_UNRECOGNIZED"


def json_of(answer: Answer) -> Json:
    """The decoded body, or None when it is not JSON."""
    try:
        return decode(answer.body)
    except ValueError:
        return None


def objects_of(answer: Answer) -> list[Content]:
    """The objects of a list in a successful answer."""
    found = json_of(answer) if answer.status == 200 else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
