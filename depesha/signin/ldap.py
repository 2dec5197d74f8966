"""Signing in with the password of the institution's directory.

Requirements U1, U2. What somebody types is a value of a filter, never a part of its text. Spec:
RFC 4511, RFC 4513, section 5.1.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from depesha.accounts import (
    Accounts,
    Elsewhere,
    NewUser,
    check_free,
    find_user,
    insert_account,
    is_unclaimed,
    new_user_id,
    nowhere,
)
from depesha.base.config import ConfigError
from depesha.base.directory import Directory
from depesha.base.errors import MatrixError
from depesha.base.ids import parse_user_id
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.io.keyfile import read_text
from depesha.io.ldap import Address, DirectoryDown, Entry, Ldap, connected
from depesha.io.ldap_filter import Filter, equal, every, read_filter
from depesha.org import NAMED
from depesha.signin import store
from depesha.signin.ldap_rules import (
    SUBJECTS,
    is_disabled,
    login_of,
    subject_of,
    wanted_attributes,
)
from depesha.spine import Spine

DOWN = "ORG.DEPESHA.DIRECTORY_DOWN"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """The way to the directory, with what its settings say."""

    settings: Directory
    address: Address
    password: str
    filter: Filter
    groups: Filter


def make_way(settings: Directory | None) -> Way | None:
    """The way to the directory; ConfigError for a filter or a file that cannot be read."""
    if settings is None:
        return None
    try:
        password, _ = read_text(settings.password_file), read_text(settings.ca_file)
    except (OSError, ValueError) as error:
        raise ConfigError(f"signin.ldap: {error}") from error
    scheme = settings.scheme
    address = Address(
        *settings.place,
        scheme == "ldaps",
        scheme == "ldap+plain",
        settings.ca_file,
        settings.timeout_seconds,
    )
    wanted = _filter("filter", settings.filter)
    groups = _filter("groups_filter", settings.groups_filter)
    return Way(settings, address, password, wanted, groups)


def _filter(name: str, text: str) -> Filter:
    try:
        return read_filter(text)
    except ValueError as error:
        raise ConfigError(f"signin.ldap.{name}: {error}") from error


def read_scim_token(path: str) -> str:
    """The token of a SCIM client; ConfigError for a file that cannot be read or is too short."""
    try:
        token = read_text(path).strip()
    except (OSError, ValueError) as error:
        raise ConfigError(f"scim_token_file: {error}") from error
    if path and len(token) < 20:
        raise ConfigError("scim_token_file: a token has at least 20 characters")
    return token


@asynccontextmanager
async def asking(way: Way) -> AsyncIterator[Ldap]:
    """A connection that may read the directory; raises DirectoryDown."""
    async with connected(way.address) as ldap:
        if not await ldap.bind(way.settings.bind_dn, way.password):
            raise DirectoryDown("it does not take bind_dn with this password")
        yield ldap


def directory_down(error: DirectoryDown) -> MatrixError:
    """503 while the directory cannot be asked; what is wrong stands in the log."""
    _log.warning("the directory is away", extra={"reason": str(error)})
    return MatrixError(503, DOWN, "The directory cannot be asked now: try again later")


def make_elsewhere(spine: Spine, way: Way | None) -> Elsewhere:
    """Whom the directory knows by a password; nobody where there is no directory."""
    if way is None:
        return nowhere

    async def find(accounts: Accounts, user_id: str, password: str) -> str | None:
        local = parse_user_id(user_id)
        if local is None or not password or "\x00" in password + user_id:
            return None
        known = await spine.db.read(store.select_subjects_of, spine.institution.id, user_id)
        subject = next((row.subject for row in known if row.provider == SUBJECTS), None)
        try:
            entry = await _find_entry(way, local.local, subject, password)
        except DirectoryDown as error:
            raise directory_down(error) from error
        return None if entry is None else await _find_or_make(accounts, way.settings, entry)

    return find


async def _find_entry(way: Way, name: str, subject: str | None, password: str) -> Entry | None:
    """The one entry of the person, when it is not disabled and the password is its own."""
    names = way.settings.attributes
    wanted = equal(names.id, bytes.fromhex(subject)) if subject else equal(names.login, name)
    async with asking(way) as ldap:
        search = ldap.search(way.settings.base, every(way.filter, wanted), wanted_attributes(names))
        found = [entry async for entry in search]
        if len(found) != 1 or not found[0].dn or is_disabled(found[0], names):
            return None
        return found[0] if await ldap.bind(found[0].dn, password) else None


async def _find_or_make(accounts: Accounts, settings: Directory, entry: Entry) -> str | None:
    """The account of somebody who has shown the right password; None where they get none."""
    subject = subject_of(entry, settings.attributes)
    login = login_of(entry, settings.attributes)
    if not subject or not login:
        _log.warning("an entry has no id or no usable login", extra={"entry": entry.dn})
        return None
    user_id = new_user_id(accounts, login)
    is_free = await _is_free(accounts, user_id)

    async def plan(w: Writing) -> str | None:
        institution_id = w.institution.id
        found = await store.select_subject(w.tx, institution_id, SUBJECTS, subject)
        if found is not None:
            return found
        user = await find_user(w.tx, institution_id, user_id)
        if user is None:
            if not (is_free and settings.creates_accounts):
                return None
            await insert_account(w, NewUser(user_id, None, None))
            if name := entry.text(settings.attributes.name)[:255].replace("\x00", ""):
                await w.change(Change(NAMED, Reach.NOBODY, user_id, item=name))
        else:
            known = await store.select_subjects_of(w.tx, institution_id, user_id)
            if not await is_unclaimed(w.tx, institution_id, user, trusts=settings.trusts_usernames):
                return None
            if any(row.provider == SUBJECTS or not settings.trusts_usernames for row in known):
                return None
        await store.insert_subject(w.tx, institution_id, SUBJECTS, subject, user_id)
        return user_id

    return await accounts.spine.log.commit(plan)


async def _is_free(accounts: Accounts, user_id: str) -> bool:
    try:
        await check_free(accounts, user_id)
    except MatrixError:
        return False
    return True
