"""No request, however odd, makes the server fail.

Every answer has the form that the specification gives it: the judge of `tests/harness/` sees to
that, and the client refuses a 500.
"""

import re
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from depesha.base.canonical import encode
from tests.harness.client import Client
from tests.harness.endpoints import load_endpoints
from tests.harness.spec import load_operations, request_keys

ENDING = {"logout", "logout_all", "deactivateAccount"}
"""They would take the client's session away from the requests that follow."""

ROWS = sorted(
    (row.method, path, row.spec or "")
    for row in load_endpoints()
    for path in row.paths
    if row.spec not in ENDING
)
NAMES = (
    *("from", "to", "dir", "limit", "since", "filter", "set_presence", "full_state", "at", "ts"),
    *("membership", "not_membership", "user_id", "access_token", "kind", "guest_access", "via"),
    *("recurse", "include", "max_depth", "suggested_only", "width", "height", "method", "url"),
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["", "..", "\x00", "0", "-1", "9" * 30, "true", "@a:b", "!a:b", "$a", "#a:b", "m.room.member"]
)
numbers = st.integers() | st.sampled_from([0, -1, 2**53, 2**63, 2**64]) | st.floats()
values = st.recursive(
    st.none() | st.booleans() | numbers.filter(lambda n: n == n) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def requests(draw: st.DrawFn, known: dict[str, str]) -> dict[str, Any]:
    """What `Client.request` takes, for an endpoint of the table."""
    method, path, spec = draw(st.sampled_from(ROWS))
    segments = texts | st.sampled_from(sorted(known.values()))
    for name in re.findall(r"\{(\w+)\}", path):
        value = draw(st.just(known[name]) | segments if name in known else segments)
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    operation = load_operations().get(spec)
    keys = st.sampled_from(request_keys(operation) or [""]) if operation else texts
    bodies = st.dictionaries(keys | texts, values, max_size=5) | values
    body = draw(bodies.map(_encoded) | st.binary(max_size=20))
    query = draw(st.dictionaries(st.sampled_from(NAMES), texts, max_size=3))
    return {"method": method, "path": path, "data": body, "query": query}


def _encoded(value: Any) -> bytes:
    try:
        return encode(value)
    except TypeError:  # an integer of more than 64 bits
        return b'{"a":1' + b"0" * 30 + b"}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
async def test_no_request_makes_the_server_fail(alice: Client, data: st.DataObject) -> None:
    known = {"userId": alice.user_id, "roomId": "!room:depesha.test", "deviceId": alice.device_id}
    await alice.request(**data.draw(requests(known)))
    (await alice.get("/account/whoami")).ok()
