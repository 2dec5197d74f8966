"""Filters that are kept for later."""

from typing import Any

import pytest

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
