"""Filters that are kept for later."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.eventlog.filter import MOST_STARS, EventFilter
from tests.harness.client import Client


def filters(client: Client, filter_id: str = "") -> str:
    return f"/user/{client.user_id}/filter" + (f"/{filter_id}" if filter_id else "")


async def test_a_filter_is_kept_as_it_was_given(alice: Client) -> None:
    wanted = {"room": {"timeline": {"limit": 3}}, "org.example.more": 1.5}
    first = (await alice.post(filters(alice), wanted)).ok()["filter_id"]
    again = (await alice.post(filters(alice), wanted)).ok()["filter_id"]
    other = (await alice.post(filters(alice), {})).ok()["filter_id"]
    assert first == again != other
    assert (await alice.get(filters(alice, first))).ok() == wanted


async def test_filters_are_private(alice: Client, bob: Client) -> None:
    kept = (await alice.post(filters(alice), {})).ok()["filter_id"]
    (await bob.get(filters(alice, kept))).refused(403, "M_FORBIDDEN")
    (await bob.post(filters(alice), {})).refused(403, "M_FORBIDDEN")
    (await bob.get(filters(bob, kept))).refused(404, "M_NOT_FOUND")
    (await alice.get(filters(alice, "none"))).refused(404, "M_NOT_FOUND")


@pytest.mark.parametrize(
    "wrong",
    [
        {"room": []},
        {"room": {"timeline": {"limit": "3"}}},
        {"event_format": "x"},
        {"a": "\x00"},
        {"presence": {"senders": ["alice"]}},
        {"room": {"timeline": {"not_senders": ["@0"]}}},
        {"room": {"rooms": ["*"]}},
        {"room": {"state": {"not_rooms": ["#one:depesha.test"]}}},
    ],
)
async def test_what_is_no_filter(alice: Client, wrong: dict[str, Any]) -> None:
    (await alice.post(filters(alice), wrong)).refused(400, "M_BAD_JSON")


async def test_many_stars_are_no_burden(alice: Client) -> None:
    """A type that almost has the form of one in the filter: once it stopped the whole server."""
    room = await alice.create_room()
    type_ = "a" * 200
    await alice.send(room, {}, type_)
    for types, is_found in ((["*a" * 40 + "*b"], False), (["*a" * 40 + "*"], True)):
        query = {"dir": "b", "filter": json.dumps({"types": types})}
        chunk = (await alice.get(f"/rooms/{room}/messages", query)).ok()["chunk"]
        assert [event["type"] for event in chunk] == [type_] * is_found


async def test_types_with_stars_are_few(alice: Client) -> None:
    types = [f"a.{number}.*" for number in range(MOST_STARS + 1)]
    wrong = {"room": {"timeline": {"types": types}}}
    (await alice.post(filters(alice), wrong)).refused(400, "M_BAD_JSON")
    (await alice.post(filters(alice), {"room": {"timeline": {"types": types[1:]}}})).ok()


@given(st.text("ab*", max_size=8), st.text("ab", max_size=10))
def test_a_star_stands_for_any_text(pattern: str, text: str) -> None:
    slow = ".*".join(map(re.escape, pattern.split("*")))
    found = EventFilter(types=[pattern]).allows(text, "@a:x", {})
    assert found == (re.fullmatch(slow, text) is not None)


async def test_all_filters_of_somebody_have_their_bound(alice: Client) -> None:
    for number in range(5):
        (await alice.post(filters(alice), {"n": number, "note": "x" * 200_000})).ok()
    more = {"n": 5, "note": "x" * 200_000}
    (await alice.post(filters(alice), more)).refused(413, "M_TOO_LARGE")
    (await alice.post(filters(alice), more | {"n": 4})).ok()  # it is there already
    (await alice.post(filters(alice), {"room": {}})).ok()
