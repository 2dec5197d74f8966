"""Filters of LDAP: read from text once, put together as structures. Pure.

What a person has typed never becomes a part of a text that is read as a filter.
Spec: RFC 4511, section 4.5.1.7; RFC 4515.
"""

import re

from depesha.io.ber import boolean, element, octets

Filter = bytes
"""A filter as it is sent."""

_AND, _OR, _NOT, _EQUAL, _SUBSTRINGS = 0xA0, 0xA1, 0xA2, 0xA3, 0xA4
_AT_LEAST, _AT_MOST, _PRESENT, _ALIKE, _EXTENSIBLE = 0xA5, 0xA6, 0x87, 0xA8, 0xA9
_INITIAL, _ANY, _FINAL = 0x80, 0x81, 0x82
_MOST_DEPTH = 20
_ITEM = re.compile(r"([A-Za-z][A-Za-z0-9;-]*|\d+(?:\.\d+)*)?((?::[A-Za-z0-9.]+)*)(:=|~=|>=|<=|=)")
_ESCAPE = re.compile(rb"\\([0-9A-Fa-f]{2})?")


def equal(attribute: str, value: bytes | str) -> Filter:
    """Entries with exactly this value, whatever is in it."""
    return element(_EQUAL, octets(attribute), octets(value))


def every(*filters: Filter) -> Filter:
    """Entries that pass all of the filters."""
    return element(_AND, *filters)


def read_filter(text: str) -> Filter:
    """The filter that a text writes; raises ValueError saying what is wrong with it."""
    found, rest = _read(text.strip(), 0)
    if rest:
        raise ValueError(f"nothing is expected behind the filter, but there is {rest[:20]!r}")
    return found


def _read(text: str, depth: int) -> tuple[Filter, str]:
    """The filter at the beginning of the text, and what is behind it."""
    if not text.startswith("(") or depth > _MOST_DEPTH:
        raise ValueError("a filter is in parentheses, and nested at most so deep")
    kind = text[1:2]
    if kind not in {"&", "|", "!"}:
        content, closed, rest = text[1:].partition(")")
        if not closed:
            raise ValueError("a parenthesis is not closed")
        return _item(content), rest
    parts, rest = [], text[2:]
    while rest.startswith("("):
        part, rest = _read(rest, depth + 1)
        parts.append(part)
    if not rest.startswith(")") or (kind == "!" and len(parts) != 1):
        raise ValueError("a parenthesis is not closed, or ! is not before one filter")
    return element({"&": _AND, "|": _OR, "!": _NOT}[kind], *parts), rest[1:]


def _item(text: str) -> Filter:
    found = _ITEM.match(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a comparison")
    attribute, options, sign = found[1] or "", found[2], found[3]
    value = text[found.end() :]
    if sign == ":=":
        return _extensible(attribute, options, value)
    if not attribute or options:
        raise ValueError(f"{text[:40]!r} compares no attribute")
    if sign != "=":
        tag = {"~=": _ALIKE, ">=": _AT_LEAST, "<=": _AT_MOST}[sign]
        return element(tag, octets(attribute), octets(_value(value)))
    if value == "*":
        return octets(attribute, _PRESENT)
    first, *others = value.split("*")
    if not others:
        return equal(attribute, _value(value))
    *middle, last = others
    pieces = [(_INITIAL, first), *((_ANY, piece) for piece in middle), (_FINAL, last)]
    sought = (octets(_value(piece), tag) for tag, piece in pieces if piece)
    return element(_SUBSTRINGS, octets(attribute), element(0x30, *sought))


def _extensible(attribute: str, options: str, value: str) -> Filter:
    """A comparison by a rule, such as the bits of Active Directory's userAccountControl."""
    names = options.split(":")[1:]
    rules = [name for name in names if name.lower() != "dn"]
    parts = [octets(rules[0], 0x81)] if rules else []
    if attribute:
        parts.append(octets(attribute, 0x82))
    parts.append(octets(_value(value), 0x83))
    if len(rules) < len(names):
        parts.append(boolean(True, 0x84))
    return element(_EXTENSIBLE, *parts)


def _value(text: str) -> bytes:
    """The value with its escapes resolved."""

    def byte(found: "re.Match[bytes]") -> bytes:
        if found[1] is None:
            raise ValueError("a backslash is written as \\5c")
        return bytes.fromhex(found[1].decode())

    return _ESCAPE.sub(byte, text.encode())
