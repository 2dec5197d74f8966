"""People with devices that have keys."""

import pytest

from tests.harness.client import Client
from tests.keys.signing import Device


@pytest.fixture
def phone(alice: Client) -> Device:
    """A device of Alice."""
    return Device(alice)


@pytest.fixture
def laptop(bob: Client) -> Device:
    """A device of Bob."""
    return Device(bob)
