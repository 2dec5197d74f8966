"""`depesha config check`: every fault of the settings, before a server is started with them.

It reads the files that the settings name. It opens no database and no port, asks nobody, and
changes nothing.
"""

import ipaddress
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from depesha.app.acme import find_faults
from depesha.app.demo import check_listen
from depesha.app.registrations import load_registrations
from depesha.app.serve import load_tls, parse_acme_listen, parse_listen
from depesha.base.config import Config, ConfigError, Fault, Value, read_config, remedy_for
from depesha.base.ids import is_server_name
from depesha.base.relay import read_relay
from depesha.events.event import ROOM_VERSIONS
from depesha.signin import make_way, read_scim_token

Found = Iterator[tuple[str, str]]
"""The name of a setting, and what is wrong with it."""

_LEAST = {
    "max_upload_bytes": 1,
    "media_quota_bytes": 0,
    "media_total_bytes": 0,
    "turn_ttl_seconds": 60,
    "max_requests": 10,
    "max_parked_per_user": 1,
    "max_connections": 1,
    "max_connections_per_address": 1,
    "urgent_escalation_minutes": 0,
    "receipts_wake_members": 0,
    "signals_members": 0,
    "hot_tail_bytes": 0,
}
_CHOICES = {
    "log_format": ("auto", "json", "text"),
    "log_level": ("debug", "info", "warning", "error"),
    "default_room_version": tuple(ROOM_VERSIONS),
}
_SCHEMES = {
    "database": ("postgresql", "postgres"),
    "nats": ("nats", "tls"),
    "public_url": ("http", "https"),
    "s3_url": ("http", "https"),
}


def check_settings(
    file: str | None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Value | None] | None = None,
) -> list[Fault]:
    """All faults; none when a server would start with these settings, as far as they say it."""
    config, where, faults = read_config(file, environ, overrides)
    known = {fault.setting for fault in faults}
    found = [each for check in _CHECKS for each in check(config)]
    return faults + [
        Fault(name, where.get(name, file or "the defaults"), what, _remedy(name))
        for name, what in found
        if name not in known
    ]


def _remedy(name: str) -> str:
    return remedy_for(name.partition(".")[0].replace("signin", "ldap"))


def _numbers(config: Config) -> Found:
    for name, least in _LEAST.items():
        if getattr(config, name) < least:
            yield name, f"expected {least} or more"


def _choices(config: Config) -> Found:
    for name, choices in _CHOICES.items():
        if (value := getattr(config, name)) not in choices:
            yield name, f"{value!r} is none of {', '.join(choices)}"


def _addresses(config: Config) -> Found:
    """No address is shown: there may be a password in it."""
    for name, schemes in _SCHEMES.items():
        value: str = getattr(config, name)
        for each in filter(None, value.split(",") if name == "nats" else (value,)):
            try:
                parts = urlsplit(each.strip())
                # A database may be asked by a socket of this machine, and have no host then.
                is_there = bool(parts.hostname) or name == "database"
                is_good = parts.scheme in schemes and is_there and parts.port != 0
            except ValueError:
                is_good = False
            if not is_good:
                yield name, f"expected an address that begins with {schemes[0]}://"


def _networks(config: Config) -> Found:
    read: dict[str, Callable[[str], object]] = {
        "allowed_networks": lambda text: ipaddress.ip_network(text, strict=False),
        "trusted_proxies": ipaddress.ip_address,
    }
    for name, reader in read.items():
        for text in getattr(config, name):
            try:
                reader(text)
            except ValueError as error:
                yield name, str(error)


def _relays(config: Config) -> Found:
    for uri in config.turn_uris:
        try:
            read_relay(uri)
        except ValueError as error:
            yield "turn_uris", str(error)
    if config.turn_uris and not config.turn_secret:
        yield "turn_secret", "turn_uris is set, and without the secret no client is told of it"
    if config.turn_secret and not config.turn_uris:
        yield "turn_uris", "turn_secret is set, and there is no address that it is for"


def _pairs(config: Config) -> Found:
    """What is of use only together."""
    for name, needed in (
        ("registration_domains", "mail_server"),
        ("mail_password", "mail_user"),
        ("tls_key", "tls_certificate"),
        ("s3_url", "s3_access_key"),
        ("s3_url", "s3_secret_key"),
    ):
        if getattr(config, name) and not getattr(config, needed):
            yield needed, f"{name} is set, and needs it"
    for domain in config.registration_domains:
        if not is_server_name(domain):
            yield "registration_domains", f"{domain!r} is not a domain"


def _as_at_start(config: Config) -> Found:
    """What a start would refuse, asked of the very code that refuses it."""
    starts: tuple[Callable[[], object], ...] = (
        lambda: parse_listen(config.listen),
        lambda: check_listen(config),
        lambda: parse_acme_listen(config),
        *(() if config.acme else (lambda: load_tls(config),)),
        lambda: read_scim_token(config.scim_token_file),
        lambda: make_way(config.ldap),
    )
    yield from _refused(starts)
    yield from _refused([lambda: load_registrations(config)])


def _refused(starts: Iterable[Callable[[], object]]) -> Found:
    for start in starts:
        try:
            start()
        except ConfigError as error:
            name, _, what = str(error).partition(": ")
            yield name, what


def _folder(config: Config) -> Found:
    """The data folder, or where it would be made."""
    path = Path(config.data).resolve()
    if path.exists() and not path.is_dir():
        yield "data", f"{path} is not a folder"
        return
    there = next(each for each in (path, *path.parents) if each.exists())
    if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        yield "data", f"this user may not write in {there}"


_CHECKS = (
    _numbers,
    _choices,
    _addresses,
    _networks,
    _relays,
    _pairs,
    find_faults,
    _as_at_start,
    _folder,
)
