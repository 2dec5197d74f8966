"""What is offered is written down, in every language that is promised."""

import argparse
import re
from pathlib import Path

import pytest

from depesha.base.config import SETTINGS
from tests.harness.endpoints import load_endpoints
from tests.house.source import ROOT
from tools.docs import endpoints

LANGUAGES = ("en", "ru")
GROUPS = dict(zip("PUOMCWKDSIG", (13, 6, 10, 16, 3, 8, 6, 12, 7, 3, 19), strict=True))
"""Letter of each group of requirements, and how many it has."""

STATES = re.compile(r"not yet|partly: .+|works")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_has_its_row(language: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", _read(f"docs/admin/{language}/settings.md"), re.MULTILINE)
    assert sorted(rows) == sorted(SETTINGS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_its_heading(language: str) -> None:
    from depesha.app.cli import make_parser  # noqa: PLC0415

    text = _read(f"docs/admin/{language}/commands.md")
    headings = re.findall(r"^## `depesha ([\w -]+)`", text, re.MULTILINE)
    assert sorted(headings) == sorted(_commands(make_parser()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_endpoint_of_our_own_is_described(language: str) -> None:
    text = _read(f"docs/admin/{language}/http.md")
    own = {
        f"`{row.method} {path}`"
        for row in load_endpoints()
        for path in row.paths
        if path.startswith(("/_depesha/", "/_synapse/"))
    }
    assert {name for name in own if name not in text} == set()


def test_the_list_of_endpoints_is_fresh() -> None:
    assert _read("docs/generated/endpoints.md") == endpoints(), "make docs writes it anew"


def test_every_requirement_has_its_row() -> None:
    rows = re.findall(r"^\| ([A-Z]\d+) \|", _read("docs/features.md"), re.MULTILINE)
    assert rows == [f"{group}{n}" for group, most in GROUPS.items() for n in range(1, most + 1)]


def test_what_works_names_its_code_and_its_test() -> None:
    rows = re.findall(
        r"^\| ([A-Z]\d+) \| [^|]+ \| ([^|]+) \|([^|]*)\|([^|]*)\|$",
        _read("docs/features.md"),
        re.MULTILINE,
    )
    assert len(rows) == sum(GROUPS.values())
    assert [number for number, state, _, _ in rows if not STATES.fullmatch(state)] == []
    claimed = [row for row in rows if row[1] != "not yet"]
    paths = [path for row in claimed for cell in row[2:] for path in _quoted(cell)]
    assert [
        number for number, _, where, test in claimed if not (_quoted(where) and _quoted(test))
    ] == []
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_decisions_are_numbered_in_order() -> None:
    names = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_changes_say_their_kind() -> None:
    name = re.compile(r"[a-z]+-[a-z0-9-]+\.(added|changed|fixed|removed|security)\.md|README\.md")
    assert [p.name for p in (ROOT / "changes").iterdir() if not name.fullmatch(p.name)] == []


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_documents_name_files_that_exist(document: str) -> None:
    found = re.findall(r"`((?:docs|tests|depesha|tools|changes)/[\w./-]*)`", _read(document))
    assert [path for path in found if not (ROOT / path).exists()] == []


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _read(path: str) -> str:
    return Path(ROOT / path).read_text("utf-8")


def _commands(parser: argparse.ArgumentParser, before: str = "") -> list[str]:
    """The names of all commands, with those of their groups before them."""
    found: list[str] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                found += _commands(below, f"{before} {name}".strip()) or [
                    f"{before} {name}".strip()
                ]
    return found
