"""Secrets kept in a file that only its owner may read."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


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
    with _drafted(path, secret.encode()) as draft, contextlib.suppress(FileExistsError):
        os.link(draft, path)


def write_whole(path: Path, content: bytes) -> None:
    """Put a file whole into its place, instead of one that is there. Raises OSError."""
    with _drafted(path, content) as draft:
        os.replace(draft, path)


@contextlib.contextmanager
def _drafted(path: Path, content: bytes) -> Iterator[str]:
    """A file beside `path`, on the disk and its owner's alone; gone afterwards."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)


def key_text(key: ec.EllipticCurvePrivateKey) -> str:
    """A private key as it is kept in a file: PEM (PKCS #8)."""
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def read_text(path: str) -> str:
    """What an administrator has put into a file, such as a password; "" for no path.

    Without the end of its line. Raises OSError and ValueError.
    """
    return Path(path).read_text("utf-8").rstrip("\r\n") if path else ""
