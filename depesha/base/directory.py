"""Settings of the institution's directory: the table `[signin.ldap]` of the settings' file."""

from dataclasses import MISSING, Field, dataclass, field, fields
from urllib.parse import urlsplit

from depesha.base.canonical import Json

_PORTS = {"ldaps": 636, "ldap": 389, "ldap+plain": 389}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class DirectoryError(ValueError):
    """The table is not usable; the text names what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """Names of the attributes that tell of a person; an empty one is not read."""

    login: str = "uid"
    id: str = "entryUUID"
    """What never changes, so that whoever is renamed is known again."""
    name: str = "cn"
    title: str = "title"
    unit: str = ""
    """A path of units with `/` between; empty: the organisational units of the entry's name."""
    manager: str = "manager"
    phone: str = "telephoneNumber"
    room: str = "roomNumber"
    number: str = "employeeNumber"
    photo: str = "jpegPhoto"
    disabled: str = ""
    """Of whoever has it, other than FALSE or 0, the account is disabled; of userAccountControl
    the bit of Active Directory counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A directory by LDAP that people sign in with, and that is kept in step with."""

    url: str
    base: str
    bind_dn: str = ""
    password_file: str = ""
    ca_file: str = ""
    filter: str = "(objectClass=person)"
    groups_base: str = ""
    """Below which entry its groups of people are; empty: they are not read."""
    groups_filter: str = (
        "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)"
        "(objectClass=posixGroup)(objectClass=group))"
    )
    organisation: str = ""
    """What stands above all units; empty: the server's name."""
    sync_minutes: int = 0
    """How often the directory is read; 0: never by itself."""
    timeout_seconds: int = 10
    """How long an answer may take."""
    creates_accounts: bool = True
    trusts_usernames: bool = False
    """Whoever is new gets the account of their name, also one with a password of its own."""
    attributes: Attributes = field(default_factory=Attributes)

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or _PORTS[parts.scheme]

    @property
    def scheme(self) -> str:
        """`ldaps`, `ldap` (which turns to TLS by StartTLS), or `ldap+plain`."""
        return urlsplit(self.url).scheme


def read_directory(table: Json) -> Directory | None:
    """The directory, None for no table; raises DirectoryError."""
    if table is None:
        return None
    where = "signin.ldap"
    found = _checked(table, where, {f.name: f for f in fields(Directory)})
    names = _checked(
        found.pop("attributes", {}), f"{where}.attributes", {f.name: f for f in fields(Attributes)}
    )
    directory = Directory(**found, attributes=Attributes(**names))
    _check_url(directory.url)
    if not directory.attributes.login or not directory.attributes.id:
        raise DirectoryError(f"{where}.attributes: login and id cannot be empty")
    if not 0 <= directory.sync_minutes <= 7 * 24 * 60:
        raise DirectoryError(f"{where}.sync_minutes: expected 0 to 10080")
    if not 1 <= directory.timeout_seconds <= 300:
        raise DirectoryError(f"{where}.timeout_seconds: expected 1 to 300")
    return directory


def _checked(table: Json, where: str, known: dict[str, Field[Json]]) -> dict[str, Json]:
    """The table, when it has the settings that it must, each of its type."""
    if not isinstance(table, dict):
        raise DirectoryError(f"{where}: expected a table")
    if unknown := sorted(set(table) - set(known)):
        raise DirectoryError(f"{where}: unknown setting: {', '.join(unknown)}")
    needed = {
        name
        for name, each in known.items()
        if each.default is MISSING and each.default_factory is MISSING
    }
    if missing := sorted(needed - set(table)):
        raise DirectoryError(f"{where}: missing setting: {', '.join(missing)}")
    for name, value in table.items():
        kind = next((each for each in (bool, int) if known[name].type is each), str)
        if name != "attributes" and type(value) is not kind:
            raise DirectoryError(f"{where}.{name}: expected {kind.__name__}")
    return dict(table)


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if (
        parts.scheme not in _PORTS
        or not parts.hostname
        or parts.path not in {"", "/"}
        or "@" in parts.netloc
        or port == 0
    ):
        raise DirectoryError(
            "signin.ldap.url: expected ldaps://HOST, ldap://HOST (StartTLS) or"
            " ldap+plain://127.0.0.1"
        )
    if parts.scheme == "ldap+plain" and parts.hostname not in _LOOPBACK:
        raise DirectoryError("signin.ldap.url: passwords leave this machine by TLS only")
