"""Secrets kept in a file that only its owner may read."""

import contextlib
import os
from pathlib import Path


def read_or_make(path: Path, secret: str) -> str:
    """The text of the file; when there is none, the file is made with `secret`.

    Several processes may start at the same time: all of them get the same text. Raises OSError.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(path, secret)
    return path.read_text("utf-8")


def _make(path: Path, secret: str) -> None:
    """Make the file whole or not at all, and leave one that is there by now as it is."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
