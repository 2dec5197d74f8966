"""JSON: decoding at the edge, Matrix canonical JSON, and the limits on both.

Spec: appendices, "Canonical JSON"; room version 6, "Canonical JSON".
"""

import json
from typing import Any, NoReturn

import orjson

Json = Any
"""Any decoded JSON value. The one place of the project that says `Any`."""

Content = dict[str, Json]
"""A decoded JSON object, such as an event's `content`."""

MAX_INT = 2**53 - 1
MAX_DEPTH = 100


def encode(value: Json) -> bytes:
    """Compact JSON in the order of the keys given."""
    return orjson.dumps(value)


def canonical(value: Json) -> bytes:
    """Canonical JSON: shortest form, keys sorted by code point, UTF-8.

    The value must have passed `find_unsafe`; orjson would write NaN as null.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def decode(data: bytes | str) -> Json:
    """The JSON value; raises ValueError when it is not JSON in UTF-8."""
    return orjson.loads(data)


def embed(encoded: bytes) -> Json:
    """A value that `encode` and `canonical` write as exactly these bytes."""
    return orjson.Fragment(encoded)


def canonical_loose(value: Json) -> bytes:
    """Canonical JSON that also writes floats and integers of any size.

    Room versions up to 5 hash such numbers in the form that the specification's own sample
    code gives them. Equal to `canonical` wherever both are defined. Raises ValueError for
    infinities and for text that is not Unicode.
    """
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
    ).encode()


def decode_loose(data: bytes) -> Json:
    """As `decode`, but keeping integers of any size exact."""
    try:
        return json.loads(data.decode(), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def find_unsafe(value: Json, *, any_number: bool = False, any_size: bool = False) -> str | None:
    """What keeps a decoded value from having a canonical form, or None.

    Floats (also integers of 2^64 and more, which decode to floats), integers outside
    +-(2^53 - 1) and nesting deeper than `MAX_DEPTH` are refused; so is U+0000, which
    PostgreSQL cannot keep in a text. With `any_number` floats are let through, and integers
    that `encode` can write; with `any_size` these may be of any size.
    """
    lowest, highest = (-(2**63), 2**64 - 1) if any_number else (-MAX_INT, MAX_INT)
    level: list[Json] = [value]
    for _ in range(MAX_DEPTH):
        below: list[Json] = []
        for item in level:
            kind = type(item)
            if kind is str:
                if "\x00" in item:
                    return "a string contains U+0000"
            elif kind is dict:
                below.extend(item.values())
                if "\x00" in "".join(item):
                    return "a key contains U+0000"
            elif kind is list:
                below.extend(item)
            elif kind is float or (kind is int and not lowest <= item <= highest):
                if not any_number:
                    return "a number is not an integer within +-(2^53 - 1)"
                if kind is int and not any_size:
                    return "an integer has more than 64 bits"
        if not below:
            return None
        level = below
    return f"it is nested deeper than {MAX_DEPTH} levels"
