"""Resources of SCIM: reading, patching and filtering them. Pure.

Spec: RFC 7643; RFC 7644, sections 3.4.2.2 and 3.5.2.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from depesha.base.canonical import Content, Json, decode, encode
from depesha.base.ids import is_new_localpart

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MOST_TEXT, MOST_VALUES, MOST_MEMBERS, MOST_OPERATIONS = 255, 20, 20_000, 1_000

_TEXTS = (
    *("userName", "externalId", "displayName", "nickName", "title", "userType"),
    *("preferredLanguage", "locale", "timezone", "profileUrl"),
)
_LISTS = ("emails", "phoneNumbers", "addresses", "photos", "members")
_KNOWN = {name.lower(): name for name in (*_TEXTS, *_LISTS, "name", "active", ENTERPRISE)}
_COMPANY = (*("employeeNumber", "costCenter", "organization", "division", "department", "manager"),)
_COMPANY_KNOWN = {name.lower(): name for name in _COMPANY}
_PATH = re.compile(r'(\w+)(?:\[\s*(\w+)\s+eq\s+"([^"]*)"\s*\])?(?:\.(\$?\w+))?', re.ASCII)
_FILTER = re.compile(r'\s*([\w.:]+)\s+eq\s+("(?:[^"\\]|\\.)*")\s*', re.ASCII | re.IGNORECASE)


class Invalid(Exception):
    """A request cannot be done; `kind` is its scimType."""

    def __init__(self, kind: str, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.status = status


class Person(NamedTuple):
    """What a resource tells of somebody; texts may be empty."""

    login: str
    name: str
    title: str
    phone: str
    number: str
    path: tuple[str, ...]
    manager: str
    is_active: bool


# --- reading -------------------------------------------------------------------------


def read_user(body: Content) -> Content:
    """The attributes of a user that are kept, by their names; raises Invalid."""
    found = _read_known(body)
    found.pop("members", None)
    if not isinstance(found.get("userName"), str) or not found["userName"].strip():
        raise Invalid("invalidValue", "userName is missing")
    found["active"] = _flag(found.get("active", True))
    return found


def read_group(body: Content) -> Content:
    """The attributes of a group that are kept: displayName, externalId, members."""
    found = _read_known(body)
    found = {k: found[k] for k in ("displayName", "externalId", "members") if k in found}
    if not path_of_group(found):
        raise Invalid("invalidValue", "displayName is missing")
    members = found.setdefault("members", [])
    if not all(isinstance(each.get("value"), str) for each in members):
        raise Invalid("invalidValue", "a member has a value")
    return found


def _read_known(body: Content) -> Content:
    found: Content = {}
    for name, value in body.items():
        known = _KNOWN.get(name.lower())
        if known is not None and value is not None:
            found[known] = _checked(known, value)
    return found


def _checked(name: str, value: Json) -> Json:
    if name in _TEXTS:
        return _text(name, value)
    if name in _LISTS:
        values = value if isinstance(value, list) else [value]
        most = MOST_MEMBERS if name == "members" else MOST_VALUES
        if len(values) > most or not all(isinstance(each, dict) for each in values):
            raise Invalid("invalidValue", f"{name} is a list of at most {most} objects")
        return [_texts(name, each) for each in values]
    if name == "active":
        return _flag(value)
    if not isinstance(value, dict):
        raise Invalid("invalidValue", f"{name} is an object")
    if name == "name":
        return _texts(name, value)
    company: Content = {}
    for key, each in value.items():
        known = _COMPANY_KNOWN.get(key.lower())
        if known == "manager" and each is not None:
            company[known] = _manager(each)
        elif known is not None and each is not None:
            company[known] = _text(known, each)
    return company


def _text(name: str, value: Json) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT or "\x00" in value:
        raise Invalid("invalidValue", f"{name} is a text of at most {MOST_TEXT} characters")
    return value


def _texts(name: str, value: Content) -> Content:
    """The texts of a complex value, and whether it is the first among others."""
    found: Content = {}
    for key, each in value.items():
        if key == "primary":
            found[key] = _flag(each)
        elif each is not None and len(key) <= 40:
            found[key] = _text(f"{name}.{key}", each)
    return found


def _manager(value: Json) -> Content:
    # COMPAT(Entra ID): a manager as a text, or as a list of one.
    if isinstance(value, list):
        value = value[0] if value else {"value": ""}
    if isinstance(value, str):
        value = {"value": value}
    if not isinstance(value, dict):
        raise Invalid("invalidValue", "manager is an object")
    return _texts("manager", value)


def _flag(value: Json) -> bool:
    # COMPAT(Entra ID): booleans as texts.
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise Invalid("invalidValue", "true or false is expected")
    return value


# --- meaning -------------------------------------------------------------------------


def person_of(content: Content) -> Person:
    """What a user's resource means; raises Invalid for a userName that can be no username."""
    # COMPAT(Entra ID, Okta): the username is an address; what is before the @ is the login.
    login = content["userName"].strip().lower().partition("@")[0]
    if not is_new_localpart(login) or len(login) > 200:
        raise Invalid("invalidValue", "userName before an @ has the characters a-z 0-9 . _ = / + -")
    name, company = content.get("name", {}), content.get(ENTERPRISE, {})
    parts = " ".join(name.get(key, "") for key in ("givenName", "familyName")).strip()
    phones = content.get("phoneNumbers", [])
    phone = next((each for each in phones if each.get("primary")), phones[0] if phones else {})
    path = (company.get(key, "").strip() for key in ("organization", "division", "department"))
    return Person(
        login,
        content.get("displayName") or name.get("formatted") or parts,
        content.get("title", ""),
        phone.get("value", ""),
        company.get("employeeNumber", ""),
        tuple(part for part in path if part),
        company.get("manager", {}).get("value", ""),
        content["active"],
    )


