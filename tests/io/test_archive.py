"""`io.archive`: what was written is read back, and nothing else is taken for it."""

import io
import tarfile
from pathlib import Path

import pytest

from depesha.io.archive import (
    SUMS,
    ArchiveError,
    Writer,
    read_archive,
    unpack_archive,
    verify_archive,
)

FORMS = ["backup", "backup.tar"]


@pytest.fixture(params=FORMS)
def backup(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A backup of a text and a file."""
    source = tmp_path / "source"
    source.write_bytes(b"x" * 3_000_000)
    target = tmp_path / str(request.param)
    with Writer(target) as writer:
        writer.add_text("about", "привет")
        writer.add("media/ab/cd/abcd", source)
        assert not target.exists()
    return target


def test_a_backup_is_unpacked_as_it_was(backup: Path, tmp_path: Path) -> None:
    assert verify_archive(backup) == 2
    assert unpack_archive(backup, tmp_path / "new") == 2
    assert (tmp_path / "new/about").read_text() == "привет"
    assert (tmp_path / "new/media/ab/cd/abcd").read_bytes() == b"x" * 3_000_000
    assert (tmp_path / "new/about").stat().st_mode & 0o777 == 0o600
    assert (backup.stat().st_mode & 0o077) == 0


def test_nothing_is_written_over(backup: Path) -> None:
    with pytest.raises(ArchiveError, match="already"), Writer(backup):
        pass
    assert verify_archive(backup) == 2


@pytest.mark.parametrize("form", FORMS)
def test_what_is_broken_off_leaves_nothing(tmp_path: Path, form: str) -> None:
    def write() -> None:
        with Writer(tmp_path / form) as writer:
            writer.add_text("about", "x")
            writer.add("file", tmp_path / "none")

    with pytest.raises(FileNotFoundError):
        write()
    assert list(tmp_path.iterdir()) == []


def spoil(backup: Path, name: str, data: bytes | None) -> None:
    """Change a file of a backup, leave it out, or put one in."""
    files = {found: source.read() for found, source in read_archive(backup)}
    files.pop(name, None)
    if data is not None:
        files[name] = data
    if backup.is_dir():
        (backup / name).unlink(missing_ok=True)
        if data is not None:
            (backup / name).write_bytes(data)
        return
    with tarfile.open(backup, "w") as tar:
        for each, content in files.items():
            info = tarfile.TarInfo(each)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("about", b"other"),
        ("about", None),
        ("media/ab/cd/abcd", b"x" * 2_999_999 + b"y"),
        ("more", b"x"),
        (SUMS, None),
        (SUMS, b""),
    ],
)
def test_damage_is_noticed(backup: Path, tmp_path: Path, name: str, data: bytes | None) -> None:
    spoil(backup, name, data)
    with pytest.raises(ArchiveError, match=r"damaged|not whole"):
        verify_archive(backup)
    with pytest.raises(ArchiveError, match=r"damaged|not whole"):
        unpack_archive(backup, tmp_path / "new")


def test_a_file_cut_short_is_noticed(tmp_path: Path) -> None:
    with Writer(tmp_path / "b.tar") as writer:
        writer.add_text("about", "x" * 100_000)
    whole = (tmp_path / "b.tar").read_bytes()
    (tmp_path / "b.tar").write_bytes(whole[:50_000])
    with pytest.raises(ArchiveError):
        verify_archive(tmp_path / "b.tar")
    with pytest.raises(ArchiveError):
        verify_archive(tmp_path / "none")


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil"])
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    with Writer(tmp_path / "b.tar") as writer:
        writer.add_text("about", "x")
    spoil(tmp_path / "b.tar", name, b"x")
    with pytest.raises(ArchiveError, match="leads out"):
        unpack_archive(tmp_path / "b.tar", tmp_path / "new")
    assert not (tmp_path / "evil").exists()
