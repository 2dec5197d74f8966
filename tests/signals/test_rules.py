"""Counting, as pure functions: in pieces or at once, from memory or from the tables, it is one."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from depesha.signals.counts import Placed
from depesha.signals.rules import (
    MAIN,
    Counted,
    Hears,
    Line,
    Reading,
    Single,
    Tally,
    Unread,
    Weight,
    predict,
)

USERS, THREADS = ("@a:x", "@b:x", "@c:x"), (MAIN, "$1", "$2")
ME = "@a:x"

events = st.lists(
    st.tuples(
        st.sampled_from(USERS),
        st.sampled_from(THREADS),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.none() | st.tuples(st.booleans(), st.booleans()),
    ),
    max_size=20,
)
orders = st.integers(0, 21)
readings = st.builds(
    Reading,
    st.just(ME),
    orders,
    orders,
    st.dictionaries(st.sampled_from(THREADS), orders),
    st.sampled_from(Hears),
    st.sampled_from([frozenset[str](), frozenset({"@c:x"})]),
)


def _plainly(given_events: list[Any], reading: Reading) -> Unread:
    """The counts, event by event, as the specification tells them."""
    found: dict[str, tuple[int, int]] = {}
    for order, event in enumerate(given_events, 1):
        sender, thread, counts, highlight, urgent, own = event
        if sender == ME or sender in reading.ignored:
            continue
        weight = Weight(counts, counts and (highlight or urgent), counts and urgent)
        told = predict(reading.hears, weight) if own is None else Weight(*own)
        read = max(reading.floor, reading.unthreaded, reading.threads.get(thread, 0))
        if order > read:
            before = found.get(thread, (0, 0))
            found[thread] = (before[0] + told.notify, before[1] + told.highlight)
    found = {thread: counts for thread, counts in found.items() if counts != (0, 0)}
    return Unread(found.pop(MAIN, (0, 0)), found)


def _append(line: Line, order: int, event: Any) -> None:
    sender, thread, counts, highlight, urgent, own = event
    singles = [] if own is None else [Single(order, ME, sender, thread, *own)]
    singles.append(Single(order, "@b:x", sender, thread, True, True))
    counted = Counted(order, sender, thread, highlight or urgent, urgent)
    line.append(order, counted if counts else None, singles)


@given(events, readings, st.integers(0, 20), st.sets(st.integers(0, 20)))
def test_a_tally_that_grows_is_what_counting_at_once_gives(
    given_events: list[Any], reading: Reading, loaded_at: int, looks: set[int]
) -> None:
    line = Line(0)
    placed: Placed | None = None
    line.is_loaded = True
    for order, event in enumerate(given_events, 1):
        _append(line, order, event)
        if order == loaded_at:
            placed = Placed(Tally(reading), line, 0)
        if placed is not None and order in looks:
            placed.advance()
            assert placed.tally.unread == _plainly(given_events[:order], reading)
    placed = placed or Placed(Tally(reading), line, 0)
    placed.advance()
    assert placed.tally.unread == _plainly(given_events, reading)
    main, threads = placed.tally.unread.main, placed.tally.unread.threads.values()
    assert placed.tally.unread.total == tuple(map(sum, zip(main, *threads, strict=True)))


@given(events, st.integers(0, 20), st.integers(1, 20))
def test_a_line_is_complete_from_its_start(given_events: list[Any], loaded: int, keep: int) -> None:
    whole, line = Line(0), Line(loaded)
    for order, event in enumerate(given_events, 1):
        _append(whole, order, event)
        if order > loaded:
            _append(line, order, event)
    older = [event for event in whole.events if event.order <= loaded]
    singles = [s for found in whole.singles.values() for s in found if s.order <= loaded]
    line.prepend(0, older, sorted(singles))
    assert (line.events, line.singles) == (whole.events, whole.singles)
    line.trim(keep)
    assert line.events == [event for event in whole.events if event.order > line.start]
    assert len(line.events) == min(keep, len(whole.events))
    for user in USERS:
        kept = [s for s in whole.singles.get(user, ()) if s.order > line.start]
        assert line.singles_after(user, line.start) == kept
