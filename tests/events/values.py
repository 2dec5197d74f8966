"""JSON that events may hold."""

from hypothesis import strategies as st

from depesha.base.canonical import MAX_INT

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
json_objects = st.dictionaries(texts, json_values, max_size=5).map(
    lambda value: {k: v for k, v in value.items() if k not in {"signatures", "unsigned"}}
)
