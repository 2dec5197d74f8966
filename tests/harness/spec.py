"""The specification as a judge: every response and every event is held to its schemas.

The files are those of `tests/spec/`. A response must fit the schema of its operation and
status; an error must have the shape of Matrix errors; the content of an event must fit the
schema of its type, unless the test itself had sent that content.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from jsonschema_rs import Draft202012Validator, Registry, ValidationError

from depesha.base.canonical import canonical
from depesha.base.ids import (
    is_event_id,
    is_room_id,
    is_server_name,
    parse_alias,
    parse_user_id,
)

FOLDER = Path(__file__).parent.parent / "spec"

_METHODS = ("get", "put", "post", "delete")
_SCHEME = "spec:///"
_CORE = "core-event-schema/"
_NOTHING = object()

_ERROR = {
    "type": "object",
    "required": ["errcode", "error"],
    "properties": {
        "errcode": {"type": "string", "pattern": r"^[A-Z][A-Z0-9_.]+$"},
        "error": {"type": "string", "minLength": 1},
        "retry_after_ms": {"type": "integer", "minimum": 0},
        "soft_logout": {"type": "boolean"},
    },
}

TOLERATED: Mapping[tuple[str, int], Any] = {
    # No relay is installed: what clients expect then, though the schema requires a relay.
    ("getTurnServer", 200): {},
}
"""(operationId, status) → a body that is right although the published schema refuses it."""


EITHER = frozenset(
    {
        # Content, or with `format=event` an event: every event is an object, which is the content.
        ("getRoomStateWithKey", 200),
    }
)
"""(operationId, status) whose schema says `oneOf` of forms that are not exclusive."""


EXTENDED = {
    # MSC4140: an event that is sent later has no id yet.
    ("sendMessage", 200): "delay_id",
    ("setRoomStateWithKey", 200): "delay_id",
    ("redactEvent", 200): "delay_id",
}
"""(operationId, status) → the key of a body that an unstable extension defines."""


UNLISTED: Mapping[tuple[str, int], tuple[str, str]] = {
    # It asks for authentication, says the prose; the data forgets the response.
    ("uploadCrossSigningKeys", 401): ("DELETE", "/_matrix/client/v3/devices/D"),
}
"""(operationId, status) → method and path of an operation that has this response listed."""


class Broken(AssertionError):
    """A response or an event does not fit the specification."""


@dataclass(frozen=True)
class Operation:
    """One operation of the client-server API."""

    name: str
    method: str
    path: str
    file: str
    deprecated: bool
    responses: Mapping[int, str | None]
    """Pointer to the JSON schema of each documented status; None: no JSON body is promised."""


def load_operations() -> Mapping[str, Operation]:
    """The operations of the client-server API by their operationId."""
    return _catalogue().by_name


def find_operation(method: str, path: str) -> Operation | None:
    """The operation that a request line belongs to; `path` is as sent, without its query."""
    candidates = _catalogue().by_shape.get((method, path.count("/") + 1), ())
    for operation, pattern in candidates:
        if pattern.fullmatch(path):
            return operation
    # An empty state key may come with or without its slash.
    return find_operation(method, path + "/") if not path.endswith("/") else None


def request_keys(operation: Operation) -> list[str]:
    """The names of the properties that the JSON body of a request may have."""
    path = operation.path.removeprefix(_prefix(_document(operation.file)))
    rows = _document(operation.file)["paths"]
    row = (rows.get(path) or rows[f"{path} "])[operation.method.lower()]
    content = row.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    return sorted(_properties(operation.file, schema))


_PARTS = frozenset({206, 304})
"""A part of a file, or word that it is known: RFC 9110's, of which the OpenAPI is silent."""


