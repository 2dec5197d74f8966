"""Matching inside events: glob patterns, whole words.

Spec: appendices, "Glob-style matching"; client-server API, "Push Rules: Conditions".
"""

import re
from collections.abc import Callable
from functools import lru_cache

_BEFORE, _AFTER = "(?<![A-Za-z0-9_])", "(?![A-Za-z0-9_])"
_FLAGS = re.IGNORECASE | re.DOTALL

KEPT = 200
"""Letters of a pattern up to which its test is kept: strangers write patterns, of any length."""


def whole_glob(pattern: str) -> Callable[[str], bool]:
    """A test that a whole value matches the pattern, ignoring case."""
    return _whole_glob(pattern) if len(pattern) <= KEPT else _whole_glob.__wrapped__(pattern)


@lru_cache(maxsize=4096)
def _whole_glob(pattern: str) -> Callable[[str], bool]:
    first, *rest = _pieces(pattern)
    if not rest:
        only = re.compile(first, _FLAGS)
        return lambda text: only.fullmatch(text) is not None
    start, middle = re.compile(first, _FLAGS), _compiled(rest[:-1])
    end = re.compile(f"(?:{rest[-1]})\\Z", _FLAGS)

    def matches(text: str) -> bool:
        found = start.match(text)
        at = _skip(text, found.end(), middle) if found else None
        return at is not None and end.search(text, at) is not None

    return matches


def word_glob(pattern: str) -> Callable[[str], bool]:
    """A test that some part of a text, between word boundaries, matches, ignoring case.

    Letters outside ASCII are boundaries: the specification says so, and clients do the same.
    """
    return _word_glob(pattern) if len(pattern) <= KEPT else _word_glob.__wrapped__(pattern)


@lru_cache(maxsize=4096)
def _word_glob(pattern: str) -> Callable[[str], bool]:
    first, *rest = _pieces(pattern)
    if not rest:
        only = re.compile(f"{_BEFORE}{first}{_AFTER}", _FLAGS)
        return lambda text: only.search(text) is not None
    start, middle = re.compile(_BEFORE + first, _FLAGS), _compiled(rest[:-1])
    end = re.compile(rest[-1] + _AFTER, _FLAGS)

    def contains(text: str) -> bool:
        found = start.search(text)
        at = _skip(text, found.end(), middle) if found else None
        return at is not None and end.search(text, at) is not None

    return contains


def word_literal(text: str) -> Callable[[str], bool]:
    """A test that a text contains `text` between word boundaries, ignoring case."""
    only = re.compile(f"{_BEFORE}{re.escape(text)}{_AFTER}", _FLAGS)
    return lambda where: only.search(where) is not None


def _pieces(pattern: str) -> list[str]:
    """Regular expressions of what stands between the stars.

    Each is found at its earliest place in turn, so that many stars cost no backtracking.
    """
    return [
        "".join("." if sign == "?" else re.escape(sign) for sign in piece)
        for piece in pattern.split("*")
    ]


def _compiled(pieces: list[str]) -> list[re.Pattern[str]]:
    return [re.compile(piece, _FLAGS) for piece in pieces]


def _skip(text: str, at: int, pieces: list[re.Pattern[str]]) -> int | None:
    """The place after the earliest run of all pieces, or None."""
    for piece in pieces:
        found = piece.search(text, at)
        if found is None:
            return None
        at = found.end()
    return at
