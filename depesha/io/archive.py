"""A backup on the disk: a folder or one tar file, with the SHA-256 of everything in it.

`SHA256SUMS` has the form of `sha256sum` and is written last: where it is missing, the backup was
broken off. Nothing here needs an event loop.
"""

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Self

SUMS = "SHA256SUMS"
_PIECE = 1 << 20


class ArchiveError(Exception):
    """The backup is not whole, or cannot be written; the text says what is wrong."""


class Writer:
    """Writes a backup that is there whole or not at all.

    A path that ends in `.tar` becomes a file, any other one a folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._sums: list[str] = []
        self._tar: tarfile.TarFile | None = None

    @property
    def count(self) -> int:
        """How many files were taken in."""
        return len(self._sums)

    def __enter__(self) -> Self:
        if self._path.exists():
            raise ArchiveError(f"{self._path} is there already")
        self._remove()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.suffix == ".tar":
            descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._tar = tarfile.open(fileobj=os.fdopen(descriptor, "wb"), mode="w")
        else:
            self._part.mkdir(mode=0o700)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._close()
            self._remove()

    def add(self, name: str, path: Path) -> None:
        """Take in a file under a name such as `media/ab/cd/abcd…`."""
        with path.open("rb") as source:
            reading = _Reading(source)
            self._write(name, reading, os.fstat(source.fileno()).st_size)
            self._sums.append(f"{reading.sha256.hexdigest()}  {name}\n")

    def add_text(self, name: str, text: str) -> None:
        """Take in a text as a file."""
        data = text.encode()
        self._write(name, io.BytesIO(data), len(data))
        self._sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")

    def _write(self, name: str, source: "IO[bytes] | _Reading", size: int) -> None:
        if self._tar is not None:
            info = tarfile.TarInfo(name)
            info.size, info.mode = size, 0o600
            self._tar.addfile(info, source)
        else:
            _copy(source.read, self._part / name)

    def _finish(self) -> None:
        data = "".join(self._sums).encode()
        self._write(SUMS, io.BytesIO(data), len(data))
        self._close()
        _sync(self._part)
        self._part.rename(self._path)
        _sync(self._path.parent)

    def _close(self) -> None:
        if self._tar is not None:
            self._tar.close()
            assert self._tar.fileobj is not None
            self._tar.fileobj.close()
            self._tar = None

    def _remove(self) -> None:
        if self._part.is_dir():
            shutil.rmtree(self._part)
        else:
            self._part.unlink(missing_ok=True)


class _Reading:
    """A source whose bytes are hashed as they are read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.sha256 = hashlib.sha256()

    def read(self, count: int = _PIECE) -> bytes:
        data = self._source.read(count)
        self.sha256.update(data)
        return data


def read_archive(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and content of each file of a backup. Raises ArchiveError where there is none."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                with file.open("rb") as source:
                    yield file.relative_to(path).as_posix(), source
        return
    try:
        with tarfile.open(path, "r:") as tar:
            for info in tar:
                if (member := tar.extractfile(info)) is not None:
                    yield info.name, member
    except (OSError, tarfile.TarError, EOFError) as error:
        raise ArchiveError(f"{path}: {error}") from error


def verify_archive(path: Path) -> int:
    """How many files a backup has; raises ArchiveError unless each is as it was written."""
    return _check(path, lambda _name, source: _hash(source))


def unpack_archive(path: Path, folder: Path) -> int:
    """Write the files of a backup below a folder, each checked; as `verify_archive`."""

    def keep(name: str, source: IO[bytes]) -> str:
        reading = _Reading(source)
        _copy(reading.read, folder / _safe(name))
        return reading.sha256.hexdigest()

    return _check(path, keep)


def _check(path: Path, take: Callable[[str, IO[bytes]], str]) -> int:
    """Compare what `take` says of each file, its hash, with the list."""
    found: dict[str, str] = {}
    listed: dict[str, str] | None = None
    try:
        for name, source in read_archive(path):
            if name == SUMS:
                listed = _sums(source.read())
            else:
                found[name] = take(name, source)
    except tarfile.TarError as error:
        raise ArchiveError(f"{path}: {error}") from error
    if listed is None:
        raise ArchiveError(f"{path} is not whole: {SUMS} is missing")
    wrong = sorted(
        name for name in listed.keys() | found.keys() if listed.get(name) != found.get(name)
    )
    if wrong:
        raise ArchiveError(f"{path} is damaged: {', '.join(wrong[:10])}")
    return len(found)


def _sums(data: bytes) -> dict[str, str]:
    pairs = (line.partition("  ") for line in data.decode("utf-8", "replace").splitlines())
    return {name: digest for digest, _, name in pairs}


def _hash(source: IO[bytes]) -> str:
    reading = _Reading(source)
    while reading.read():
        pass
    return reading.sha256.hexdigest()


def _safe(name: str) -> PurePosixPath:
    """The name, unless it leads out of the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ArchiveError(f"{name} leads out of the backup")
    return path


def _copy(read: Callable[[int], bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        _pour(read, file)
        file.flush()
        os.fsync(file.fileno())


def _pour(read: Callable[[int], bytes], file: BinaryIO) -> None:
    while piece := read(_PIECE):
        file.write(piece)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