class Judge:
    """Checks what one server answers; knows which contents the test itself has sent."""

    def __init__(self) -> None:
        self._sent: set[bytes] = set()
        self.done: set[str] = set()
        """Operations that have succeeded."""

    def note_request(self, body: Any) -> None:
        """Remember each object inside a request body: it is the test's, not the server's."""
        for item in _objects(body):
            self._sent.add(canonical(item))

    def check_response(
        self, method: str, path: str, status: int, content_type: str, body: Any
    ) -> None:
        """Raise Broken when the response to a request of the specification is not right.

        `body` is the decoded JSON, or None where the content type is another.
        """
        operation = find_operation(method, path)
        if operation is None:
            return
        where = f"{operation.name}: {method} {path} answered {status}"
        if status in _PARTS and "media" in path:
            return
        if status < 400:
            if status not in operation.responses:
                raise Broken(f"{where}, which the specification does not know")
            self.done.update(_namesakes(operation))
        is_json = content_type.partition(";")[0].strip() == "application/json"
        listed = operation
        if (like := UNLISTED.get((operation.name, status))) is not None:
            listed = find_operation(*like) or operation
        pointer = listed.responses.get(status)
        if is_json and TOLERATED.get((operation.name, status), _NOTHING) == body:
            pointer = None
        if (operation.name, status) in EITHER or _is_extended(operation.name, status, body):
            pointer = None
        if status >= 400:
            if not is_json:
                raise Broken(f"{where} as {content_type or 'nothing'} instead of JSON")
            _check_error(where, pointer, body)
        elif pointer is not None:
            if not is_json:
                raise Broken(f"{where} as {content_type or 'nothing'} instead of JSON")
            _check(where, _validator(pointer), body)
        if is_json:
            self.check_events(where, body)

    def check_events(self, where: str, value: Any) -> None:
        """Raise Broken when an event inside `value` does not fit the schema of its type."""
        for event in _events(value):
            self._check_event(where, event)

    def _check_event(self, where: str, event: dict[str, Any]) -> None:
        content = event["content"]
        if not content and "redacted_because" in event.get("unsigned", {}):
            return
        if canonical(content) in self._sent:
            return
        name = event["type"]
        if isinstance(msgtype := content.get("msgtype"), str):
            validator = _event_validator(f"{name}${msgtype}") or _event_validator(name)
        else:
            validator = _event_validator(name)
        if validator is not None and "redacted_because" not in event.get("unsigned", {}):
            _check(f"{where}: event {name}", validator, event)


def _is_extended(name: str, status: int, body: Any) -> bool:
    return isinstance(body, dict) and EXTENDED.get((name, status)) in body


def _namesakes(operation: Operation) -> set[str]:
    """All operations of one method and path: the specification has two such pairs."""
    key = (operation.method, operation.path)
    return {o.name for o in load_operations().values() if (o.method, o.path) == key}


@dataclass(frozen=True)
class _Catalogue:
    by_name: Mapping[str, Operation]
    by_shape: Mapping[tuple[str, int], list[tuple[Operation, re.Pattern[str]]]]


@cache
def _catalogue() -> _Catalogue:
    by_name: dict[str, Operation] = {}
    by_shape: dict[tuple[str, int], list[tuple[Operation, re.Pattern[str]]]] = {}
    for file in sorted((FOLDER / "api/client-server").glob("*.yaml")):
        for operation in _operations_of(f"api/client-server/{file.name}"):
            by_name[operation.name] = operation
            shape = (operation.method, operation.path.count("/") + 1)
            by_shape.setdefault(shape, []).append((operation, _pattern(operation.path)))
    for found in by_shape.values():
        found.sort(key=lambda pair: _literalness(pair[0].path))
    return _Catalogue(by_name, by_shape)


def _operations_of(file: str) -> Iterator[Operation]:
    document = _document(file)
    prefix = _prefix(document)
    for path, item in document["paths"].items():
        for method in _METHODS:
            if (row := item.get(method)) is not None:
                responses = {
                    int(status): _schema_pointer(file, path, method, status)
                    for status in row["responses"]
                }
                yield Operation(
                    row["operationId"],
                    method.upper(),
                    # "/rooms/{roomId}/invite " ends in a blank to be told from its namesake.
                    f"{prefix}{path.rstrip()}",
                    file,
                    row.get("deprecated", False),
                    responses,
                )


def _prefix(document: Any) -> str:
    prefix: str = document["servers"][0]["variables"]["basePath"]["default"]
    return prefix.rstrip("/")


def _properties(file: str, schema: Any) -> set[str]:
    """The properties of a schema and of those that it is made of."""
    if "$ref" in schema:
        target, _, place = schema["$ref"].partition("#")
        file = (
            posixpath.normpath(posixpath.join(posixpath.dirname(file), target)) if target else file
        )
        return _properties(file, _follow(file, [key for key in place.split("/") if key]))
    parts = [*schema.get("allOf", []), *schema.get("oneOf", []), *schema.get("anyOf", [])]
    return set(schema.get("properties", {})).union(*(_properties(file, part) for part in parts))


def _schema_pointer(file: str, path: str, method: str, status: str) -> str | None:
    keys = ["paths", path, method, "responses", status]
    response = _follow(file, keys)
    if "$ref" in response:
        keys = response["$ref"].removeprefix("#/").split("/")
        response = _follow(file, keys)
    if "schema" not in response.get("content", {}).get("application/json", {}):
        return None
    keys += ["content", "application/json", "schema"]
    return _SCHEME + file + "#/" + "/".join(_escape(key) for key in keys)


def _follow(file: str, keys: list[str]) -> Any:
    value = _document(file)
    for key in keys:
        value = value[key]
    return value


def _escape(key: str) -> str:
    return quote(key.replace("~", "~0").replace("/", "~1"), safe="~:$@!")


