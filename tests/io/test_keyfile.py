"""Secrets kept in a file."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from depesha.io.keyfile import read_or_make


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "secret"
    assert read_or_make(path, "one") == "one"
    assert read_or_make(path, "two") == "one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["secret"]


def test_whoever_is_first_decides(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda number: read_or_make(path, str(number)), range(32)))
    assert len(found) == 1
    assert [item.name for item in tmp_path.iterdir()] == ["secret"]
