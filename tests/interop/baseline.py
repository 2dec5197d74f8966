"""The pytest plugin that keeps what real clients do with the server, in `baseline.jsonl`.

`pytest tests/interop --write-baseline` writes it. `pytest --full` fails when a run and the file
differ, in either direction: so a change shows in a diff, and not by accident.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FILE = Path(__file__).parent / "baseline.jsonl"


class Passed(NamedTuple):
    """Something that a client does in a room of some version."""

    client: str
    room_version: str
    does: str


Passes = Callable[[str, str, str], None]
"""Notes that a client, in a room of a version, has done something."""

_PASSED = pytest.StashKey[set[Passed]]()


def load_baseline() -> set[Passed]:
    lines = FILE.read_text("utf-8").splitlines() if FILE.exists() else []
    return {Passed(**json.loads(line)) for line in lines}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-baseline", action="store_true", help=f"write {FILE.name} anew")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_PASSED] = set[Passed]()


@pytest.fixture
def passes(request: pytest.FixtureRequest) -> Passes:
    passed = request.config.stash[_PASSED]
    return lambda client, version, does: passed.add(Passed(client, version, does))


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    passed = config.stash[_PASSED]
    if hasattr(config, "workeroutput"):
        config.workeroutput["passed"] = sorted(map(list, passed))
    elif config.getoption("write_baseline"):
        lines = (json.dumps(each._asdict(), ensure_ascii=False) for each in sorted(passed))
        FILE.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    elif config.getoption("full") and passed != load_baseline():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of pytest-xdist has noted."""
    found = getattr(node, "workeroutput", {}).get("passed", ())
    node.config.stash[_PASSED].update(Passed(*each) for each in found)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    passed, baseline = config.stash[_PASSED], load_baseline()
    if not config.getoption("full") or passed == baseline:
        return
    terminalreporter.section(f"real clients do otherwise than {FILE.name} says", red=True)
    for each in sorted(baseline - passed):
        terminalreporter.line(f"no longer: {each}")
    for each in sorted(passed - baseline):
        terminalreporter.line(f"new: {each}")
