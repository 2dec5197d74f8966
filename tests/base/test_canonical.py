"""Canonical JSON: the examples of the specification, and what has no canonical form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.base.canonical import (
    MAX_DEPTH,
    MAX_INT,
    Json,
    canonical,
    canonical_loose,
    decode,
    decode_loose,
    embed,
    encode,
    find_unsafe,
)
from tests.events.values import json_values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "{}"),
        ('{ "one": 1, "two": "Two" }', '{"one":1,"two":"Two"}'),
        ('{"b":"2","a":"1"}', '{"a":"1","b":"2"}'),
        ('{"a": [{"z": {"y": 1, "x": true}}]}', '{"a":[{"z":{"x":true,"y":1}}]}'),
        ('{"a": "日本語"}', '{"a":"日本語"}'),
        ('{"本": 2, "日": 1}', '{"日":1,"本":2}'),
        ('{"a": "\\u65E5"}', '{"a":"日"}'),
        ('{"a": null}', '{"a":null}'),
        ('{"a": -0}', '{"a":0}'),
        ('{"a": "\\u0008\\u001F\\/\\u007f\\n"}', '{"a":"\\b\\u001f/\x7f\\n"}'),
        ('{"\\uffff": 1, "\\ud83d\\ude00": 2}', '{"\uffff":1,"😀":2}'),
    ],
)
def test_examples(text: str, expected: str) -> None:
    """Spec: appendices, "Canonical JSON"; the last sorts by code point, not by UTF-16 unit."""
    value = decode(text)
    assert find_unsafe(value) is None
    assert canonical(value).decode() == expected
    assert canonical_loose(decode_loose(text.encode())).decode() == expected


@given(json_values)
def test_it_is_what_the_code_of_the_specification_writes(value: Json) -> None:
    """Spec: appendices, "Canonical JSON", its `canonical_json`."""
    assert find_unsafe(value) is None
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert canonical(value) == canonical_loose(value) == written.encode()
    assert decode(canonical(value)) == decode_loose(canonical(value)) == value


@given(json_values, json_values)
def test_embedded_json_is_as_if_written_in_place(inner: Json, outer: Json) -> None:
    whole = {"a": inner, "b": outer}
    embedded = {"b": outer, "a": embed(canonical(inner))}
    assert canonical(embedded) == canonical(whole)
    assert decode(encode(embedded)) == whole


@pytest.mark.parametrize("number", [MAX_INT, -MAX_INT, 0, True])
def test_numbers_within_the_range(number: int) -> None:
    assert find_unsafe({"a": [number]}) is None


@pytest.mark.parametrize("number", [MAX_INT + 1, -MAX_INT - 1, 2**64, 1.0, 1e300, float("nan")])
def test_numbers_out_of_the_range(number: float) -> None:
    assert find_unsafe({"a": [number]}) is not None
    assert find_unsafe({"a": [number]}, any_number=True, any_size=True) is None


@given(st.integers(-(2**70), 2**70) | st.sampled_from([-(2**63), 2**64 - 1]))
def test_a_number_that_passes_can_be_written(number: int) -> None:
    try:
        encode([number])
    except TypeError:
        assert find_unsafe([number], any_number=True) is not None
    else:
        assert find_unsafe([number], any_number=True) is None


@pytest.mark.parametrize("value", ["a\0", {"a\0": 1}, [{"b": ["\0"]}]])
def test_the_null_character_is_refused(value: Json) -> None:
    assert find_unsafe(value) is not None
    assert find_unsafe(value, any_number=True) is not None


@given(st.booleans())
def test_depth_is_bounded(objects: bool) -> None:
    def nested(depth: int) -> Json:
        value: Json = 1
        for _ in range(depth):
            value = {"a": value} if objects else [value]
        return value

    assert find_unsafe(nested(MAX_DEPTH - 1)) is None
    assert find_unsafe(nested(MAX_DEPTH)) is not None


@pytest.mark.parametrize("text", [b"", b"{", b"NaN", b"-Infinity", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_a_value_error(text: bytes) -> None:
    for read in (decode, decode_loose):
        with pytest.raises(ValueError, match=r"."):
            read(text)


@pytest.mark.parametrize("text", [b"1e999", b'"\\ud800"'])
def test_what_cannot_be_written_loosely_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_loose(decode_loose(text))
