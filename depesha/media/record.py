"""The slice's record."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from depesha.base.errors import MatrixError
from depesha.io.blobs import Away, Blobs
from depesha.io.cpu import Cpu
from depesha.io.fetch import Fetcher
from depesha.org import Org
from depesha.spine import Spine

_log = logging.getLogger(__name__)


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


@contextmanager
def reached() -> Iterator[None]:
    """503 where the place of the files cannot be reached."""
    try:
        yield
    except Away as error:
        _log.warning("the store of files is away", extra={"error": str(error)})
        raise MatrixError(503, "M_UNKNOWN", "The store of files cannot be reached") from error