def path_of_group(content: Content) -> tuple[str, ...]:
    """The path of the level that a group is."""
    parts = (part.strip() for part in content.get("displayName", "").split("/"))
    return tuple(part for part in parts if part)


def read_filter(text: str) -> tuple[str, str]:
    """Attribute, in lower case, and value of a filter `attribute eq "value"`; raises Invalid."""
    found = _FILTER.fullmatch(text)
    if found is None:
        raise Invalid("invalidFilter", 'only filters of the form userName eq "value" are known')
    try:
        return found[1].lower().removeprefix(USER.lower() + ":"), str(decode(found[2]))
    except ValueError:
        raise Invalid("invalidFilter", "the value is no text of JSON") from None


# --- patching ------------------------------------------------------------------------


def apply_patch(content: Content, body: Content) -> Content:
    """The resource after the operations; it is still to be read anew. Raises Invalid."""
    found: Content = decode(encode(content))
    operations = body.get("Operations", body.get("operations"))
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST_OPERATIONS:
        raise Invalid("invalidSyntax", "Operations is a list of operations")
    for operation in operations:
        if not isinstance(operation, dict) or not isinstance(operation.get("op"), str):
            raise Invalid("invalidSyntax", "an operation is an object with op")
        # COMPAT(Entra ID): Add, Replace, Remove.
        op, path = operation["op"].lower(), operation.get("path")
        value = operation.get("value")
        if op not in {"add", "replace", "remove"}:
            raise Invalid("invalidSyntax", "op is add, replace or remove")
        if isinstance(path, str) and path:
            _apply(found, op, path, value)
        elif op == "remove" or not isinstance(value, dict):
            raise Invalid("noTarget", "without a path the value is an object")
        else:
            for name, each in value.items():
                _apply(found, op, name, each)
    return found


def _apply(content: Content, op: str, path: str, value: Json) -> None:
    lower = path.lower()
    for prefix in (USER, GROUP):
        if lower.startswith(prefix.lower() + ":"):
            path = path[len(prefix) + 1 :]
    if lower == ENTERPRISE.lower():
        if op == "remove":
            content.pop(ENTERPRISE, None)
        elif isinstance(value, dict):
            for name, each in value.items():
                _apply_in(content.setdefault(ENTERPRISE, {}), _COMPANY_KNOWN, op, name, each)
        else:
            raise Invalid("invalidValue", "the extension is an object")
    elif lower.startswith(ENTERPRISE.lower() + ":"):
        below = content.setdefault(ENTERPRISE, {})
        _apply_in(below, _COMPANY_KNOWN, op, path[len(ENTERPRISE) + 1 :], value)
    else:
        _apply_in(content, _KNOWN, op, path, value)


def _apply_in(content: Content, known: Mapping[str, str], op: str, path: str, value: Json) -> None:
    found = _PATH.fullmatch(path)
    if found is None:
        raise Invalid("invalidPath", f"{path[:80]!r} is no path that is understood")
    name = known.get(found[1].lower())
    if name is None:
        return  # What is not kept need not be changed.
    if name in _LISTS:
        _apply_list(content, op, name, found, value)
    elif found[2]:
        raise Invalid("invalidPath", f"{name} has no values to choose from")
    elif found[4]:
        inner = content.setdefault(name, {})
        if not isinstance(inner, dict):
            raise Invalid("invalidPath", f"{name} is no object")
        _set(inner, op, found[4], value)
    elif name == "name" and op != "remove":
        before = content.get(name, {})
        if not isinstance(value, dict) or not isinstance(before, dict):
            raise Invalid("invalidValue", "name is an object")
        content[name] = {**before, **value}
    else:
        _set(content, op, name, value)


def _set(content: Content, op: str, name: str, value: Json) -> None:
    if op == "remove" or value is None:
        content.pop(name, None)
    else:
        content[name] = value


def _apply_list(content: Content, op: str, name: str, found: "re.Match[str]", value: Json) -> None:
    values: list[Json] = content.setdefault(name, [])
    if not found[2]:
        given = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(each, dict) for each in given):
            raise Invalid("invalidValue", f"{name} is a list of objects")
        if op == "remove":
            gone = {each.get("value") for each in given if isinstance(each, dict)}
            content[name] = [each for each in values if gone and each.get("value") not in gone]
        elif op == "replace":
            content[name] = given
        else:
            content[name] = values + [each for each in given if each not in values]
        return
    key, wanted, inner = found[2], found[3], found[4]
    chosen = [each for each in values if str(each.get(key, "")).lower() == wanted.lower()]
    if op == "remove" and not inner:
        content[name] = [each for each in values if each not in chosen]
    elif op != "remove" and not chosen:
        chosen = [{key: wanted}]
        values += chosen
    for each in chosen:
        if inner:
            _set(each, op, inner, value)
        elif op != "remove" and isinstance(value, dict):
            each.update(value)
