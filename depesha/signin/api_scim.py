"""SCIM 2.0: by it a directory elsewhere, such as Entra ID or Okta, keeps people and levels.

Requirement U2. Spec: RFC 7643, RFC 7644. The token stands in the file of the settings.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest

from depesha.base.canonical import Content, Json, decode, encode
from depesha.base.errors import MatrixError
from depesha.http.caller import find_token
from depesha.http.endpoint import Ask, Auth, Endpoint, Reply, endpoint
from depesha.signin.record import Signin
from depesha.signin.scim import (
    access_user,
    change_user,
    create_user,
    list_users,
    remove_user,
)
from depesha.signin.scim_groups import (
    Group,
    access_group,
    change_group,
    create_group,
    list_groups,
    remove_group,
)
from depesha.signin.scim_rules import ENTERPRISE, GROUP, USER, Invalid, read_filter
from depesha.signin.store import ScimRow

ROOT = "/_depesha/scim/v2"
_MESSAGES = "urn:ietf:params:scim:api:messages:2.0"
_CORE = "urn:ietf:params:scim:schemas:core:2.0"
_MOST_BODY = 4 * 2**20
_PAGE, _MOST_PAGE = 100, 500
_TYPE = b"application/scim+json"

Show = Callable[[Signin, Ask[None]], Awaitable[Reply]]


def _reply(body: Content, status: int = 200, *headers: tuple[bytes, bytes]) -> Reply:
    return Reply(encode(body), status, headers, _TYPE)


def _error(status: int, detail: str, kind: str = "") -> Reply:
    """Spec: RFC 7644, section 3.12."""
    body: Content = {"schemas": [f"{_MESSAGES}:Error"], "status": str(status), "detail": detail}
    return _reply({**body, "scimType": kind} if kind else body, status)


def scim(show: Show) -> Show:
    """The handler of an endpoint that only the holder of the token may ask."""

    async def handler(signin: Signin, ask: Ask[None]) -> Reply:
        try:
            _check_token(signin, ask)
            return await show(signin, ask)
        except Invalid as error:
            return _error(error.status, error.detail, error.kind)
        except MatrixError as error:
            return _error(error.status, error.message)

    return handler


def _check_token(signin: Signin, ask: Ask[None]) -> None:
    """404 where SCIM is off, 401 for another token, 429 after too many of them."""
    token = find_token(ask.headers, None)
    if not signin.scim_token:
        raise Invalid("", "SCIM is off on this server", 404)
    given = sha256((token or "").encode(errors="replace")).digest()
    if not compare_digest(given, sha256(signin.scim_token.encode()).digest()):
        signin.spine.limits.check("login", ask.address)
        raise Invalid("", "The token is missing or wrong", 401)


async def _body(ask: Ask[None]) -> Content:
    raw = b""
    async for piece in ask.stream:
        raw += piece
        if len(raw) > _MOST_BODY:
            raise Invalid("", "The body is too large", 413)
    try:
        body = decode(raw)
    except ValueError:
        raise Invalid("invalidSyntax", "The body is not JSON") from None
    if not isinstance(body, dict):
        raise Invalid("invalidSyntax", "The body is not an object")
    return body


# --- users ---------------------------------------------------------------------------


def _moment(ts: int) -> str:
    return datetime.fromtimestamp(ts / 1000, UTC).isoformat(timespec="milliseconds")


def _etag(row: ScimRow) -> str:
    return f'W/"{row.version}"'


def _user_body(signin: Signin, row: ScimRow) -> Content:
    content: Content = decode(row.content)
    schemas = [USER, ENTERPRISE] if ENTERPRISE in content else [USER]
    meta = {
        "resourceType": "User",
        "created": _moment(row.created_ts),
        "lastModified": _moment(row.changed_ts),
        "location": signin.url(f"{ROOT}/Users/{row.scim_id}"),
        "version": _etag(row),
    }
    return {"schemas": schemas, "id": row.scim_id, **content, "meta": meta}


def _user_reply(signin: Signin, row: ScimRow, status: int = 200) -> Reply:
    body = _user_body(signin, row)
    headers = [(b"etag", _etag(row).encode())]
    if status == 201:
        headers.append((b"location", body["meta"]["location"].encode()))
    return _reply(body, status, *headers)


def _page_of(ask: Ask[None]) -> tuple[int, int]:
    """Where a page begins, from 0, and how long it may be. Spec: RFC 7644, section 3.4.2.4."""
    numbers = []
    for name, default in (("startIndex", 1), ("count", _PAGE)):
        text = ask.query.get(name, str(default))
        if not text.removeprefix("-").isdigit() or not text.isascii() or len(text) > 9:
            raise Invalid("invalidValue", f"{name} is a number")
        numbers.append(int(text))
    return max(1, numbers[0]) - 1, min(max(0, numbers[1]), _MOST_PAGE)


def _wanted(ask: Ask[None], *attributes: str) -> tuple[str, str] | None:
    """What is looked for; 400 invalidFilter for another attribute than these."""
    text = ask.query.get("filter", "")
    if not text.strip():
        return None
    attribute, value = read_filter(text)
    if attribute not in attributes:
        raise Invalid("invalidFilter", f"{attribute} cannot be looked for")
    return attribute, value


def _list(found: list[Content], total: int, start: int) -> Reply:
    return _reply(
        {
            "schemas": [f"{_MESSAGES}:ListResponse"],
            "totalResults": total,
            "startIndex": start + 1,
            "itemsPerPage": len(found),
            "Resources": found,
        }
    )


_USERS, _USER = f"{ROOT}/Users", f"{ROOT}/Users/{{scimId}}"


@endpoint("GET", _USERS, auth=Auth.NONE, limit="none")
@scim
async def get_users(signin: Signin, ask: Ask[None]) -> Reply:
    """A page of people, or who has a userName, an externalId or an id."""
    start, most = _page_of(ask)
    wanted = _wanted(ask, "username", "externalid", "id")
    rows, total = await list_users(signin, wanted, start, most)
    return _list([_user_body(signin, row) for row in rows], total, start)


@endpoint("POST", _USERS, auth=Auth.NONE, limit="none", streams=True)
@scim
async def post_user(signin: Signin, ask: Ask[None]) -> Reply:
    """Make somebody."""
    return _user_reply(signin, await create_user(signin, await _body(ask)), 201)


@endpoint("GET", _USER, auth=Auth.NONE, limit="none")
@scim
async def get_user(signin: Signin, ask: Ask[None]) -> Reply:
    """Somebody."""
    row = await access_user(signin, ask.params["scimId"])
    if ask.headers.get("if-none-match") == _etag(row):
        return Reply(b"", 304, ((b"etag", _etag(row).encode()),), _TYPE)
    return _user_reply(signin, row)


async def _change(signin: Signin, ask: Ask[None], *, is_patch: bool) -> Reply:
    match = ask.headers.get("if-match", "").removeprefix("W/").strip('" ')
    version = int(match) if match.isascii() and match.isdigit() and len(match) < 16 else None
    body, scim_id = await _body(ask), ask.params["scimId"]
    row = await change_user(signin, scim_id, body, is_patch=is_patch, version=version)
    return _user_reply(signin, row)


@endpoint("PUT", _USER, auth=Auth.NONE, limit="none", streams=True)
@scim
async def put_user(signin: Signin, ask: Ask[None]) -> Reply:
    """Replace what is known of somebody."""
    return await _change(signin, ask, is_patch=False)


@endpoint("PATCH", _USER, auth=Auth.NONE, limit="none", streams=True)
@scim
async def patch_user(signin: Signin, ask: Ask[None]) -> Reply:
    """Change some of what is known of somebody."""
    return await _change(signin, ask, is_patch=True)


@endpoint("DELETE", _USER, auth=Auth.NONE, limit="none")
@scim
async def delete_user(signin: Signin, ask: Ask[None]) -> Reply:
    """Somebody leaves."""
    await remove_user(signin, ask.params["scimId"])
    return Reply(b"", 204, (), _TYPE)


# --- groups --------------------------------------------------------------------------


def _group_body(signin: Signin, group: Group, *, with_members: bool = True) -> Content:
    content = group.content()
    if not with_members:
        del content["members"]
    location = signin.url(f"{ROOT}/Groups/{group.unit_id}")
    meta = {"resourceType": "Group", "location": location}
    return {"schemas": [GROUP], "id": str(group.unit_id), **content, "meta": meta}


def _shows_members(ask: Ask[None]) -> bool:
    left_out = ask.query.get("excludedAttributes", "").lower().split(",")
    return "members" not in [name.strip() for name in left_out]


_GROUPS, _GROUP = f"{ROOT}/Groups", f"{ROOT}/Groups/{{groupId}}"


@endpoint("GET", _GROUPS, auth=Auth.NONE, limit="none")
@scim
async def get_groups(signin: Signin, ask: Ask[None]) -> Reply:
    """A page of levels, or the one with a displayName, an externalId or an id."""
    start, most = _page_of(ask)
    wanted, shows = _wanted(ask, "displayname", "externalid", "id"), _shows_members(ask)
    found, total = await list_groups(signin, wanted, start, most, with_members=shows)
    return _list([_group_body(signin, each, with_members=shows) for each in found], total, start)


@endpoint("POST", _GROUPS, auth=Auth.NONE, limit="none", streams=True)
@scim
async def post_group(signin: Signin, ask: Ask[None]) -> Reply:
    """Make a level."""
    body = _group_body(signin, await create_group(signin, await _body(ask)))
    return _reply(body, 201, (b"location", body["meta"]["location"].encode()))


@endpoint("GET", _GROUP, auth=Auth.NONE, limit="none")
@scim
async def get_group(signin: Signin, ask: Ask[None]) -> Reply:
    """A level."""
    group = await access_group(signin, ask.params["groupId"])
    return _reply(_group_body(signin, group, with_members=_shows_members(ask)))


@endpoint("PUT", _GROUP, auth=Auth.NONE, limit="none", streams=True)
@scim
async def put_group(signin: Signin, ask: Ask[None]) -> Reply:
    """Replace a level's name and members."""
    body, group_id = await _body(ask), ask.params["groupId"]
    return _reply(_group_body(signin, await change_group(signin, group_id, body, is_patch=False)))


