"""From text to the stems that are indexed and searched.

The stemmers are Snowball's; which of them is meant the script of a word tells.
"""

import re
from functools import lru_cache

import Stemmer

from depesha.base.canonical import Content

_WORD = re.compile(r"\w{1,64}")
"""What is longer counts as several words: each is remembered, and strangers write them."""
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_russian = Stemmer.Stemmer("russian")
_english = Stemmer.Stemmer("english")

MOST_WORDS = 2_000

SEARCHED = {"m.room.message": "body", "m.room.name": "name", "m.room.topic": "topic"}
"""Types of events that can be found, and the key of their text. Spec: "Server Side Search"."""


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a word, in lower case; ё counts as е."""
    lower = word.casefold().replace("ё", "е")
    stemmer = _russian if _CYRILLIC.search(lower) else _english
    found: str = stemmer.stemWord(lower)
    return found


def stems(text: str) -> list[str]:
    """The stems of a text, in order, with repetitions."""
    return [stem(word) for word in _WORD.findall(text)[:MOST_WORDS]]


def highlights(text: str, wanted: frozenset[str]) -> set[str]:
    """The words of a text, as written there, whose stems are wanted."""
    return {word for word in _WORD.findall(text)[:MOST_WORDS] if stem(word) in wanted}


def text_of(type_: str, content: Content) -> str:
    """The text of an event by which it is found; empty when it is none to be found."""
    key = SEARCHED.get(type_)
    edited = content.get("m.new_content")
    source = edited if isinstance(edited, dict) else content
    found = source.get(key) if key else None
    return found if isinstance(found, str) else ""
