"""What keys must be like, and who sees which signature.

Spec: client-server API, "Key algorithms", "Cross-signing", "Key and signature security".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from depesha.base.canonical import Content, Json, canonical, find_unsafe
from depesha.base.ids import MAX_ID_BYTES
from depesha.events.sign import decode_base64, signed_part, verify_signature

MOST_ONE_TIME_KEYS = 1000
"""Unclaimed one-time keys that one device may have."""

Signatures = dict[str, dict[str, str]]
"""User id → key id → signature."""


class Usage(StrEnum):
    """What a cross-signing key is for."""

    MASTER = "master"
    SELF_SIGNING = "self_signing"
    USER_SIGNING = "user_signing"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A one-time or fallback key as uploaded; `body` is its canonical JSON."""

    algorithm: str
    key_id: str
    body: bytes


def find_device_fault(device_keys: Content, user_id: str, device_id: str) -> str | None:
    """What is wrong with the identity keys of a device, or None."""
    if device_keys.get("user_id") != user_id or device_keys.get("device_id") != device_id:
        return "device_keys are not of the user and device that upload them"
    algorithms = device_keys.get("algorithms")
    if not isinstance(algorithms, list) or not all(isinstance(a, str) for a in algorithms):
        return "device_keys.algorithms must be a list of strings"
    if not _is_texts(device_keys.get("keys")):
        return "device_keys.keys must hold strings"
    if not is_signatures(device_keys.get("signatures")):
        return "device_keys.signatures must hold signatures by user and key"
    return find_unsafe(device_keys)


def _is_texts(value: Json) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def is_signatures(value: Json) -> bool:
    """True for user id → key id → signature."""
    return isinstance(value, dict) and all(_is_texts(own) for own in value.values())


def read_keys(keys: Mapping[str, Json]) -> list[Uploaded] | str:
    """One-time or fallback keys by `algorithm:key_id`, or what is wrong with them."""
    found: list[Uploaded] = []
    for name, key in keys.items():
        algorithm, colon, key_id = name.partition(":")
        if not (algorithm and colon and key_id) or len(name.encode()) > MAX_ID_BYTES:
            return f"{name!r} is not of the form algorithm:key_id"
        if not (isinstance(key, str) or _is_key_object(key)):
            return f"{name!r} must be a string, or an object with a key and signatures"
        if fault := find_unsafe({name: key}):
            return fault
        found.append(Uploaded(algorithm, key_id, canonical(key)))
    return found


def _is_key_object(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("key"), str)
        and is_signatures(value.get("signatures"))
    )


# --- cross-signing -------------------------------------------------------------------


def find_cross_signing_fault(key: Content, user_id: str, usage: Usage) -> str | None:
    """What is wrong with a cross-signing key, its signatures aside, or None."""
    if key.get("user_id") != user_id:
        return "The key is not of the user who uploads it"
    uses = key.get("usage")
    if not isinstance(uses, list) or usage.value not in uses:
        return f"The key is not for {usage.value}"
    keys = key.get("keys")
    if not isinstance(keys, dict) or len(keys) != 1:
        return "A cross-signing key has exactly one key"
    ((name, public),) = keys.items()
    if not isinstance(public, str) or name != f"ed25519:{public}":
        return "The key must be named ed25519:<public key>"
    if find_public_key(public) is None:
        return "The key is not an unpadded Base64 ed25519 key"
    if not is_signatures(key.get("signatures", {})):
        return "The signatures must be by user and key"
    return find_unsafe(key)


def find_public_key(text: Json) -> bytes | None:
    """The 32 bytes of a public key in Base64, or None."""
    if not isinstance(text, str):
        return None
    try:
        key = decode_base64(text)
    except ValueError:
        return None
    return key if len(key) == 32 else None


def public_key(key: Content) -> str:
    """The public part of a cross-signing key that has passed its check."""
    public: str = next(iter(key["keys"].values()))
    return public


def device_public_key(device_keys: Content, device_id: str) -> str:
    """The ed25519 key of a device in Base64; empty when it has none."""
    found = device_keys["keys"].get(f"ed25519:{device_id}", "")
    return found if isinstance(found, str) else ""


def is_signed_by(value: Content, signer_id: str, public: str, key_id: str = "") -> bool:
    """True when the object carries a right signature by this key, called `key_id` there."""
    signature = signatures_of(value).get(signer_id, {}).get(key_id or f"ed25519:{public}")
    return signature is not None and is_signature(value, signature, public)


def is_signature(value: Content, signature: str, public: str) -> bool:
    """True when the signature is that of the key over the object."""
    key = find_public_key(public)
    return key is not None and verify_signature(canonical(signed_part(value)), signature, key)


def is_same_key(one: Content, other: Content) -> bool:
    """True when both are the same but for signatures and `unsigned`."""
    return canonical(signed_part(one)) == canonical(signed_part(other))


def signatures_of(value: Content) -> Signatures:
    """The signatures of a key that has passed its check."""
    found: Signatures = value.get("signatures", {})
    return found


def with_signatures(key: Content, more: Iterable[tuple[str, str, str]]) -> Content:
    """The key with further signatures, each as signer, key id and signature."""
    merged = {signer: dict(own) for signer, own in signatures_of(key).items()}
    for signer, key_id, signature in more:
        merged.setdefault(signer, {})[key_id] = signature
    return {**key, "signatures": merged} if merged else key


# --- who sees which signature --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose key it is; `keys` are the ids (`ed25519:…`) of their cross-signing keys."""

    user_id: str
    keys: Mapping[Usage, str]


def visible(key: Content, owner: Owner, viewer: str, signers: frozenset[Usage]) -> Content:
    """The key with those of its signatures that the viewer may see.

    `signers` are the cross-signing keys of the owner whose signature of this key is everyone's
    to see. Signatures by the owner's devices are, and so is what the viewer has made; what other
    people have made is not. Spec: "Key and signature security".
    """
    shown: Signatures = {}
    hidden = {key_id for usage, key_id in owner.keys.items() if usage not in signers}
    for signer, own in signatures_of(key).items():
        if signer == viewer:
            shown[signer] = own
        elif signer == owner.user_id:
            left = {key_id: text for key_id, text in own.items() if key_id not in hidden}
            if left:
                shown[signer] = left
    if not shown and "signatures" not in key:
        return key
    return {**key, "signatures": shown}


DEVICE_SIGNERS = frozenset({Usage.SELF_SIGNING})
MASTER_SIGNERS: frozenset[Usage] = frozenset()
SELF_SIGNING_SIGNERS = frozenset({Usage.MASTER})


# --- key backup ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rank:
    """What decides between two backups of the same session key."""

    is_verified: bool
    first_message_index: int
    forwarded_count: int

    def is_better_than(self, other: "Rank") -> bool:
        """True when this one replaces the other. Spec: "Server-side key backups"."""
        return self.order < other.order

    @property
    def order(self) -> tuple[bool, int, int]:
        """The better of two comes first."""
        return not self.is_verified, self.first_message_index, self.forwarded_count
