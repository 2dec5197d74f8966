"""Typed settings: defaults, then one TOML file, then `DEPESHA_…` variables, then the command line.

Every setting is documented where it is declared; the administrator's guide lists the same names.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from depesha.base.canonical import Json, encode
from depesha.base.directory import Directory, DirectoryError, read_directory
from depesha.base.ids import is_server_name
from depesha.base.mail_server import read_mail_server
from depesha.base.providers import Provider, ProviderError, read_providers
from depesha.base.secrecy import check_chat_kinds
from depesha.base.tiles import MOST_ZOOM, check_tiles

Value = str | int | bool | tuple[str, ...] | tuple[Provider, ...] | Directory | None


class ConfigError(ValueError):
    """A setting is unknown or its value is not usable; the text names it."""


def _setting(default: Value, doc: str) -> Json:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one server process."""

    server_name: str = _setting("localhost", "The domain after the colon in every id. Final.")
    data: str = _setting("data", "Folder of the database, media and keys.")
    listen: str = _setting("127.0.0.1:8008", "HOST:PORT to listen on.")
    database: str = _setting(
        "", "postgresql://… for PostgreSQL; empty for SQLite inside the data folder."
    )
    nats: str = _setting(
        "", "nats://… that wakes workers of one PostgreSQL; empty: PostgreSQL does."
    )
    public_url: str = _setting(
        "", "The base URL that clients use, https://…; empty: http://<listen>."
    )
    open_registration: bool = _setting(False, "Anyone may make an account.")
    oauth: bool = _setting(
        True, "Clients may sign in by the OAuth 2.0 API, on pages of the server."
    )
    oidc: tuple[Provider, ...] = _setting(
        (),
        "OpenID Connect providers that people may sign in with: tables [signin.oidc.NAME] with "
        "issuer, client_id, client_secret, title, scopes, username_claim, creates_accounts, "
        "trusts_usernames.",
    )
    ldap: Directory | None = _setting(  # noqa: RUF009 (as all others)
        None,
        "The institution's directory, whose passwords sign people in and whose people and units "
        "are kept in step with: the table [signin.ldap].",
    )
    scim_token_file: str = _setting(
        "", "File with the token by which a SCIM client keeps people and units; empty: off."
    )
    signin_alerts: bool = _setting(
        True, "Whoever signs in on a further device is told so by a notice, and by a letter."
    )
    haul_files: int = _setting(
        500,
        "Files that one session may download in an hour before the security officers are told; "
        "0: they never are.",
    )
    haul_pages: int = _setting(
        1_000,
        "Pages of messages that one session may read in an hour before they are told; 0: never.",
    )
    registration_domains: tuple[str, ...] = _setting(
        (), "Domains whose e-mail addresses let people register, after a letter (mail_server)."
    )
    mail_server: str = _setting(
        "",
        "Where letters leave: smtps://HOST, smtp://HOST (STARTTLS), smtp+plain://127.0.0.1; "
        "empty: none are sent.",
    )
    mail_user: str = _setting("", "Name to sign in to the mail server with; empty: none.")
    mail_password: str = _setting("", "Password to sign in to the mail server with.")
    mail_from: str = _setting("", "Sender of letters; empty: noreply@ and the server's name.")
    guests: bool = _setting(False, "Guest accounts may be made without a password.")
    rate_limits: bool = _setting(True, "Refuse callers that ask too often.")
    registration_shared_secret: str = _setting(
        "", "Secret of POST /_synapse/admin/v1/register; empty: that path is off."
    )
    default_room_version: str = _setting("12", "Room version of new rooms.")
    max_upload_bytes: int = _setting(100 * 2**20, "Largest file that may be uploaded.")
    s3_url: str = _setting(
        "", "https://host/bucket of an S3-compatible store for files; empty: the data folder."
    )
    s3_region: str = _setting("us-east-1", "Region by which requests to the store are signed.")
    s3_access_key: str = _setting("", "Access key of the store.")
    s3_secret_key: str = _setting("", "Secret key of the store.")
    media_quota_bytes: int = _setting(0, "Bytes that all files of one user may take; 0: no limit.")
    media_total_bytes: int = _setting(0, "Bytes that all files together may take; 0: no limit.")
    open_media: bool = _setting(
        False, "Files are given also to who is not signed in, at the paths before v1.11."
    )
    url_previews: bool = _setting(True, "The server fetches link previews for its users.")
    map_tiles: str = _setting(
        "",
        "https://host/{z}/{x}/{y}.png of a server of map tiles, in a private network too; clients "
        "get them through this server. Empty: an outline of the world.",
    )
    map_attribution: str = _setting("", "Whose map that is, as it stands on it.")
    map_max_zoom: int = _setting(18, "The nearest zoom that the server of tiles has.")
    allowed_networks: tuple[str, ...] = _setting(
        (),
        "CIDR blocks of private addresses that outgoing requests (push gateways, application "
        "services, link previews) may reach; all other private addresses are refused.",
    )
    application_services: tuple[str, ...] = _setting(
        (), "Registration files (YAML) of application services."
    )
    tls_certificate: str = _setting(
        "",
        "File with the TLS certificate chain (PEM). Without it only this machine and trusted "
        "proxies may connect.",
    )
    tls_key: str = _setting("", "File with the key of the certificate (PEM).")
    acme: bool = _setting(
        False, "The server has its certificate from an authority that speaks ACME."
    )
    acme_directory: str = _setting(
        "https://acme-v02.api.letsencrypt.org/directory", "The authority's directory, https://…."
    )
    acme_ca_file: str = _setting(
        "",
        "File with the roots (PEM) by which the authority itself is believed; empty: as the "
        "system does.",
    )
    acme_terms: bool = _setting(False, "The institution agrees to the authority's terms.")
    acme_contact: str = _setting("", "E-mail address given to the authority; empty: none.")
    acme_names: tuple[str, ...] = _setting(
        (), "Names that the certificate is for; none: the host of public_url."
    )
    acme_listen: str = _setting(
        "0.0.0.0:80",
        "HOST:PORT where the authority looks for the proof, as port 80 of the names; nothing else "
        "is served there.",
    )
    acme_folder: str = _setting(
        "", "Folder of the certificate and the account; empty: acme inside the data folder."
    )
    acme_key_id: str = _setting(
        "", "By what the authority knows its customer (external account binding); empty: none."
    )
    acme_key_file: str = _setting("", "File with the key (base64url) that belongs to it.")
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        "Addresses of reverse proxies: they may connect without TLS, and their X-Forwarded-For is "
        "believed.",
    )
    turn_uris: tuple[str, ...] = _setting((), "TURN URIs given to clients for calls.")
    turn_secret: str = _setting("", "Secret shared with the TURN server.")
    turn_ttl_seconds: int = _setting(86_400, "How long TURN credentials hold.")
    encryption_required: tuple[str, ...] = _setting(
        (),
        "Kinds of chat that are end-to-end encrypted from the first, where nothing is said in "
        "clear: direct, group, project, channel, public.",
    )
    encryption_off: tuple[str, ...] = _setting(
        (), "Kinds of chat that cannot be encrypted: the institution's server reads them."
    )
    admin_contact: str = _setting("", "Matrix id or e-mail in /.well-known/matrix/support.")
    max_requests: int = _setting(
        20_000,
        "Requests in work or parked at once; more get 503. A tenth is kept for what does not wait.",
    )
    max_parked_per_user: int = _setting(200, "Requests of one user that wait at once.")
    max_connections: int = _setting(25_000, "Connections of clients at once; more get 503.")
    max_connections_per_address: int = _setting(
        5_000, "Connections from one address, but for trusted proxies; more get 429."
    )
    notices_user: str = _setting(
        "notices", "Username that server notices come from; nobody else may register it."
    )
    notices_name: str = _setting(
        "Server notices", "Name of that user and of the rooms in which notices come."
    )
    urgent_escalation_minutes: int = _setting(
        15,
        "Who has not acknowledged an urgent message by then: a substitute named for later is "
        "told of it, too; 0: only who stands in at that time is told, at once.",
    )
    presence: bool = _setting(True, "People see who of those they share a room with is there.")
    receipts_wake_members: int = _setting(
        500, "In rooms with more members a receipt wakes nobody: it goes with the next answer."
    )
    signals_members: int = _setting(
        1_000, "In rooms with more members nobody is told who reads, types or is there."
    )
    hot_tail_bytes: int = _setting(32 * 2**20, "Bytes of latest changes kept in memory.")
    log_format: str = _setting("auto", "json, text, or auto (text on a terminal).")
    log_level: str = _setting("info", "debug, info, warning or error.")
    demo: bool = _setting(False, "Fill an empty server with a demo institution.")

    def base_url(self) -> str:
        """The base URL that clients use, without a slash at its end."""
        return (self.public_url or f"http://{self.listen}").rstrip("/")

    def database_url(self) -> str:
        """What `io.db.open_db` takes: a PostgreSQL URL or the path of an SQLite file."""
        return self.database or str(Path(self.data) / "depesha.sqlite")


