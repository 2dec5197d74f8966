"""Registrations of application services: what a file says, checked.

Spec: application service API, "Registration".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import yaml

from depesha.base.canonical import Content, Json
from depesha.base.ids import MAX_ID_BYTES, is_new_localpart


class RegistrationError(ValueError):
    """A registration cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """Ids that a service has to do with; exclusive when they are nobody else's."""

    pattern: re.Pattern[str]
    is_exclusive: bool

    def has(self, matrix_id: str) -> bool:
        # COMPAT(bridges' registrations): a pattern counts from the beginning, with or without ^.
        return self.pattern.match(matrix_id) is not None


@dataclass(frozen=True, slots=True)
class Registration:
    """One application service. `url` is None for one that is sent nothing."""

    id: str
    url: str | None
    as_token: str
    hs_token: str
    user_id: str
    users: tuple[Namespace, ...] = ()
    aliases: tuple[Namespace, ...] = ()
    rooms: tuple[Namespace, ...] = ()
    protocols: tuple[str, ...] = ()
    is_limited: bool = True
    wants_ephemeral: bool = False
    ephemeral_name: str = "ephemeral"
    wants_encryption: bool = False
    """To be told of one-time keys and device lists, to encrypt for its users (MSC3202)."""

    def may_be(self, user_id: str) -> bool:
        """True for its own user and for local users in its namespaces."""
        return user_id == self.user_id or (
            self.is_local(user_id) and any(each.has(user_id) for each in self.users)
        )

    def is_local(self, matrix_id: str) -> bool:
        return matrix_id.partition(":")[2] == self.user_id.partition(":")[2]


def read_registration(text: str, server_name: str) -> Registration:
    """The registration in the text of a YAML (or JSON) file; raises RegistrationError."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RegistrationError(f"it is not YAML: {error}") from error
    if not isinstance(found, dict):
        raise RegistrationError("it is not a mapping")
    localpart = _text(found, "sender_localpart")
    user_id = f"@{localpart}:{server_name}"
    if not is_new_localpart(localpart) or len(user_id) > MAX_ID_BYTES:
        raise RegistrationError("sender_localpart is not one")
    spaces = _object(found, "namespaces")
    old_name = "de.sorunome.msc2409.push_ephemeral"
    return Registration(
        id=_text(found, "id"),
        url=_url(found),
        as_token=_text(found, "as_token"),
        hs_token=_text(found, "hs_token"),
        user_id=user_id,
        users=_namespaces(spaces, "users"),
        aliases=_namespaces(spaces, "aliases"),
        rooms=_namespaces(spaces, "rooms"),
        protocols=_texts(found, "protocols"),
        is_limited=_flag(found, "rate_limited", default=True),
        wants_ephemeral=_flag(found, "receive_ephemeral") or _flag(found, old_name),
        # COMPAT(bridges before v1.13): the name belongs to the setting that asks for it.
        ephemeral_name="ephemeral"
        if _flag(found, "receive_ephemeral")
        else "de.sorunome.msc2409.ephemeral",
        wants_encryption=_flag(found, "org.matrix.msc3202"),
    )


def check_distinct(registrations: Iterable[Registration]) -> None:
    """Raise RegistrationError when two services share an id, a token or a user."""
    seen: set[tuple[str, str]] = set()
    for each in registrations:
        names = {("id", each.id), ("as_token", each.as_token), ("user", each.user_id)}
        if taken := names & seen:
            what = ", ".join(sorted(kind for kind, _ in taken))
            raise RegistrationError(f"{each.id}: another service has the same {what}")
        seen |= names


def _text(found: Content, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise RegistrationError(f"{name} must be a text")
    return value


def _texts(found: Content, name: str) -> tuple[str, ...]:
    value = found.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RegistrationError(f"{name} must be a list of texts")
    return tuple(value)


def _object(found: Content, name: str) -> Content:
    value = found.get(name)
    if not isinstance(value, dict):
        raise RegistrationError(f"{name} must be a mapping")
    return value


def _flag(found: Content, name: str, *, default: bool = False) -> bool:
    value = found.get(name, default)
    if not isinstance(value, bool):
        raise RegistrationError(f"{name} must be true or false")
    return value


def _url(found: Content) -> str | None:
    if "url" in found and found["url"] is None:
        return None
    url = _text(found, "url")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise RegistrationError("url must be an http or https URL, or null")
    return url.rstrip("/")


def _namespaces(spaces: Content, name: str) -> tuple[Namespace, ...]:
    value = spaces.get(name) or []
    if not isinstance(value, list):
        raise RegistrationError(f"namespaces.{name} must be a list")
    return tuple(_namespace(each, name) for each in value)


def _namespace(value: Json, name: str) -> Namespace:
    if not isinstance(value, dict):
        raise RegistrationError(f"namespaces.{name} must hold mappings")
    try:
        return Namespace(re.compile(_text(value, "regex")), _flag(value, "exclusive"))
    except (RegistrationError, re.error) as error:
        raise RegistrationError(f"namespaces.{name}: {error}") from error
