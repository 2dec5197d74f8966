"""Properties of the search for people."""

from hypothesis import given
from hypothesis import strategies as st

from depesha.profile.rules import parts_of, person_words, rank, search_words, words_of

NAMES = st.text(st.characters(codec="utf-8"), max_size=60)


@given(NAMES, st.data())
def test_whoever_fits_is_among_those_looked_at(name: str, data: st.DataObject) -> None:
    words = person_words("@anna.k:depesha.test", name)
    word = data.draw(st.sampled_from(words))
    at = data.draw(st.integers(0, len(word) - 1))
    piece = word[at : at + data.draw(st.integers(1, len(word)))]
    if rank([piece], words) is not None:
        assert any(part.startswith(piece) for part in parts_of(words))


@given(NAMES)
def test_everyone_is_found_by_the_own_name(name: str) -> None:
    words = person_words("@anna.k:depesha.test", name)
    wanted = search_words(name) if not name.startswith("@") else words_of(name)
    if len(wanted) < len(words):
        assert rank([word for word in wanted if word in words], words) == 0


@given(NAMES, st.lists(NAMES, max_size=3))
def test_more_words_never_fit_better(name: str, terms: list[str]) -> None:
    words = person_words("@anna.k:depesha.test", name)
    wanted = [word for term in terms for word in words_of(term)]
    places = [rank([word], words) for word in wanted]
    together = rank(wanted, words)
    if None in places:
        assert together is None
    elif wanted:
        assert together == max(place for place in places if place is not None)
