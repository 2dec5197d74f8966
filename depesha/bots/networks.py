"""Third-party networks that application services connect.

Spec: client-server API, "Third-party Networks"; application service API, "Third-party networks".
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Mapping

from depesha.base.canonical import Content
from depesha.bots.client import json_of, network_route, objects_of
from depesha.bots.registered import Services
from depesha.bots.registration import Registration
from depesha.io.fetch import Answer, FetchError

_log = logging.getLogger(__name__)

_NO_QUERY: Mapping[str, str] = {}


class ServiceNetworks:
    """Asks the services; one that does not answer is left out."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def protocols(self) -> Mapping[str, Content]:
        """What is known of each protocol; several services may give instances of the same."""
        found: dict[str, Content] = {}
        asked = [(name, each) for each in self._services.all for name in each.protocols]
        answers = await asyncio.gather(
            *(self._ask(service, _NO_QUERY, "protocol", name) for name, service in asked)
        )
        for (name, _), answer in zip(asked, answers, strict=True):
            about = json_of(answer) if answer is not None and answer.status == 200 else None
            if isinstance(about, dict):
                _merge(found, name, about)
        return found

    async def locations(self, protocol: str, fields: Mapping[str, str]) -> list[Content]:
        """Places of a protocol that have these fields."""
        return await self._gather(self._of(protocol), fields, "location", protocol)

    async def users(self, protocol: str, fields: Mapping[str, str]) -> list[Content]:
        """Users of a protocol that have these fields."""
        return await self._gather(self._of(protocol), fields, "user", protocol)

    async def locations_of(self, alias: str) -> list[Content]:
        """Places that a room alias stands for."""
        return await self._gather(self._with_networks(), {"alias": alias}, "location")

    async def users_of(self, user_id: str) -> list[Content]:
        """Users whom a Matrix user stands for."""
        return await self._gather(self._with_networks(), {"userid": user_id}, "user")

    def _of(self, protocol: str) -> list[Registration]:
        return [each for each in self._services.all if protocol in each.protocols]

    def _with_networks(self) -> list[Registration]:
        return [each for each in self._services.all if each.protocols]

    async def _gather(
        self, services: Iterable[Registration], query: Mapping[str, str], *segments: str
    ) -> list[Content]:
        asking: list[Awaitable[Answer | None]] = [
            self._ask(each, query, *segments) for each in services
        ]
        answers = await asyncio.gather(*asking)
        return [each for answer in answers if answer is not None for each in objects_of(answer)]

    async def _ask(
        self, service: Registration, query: Mapping[str, str], *segments: str
    ) -> Answer | None:
        if service.url is None:
            return None
        try:
            return await self._services.client.ask(
                service, "GET", network_route(*segments), query=query
            )
        except FetchError as error:
            about: Content = {"service": service.id, "error": str(error)}
            _log.warning("an application service does not answer", extra=about)
            return None


def _merge(found: dict[str, Content], name: str, about: Content) -> None:
    """Add the instances of one service to what is known of the protocol."""
    instances = about.get("instances")
    named = [
        {**each, "instance_id": each["network_id"]}
        for each in (instances if isinstance(instances, list) else [])
        if isinstance(each, dict) and isinstance(each.get("network_id"), str)
    ]
    known = found.setdefault(name, {**about, "instances": []})
    known["instances"] += named
