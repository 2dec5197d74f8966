"""The chain as pure functions: what a line commits to, and finding what was changed.

A line names its number, time, actor, act and target in clear. Its details are committed to by an
HMAC under a key of the line's own, so that they can be forgotten with that key while the chain
still holds.
"""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from depesha.base.canonical import Content, canonical
from depesha.events.sign import Signer, decode_base64, encode_base64

BEGINNING = "0" * 64
"""What the first line has in place of the hash of the line before."""


@dataclass(frozen=True, slots=True)
class Line:
    """One act as it is kept. `details` and `details_key` are None once they are forgotten."""

    number: int
    ts: int
    actor: str
    act: str
    target: str
    sealed: str
    """HMAC-SHA256 of the details, in hexadecimal digits."""
    before: str
    """Hash of the line before."""
    hash: str
    signature: str
    details: Content | None
    details_key: bytes | None


def seal(details: Content, key: bytes) -> str:
    """What commits to the details without telling them."""
    return hmac.new(key, canonical(details), sha256).hexdigest()


def line_hash(
    number: int, ts: int, actor: str, act: str, target: str, sealed: str, before: str
) -> str:
    """SHA-256 over all that a line says in clear, in hexadecimal digits."""
    said: Content = {
        "number": number,
        "ts": ts,
        "actor": actor,
        "act": act,
        "target": target,
        "sealed": sealed,
        "before": before,
    }
    return sha256(canonical(said)).hexdigest()


def next_line(
    last: tuple[int, str] | None,
    ts: int,
    actor: str,
    act: str,
    target: str,
    details: Content,
    key: bytes,
    signer: Signer,
) -> Line:
    """The line after `last`, its number and hash; None where it is the first."""
    number, before = (last[0] + 1, last[1]) if last else (1, BEGINNING)
    sealed = seal(details, key)
    hash_ = line_hash(number, ts, actor, act, target, sealed, before)
    signature = signer.sign(hash_.encode())
    return Line(number, ts, actor, act, target, sealed, before, hash_, signature, details, key)


def dump_line(line: Line) -> Content:
    """The line as it is exported, one JSON object."""
    key = line.details_key
    return {
        "number": line.number,
        "ts": line.ts,
        "actor": line.actor,
        "act": line.act,
        "target": line.target,
        "sealed": line.sealed,
        "before": line.before,
        "hash": line.hash,
        "signature": line.signature,
        "details": line.details,
        "details_key": None if key is None else encode_base64(key),
    }


def load_line(found: Content) -> Line:
    """A line of an export; raises ValueError for what is none."""
    try:
        number, ts = found["number"], found["ts"]
        texts = [found[name] for name in _TEXTS]
        details, key = found["details"], found["details_key"]
    except (KeyError, TypeError) as error:
        raise ValueError(f"a line lacks {error}") from None
    fits = type(number) is int and type(ts) is int and all(type(text) is str for text in texts)
    if not fits or not isinstance(details, dict | None) or not isinstance(key, str | None):
        raise ValueError("a line has a field of another type")
    raw_key = None if key is None else decode_base64(key)
    actor, act, target, sealed, before, hash_, signature = texts
    return Line(number, ts, actor, act, target, sealed, before, hash_, signature, details, raw_key)


_TEXTS = ("actor", "act", "target", "sealed", "before", "hash", "signature")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and at which line."""

    number: int
    reason: str


def verify(
    lines: Iterable[Line], public_key: bytes, known: tuple[int, str] | None = None
) -> Iterator[Fault]:
    """Everything wrong with the lines, from the first one on.

    A changed, removed, added or reordered line is found by its own hash or by the next one's.
    Lines cut off at the end leave no trace in what remains: `known` is the number and hash of a
    line noted elsewhere before, which must be among them.
    """
    key = VerifyKey(public_key)
    expected, before, is_known_found = 1, BEGINNING, known is None
    for line in lines:
        if line.number != expected:
            yield Fault(line.number, f"line {expected} was expected here")
        elif line.before != before:
            yield Fault(line.number, "it does not follow the line before")
        yield from _own_faults(line, key)
        if (line.number, line.hash) == known:
            is_known_found = True
        expected, before = line.number + 1, line.hash
    if not is_known_found and known is not None:
        yield Fault(known[0], "the line that was noted before is missing")


def _own_faults(line: Line, key: VerifyKey) -> Iterator[Fault]:
    said = line_hash(
        line.number, line.ts, line.actor, line.act, line.target, line.sealed, line.before
    )
    if said != line.hash:
        yield Fault(line.number, "what it says is not what its hash covers")
    try:
        key.verify(line.hash.encode(), decode_base64(line.signature))
    except (BadSignatureError, ValueError):
        yield Fault(line.number, "it is not signed by the institution")
    if line.details is not None and line.details_key is not None:
        if seal(line.details, line.details_key) != line.sealed:
            yield Fault(line.number, "its details are not those it was written with")
    elif (line.details, line.details_key) != (None, None):
        yield Fault(line.number, "its details and their key do not go together")
