"""Pure decisions about profiles and the search for people.

Spec: client-server API, "Profiles", "User Directory"; appendices, "Common Namespaced Identifier
Grammar".
"""

import re

from depesha.base.canonical import Content, Json, encode, find_unsafe
from depesha.base.errors import MatrixError, bad_json, invalid_param

MOST_PROFILE_BYTES = 64 * 1024
MOST_KEY_BYTES = 255
MOST_NAME_BYTES = 1024
"""Bytes of a display name or the address of a picture: every member event repeats them."""

NAME, PICTURE, TIME_ZONE = "displayname", "avatar_url", "m.tz"
IN_ROOMS = (NAME, PICTURE)
"""Fields that member events repeat."""

_CUSTOM_KEY = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+")
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12
_MOST_LETTERS = 40
_SHORTEST_END = 3


def check_key(name: str) -> None:
    """Raise 400 for what cannot be a field's name: M_KEY_TOO_LARGE or M_INVALID_PARAM."""
    if len(name.encode()) > MOST_KEY_BYTES:
        raise MatrixError(400, "M_KEY_TOO_LARGE", "The field's name is longer than 255 bytes")
    if name not in IN_ROOMS and _CUSTOM_KEY.fullmatch(name) is None:
        raise invalid_param("Not a name that a profile field can have")


def is_cleared(name: str, value: Json) -> bool:
    """True for a value that takes the field away: names and pictures have no other emptiness."""
    return name in IN_ROOMS and (value is None or value == "")


def check_value(name: str, value: Json) -> None:
    """Raise 400 M_BAD_JSON or M_PROFILE_TOO_LARGE for a value that the field cannot have."""
    if problem := find_unsafe(value):
        raise bad_json(f"The value cannot be kept: {problem}")
    if name in {NAME, PICTURE, TIME_ZONE} and not isinstance(value, str):
        raise bad_json(f"{name} must be a string")
    if name == PICTURE and not value.startswith("mxc://"):
        raise bad_json("avatar_url must be an mxc:// address")
    if name in IN_ROOMS and len(value.encode()) > MOST_NAME_BYTES:
        raise profile_too_large()


def check_whole(fields: Content) -> None:
    """Raise 400 M_PROFILE_TOO_LARGE for a profile of more than 64 KiB."""
    if len(encode(fields)) > MOST_PROFILE_BYTES:
        raise profile_too_large()


def profile_too_large() -> MatrixError:
    return MatrixError(400, "M_PROFILE_TOO_LARGE", "The profile would be too large")


def is_open(join_rules: Content, history_visibility: Content) -> bool:
    """True for a room that anyone may join or read. Spec: "User Directory"."""
    return (
        join_rules.get("join_rule") == "public"
        or history_visibility.get("history_visibility") == "world_readable"
    )


# --- searching people ----------------------------------------------------------------


def words_of(text: str) -> list[str]:
    """The words of a name or a search, without case and accents on the Russian yo."""
    folded = text.casefold().replace("ё", "е")
    found = (word[:_MOST_LETTERS] for word in _WORD.findall(folded))
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def person_words(user_id: str, displayname: str) -> list[str]:
    """What somebody is found by: the words of the name and of the id's localpart."""
    localpart = user_id[1:].partition(":")[0]
    return words_of(f"{displayname} {localpart}")


def parts_of(words: list[str]) -> set[str]:
    """The words and their ends: whatever a word contains begins one of these."""
    ends = {word[at:] for word in words for at in range(1, len(word) - _SHORTEST_END + 1)}
    return {*words, *ends}


def search_words(term: str) -> list[str]:
    """The words of a search; of a user id only the localpart counts, as in `person_words`."""
    return words_of(term[1:].partition(":")[0] if term.startswith("@") else term)


def rank(wanted: list[str], words: list[str]) -> int | None:
    """How well a person fits: 0 whole words, 1 beginnings, 2 pieces; None when not at all."""
    worst = 0
    for each in wanted:
        if each in words:
            continue
        if any(word.startswith(each) for word in words):
            worst = max(worst, 1)
        elif any(_has_piece(word, each) for word in words):
            worst = 2
        else:
            return None
    return worst


def _has_piece(word: str, piece: str) -> bool:
    """True when the piece begins one of the word's ends that `parts_of` keeps."""
    at = word.find(piece, 1)
    return 0 < at <= len(word) - _SHORTEST_END
