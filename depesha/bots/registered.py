"""All application services of the institution, and what the slices below ask of them.

Spec: application service API, "Registration", "Querying", "Server admin style permissions".
"""

import logging
from collections.abc import Iterable
from hashlib import sha256

from depesha.base.canonical import Content
from depesha.bots.client import Route, ServiceClient, alias_route, user_route
from depesha.bots.registration import Namespace, Registration
from depesha.io.fetch import FetchError

_log = logging.getLogger(__name__)


def _has(namespaces: Iterable[Namespace], matrix_id: str, *, exclusive: bool = False) -> bool:
    return any(each.has(matrix_id) and (each.is_exclusive or not exclusive) for each in namespaces)


class Services:
    """The registrations, which have passed `check_distinct`."""

    def __init__(self, registrations: Iterable[Registration], client: ServiceClient) -> None:
        self.all = tuple(registrations)
        self.client = client
        self._by_token = {_hash(each.as_token): each for each in self.all}
        self._by_id = {each.id: each for each in self.all}

    def find(self, token: str) -> Registration | None:
        """The one that this `as_token` belongs to."""
        return self._by_token.get(_hash(token)) if self.all else None

    def find_named(self, service_id: str) -> Registration | None:
        return self._by_id.get(service_id)

    def find_owner(self, user_id: str) -> Registration | None:
        """The one that has this user id in an exclusive namespace, or is this user."""
        for each in self.all:
            if user_id == each.user_id or _has(each.users, user_id, exclusive=True):
                return each
        return None

    def may_use_alias(self, alias: str, service_id: str | None) -> bool:
        """Whether a service (None: a person) may make and remove this alias."""
        if service_id is not None and service_id in self._by_id:
            return _has(self._by_id[service_id].aliases, alias)
        return not any(_has(each.aliases, alias, exclusive=True) for each in self.all)

    async def provide_user(self, user_id: str) -> bool:
        """Ask who has this user id in a namespace to make the user; True when that was done."""
        asked = [each for each in self.all if _has(each.users, user_id)]
        return await self._provide(asked, user_route(user_id))

    async def provide_alias(self, alias: str) -> bool:
        """Ask who has this alias in a namespace to make the room; True when that was done."""
        asked = [each for each in self.all if _has(each.aliases, alias)]
        return await self._provide(asked, alias_route(alias))

    async def _provide(self, asked: list[Registration], route: Route) -> bool:
        for service in asked:
            if service.url is None:
                continue
            try:
                answer = await self.client.ask(service, "GET", route)
            except FetchError as error:
                about: Content = {"service": service.id, "error": str(error)}
                _log.warning("an application service does not answer", extra=about)
                continue
            if answer.status == 200:
                return True
        return False


def _hash(token: str) -> bytes:
    """Tokens are looked up by hash, so that the time it takes tells nothing of them."""
    return sha256(token.encode()).digest()
