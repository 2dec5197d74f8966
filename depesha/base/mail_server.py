"""The mail server that letters leave by, as the settings name it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over, and how: by TLS from the start, by STARTTLS, or plainly."""

    host: str
    port: int
    is_tls: bool
    is_plain: bool


def read_mail_server(text: str) -> MailServer | None:
    """The server that an address names, None for ""; raises ValueError.

    `smtps://host` speaks TLS from the start, `smtp://host` turns to TLS by STARTTLS, and
    `smtp+plain://` stays plain, which only this machine's own server may.
    """
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("expected smtps://HOST, smtp://HOST or smtp+plain://127.0.0.1")
    if "@" in parts.netloc:
        raise ValueError("name and password belong into mail_user and mail_password")
    is_plain = parts.scheme == "smtp+plain"
    if is_plain and parts.hostname not in _LOOPBACK:
        raise ValueError("letters leave this machine by TLS only")
    port = parts.port or _PORTS[parts.scheme]
    return MailServer(parts.hostname, port, parts.scheme == "smtps", is_plain)
