"""The slice's record."""

import asyncio
from dataclasses import dataclass, field

from depesha.io.blobs import Blobs
from depesha.io.cpu import Cpu
from depesha.io.fetch import Fetcher
from depesha.org import Org
from depesha.spine import Spine


@dataclass(frozen=True, slots=True)
class Media:
    """Files of one institution: kept by content, named by media id."""

    spine: Spine
    org: Org
    blobs: Blobs
    cpu: Cpu
    fetcher: Fetcher
    awaited: dict[str, set[asyncio.Event]] = field(default_factory=dict)
    """Downloads that wait for a pending upload, by media id."""
