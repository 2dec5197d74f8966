"""`depesha backup` and `depesha restore`: everything that an institution would lose with its disk.

The database is copied first and the files after it: a file is kept before a row names it, so the
copy has every file that its database knows. A restored server begins a new run of the log, so
that what was told after the backup is known to be void (docs/decisions/0005-tokens-and-runs.md).
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from depesha.app.operate import make_folder, opened
from depesha.base.canonical import Content, decode, encode
from depesha.base.clock import Clock
from depesha.base.config import Config
from depesha.io.archive import ArchiveError, Writer, read_archive, unpack_archive
from depesha.io.dump import (
    ASIDE,
    dump_database,
    is_empty,
    is_postgres,
    load_database,
    move_tables,
)
from depesha.keys import reset_all_unclaimed

ABOUT = "backup.json"
SETTINGS = "settings"
SQLITE, POSTGRES = "depesha.sqlite", "depesha.pgdump"
"""The database's file in a backup, by engine."""

_DATA = "data"
_MEDIA, _DRAFTS = "media", "drafts"
_FORMAT = 1
_ASIDE = ("replaced-", "restored-settings-")
"""What a restore has put aside belongs to no backup."""


def back_up(config: Config, clock: Clock, target: Path, config_file: str | None) -> int:
    """Write a backup of a server that may be running; how many files it has.

    Raises ArchiveError, DumpError or OSError, having written nothing.
    """
    data, place = Path(config.data), config.database_url()
    database = POSTGRES if is_postgres(place) else SQLITE
    if data.resolve() in target.resolve().parents:
        raise ArchiveError("a backup in the data folder would be lost with it")
    about = {
        "format": _FORMAT,
        "program": version("depesha"),
        "server_name": config.server_name,
        "database": database,
        "made_ts": clock.now_ms(),
    }
    with Writer(target) as writer:
        writer.add_text(ABOUT, encode(about).decode())
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            copy = Path(folder) / database
            dump_database(place, copy)
            writer.add(database, copy)
        for path in _files(data):
            writer.add(f"{_DATA}/{path.relative_to(data).as_posix()}", path)
        if config_file is not None:
            writer.add(f"{SETTINGS}/depesha.toml", Path(config_file))
        for number, path in enumerate(map(Path, config.application_services)):
            writer.add(f"{SETTINGS}/{number}-{path.name}", path)
        return writer.count


def _files(data: Path) -> Iterator[Path]:
    """The keys, and the media that are whole."""
    for path in sorted(data.iterdir()):
        if path.is_file() and not path.name.startswith((SQLITE, ".")):
            yield path
    for path in sorted((data / _MEDIA).rglob("*")):
        if path.is_file() and path.parent.name != _DRAFTS:
            yield path


def restore(config: Config, clock: Clock, source: Path, *, replace: bool) -> str:
    """Put a backup in its place, as the settings say; what it was, in words.

    With `replace`, what is there moves to a folder `replaced-…`, and tables of PostgreSQL to a
    schema `replaced_…`. Raises ArchiveError, DumpError, Unavailable or OSError; nothing has been
    touched when the backup is not whole or is another's, or something is in its place.
    """
    data, place, now = Path(config.data), config.database_url(), clock.now_ms()
    about = _about(source, config)
    asyncio.run(_check_place(place, data, replace=replace))
    make_folder(data)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=data) as folder:
        unpacked = Path(folder)
        unpack_archive(source, unpacked)
        _make_room(data, f"replaced-{now}")
        if is_postgres(place):
            asyncio.run(move_tables(place, f"{ASIDE}{now}"))
            load_database(place, unpacked / POSTGRES)
        else:
            (unpacked / SQLITE).rename(place)
        if (unpacked / _DATA).exists():
            for path in (unpacked / _DATA).iterdir():
                path.rename(data / path.name)
        if (unpacked / SETTINGS).exists():
            (unpacked / SETTINGS).rename(data / f"restored-settings-{now}")
    dropped = asyncio.run(_begin_anew(config, clock))
    made = datetime.fromtimestamp(about["made_ts"] / 1000, UTC).isoformat(timespec="seconds")
    return f"{config.server_name} is as it was at {made}; {dropped} one-time keys were dropped"


def _about(source: Path, config: Config) -> Content:
    """What the backup says of itself, if it may be put where the settings say."""
    about = next((decode(f.read()) for name, f in read_archive(source) if name == ABOUT), None)
    if about is None:
        raise ArchiveError(f"{source} is no backup: {ABOUT} is missing")
    if about.get("format") != _FORMAT:
        raise ArchiveError(f"{source} was made by another version of the program")
    if about["server_name"] != config.server_name:
        raise ArchiveError(f"this is {about['server_name']}, not {config.server_name}")
    if about["database"] != (POSTGRES if is_postgres(config.database_url()) else SQLITE):
        raise ArchiveError(f"its database is {about['database']}: the settings name another engine")
    found: Content = about
    return found


async def _check_place(place: str, data: Path, *, replace: bool) -> None:
    """Raise ArchiveError when something would be lost, Unavailable when a server is at work."""
    is_free = await is_empty(place) and not _in_the_way(data)
    if not (is_free or replace):
        raise ArchiveError("there is data in its place: --replace moves it away")


def _in_the_way(data: Path) -> list[Path]:
    if not data.exists():
        return []
    return [path for path in data.iterdir() if not path.name.startswith((".", *_ASIDE))]


def _make_room(data: Path, name: str) -> None:
    for path in _in_the_way(data):
        (data / name).mkdir(exist_ok=True, mode=0o700)
        shutil.move(path, data / name / path.name)


async def _begin_anew(config: Config, clock: Clock) -> int:
    """Begin a run of the log, and forget the one-time keys that may have been given out since.

    How many keys there were.
    """
    async with opened(config, clock) as house:
        spine = house.spine
        return await spine.db.write(reset_all_unclaimed, spine.institution.id)
