"""What entries of a directory mean: where somebody stands, who leads, who is disabled. Pure.

Spec: RFC 4514 (names of entries); MS-ADTS, section 2.2.16 (userAccountControl).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from depesha.base.directory import Attributes, Directory
from depesha.base.ids import is_new_localpart
from depesha.io.ldap import Entry

SUBJECTS = "ldap:"
"""What the ids of a directory are kept under; no provider in the settings can be called so."""
STAMP = "modifyTimestamp"
MOST_LOGIN = 200
MOST_PHOTO = 2**20
_ACCOUNT_CONTROL, _DISABLED_BIT = "useraccountcontrol", 2
_HEX = re.compile(r"\\([0-9A-Fa-f]{2})|\\(.)", re.DOTALL)
_SPLIT = re.compile(r"((?:\\.|[^,\\])*)(?:,|$)", re.DOTALL)


class Found(NamedTuple):
    """A person as the directory has them."""

    dn: str
    subject: str
    login: str
    path: tuple[str, ...]
    title: str
    name: str
    phone: str
    room: str
    number: str
    manager: str
    """The name of the manager's entry, as `key_of` gives it."""
    is_disabled: bool
    stamp: str


def split_dn(dn: str) -> list[tuple[str, str]]:
    """Attribute, in lower case, and value of each part of a name, the entry's own first."""
    parts: list[tuple[str, str]] = []
    for text in (found[1] for found in _SPLIT.finditer(dn) if found[1].strip()):
        name, _, value = text.partition("=")
        parts.append((name.strip().lower(), _unescaped(value.strip())))
    return parts


def _unescaped(value: str) -> str:
    raw = bytearray()
    at = 0
    for found in _HEX.finditer(value):
        raw += value[at : found.start()].encode()
        raw += bytes.fromhex(found[1]) if found[1] else found[2].encode()
        at = found.end()
    raw += value[at:].encode()
    return raw.decode(errors="replace")


def key_of(dn: str) -> str:
    """The same text for every way of writing one name."""
    return "\n".join(f"{name}={' '.join(value.split()).casefold()}" for name, value in split_dn(dn))


def units_of(dn: str, base: str) -> tuple[str, ...]:
    """The organisational units that an entry stands in below the base, the highest first."""
    parts = split_dn(dn)
    below = parts[1 : max(1, len(parts) - len(split_dn(base)))]
    return tuple(value for name, value in reversed(below) if name == "ou")


def wanted_attributes(names: Attributes) -> list[str]:
    """What is asked of each entry: not the photo, which is large."""
    asked = [
        *(names.login, names.id, names.name, names.title, names.unit, names.manager),
        *(names.phone, names.room, names.number, names.disabled, STAMP),
    ]
    return list(dict.fromkeys(name for name in asked if name))


def subject_of(entry: Entry, names: Attributes) -> str:
    """What the directory calls the entry for ever, as hexadecimal; "" when it does not say."""
    return entry.first(names.id).hex()


def login_of(entry: Entry, names: Attributes) -> str:
    """The username that the entry's becomes; "" when it can be none."""
    login = entry.text(names.login).lower()
    return login if is_new_localpart(login) and len(login) <= MOST_LOGIN else ""


def is_disabled(entry: Entry, names: Attributes) -> bool:
    """Whether the directory says that the account may not be used."""
    value = entry.text(names.disabled) if names.disabled else ""
    if names.disabled.lower() == _ACCOUNT_CONTROL:
        is_number = value.isascii() and value.removeprefix("-").isdigit()
        return is_number and bool(int(value) & _DISABLED_BIT)
    return value.upper() not in {"", "FALSE", "0"}


def read_entry(entry: Entry, settings: Directory, organisation: str) -> Found:
    """The person of an entry; an empty login or subject says that it has none."""
    names = settings.attributes

    def text(name: str) -> str:
        return entry.text(name).replace("\x00", "")[:255] if name else ""

    if names.unit:
        units = tuple(part.strip() for part in text(names.unit).split("/") if part.strip())
    else:
        units = units_of(entry.dn, settings.base)
    return Found(
        entry.dn,
        subject_of(entry, names),
        login_of(entry, names),
        (organisation, *units),
        text(names.title),
        text(names.name),
        text(names.phone),
        text(names.room),
        text(names.number),
        key_of(entry.text(names.manager)) if names.manager else "",
        is_disabled(entry, names),
        text(STAMP),
    )


def pick_managers(people: Iterable[tuple[str, tuple[str, ...], str]]) -> dict[tuple[str, ...], str]:
    """Who leads each unit, of people with their unit and whom they call their manager.

    It is whom most of the unit name: first of those who are of the unit, else somebody above it.
    """
    units = list(people)
    homes: dict[str, set[tuple[str, ...]]] = {}
    votes: dict[tuple[str, ...], Counter[str]] = {}
    for who, path, manager in units:
        homes.setdefault(who, set()).add(path)
        if manager and manager != who:
            votes.setdefault(path, Counter())[manager] += 1
    return {path: _most(path, counted, homes) for path, counted in votes.items()}


def _most(
    path: tuple[str, ...], counted: Counter[str], homes: dict[str, set[tuple[str, ...]]]
) -> str:
    own = [who for who in counted if path in homes.get(who, ())]
    candidates: Sequence[str] = own or list(counted)
    return min(candidates, key=lambda who: (-counted[who], who))
