"""No request, however odd, makes the server fail.

The requests are those of the specification's OpenAPI, right and wrong ones (schemathesis), and
random ones to the endpoints that it does not know. Every answer has the form that the
specification gives it: the judge of `tests/harness/` sees to that, and the client refuses a 500.
"""

import re
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core import NOT_SET
from schemathesis.core.result import Ok
from schemathesis.openapi import from_path
from schemathesis.schemas import APIOperation

from depesha.base.canonical import decode, encode
from tests.harness.client import Client
from tests.harness.endpoints import load_endpoints
from tests.harness.server import Server
from tests.harness.spec import FOLDER, load_operations

ENDING = {"logout", "logout_all", "deactivateAccount"}
"""They would take the client's session away from the requests that follow."""

ODD = settings(
    suppress_health_check=list(HealthCheck),
    max_examples=max(1_000, settings().max_examples),
)

Known = dict[str, list[str]]
"""Values that lead somewhere, by the name of a path parameter."""


@pytest.fixture
async def known(server: Server, alice: Client) -> Known:
    """What there is on a server where Alice talks with Bob."""
    bob = await server.register("bob")
    room = await alice.create_room(room_alias_name="room", invite=[bob.user_id])
    await bob.join(room)
    events = [await alice.send(room, "one"), await bob.send(room, "two")]
    upload = await alice.request("POST", "/_matrix/media/v3/upload", data=b"file")
    media_id = upload.ok()["content_uri"].rpartition("/")[2]
    backup = {"algorithm": "m.megolm_backup.v1.curve25519-aes-sha2", "auth_data": {}}
    version = (await alice.post("/room_keys/version", backup)).ok()["version"]
    kinds = ["m.room.message", "m.room.name", "m.room.member", "m.room.power_levels"]
    return {
        "userId": [alice.user_id, bob.user_id],
        "roomId": [room],
        "roomIdOrAlias": [room, "#room:depesha.test"],
        "roomAlias": ["#room:depesha.test", "#new:depesha.test"],
        "eventId": events,
        "eventType": kinds,
        "type": ["m.direct", "m.fully_read", "m.push_rules", "org.example"],
        "stateKey": ["", alice.user_id, bob.user_id],
        "relType": ["m.thread", "m.annotation"],
        "receiptType": ["m.read", "m.read.private", "m.fully_read"],
        "kind": ["override", "content", "room", "sender", "underride"],
        "ruleId": [".m.rule.master", room, alice.user_id],
        "deviceId": [alice.device_id],
        "filterId": ["1"],
        "keyName": ["displayname", "avatar_url", "m.tz"],
        "serverName": ["depesha.test"],
        "mediaId": [media_id],
        "version": [version],
        "threadRoot": events,
    }


async def ask(client: Client, request: dict[str, Any]) -> None:
    """Send the request; what it says itself is not held to the specification."""
    with suppress(ValueError):
        client.wire.judge.note_request(decode(request["data"] or b"{}"))
    await client.request(**request)


# --- what the specification knows ----------------------------------------------------


@cache
def operations() -> list[APIOperation[Any, Any, Any, Any]]:
    found = [
        result.ok()
        for file in sorted((FOLDER / "api/client-server").glob("*.yaml"))
        for result in from_path(file).get_all_operations()
        if isinstance(result, Ok)
    ]
    assert len(found) == len(load_operations())
    return [each for each in found if each.definition.raw["operationId"] not in ENDING]


MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]