@endpoint("PATCH", _GROUP, auth=Auth.NONE, limit="none", streams=True)
@scim
async def patch_group(signin: Signin, ask: Ask[None]) -> Reply:
    """Rename a level, or let people in and out."""
    body, group_id = await _body(ask), ask.params["groupId"]
    return _reply(_group_body(signin, await change_group(signin, group_id, body, is_patch=True)))


@endpoint("DELETE", _GROUP, auth=Auth.NONE, limit="none")
@scim
async def delete_group(signin: Signin, ask: Ask[None]) -> Reply:
    """Remove a level."""
    await remove_group(signin, ask.params["groupId"])
    return Reply(b"", 204, (), _TYPE)


# --- what is understood --------------------------------------------------------------


@endpoint("GET", f"{ROOT}/ServiceProviderConfig", auth=Auth.NONE, limit="none")
@scim
async def get_config(signin: Signin, ask: Ask[None]) -> Reply:
    """What of SCIM is understood."""
    scheme = {
        "type": "oauthbearertoken",
        "name": "Bearer token",
        "description": "The token in the file that the setting scim_token_file names",
    }
    return _reply(
        {
            "schemas": [f"{_CORE}:ServiceProviderConfig"],
            "patch": {"supported": True},
            "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
            "filter": {"supported": True, "maxResults": _MOST_PAGE},
            "changePassword": {"supported": False},
            "sort": {"supported": False},
            "etag": {"supported": True},
            "authenticationSchemes": [scheme],
        }
    )