def _pattern(path: str) -> re.Pattern[str]:
    parts = [
        "[^/]*" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{[^}]*\})", path)
    ]
    return re.compile("".join(parts))


def _literalness(path: str) -> tuple[bool, ...]:
    """Sorts a path with a fixed segment before one with a parameter in its place."""
    return tuple(part.startswith("{") for part in path.split("/"))


@cache
def _document(file: str) -> Any:
    """A file of the specification, without its examples."""
    return _without_examples(yaml.load((FOLDER / file).read_text(), _Loader))


class _Loader(yaml.CSafeLoader):
    """YAML without dates: JSON has none."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _without_examples(value: Any) -> Any:
    if isinstance(value, dict):
        # Only a media type has both; a property may well be called "examples".
        dropped = {"example", "examples"} if "schema" in value else set()
        return {str(k): _without_examples(v) for k, v in value.items() if k not in dropped}
    if isinstance(value, list):
        return [_without_examples(item) for item in value]
    return value


@cache
def _registry() -> Registry:
    files = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.yaml"))
    return Registry([(_SCHEME + quote(file), _document(file)) for file in files])


_FORMATS = {
    "mx-user-id": lambda text: parse_user_id(text) is not None,
    "mx-room-id": is_room_id,
    "mx-event-id": is_event_id,
    "mx-room-alias": lambda text: parse_alias(text) is not None,
    "mx-server-name": is_server_name,
    "mx-mxc-uri": lambda text: re.fullmatch(r"mxc://[^/]+/[0-9A-Za-z_-]+", text) is not None,
    "mx-unpadded-base64": lambda text: re.fullmatch(r"[0-9A-Za-z+/]*", text) is not None,
    "mx-urlsafe-unpadded-base64": lambda text: re.fullmatch(r"[\w-]*", text, re.ASCII) is not None,
    # Any number that JSON can say fits: the form is about the sender's arithmetic.
    "int64": lambda _: True,
    "float": lambda _: True,
}


def _compile(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        schema, formats=_FORMATS, validate_formats=True, registry=_registry(), offline=True
    )


@cache
def _validator(pointer: str) -> Draft202012Validator:
    return _compile({"$ref": pointer})


@cache
def _error_validator() -> Draft202012Validator:
    return _compile(_ERROR)


@cache
def _event_validator(name: str) -> Draft202012Validator | None:
    """The schema of an event type without its envelope, which differs by place."""
    file = f"event-schemas/schema/{name}.yaml"
    if "/" in name or not (FOLDER / file).is_file():
        return None
    schema = dict(_document(file))
    rest = [part for part in schema.get("allOf", []) if not part.get("$ref", "").startswith(_CORE)]
    required = [key for key in schema.get("required", []) if key in {"type", "content"}]
    schema |= {"$id": f"{_SCHEME}{quote(file)}.content", "required": required, "allOf": rest}
    return _compile({key: value for key, value in schema.items() if value or key != "allOf"})


def _check(where: str, validator: Draft202012Validator, value: Any) -> None:
    try:
        validator.validate(value)
    except ValidationError as error:
        path = "/".join(str(part) for part in error.instance_path)
        raise Broken(f"{where}: {path or 'the body'}: {error.message}") from None


def _check_error(where: str, pointer: str | None, body: Any) -> None:
    """An error has its documented form, or that of any Matrix error.

    A request for further authentication (401) has no errcode before an attempt failed.
    """
    if pointer is not None and isinstance(body, dict) and "errcode" not in body:
        _check(where, _validator(pointer), body)
    else:
        _check(where, _error_validator(), body)
        if pointer is not None and body["errcode"] not in _COMMON_ERRORS:
            _check(where, _validator(pointer), body)


_COMMON_ERRORS = {
    "M_FORBIDDEN",
    "M_UNKNOWN_TOKEN",
    "M_MISSING_TOKEN",
    "M_USER_LOCKED",
    "M_USER_SUSPENDED",
    "M_BAD_JSON",
    "M_NOT_JSON",
    "M_NOT_FOUND",
    "M_LIMIT_EXCEEDED",
    "M_UNRECOGNIZED",
    "M_UNKNOWN",
}
"""Client-server API, "Common error codes": any operation may give them, with any status."""


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a JSON value, itself included."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _events(value: Any) -> Iterator[dict[str, Any]]:
    """Every event inside a JSON value, not looking into contents."""
    if isinstance(value, dict):
        is_event = isinstance(value.get("type"), str) and isinstance(value.get("content"), dict)
        if is_event:
            yield value
        for key, item in value.items():
            if not (is_event and key == "content"):
                yield from _events(item)
    elif isinstance(value, list):
        for item in value:
            yield from _events(item)
