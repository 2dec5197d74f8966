"""Matrix identifiers: parsing and validation.

Spec: appendices, "Identifier Grammar".
"""

import ipaddress
import re
from typing import NamedTuple

MAX_ID_BYTES = 255

_SERVER_NAME = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,230})(?::\d{1,5})?"
)
_LOCALPART = re.compile(r"[a-z0-9._=/+-]+")
_OPAQUE = re.compile(r"[0-9A-Za-z._=/+~-]+")
_KEY_ID = re.compile(r"[a-z0-9_]+:[0-9A-Za-z_+/=-]+")


class Id(NamedTuple):
    """The two halves of `@local:domain`, `#local:domain` or `!local:domain`."""

    local: str
    domain: str


def is_server_name(text: str) -> bool:
    return _SERVER_NAME.fullmatch(text) is not None


def is_address(host: str) -> bool:
    """Whether a host is an IP address, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _split(sigil: str, text: str) -> Id | None:
    if text[:1] != sigil or "\x00" in text or len(text.encode(errors="replace")) > MAX_ID_BYTES:
        return None
    local, colon, domain = text[1:].partition(":")
    return Id(local, domain) if colon and is_server_name(domain) else None


def parse_user_id(text: str) -> Id | None:
    """The halves of a user id by the historical grammar (any localpart), or None."""
    return _split("@", text)


def parse_alias(text: str) -> Id | None:
    found = _split("#", text)
    return found if found and found.local else None


def is_room_id(text: str) -> bool:
    """True for `!opaque:domain` and for the domainless ids of room version 12."""
    if text[:1] != "!" or len(text) < 2 or "\x00" in text:
        return False
    if len(text.encode(errors="replace")) > MAX_ID_BYTES:
        return False
    return ":" not in text or _split("!", text) is not None


def is_event_id(text: str) -> bool:
    return (
        text[:1] == "$"
        and len(text) > 1
        and "\x00" not in text
        and len(text.encode(errors="replace")) <= MAX_ID_BYTES
    )


def is_new_localpart(text: str) -> bool:
    """True when a new account may have this localpart (the strict grammar)."""
    return _LOCALPART.fullmatch(text) is not None


def is_opaque(text: str) -> bool:
    """True for the "opaque identifier" grammar (session ids, client secrets, ...)."""
    return len(text) <= MAX_ID_BYTES and _OPAQUE.fullmatch(text) is not None


def is_key_id(text: str) -> bool:
    """True for `algorithm:name`."""
    return _KEY_ID.fullmatch(text) is not None


def domain_of(identifier: str) -> str:
    """The server name in a user id or alias, without looking at its form."""
    return identifier.partition(":")[2]