def _listed(found: list[Content]) -> Reply:
    return _list(found, len(found), 0)


@endpoint("GET", f"{ROOT}/ResourceTypes", auth=Auth.NONE, limit="none")
@scim
async def get_types(signin: Signin, ask: Ask[None]) -> Reply:
    """The kinds of resources."""
    extension = {"schema": ENTERPRISE, "required": False}
    kinds: list[Content] = [
        {"id": "User", "endpoint": "/Users", "schema": USER, "schemaExtensions": [extension]},
        {"id": "Group", "endpoint": "/Groups", "schema": GROUP},
    ]
    return _listed(
        [{"schemas": [f"{_CORE}:ResourceType"], "name": kind["id"], **kind} for kind in kinds]
    )


def _attribute(name: str, kind: str = "string", **more: Json) -> Content:
    return {
        "name": name,
        "type": kind,
        "multiValued": False,
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
        **more,
    }


def _values(name: str) -> Content:
    parts = [_attribute("value"), _attribute("type"), _attribute("primary", "boolean")]
    return _attribute(name, "complex", multiValued=True, subAttributes=parts)


def _schemas() -> list[Content]:
    names = [_attribute(part) for part in ("formatted", "givenName", "familyName")]
    user = [
        _attribute("userName", required=True, uniqueness="server"),
        _attribute("name", "complex", subAttributes=names),
        *(_attribute(name) for name in ("displayName", "title", "externalId")),
        _attribute("active", "boolean"),
        _values("emails"),
        _values("phoneNumbers"),
    ]
    company = [
        _attribute(name) for name in ("employeeNumber", "organization", "division", "department")
    ]
    company.append(_attribute("manager", "complex", subAttributes=[_attribute("value")]))
    group = [
        _attribute("displayName", required=True, uniqueness="server"),
        _attribute("externalId"),
        _values("members"),
    ]
    return [
        {"id": USER, "name": "User", "attributes": user},
        {"id": ENTERPRISE, "name": "EnterpriseUser", "attributes": company},
        {"id": GROUP, "name": "Group", "attributes": group},
    ]


@endpoint("GET", f"{ROOT}/Schemas", auth=Auth.NONE, limit="none")
@scim
async def get_schemas(signin: Signin, ask: Ask[None]) -> Reply:
    """The attributes that are kept."""
    return _listed([{"schemas": [f"{_CORE}:Schema"], **each} for each in _schemas()])


ENDPOINTS: tuple[Endpoint[Signin, Json], ...] = (
    get_users,
    post_user,
    get_user,
    put_user,
    patch_user,
    delete_user,
    get_groups,
    post_group,
    get_group,
    put_group,
    patch_group,
    delete_group,
    get_config,
    get_types,
    get_schemas,
)
