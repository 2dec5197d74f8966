"""The endpoints that the slices declare."""

from importlib import import_module
from pathlib import Path

import depesha
from depesha.base.canonical import Json
from depesha.http.endpoint import Endpoint


def load_endpoints() -> tuple[Endpoint[Json, Json], ...]:
    """The rows of every `api.py` and `api_….py`; tests/house checks that all are wired."""
    root = Path(depesha.__file__).parent
    names = sorted(f"{path.parent.name}.{path.stem}" for path in root.glob("*/api*.py"))
    return tuple(row for name in names for row in import_module(f"depesha.{name}").ENDPOINTS)
