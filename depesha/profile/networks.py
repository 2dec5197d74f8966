"""People and places in other networks, of which application services know.

Spec: client-server API, "Third-party Networks".
"""

from collections.abc import Mapping
from typing import Protocol

from depesha.base.canonical import Content


class Networks(Protocol):
    """The networks that application services connect. The slice `bots` provides it."""

    async def protocols(self) -> Mapping[str, Content]:
        """What is known of each protocol, by its name."""

    async def locations(self, protocol: str, fields: Mapping[str, str]) -> list[Content]:
        """Places of a protocol that have these fields."""

    async def users(self, protocol: str, fields: Mapping[str, str]) -> list[Content]:
        """Users of a protocol that have these fields."""

    async def locations_of(self, alias: str) -> list[Content]:
        """Places that a room alias stands for."""

    async def users_of(self, user_id: str) -> list[Content]:
        """Users whom a Matrix user stands for."""


class _NoNetworks:
    async def protocols(self) -> Mapping[str, Content]:
        return {}

    async def locations(self, protocol: str, fields: Mapping[str, str]) -> list[Content]:
        return []

    async def users(self, protocol: str, fields: Mapping[str, str]) -> list[Content]:
        return []

    async def locations_of(self, alias: str) -> list[Content]:
        return []

    async def users_of(self, user_id: str) -> list[Content]:
        return []


NO_NETWORKS: Networks = _NoNetworks()
"""Where no application service is registered."""
