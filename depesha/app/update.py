"""`depesha update`: another version of the program, with a backup before, and back if it fails.

For an installation as README.md makes it: a git checkout with `.venv` in it. The server is stopped
first, so that nothing is written after the backup that a way back would lose. The new version opens
the data once before it serves anybody. What is done after the checkout is done by other processes:
this one is still of the version before.
"""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import depesha
from depesha.app.operate import socket_path
from depesha.base.clock import Clock
from depesha.base.config import Config
from depesha.io.local import ask_local

HEALTHY_SECONDS = 120
"""How long a server may take to answer once it was started."""

_HEALTH = "/_depesha/v1/admin/health"


class UpdateError(Exception):
    """The update was not made; the message says what serves now."""


class _Failed(Exception):
    """A step has failed."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the server is stopped and started (shell commands), and where backups go."""

    stop: str
    start: str
    backups: Path


@dataclass(frozen=True, slots=True)
class _Place:
    """One installation and its settings, as arguments of our own commands."""

    root: Path
    config: Config
    options: tuple[str, ...]

    def run(self, *command: str) -> str:
        """What a command in the checkout prints; raises _Failed."""
        # The words are ours and the operator's; no shell reads them.
        done = subprocess.run(  # noqa: S603
            command, cwd=self.root, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise _Failed(f"{' '.join(command[:3])}: {said[-1] if said else done.returncode}")
        return done.stdout.strip()

    def git(self, *words: str) -> str:
        return self.run("git", *words)

    def depesha(self, *words: str) -> str:
        """What the program says, in the version that is there now."""
        return self.run(str(self.root / ".venv/bin/depesha"), *words, *self.options)

    def shell(self, command: str) -> None:
        """What starts or stops the server, as the operator wrote it; its output is not kept."""
        # A command of the operator, who may write a pipe into it.
        done = subprocess.run(  # noqa: S602
            command,
            shell=True,
            cwd=self.root,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if done.returncode:
            raise _Failed(f"{command}: {done.returncode}")


def update(config: Config, config_file: str | None, to: str | None, way: Way) -> str:
    """Bring the newest version, or the one named; what was done, in words. Raises UpdateError."""
    named = ("--config", config_file) if config_file else ()
    options = ("--data", config.data, "--server-name", config.server_name, *named)
    place = _Place(Path(depesha.__file__).resolve().parents[1], config, options)
    try:
        old, new = _choose(place, to)
        if old == new:
            return "This is the newest version already"
        # While the old version serves: with settings that are not usable nothing would start.
        place.depesha("config", "check")
        backup = _set_aside(place, way, old)
    except _Failed as failed:
        raise UpdateError(f"{failed}; nothing was changed") from None
    is_touched = False
    try:
        _put(place, new)
        is_touched = True
        # Opens the data as the server will, and serves nobody.
        place.depesha("user", "list")
        _start(place, way)
    except _Failed as failed:
        _go_back(place, way, old, backup if is_touched else None)
        raise UpdateError(f"{failed}; the version of before serves again") from None
    return f"{old[:12]} has become {new[:12]}; the backup of before is {backup}"


def _choose(place: _Place, to: str | None) -> tuple[str, str]:
    """The commit that is there, and the one to come."""
    if not (place.root / ".git").exists():
        raise _Failed(f"{place.root} is no git checkout")
    if changed := place.git("status", "--porcelain", "--untracked-files=no"):
        raise _Failed(f"files of the program were changed by hand: {changed.splitlines()[0]}")
    place.git("fetch", "--quiet", "--tags")
    old = place.git("rev-parse", "HEAD")
    new = place.git("rev-parse", "--verify", f"{to or '@{upstream}'}^{{commit}}")
    if to is None and old != new:
        place.git("merge-base", "--is-ancestor", old, new)
    return old, new


def _set_aside(place: _Place, way: Way, old: str) -> Path:
    """Stop the server and copy everything; if that fails, it serves again."""
    way.backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    backup = way.backups / f"before-{old[:12]}-{Clock().now_ms()}.tar"
    place.shell(way.stop)
    try:
        place.depesha("backup", str(backup))
        place.depesha("backup", "verify", str(backup))
    except _Failed:
        place.shell(way.start)
        raise
    return backup


def _put(place: _Place, commit: str) -> None:
    place.git("reset", "--quiet", "--keep", commit)
    place.run("make", "install")


def _start(place: _Place, way: Way) -> None:
    place.shell(way.start)
    if not asyncio.run(_becomes_healthy(place.config)):
        raise _Failed(f"the server did not answer within {HEALTHY_SECONDS} s")


async def _becomes_healthy(config: Config) -> bool:
    clock = Clock()
    for _ in range(2 * HEALTHY_SECONDS):
        answer = await ask_local(socket_path(config), "GET", _HEALTH, b"")
        if answer is not None and answer.status == 200:
            return True
        await clock.sleep(0.5)
    return False


def _go_back(place: _Place, way: Way, old: str, backup: Path | None) -> None:
    """The version of before, and its data from the backup, if there is one.

    Raises UpdateError when even that fails.
    """
    try:
        place.shell(way.stop)
    except _Failed:
        # It may not have been running; if it is, the restore says so.
        sys.stderr.write("the server could not be stopped once more\n")
    try:
        _put(place, old)
        if backup is not None:
            place.depesha("restore", "--replace", str(backup))
        _start(place, way)
    except _Failed as failed:
        where = f": the data of before are in {backup}" if backup else ""
        message = f"going back failed, too ({failed}){where}"
        raise UpdateError(message) from None


def usual_backups(config: Config) -> Path:
    """Beside the data folder, which would be lost with them."""
    data = Path(os.path.abspath(config.data))
    return data.with_name(f"{data.name}-backups")
