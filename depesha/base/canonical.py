"""JSON: decoding at the edge, Matrix canonical JSON, and the limits on both.

Spec: appendices, "Canonical JSON"; room version 6, "Canonical JSON".
"""

from typing import Any

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


def find_unsafe(value: Json) -> str | None:
    """What keeps a decoded value from having a canonical form, or None.

    Floats (also integers of 2^64 and more, which decode to floats), integers outside
    +-(2^53 - 1) and nesting deeper than `MAX_DEPTH` are refused; so is U+0000, which
    PostgreSQL cannot keep in a text.
    """
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
            elif kind is int:
                if not -MAX_INT <= item <= MAX_INT:
                    return "an integer is outside the range of +-(2^53 - 1)"
            elif kind is float:
                return "a number is not an integer"
        if not below:
            return None
        level = below
    return f"it is nested deeper than {MAX_DEPTH} levels"
