"""Other networks: without application services there are none."""

import pytest

from tests.harness.client import Client


async def test_there_are_no_protocols(alice: Client) -> None:
    assert (await alice.get("/thirdparty/protocols")).ok() == {}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/thirdparty/protocol/irc", {}),
        ("/thirdparty/location/irc", {"server": "example.org"}),
        ("/thirdparty/user/irc", {"nick": "a"}),
        ("/thirdparty/location", {"alias": "#a:depesha.test"}),
        ("/thirdparty/user", {"userid": "@a:depesha.test"}),
    ],
)
async def test_nothing_is_found_there(alice: Client, path: str, query: dict[str, str]) -> None:
    (await alice.get(path, query)).refused(404, "M_NOT_FOUND")


async def test_what_to_look_for_must_be_said(alice: Client) -> None:
    (await alice.get("/thirdparty/location")).refused(400, "M_MISSING_PARAM")
    (await alice.get("/thirdparty/user")).refused(400, "M_MISSING_PARAM")
