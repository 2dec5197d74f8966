"""The basic encoding rules, as far as LDAP needs them. Pure.

Spec: ITU-T X.690, with the restrictions of RFC 4511, section 5.1.
"""

from collections.abc import Iterator

BOOLEAN, INTEGER, OCTETS, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x0A, 0x30, 0x31


class Malformed(ValueError):
    """The bytes are no such encoding."""


def element(tag: int, *parts: bytes) -> bytes:
    """An element with the parts as its content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """An integer that is not negative."""
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes | str, tag: int = OCTETS) -> bytes:
    """Bytes, or text in UTF-8."""
    return element(tag, value.encode() if isinstance(value, str) else value)


def boolean(value: bool, tag: int = BOOLEAN) -> bytes:
    return element(tag, b"\xff" if value else b"\x00")


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element, one behind the other; raises Malformed."""
    at, end = 0, len(data)
    while at < end:
        if at + 2 > end:
            raise Malformed("an element is cut off")
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= 4 or at + count > end:
                raise Malformed("a length is indefinite, too long or cut off")
            size = int.from_bytes(data[at : at + count], "big")
            at += count
        if at + size > end:
            raise Malformed("an element is cut off")
        yield tag, data[at : at + size]
        at += size


def members(data: bytes, *tags: int) -> list[bytes]:
    """The contents of the first elements, which must have these tags; raises Malformed."""
    found = list(elements(data))
    if [tag for tag, _ in found[: len(tags)]] != list(tags):
        raise Malformed("an element of another kind was expected")
    return [content for _, content in found]


def number(content: bytes) -> int:
    """The integer that is the content; raises Malformed for one of more than 8 bytes."""
    if not 0 < len(content) <= 8:
        raise Malformed("an integer is empty or too long")
    return int.from_bytes(content, "big", signed=True)
