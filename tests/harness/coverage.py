"""The pytest plugin that counts which operations of the specification have succeeded.

`pytest --full` fails when an operation that is offered has no success case in the whole suite.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.absent import ABSENT
from tests.harness.spec import load_operations

_DONE = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full",
        action="store_true",
        help="fail when an operation of the specification never succeeded",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_DONE] = set[str]()


def _done(config: pytest.Config) -> set[str]:
    return config.stash[_DONE]


@pytest.fixture
def record_operations(request: pytest.FixtureRequest) -> Callable[[set[str]], None]:
    """Takes the names of operations that have succeeded."""
    return _done(request.config).update


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["operations"] = sorted(_done(config))
    elif config.getoption("full") and never_succeeded(_done(config)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of pytest-xdist has counted."""
    _done(node.config).update(getattr(node, "workeroutput", {}).get("operations", ()))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.getoption("full") and (missing := never_succeeded(_done(config))):
        terminalreporter.section("operations without a success case", red=True)
        terminalreporter.line(", ".join(missing))


def never_succeeded(done: set[str]) -> list[str]:
    """The operations that are offered and are not among those done."""
    return sorted(load_operations().keys() - ABSENT.keys() - done)
