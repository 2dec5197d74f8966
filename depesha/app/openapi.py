"""Our own API described in OpenAPI, from the endpoint table itself (requirement G4)."""

import inspect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version

import msgspec

from depesha.base.canonical import Content, Json, encode
from depesha.http.endpoint import Ask, Auth, Bound, Endpoint, Reply, endpoint

_OWN = "/_depesha/v1/"
_SCHEMAS = "#/components/schemas/{name}"
_ERROR: Content = {
    "type": "object",
    "required": ["errcode", "error"],
    "properties": {"errcode": {"type": "string"}, "error": {"type": "string"}},
}


@dataclass(frozen=True)
class Description:
    """What a table offers below `/_depesha/v1/`, as an OpenAPI 3.1 document."""

    table: Sequence[Bound]

    @cached_property
    def body(self) -> bytes:
        """The document, encoded; made when somebody first asks."""
        return encode(document([*(bound.row for bound in self.table), *ENDPOINTS]))


def document(rows: Iterable[Endpoint[Json, Json]]) -> Content:
    """The document: a path for each address of our own, a schema for each body."""
    own = [(path, row) for row in rows for path in row.paths if path.startswith(_OWN)]
    bodies = list({row.body: None for _, row in own if row.body is not None})
    schemas, components = msgspec.json.schema_components(bodies, ref_template=_SCHEMAS)
    schema_of = dict(zip(bodies, schemas, strict=True))
    paths: dict[str, Content] = {}
    for path, row in sorted(own, key=lambda each: (each[0], each[1].method)):
        schema = None if row.body is None else schema_of[row.body]
        paths.setdefault(path, {})[row.method.lower()] = _operation(path, row, schema)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Depesha", "version": version("depesha")},
        "paths": paths,
        "components": {
            "schemas": {**components, "Error": _ERROR},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(path: str, row: Endpoint[Json, Json], schema: Json) -> Content:
    told = inspect.getdoc(row.handler) or ""
    summary, _, rest = told.partition("\n\n")
    name = getattr(row.handler, "__name__", "")
    operation: Content = {
        "operationId": f"{row.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', path.lower())[12:]}",
        "tags": [path.removeprefix(_OWN).split("/")[1 if "/admin/" in path else 0]],
        "summary": " ".join(summary.split()) or name,
        "parameters": [
            {"name": each, "in": "path", "required": True, "schema": {"type": "string"}}
            for each in re.findall(r"\{(\w+)\}", path)
        ],
        "responses": {
            "200": {"description": "Done"},
            "4XX": {
                "description": "Refused",
                "content": {
                    "application/json": {"schema": {"$ref": _SCHEMAS.format(name="Error")}}
                },
            },
        },
    }
    if rest:
        operation["description"] = " ".join(rest.split())
    if row.auth is not Auth.NONE:
        operation["security"] = [{"token": []}, *([{}] if row.auth is Auth.OPTIONAL else [])]
    if row.right is not None:
        operation["x-right"] = row.right.value
        operation["x-in-units"] = row.scoped
    if schema is not None:
        content = {"application/json": {"schema": schema}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


@endpoint("GET", "/_depesha/v1/openapi.json", auth=Auth.NONE)
async def get_openapi(description: Description, ask: Ask[None]) -> Reply:
    """This description of our own API."""
    return Reply(description.body)


ENDPOINTS: tuple[Endpoint[Description, Json], ...] = (get_openapi,)
