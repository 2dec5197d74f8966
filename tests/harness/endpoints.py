"""The endpoints that are wired."""

from types import ModuleType

from depesha.app import wiring
from depesha.base.canonical import Json
from depesha.http.endpoint import Endpoint


def load_endpoints() -> tuple[Endpoint[Json, Json], ...]:
    """The rows of each module that `app/wiring.py` takes ENDPOINTS from."""
    modules = {m.__name__: m for m in vars(wiring).values() if isinstance(m, ModuleType)}
    tables = (getattr(modules[name], "ENDPOINTS", ()) for name in sorted(modules))
    return tuple(row for table in tables for row in table)
