"""Settings of OpenID Connect providers: the tables `[signin.oidc.NAME]` of the settings' file."""

import re
from dataclasses import MISSING, dataclass, fields

from depesha.base.canonical import Json

_NAME = re.compile(r"[a-z0-9_-]{1,40}")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/.*)?")


class ProviderError(ValueError):
    """A table is not usable; the text names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider that signs people in."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = ""
    title: str = ""
    """What the button says; else the name."""
    scopes: str = "openid profile email"
    username_claim: str = "preferred_username"
    creates_accounts: bool = True
    """Whoever is new gets an account."""
    trusts_usernames: bool = False
    """Whoever is new gets the account that has their username, if there is one."""

    @property
    def label(self) -> str:
        return self.title or self.name


def read_providers(tables: Json) -> tuple[Provider, ...]:
    """The providers; raises ProviderError."""
    if not isinstance(tables, dict) or set(tables) - {"oidc"}:
        raise ProviderError("signin: only [signin.oidc.NAME] and [signin.ldap] are understood")
    found = tables.get("oidc", {})
    if not isinstance(found, dict):
        raise ProviderError("signin.oidc: expected tables [signin.oidc.NAME]")
    return tuple(_provider(name, table) for name, table in found.items())


def _provider(name: str, table: Json) -> Provider:
    where = f"signin.oidc.{name}"
    if not _NAME.fullmatch(name):
        raise ProviderError(f"{where}: a name has 1 to 40 of the characters a-z 0-9 _ -")
    if not isinstance(table, dict):
        raise ProviderError(f"{where}: expected a table")
    kinds = {f.name: f.type for f in fields(Provider) if f.name != "name"}
    needed = {f.name for f in fields(Provider) if f.default is MISSING} - {"name"}
    if unknown := sorted(set(table) - set(kinds)):
        raise ProviderError(f"{where}: unknown setting: {', '.join(unknown)}")
    if missing := sorted(needed - set(table)):
        raise ProviderError(f"{where}: missing setting: {', '.join(missing)}")
    for key, value in table.items():
        if not isinstance(value, bool if kinds[key] is bool else str):
            raise ProviderError(f"{where}.{key}: expected {getattr(kinds[key], '__name__', '')}")
    issuer = table["issuer"]
    if not (issuer.startswith("https://") or _LOOPBACK.fullmatch(issuer)):
        raise ProviderError(f"{where}.issuer: expected an https:// address")
    return Provider(name=name, **table)
