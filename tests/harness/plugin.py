"""The pytest plugin of the house: a time limit for each test, and no skipping under CI."""

import faulthandler
import gc
import os
import signal
from collections.abc import Generator
from pathlib import Path
from types import FrameType

import pytest

from tests.harness.postgres import memory_folder

LIMIT = 120.0
"""Seconds that a test may take; `@pytest.mark.limit(seconds)` gives one another limit."""

GRACE = 30.0
"""Seconds after the limit until the process of a test that cannot be interrupted is ended."""


def pytest_configure() -> None:
    """Give the files of tests a place where a commit waits for no disk."""
    if (folder := memory_folder()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


FOREIGN = (Path("tests/web"), Path("tests/interop"))
"""Where programs of others are driven: browsers, clients, another homeserver."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the whole run, try a failed test with somebody else's program once more (decision 28)."""
    if not config.getoption("full"):
        return
    folders = [config.rootpath / folder for folder in FOREIGN]
    for item in items:
        if any(folder in item.path.parents for folder in folders):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """Let the collector of cycles pass over what is there before the first test and stays."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Interrupt a test that is too slow; end the process, with all stacks, if that is in vain."""
    marker = item.get_closest_marker("limit")
    seconds = float(marker.args[0]) if marker else LIMIT
    if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz":
        seconds *= 60

    def expire(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"took longer than {seconds:g} seconds")

    signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(seconds + GRACE, exit=True)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """The limit is over the set-up, the test and the clearing away of one try."""
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show also why a first try failed whose second passed."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.section(f"the first try of {report.nodeid}")
        terminalreporter.line(report.longreprtext)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI everything that tests need is there, so a skipped test is a failed one."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {reason}"
    return report