SETTINGS: Mapping[str, str] = {f.name: f.metadata["doc"] for f in fields(Config)}
"""Name of each setting and what it means."""

_DEFAULTS = Config()


_KINDS = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    tuple: "a list of texts",
    list: "a list",
}


def _typed(name: str, value: Json) -> Value:
    """`value` in the type of the setting; text from the environment is read leniently.

    Raises ConfigError without the name.
    """
    kind = type(getattr(_DEFAULTS, name))
    if kind is bool and isinstance(value, str):
        if value.lower() not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
            raise ConfigError("expected true or false")
        return value.lower() in {"1", "true", "yes", "on"}
    if kind is int and isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if kind is tuple:
        items = value.split(",") if isinstance(value, str) else value
        if isinstance(items, list | tuple) and all(isinstance(item, str) for item in items):
            return tuple(item.strip() for item in items if item.strip())
    if type(value) is kind:
        return value  # type: ignore[no-any-return]  # its class was just compared
    raise ConfigError(
        f"expected {_KINDS[kind]}, not {_KINDS.get(type(value), type(value).__name__)}"
    )


_TABLES = {"oidc": "[signin.oidc.NAME]", "ldap": "[signin.ldap]"}
"""Settings that are tables of the file."""


def _signin(tables: Json) -> tuple[tuple[Provider, ...], Directory | None]:
    """The providers and the directory of the tables below `signin`."""
    if not isinstance(tables, dict):
        raise ConfigError("signin: expected tables")
    others = {name: table for name, table in tables.items() if name != "ldap"}
    try:
        return read_providers(others), read_directory(tables.get("ldap"))
    except (ProviderError, DirectoryError) as error:
        raise ConfigError(str(error)) from None


