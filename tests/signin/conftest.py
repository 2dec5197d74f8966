"""Fixtures for tests of signing in."""

from collections.abc import Iterator

import pytest

from tests.harness.slapd import Missing, Slapd, end_slapd, start_slapd


@pytest.fixture(scope="session")
def running_slapd() -> Iterator[Slapd]:
    """A directory for this session; skips where none is."""
    try:
        slapd = start_slapd()
    except Missing as missing:
        pytest.skip(str(missing))
    yield slapd
    end_slapd(slapd)


@pytest.fixture
def slapd(running_slapd: Slapd) -> Slapd:
    """A directory without people."""
    running_slapd.clear()
    return running_slapd
