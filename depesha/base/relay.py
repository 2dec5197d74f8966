"""Relays of calls, as the settings name them.

Spec: RFC 7064 (`stun:`), RFC 7065 (`turn:`).
"""

import re
from dataclasses import dataclass

_URI = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/?\[\]@]+)"
    r"(?::(?P<port>\d{1,5}))?(?:\?transport=(?P<transport>udp|tcp))?"
)


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Where a relay is, and how it is spoken to; `is_turn`: it relays, and not only tells."""

    host: str
    port: int
    is_turn: bool
    is_tls: bool
    is_udp: bool


def read_relay(uri: str) -> RelayAddress:
    """The relay that an address names; raises ValueError."""
    found = _URI.fullmatch(uri)
    if found is None or not 0 < int(found["port"] or 1) <= 65_535:
        raise ValueError(
            f"{uri!r}: expected turn:HOST, turns:HOST or stun:HOST, with :PORT and"
            " ?transport=udp or tcp if wanted"
        )
    is_tls = found["scheme"].endswith("s")
    transport = found["transport"] or ("tcp" if is_tls else "udp")
    if is_tls and transport == "udp":
        raise ValueError(f"{uri!r}: with TLS the transport is tcp")
    port = int(found["port"] or (5349 if is_tls else 3478))
    is_turn = found["scheme"].startswith("turn")
    return RelayAddress(found["host"].strip("[]"), port, is_turn, is_tls, transport == "udp")
