"""The grammar of identifiers, what it takes and what it refuses."""

from collections.abc import Callable

import pytest

from depesha.base.ids import (
    Id,
    is_event_id,
    is_key_id,
    is_new_localpart,
    is_opaque,
    is_room_id,
    is_server_name,
    parse_alias,
    parse_user_id,
)

LONG = "a" * 255


@pytest.mark.parametrize(
    ("check", "taken", "refused"),
    [
        (
            is_server_name,
            ["matrix.org", "matrix.org:8888", "1.2.3.4", "1.2.3.4:80", "[1234:5678::abcd]:5678"],
            ["", "a b", "a:port", "a:123456", "ü.org", "a/b", "[::1"],
        ),
        (
            is_room_id,
            ["!a:here", "!Nhcu5BS-UMnFX7hBVfVSoXiD7OgH6iRT", "!" + LONG[1:]],
            ["", "!", "a:here", "!a:", "!a:b c", "!a\0", "!" + LONG],
        ),
        (is_event_id, ["$a", "$a/b+c", "$a:here"], ["", "$", "a", "$a\0", "$" + LONG]),
        (is_new_localpart, ["alice", "a.b_c=d-e/f+1"], ["", "Alice", "a b", "а", "a:b"]),
        (is_opaque, ["abc-DEF._=/+~1", LONG], ["", "a b", "é", LONG + "a"]),
        (is_key_id, ["ed25519:1", "ed25519:a_Key"], ["ed25519", "ed25519:", ":1", "Ed:1"]),
    ],
)
def test_grammar(check: Callable[[str], bool], taken: list[str], refused: list[str]) -> None:
    """Spec: appendices, "Identifier Grammar"."""
    assert [text for text in taken if not check(text)] == []
    assert [text for text in refused if check(text)] == []


def test_user_ids_of_the_historical_grammar_are_read() -> None:
    """Spec: appendices, "Historical User IDs"."""
    assert parse_user_id("@alice:here:80") == Id("alice", "here:80")
    assert parse_user_id("@Алиса !:here") == Id("Алиса !", "here")
    assert parse_user_id("@:here") == Id("", "here")
    for text in ("", "@", "alice:here", "@alice", "@alice:", "@a\0:here", f"@{LONG}:here"):
        assert parse_user_id(text) is None


def test_aliases_have_a_localpart() -> None:
    assert parse_alias("#room:here") == Id("room", "here")
    for text in ("#:here", "#room", "!room:here"):
        assert parse_alias(text) is None
