"""What clients may register and ask for, as pure rules."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.signin.rules import (
    BadMetadata,
    check_metadata,
    find_target,
    is_own_path,
    is_registered,
    is_verified,
    parse_scope,
    scope_of,
    with_answer,
)
from tests.signin.steps import METADATA, challenge_of


def _registers(uri: str, kind: str) -> bool:
    given = {
        "client_uri": "https://example.com/",
        "redirect_uris": [uri],
        "application_type": kind,
    }
    try:
        return check_metadata(given)["redirect_uris"] == [uri]
    except BadMetadata:
        return False


# The examples of the specification, "Redirect URI validation"


@pytest.mark.parametrize("kind", ["web", "native"])
@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/callback",
        "https://app.example.com/callback",
        "https://example.com:5173/?query=value",
    ],
)
def test_https_below_the_client_is_registered(uri: str, kind: str) -> None:
    assert _registers(uri, kind)


@pytest.mark.parametrize(
    "uri",
    [
        "com.example.app:/callback",
        "com.example:/",
        "com.example:callback",
        "http://localhost/callback",
        "http://127.0.0.1/callback",
        "http://[::1]/callback",
    ],
)
def test_native_clients_have_more_ways(uri: str) -> None:
    assert _registers(uri, "native")
    assert not _registers(uri, "web")


@pytest.mark.parametrize("kind", ["web", "native"])
@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/callback#fragment",
        "http://example.com/callback",
        "example:/callback",
        "com.example.app://callback",
        "com.examples:/callback",
        "https://localhost/callback",
        "http://localhost:1234/callback",
        "https://user@example.com/",
        "https://example.com@evil.test/",
        "https://notexample.com/",
        "https://example.com\\@evil.test/",
        "javascript:alert(1)",
        "",
    ],
)
def test_other_addresses_are_refused(uri: str, kind: str) -> None:
    assert not _registers(uri, kind)


@pytest.mark.parametrize(
    "fields",
    [
        {"client_uri": None},
        {"client_uri": "https://u:p@client.test/"},
        {"logo_uri": "https://else.test/logo.png"},
        {"policy_uri": "http://client.test/policy"},
        {"tos_uri#ru": "https://else.test/"},
        {"client_name": ""},
        {"client_name": 7},
        {"application_type": "desktop"},
        {"grant_types": ["implicit"]},
        {"grant_types": "authorization_code"},
        {"response_types": ["token"]},
        {"redirect_uris": "https://client.test/"},
    ],
)
def test_metadata_must_be_whole(fields: dict[str, Any]) -> None:
    check_metadata(METADATA)
    with pytest.raises(BadMetadata):
        check_metadata(METADATA | fields)


def test_what_is_not_understood_is_left_out() -> None:
    kept = check_metadata(METADATA | {"jwks": {}, "grant_types": ["authorization_code", "other"]})
    assert "jwks" not in kept
    assert kept["grant_types"] == ["authorization_code"]


def test_the_port_matters_but_on_loopback() -> None:
    registered = ["http://127.0.0.1/cb", "http://[::1]/cb", "https://example.com/cb"]
    assert is_registered("http://127.0.0.1:4711/cb", registered)
    assert is_registered("http://[::1]:4711/cb", registered)
    assert is_registered("https://example.com/cb", registered)
    assert not is_registered("https://example.com:4711/cb", registered)
    assert not is_registered("http://127.0.0.1:4711/other", registered)
    assert not is_registered("http://localhost:4711/cb", registered)
    assert not is_registered("http://u@127.0.0.1:4711/cb", registered)
    assert not is_registered("http://127.0.0.1:99999/cb", registered)


@given(st.from_regex(r"[A-Za-z0-9._~-]{1,255}", fullmatch=True))
def test_a_scope_gives_its_device_back(device_id: str) -> None:
    assert parse_scope(scope_of(device_id)) == device_id


@given(st.text(max_size=60))
def test_a_scope_without_the_api_is_none(text: str) -> None:
    assert parse_scope(f"urn:matrix:client:device:{text}") is None


@given(st.from_regex(r"[A-Za-z0-9._~-]{43,128}", fullmatch=True), st.text(max_size=130))
def test_only_the_verifier_fits_its_challenge(verifier: str, other: str) -> None:
    challenge = challenge_of(verifier)
    assert is_verified(challenge, verifier)
    assert is_verified(challenge, other) == (other == verifier)


def test_an_answer_keeps_the_query_of_the_address() -> None:
    assert with_answer("a:/b?c=d", "query", {"e": "f g"}) == "a:/b?c=d&e=f+g"
    assert with_answer("a:/b", "query", {"e": "f"}) == "a:/b?e=f"
    assert with_answer("a:/b", "fragment", {"e": "f"}) == "a:/b#e=f"


@pytest.mark.parametrize(
    "path", ["/_depesha/account", "/_depesha/oauth2/authorize?redirect_uri=https://a.test/"]
)
def test_own_paths_are_gone_to(path: str) -> None:
    assert is_own_path(path)


@pytest.mark.parametrize(
    "path",
    ["", "//evil.test", "https://evil.test", "/_depesha//evil", "/_depesha/\\evil", "/_matrix/x"],
)
def test_other_paths_are_not(path: str) -> None:
    assert not is_own_path(path)


def test_targets_name_who_answers() -> None:
    web = find_target("https://app.test:8443/x?y")
    assert web is not None
    assert (web.shown, web.source) == ("app.test:8443", "https://app.test:8443")
    own = find_target("im.client:/callback")
    assert own is not None
    assert own.source == "im.client:"


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https:///x",
        "https://a.test;script-src *",
        "https://user@a.test/",
        "no scheme",
        "https://a b.test/",
    ],
)
def test_harmful_targets_are_none(uri: str) -> None:
    assert find_target(uri) is None
