"""A PostgreSQL cluster of Debian's own packages in a folder of its own, for one test session."""

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from pathlib import Path
from urllib.parse import quote

PACKAGE = "postgresql"
"""The Debian package that brings the server."""

_ROOM = 4 * 2**30

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


class Missing(Exception):
    """PostgreSQL is not installed here; the text names the package."""


class Cluster:
    """A running cluster; made by `start_cluster`, ended by `stop`."""

    def __init__(self, programs: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self._programs = programs
        self._folder = folder
        self._process = process
        self._numbers = itertools.count()
        self._log: deque[bytes] = deque(maxlen=1000)
        # The pipe must be read on, or a talkative server would block on it.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        # Twice a test something is told to the cluster: by one `psql`, which is begun once.
        self._psql = subprocess.Popen(
            [*self._command(), "postgres"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
        )
        self._turn = threading.Lock()

    def create(self, template: str = "template0") -> str:
        """The URL of a new database, a copy of `template`."""
        name = f"test_{next(self._numbers)}"
        # Copying files is twice as fast as writing them into the log again.
        self._tell(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        self._tell(f"DROP DATABASE {self.name(url)} WITH (FORCE)")

    def url(self, name: str) -> str:
        return f"postgresql:///{name}?host={quote(str(self._folder))}&user=postgres"

    @staticmethod
    def name(url: str) -> str:
        return url.removeprefix("postgresql:///").partition("?")[0]

    def run(self, sql: str, database: str = "postgres") -> str:
        """What `psql` prints for one statement."""
        return subprocess.run(
            [*self._command(), "-c", sql, database],
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
        ).stdout

    def _command(self) -> list[str]:
        psql = [str(self._programs / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        return [*psql, "-h", str(self._folder), "-U", "postgres"]

    def _tell(self, sql: str) -> None:
        """Have a statement done that gives nothing back; raises RuntimeError with what is wrong."""
        assert self._psql.stdin is not None
        assert self._psql.stdout is not None
        with self._turn:
            # A number of its own: the one before may have been interrupted by its test's limit.
            done = f"done {next(self._numbers)}"
            self._psql.stdin.write(f"{sql};\n\\echo {done}\n")
            self._psql.stdin.flush()
            said = []
            while (line := self._psql.stdout.readline()) != f"{done}\n":
                said.append(line)
                if not line:
                    raise RuntimeError("".join(said))

    def stop(self) -> None:
        self._psql.communicate()
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)
        self._reader.join(30)
        shutil.rmtree(self._folder, ignore_errors=True)

    def log(self) -> str:
        """The latest lines that the server wrote."""
        return b"".join(self._log).decode(errors="replace")

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            self._log.extend(lines)


def start_cluster() -> Cluster:
    """Make and start a cluster; root starts it as the user `postgres`. Raises Missing."""
    programs = _programs()
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="depesha-pg-", dir=memory_folder() or "/tmp"))
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    try:
        _initialise(programs, data, user)
        process = _launch(programs, folder, data, user)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Cluster(programs, folder, process)


def memory_folder() -> str | None:
    """A folder in memory with room for tests, if there is one: they wait for no disk there."""
    shared = Path("/dev/shm")
    if not (shared.is_dir() and os.access(shared, os.W_OK)):
        return None
    return str(shared) if shutil.disk_usage(shared).free > _ROOM else None


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        raise Missing(f"needs PostgreSQL: apt-get install {PACKAGE}")
    return found[-1].parent


def _user() -> pwd.struct_passwd | None:
    """The user that the cluster must run as, or None for the one we are."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise Missing(f"needs the user postgres: apt-get install {PACKAGE}") from None


def _initialise(programs: Path, data: Path, user: pwd.struct_passwd | None) -> None:
    """`initdb`, with Russian collation: nothing may hang on the database sorting by bytes."""
    place = [
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "--no-sync",
    ]
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=ru"]
    subprocess.run(
        [*place, *locale],
        check=True,
        capture_output=True,
        cwd="/",
        **_as(user),
    )


def _launch(
    programs: Path, folder: Path, data: Path, user: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    settings = {**_SETTINGS, "unix_socket_directories": str(folder)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = subprocess.Popen(
        [programs / "postgres", "-D", data, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
        preexec_fn=_die_with_parent,  # noqa: PLW1509  # it calls prctl and nothing else
        **_as(user),
    )
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if b"ready to accept connections" in line:
            return process
    process.wait()
    process.stderr.close()
    raise RuntimeError("PostgreSQL did not start:\n" + b"".join(seen).decode(errors="replace"))


def _as(user: pwd.struct_passwd | None) -> dict:
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _die_with_parent() -> None:
    """A test run that is killed leaves no server behind."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)
