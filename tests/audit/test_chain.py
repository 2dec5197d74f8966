"""The chain of acts: what was written verifies, and whatever is done to it is found."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from depesha.audit.chain import Line, dump_line, line_hash, load_line, next_line, verify
from depesha.events.sign import Signer

SIGNER = Signer("depesha.test", "ed25519:1", bytes(32))
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)


def chain(acts: list[tuple[str, str]]) -> list[Line]:
    lines, last = list[Line](), None
    for n, (act, target) in enumerate(acts):
        key = bytes([n % 256]) * 32
        line = next_line(last, n, "@admin:depesha.test", act, target, {"n": n}, key, SIGNER)
        lines.append(line)
        last = (line.number, line.hash)
    return lines


CHAINS = st.lists(st.tuples(TEXT, TEXT), min_size=2, max_size=6).map(chain)


def is_whole(lines: list[Line], known: tuple[int, str] | None = None) -> bool:
    return not list(verify(lines, SIGNER.public_key, known))


@given(CHAINS)
def test_what_was_written_verifies_also_after_export(lines: list[Line]) -> None:
    assert is_whole(lines)
    assert is_whole([load_line(dump_line(line)) for line in lines])
    assert is_whole(lines, (lines[-1].number, lines[-1].hash))


@given(CHAINS)
def test_details_can_be_forgotten(lines: list[Line]) -> None:
    assert is_whole([replace(lines[0], details=None, details_key=None), *lines[1:]])
    assert not is_whole([replace(lines[0], details=None), *lines[1:]])


def rehashed(line: Line) -> Line:
    """The line as a forger would leave it, who cannot sign."""
    said = (line.number, line.ts, line.actor, line.act, line.target, line.sealed, line.before)
    return replace(line, hash=line_hash(*said))


CHANGES: tuple[Callable[[Line], Line], ...] = (
    lambda line: replace(line, ts=line.ts + 1),
    lambda line: replace(line, actor="@other:depesha.test"),
    lambda line: replace(line, act=line.act + "x"),
    lambda line: replace(line, target=line.target + "x"),
    lambda line: replace(line, details={"n": -1}),
    lambda line: rehashed(replace(line, target=line.target + "x")),
    lambda line: replace(line, signature=""),
)


@given(CHAINS, st.data(), st.sampled_from(CHANGES))
def test_a_changed_line_is_found(
    lines: list[Line], data: st.DataObject, change: Callable[[Line], Line]
) -> None:
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = change(lines[at])
    assert not is_whole(lines)


@given(CHAINS, st.data())
def test_a_removed_or_reordered_line_is_found(lines: list[Line], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(lines) - 2))
    assert not is_whole(lines[:at] + lines[at + 1 :])
    assert not is_whole([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])
    assert not is_whole([*lines, lines[at]])


@given(CHAINS)
def test_a_cut_end_is_found_by_a_line_noted_before(lines: list[Line]) -> None:
    noted = (lines[-1].number, lines[-1].hash)
    assert is_whole(lines[:-1])
    assert not is_whole(lines[:-1], noted)
