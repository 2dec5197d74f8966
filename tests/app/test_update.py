"""`depesha update` of a checkout with a server at work: forward, and back when that fails."""

import asyncio
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.harness.process import ROOT, environment

pytestmark = [pytest.mark.slow, pytest.mark.limit(900)]

_PROGRAM = """#!/bin/sh
export PYTHONPATH={root}
exec {python} -P -c 'import sys; from depesha.app.cli import main; sys.exit(main())' "$@"
"""
_START = """cd {root}
nohup .venv/bin/depesha serve >serve.log 2>&1 </dev/null &
echo $! >pid
"""
_STOP = """cd {root}
test -e pid || exit 0
kill $(cat pid) 2>/dev/null
while kill -0 $(cat pid) 2>/dev/null; do sleep 0.1; done
rm pid
"""


def git(folder: Path, *words: str) -> str:
    names = ("-c", "user.name=Test", "-c", "user.email=test@depesha.test")
    done = subprocess.run(
        ["git", *names, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@dataclass(frozen=True)
class Place:
    """Where versions come from, and an installation of the first of them."""

    upstream: Path
    root: Path
    env: dict[str, str]

    def release(self, path: str, text: str) -> str:
        """A new version that has one more file; its commit."""
        (self.upstream / path).write_text(text)
        git(self.upstream, "add", "-A")
        git(self.upstream, "commit", "-q", "-m", path)
        return git(self.upstream, "rev-parse", "HEAD")

    @property
    def version(self) -> str:
        return git(self.root, "rev-parse", "HEAD")

    async def depesha(self, *words: str) -> tuple[int, str]:
        """Exit code, and what is said."""
        running = await asyncio.create_subprocess_exec(
            self.root / ".venv/bin/depesha",
            *words,
            env=self.env,
            cwd=self.root,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await running.communicate()
        assert running.returncode is not None
        return running.returncode, told.decode()

    async def update(self, *more: str) -> tuple[int, str]:
        ways = ("--stop", f"sh {self.root}/stop.sh", "--start", f"sh {self.root}/start.sh")
        return await self.depesha("update", *ways, *more)

    @property
    def is_serving(self) -> bool:
        return (self.root / "pid").exists() and (self.root.parent / "data/operator.sock").exists()

    def backups(self) -> list[Path]:
        return list((self.root.parent / "data-backups").glob("before-*.tar"))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    settings: dict[str, Any] = {}
    if request.param == "postgresql":
        settings["database"] = request.getfixturevalue("postgres_url")
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings["listen"] = f"127.0.0.1:{free.getsockname()[1]}"
    # The path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="upd") as folder:
        upstream, root = Path(folder) / "from", Path(folder) / "here"
        bare = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "depesha", upstream / "depesha", ignore=bare)
        (upstream / "Makefile").write_text("install:\n\t@true\n")
        (upstream / ".gitignore").write_text("/.venv\n__pycache__\n/*.sh\n/pid\n/serve.log\n")
        git(upstream, "init", "-q", "-b", "main")
        git(upstream, "add", "-A")
        git(upstream, "commit", "-q", "-m", "first")
        git(Path(folder), "clone", "-q", str(upstream), str(root))
        program = root / ".venv/bin/depesha"
        program.parent.mkdir(parents=True)
        program.write_text(_PROGRAM.format(root=root, python=sys.executable))
        program.chmod(0o755)
        (root / "start.sh").write_text(_START.format(root=root))
        (root / "stop.sh").write_text(_STOP.format(root=root))
        env = environment(Path(folder) / "data", log_format="json", **settings)
        del env["PYTHONPATH"]
        yield Place(upstream, root, env)
        subprocess.run(["sh", str(root / "stop.sh")], check=True)


async def test_an_update_goes_forward_or_not_at_all(place: Place) -> None:
    add = ("user", "create")
    code, told = await place.depesha(*add, "alice")
    assert code == 0, told
    first = place.version
    code, told = await place.update()
    assert (code, told.strip()) == (0, "This is the newest version already"), told
    assert not place.backups()

    good = "CREATE TABLE tenants_trial (institution_id INTEGER PRIMARY KEY);\n"
    second = place.release("depesha/tenants/schema/20991231T0000_trial.sql", good)
    code, told = await place.update()
    assert code == 0, told
    assert place.version == second
    assert place.is_serving
    (backup,) = place.backups()
    assert f"{first[:12]} has become {second[:12]}; the backup of before is {backup}" in told
    assert (await place.depesha(*add, "bob"))[0] == 0

    place.release("depesha/tenants/schema/20991231T0001_broken.sql", "CREATE TABLE broken (;\n")
    code, told = await place.update()
    assert code == 1
    assert "the version of before serves again" in told
    assert place.version == second
    assert place.is_serving
    code, told = await place.depesha("user", "list")
    assert code == 0, told
    assert "@alice:" in told
    assert "@bob:" in told
    assert len(place.backups()) == 2


async def test_what_cannot_be_updated_is_left_as_it_is(place: Place) -> None:
    first = place.version
    place.release("NEW", "new")
    code, told = await place.update("--to", "no-such-tag")
    assert code == 1
    assert "nothing was changed" in told
    (place.root / "Makefile").write_text("install:\n\t@false\n")
    code, told = await place.update()
    assert code == 1
    assert "changed by hand" in told
    git(place.root, "checkout", "-q", "Makefile")
    code, told = await place.update("--backups", "/proc/no")
    assert code == 1
    assert place.version == first
    assert not place.backups()
