"""The pytest plugin of the house: a time limit for each test, and no skipping under CI."""

import faulthandler
import os
import signal
from collections.abc import Generator
from types import FrameType

import pytest

from tests.harness.postgres import memory_folder

LIMIT = 60.0
"""Seconds that a test may take; `@pytest.mark.limit(seconds)` gives one another limit."""

GRACE = 30.0
"""Seconds after the limit until the process of a test that cannot be interrupted is ended."""


def pytest_configure() -> None:
    """Give the files of tests a place where a commit waits for no disk."""
    if (folder := memory_folder()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Interrupt a test that is too slow; end the process, with all stacks, if that is in vain."""
    marker = item.get_closest_marker("limit")
    seconds = float(marker.args[0]) if marker else LIMIT
    if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz":
        seconds *= 60

    def expire(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"took longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(seconds + GRACE, exit=True)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI everything that tests need is there, so a skipped test is a failed one."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {reason}"
    return report