class Fault(NamedTuple):
    """What is wrong with one setting, where it was said, and what to do."""

    setting: str
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.what}" if self.setting else f"{self.where}: {self.what}"


def load_config(
    file: str | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Value | None] | None = None,
) -> Config:
    """The settings in force; raises ConfigError naming the setting that is wrong.

    `overrides` come from the command line; None there means "not given".
    """
    config, _, faults = read_config(file, environ, overrides)
    if faults:
        raise ConfigError(str(faults[0]))
    return config


def read_config(
    file: str | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Value | None] | None = None,
) -> tuple[Config, Mapping[str, str], list[Fault]]:
    """The settings, where each that is given was said, and every fault.

    A setting that is not usable has its default.
    """
    environ = os.environ if environ is None else environ
    faults: list[Fault] = []
    given = _read_file(file, faults)
    providers, directory = _read_signin(given.pop("signin", {}), file or "", faults)
    where = dict.fromkeys(given, file or "")
    for name in set(SETTINGS) - set(_TABLES):
        if (text := environ.get(f"DEPESHA_{name.upper()}")) is not None:
            given[name], where[name] = text, f"DEPESHA_{name.upper()}"
    for name, value in (overrides or {}).items():
        if value is not None:
            given[name], where[name] = value, "the command line"
    typed: dict[str, Json] = {}
    for name in sorted(given):
        try:
            typed[name] = _known(name, given[name])
        except ConfigError as error:
            faults.append(Fault(name, where[name], str(error), remedy_for(name)))
    return Config(**typed, oidc=providers, ldap=directory), where, faults


def _read_file(file: str | None, faults: list[Fault]) -> dict[str, Json]:
    """What the file says, but for settings that are tables of another name."""
    if not file:
        return {}
    try:
        given = tomllib.loads(Path(file).read_text("utf-8"))
    except OSError as error:
        remedy = "give --config the path of a file that this user may read"
        faults.append(Fault("", file, str(error), remedy))
        return {}
    except ValueError as error:
        faults.append(Fault("", file, str(error), "mend the file: it is to be TOML, in UTF-8"))
        return {}
    for name, wanted in _TABLES.items():
        if given.pop(name, None) is not None:
            faults.append(Fault(name, file, f"write a table {wanted} instead", SETTINGS[name]))
    return given


def _read_signin(
    tables: Json, file: str, faults: list[Fault]
) -> tuple[tuple[Provider, ...], Directory | None]:
    try:
        return _signin(tables)
    except ConfigError as error:
        name, _, what = str(error).partition(": ")
        remedy = "see the tables of signing in among the settings in the administrator's guide"
        faults.append(Fault(name, file, what, remedy))
        return (), None


def _known(name: str, value: Json) -> Value:
    """The value in its type, and one that can be; raises ConfigError without the name."""
    if name not in SETTINGS:
        raise ConfigError("unknown setting")
    found = _typed(name, value)
    if name == "server_name" and not is_server_name(str(found)):
        raise ConfigError(f"{found!r} is not a server name")
    try:
        if name == "mail_server":
            read_mail_server(str(found))
        if name == "map_tiles":
            check_tiles(str(found))
        if name in {"encryption_required", "encryption_off"} and isinstance(found, tuple):
            check_chat_kinds([str(kind) for kind in found])
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if name == "map_max_zoom" and not 0 <= int(str(found)) <= MOST_ZOOM:
        raise ConfigError(f"expected a number from 0 to {MOST_ZOOM}")
    return found


def remedy_for(name: str) -> str:
    """What to write instead: the nearest name, or what the setting means."""
    if name not in SETTINGS:
        near = get_close_matches(name, SETTINGS, 1)
        return f"did you mean {near[0]}?" if near else "remove it"
    default = getattr(_DEFAULTS, name)
    shown = encode(list(default) if isinstance(default, tuple) else default).decode()
    return f"{SETTINGS[name]} The default is {shown}."