@st.composite
def specified(draw: st.DrawFn, known: Known) -> dict[str, Any]:
    """What `Client.request` takes, for an operation of the specification."""
    operation = draw(st.sampled_from(operations()))
    has_parts = operation.query or operation.path_parameters or operation.body
    mode = draw(st.sampled_from(MODES if has_parts else MODES[:1]))
    case = draw(operation.as_strategy(generation_mode=mode))
    path = _fill(draw, operation.full_path, known, case.path_parameters or {})
    # Whoever waits would wait for the clock of the test.
    waits = {"timeout", "timeout_ms"}
    query = {k: _texts(v) for k, v in (case.query or {}).items() if k not in waits}
    headers = {"Content-Type": case.media_type} if case.media_type else {}
    return {
        "method": case.method.upper(),
        "path": path,
        "data": None if case.body is NOT_SET else _encoded(case.body),
        "query": query,
        "headers": headers,
    }


def _fill(draw: st.DrawFn, path: str, known: Known, given: dict[str, Any]) -> str:
    """The path with its parameters: some that lead somewhere, some as given."""
    for name in re.findall(r"\{(\w+)\}", path):
        value = str(given.get(name, "x"))
        if name in known and draw(st.integers(0, 2)):
            value = draw(st.sampled_from(known[name]))
        path = path.replace(f"{{{name}}}", quote(value, safe="", errors="replace"))
    return path.rstrip()


def _texts(value: Any) -> Any:
    """A value of the query as text, or a list of texts."""
    if isinstance(value, list):
        return [str(each).encode(errors="replace").decode() for each in value]
    return str(value).encode(errors="replace").decode()


def _encoded(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return encode(value)
    except TypeError:  # an integer of more than 64 bits, or half of a surrogate pair
        return b'{"a":1' + b"0" * 30 + b"}"


@pytest.mark.slow
@pytest.mark.limit(400)
@ODD
@given(data=st.data())
async def test_no_request_of_the_specification_makes_the_server_fail(
    alice: Client, known: Known, data: st.DataObject
) -> None:
    await ask(alice, data.draw(specified(known)))
    (await alice.get("/account/whoami")).ok()


# --- what it does not know -----------------------------------------------------------

ROWS = sorted(
    (row.method, path)
    for row in load_endpoints()
    for path in row.paths
    if row.spec is None or "/unstable/" in path
)
NAMES = (
    *("from", "to", "dir", "limit", "since", "filter", "set_presence", "pos", "at", "ts"),
    *("after", "user_id", "access_token", "kind", "via", "expire_after"),
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["", "..", "\x00", "0", "-1", "9" * 30, "true", "@a:b", "!a:b", "$a", "#a:b", "m.room.member"]
)
numbers = st.integers() | st.sampled_from([0, -1, 2**53, 2**63, 2**64]) | st.floats()
keys = texts | st.sampled_from(
    [
        *("conn_id", "lists", "room_subscriptions", "extensions", "ranges", "range", "filters"),
        *("timeline_limit", "required_state", "enabled", "to_device", "since", "automatic"),
        *("action", "body", "user_id", "username", "password", "token", "device_id"),
    ]
)
leaves = st.none() | st.booleans() | numbers.filter(lambda n: n == n) | texts
inner = leaves | st.lists(leaves, max_size=3) | st.dictionaries(keys, leaves, max_size=3)
values = inner | st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)


@st.composite
def unspecified(draw: st.DrawFn, known: Known) -> dict[str, Any]:
    """What `Client.request` takes, for an endpoint that is not in the specification."""
    method, path = draw(st.sampled_from(ROWS))
    path = _fill(draw, path, known, {name: draw(texts) for name in re.findall(r"\{(\w+)\}", path)})
    bodies = st.dictionaries(keys, values, max_size=5) | values
    body = draw(bodies.map(_encoded) | st.binary(max_size=20))
    query = draw(st.dictionaries(st.sampled_from(NAMES), texts, max_size=3))
    return {"method": method, "path": path, "data": body, "query": query}


@pytest.mark.slow
@pytest.mark.limit(400)
@ODD
@given(data=st.data())
async def test_no_other_request_makes_the_server_fail(
    alice: Client, known: Known, data: st.DataObject
) -> None:
    await ask(alice, data.draw(unspecified(known)))
    (await alice.get("/account/whoami")).ok()
