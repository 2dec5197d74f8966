"""The peer: Synapse from PyPI in an environment of its own, on SQLite, with its rate limits off.

Everything else is Synapse's default, but for the log, which is kept to warnings: that is to its
advantage.
"""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.bench import process
from tools.bench.load import ask_all
from tools.bench.server import CLIENT, Server, Session, session
from tools.bench.wire import request

REQUIREMENT = "matrix-synapse[jwt]==1.163.2"
SECRET = "only for the measurement"
UNLIMITED = {"per_second": 1e9, "burst_count": 1_000_000_000}


def install(home: Path) -> Path:
    """Its Python, installed under `home` unless it is there already."""
    python = home / "bin" / "python"
    stamp = home / "installed"
    if not stamp.exists() or stamp.read_text() != REQUIREMENT:
        print(f"Installing {REQUIREMENT} in {home} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", REQUIREMENT], check=True)
        stamp.write_text(REQUIREMENT)
    return python


def start(home: Path, folder: Path) -> Server:
    """Start it on fresh data in `folder`."""
    python = install(home)
    port = process.free_port()
    config = folder / "homeserver.yaml"
    config.write_text(json.dumps(_config(folder, port), indent=1))
    seed = base64.b64encode(os.urandom(32)).decode().rstrip("=")
    (folder / "signing.key").write_text(f"ed25519 bench {seed}\n")
    (folder / "log.yaml").write_text(json.dumps(_log_config()))
    command = [str(python), "-m", "synapse.app.homeserver", "-c", str(config)]
    return Server("Synapse", port, process.start(command, folder), sign_up)


async def sign_up(port: int, names: Sequence[str]) -> list[Session]:
    """Users without a password, by a signed token (`org.matrix.login.jwt`): its default of bcrypt
    with 12 rounds would make the set-up last longer than the measurement."""
    path = f"{CLIENT}/login"
    answers = await ask_all(port, (request("POST", path, body=_login(name)) for name in names))
    return [session(answer.body) for answer in answers]


def _login(name: str) -> bytes:
    return json.dumps({"type": "org.matrix.login.jwt", "token": _token(name)}).encode()


def _token(name: str) -> str:
    """RFC 7519 with HS256."""
    parts = [_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256"}, {"sub": name})]
    signed = ".".join(parts).encode()
    mac = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    return ".".join([*parts, _base64url(mac)])


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _config(folder: Path, port: int) -> dict[str, object]:
    return {
        "server_name": "bench.test",
        "report_stats": False,
        "pid_file": str(folder / "homeserver.pid"),
        "signing_key_path": str(folder / "signing.key"),
        "log_config": str(folder / "log.yaml"),
        "media_store_path": str(folder / "media"),
        "trusted_key_servers": [],
        "listeners": [
            {
                "port": port,
                "type": "http",
                "bind_addresses": ["127.0.0.1"],
                "resources": [{"names": ["client"], "compress": False}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "registration_shared_secret": SECRET,
        "jwt_config": {"enabled": True, "secret": SECRET, "algorithm": "HS256"},
        "user_directory": {"enabled": True, "search_all_users": True},
        **_limits(),
    }


def _limits() -> dict[str, object]:
    plain = (
        "rc_message rc_registration rc_registration_token_validity rc_admin_redaction"
        " rc_joins_per_room rc_key_requests rc_3pid_validation rc_third_party_invite"
        " rc_media_create rc_delayed_event_mgmt rc_room_creation rc_reports rc_user_directory"
        " rc_profile"
    )
    return dict.fromkeys(plain.split(), UNLIMITED) | {
        "rc_login": {"address": UNLIMITED, "account": UNLIMITED, "failed_attempts": UNLIMITED},
        "rc_joins": {"local": UNLIMITED, "remote": UNLIMITED},
        "rc_invites": {"per_room": UNLIMITED, "per_user": UNLIMITED, "per_issuer": UNLIMITED},
        "rc_presence": {"per_user": UNLIMITED},
        "remote_media_download_burst_count": "1000G",
        "max_upload_size": "50M",
    }


def _log_config() -> dict[str, object]:
    return {
        "version": 1,
        "handlers": {"console": {"class": "logging.StreamHandler"}},
        "root": {"level": "WARNING", "handlers": ["console"]},
        "disable_existing_loggers": False,
    }
