"""Hashes, event ids and signatures.

Spec: appendices, "Signing JSON"; server-server API, "Signing Events"; room versions 3, 4 and 5.
"""

import binascii
from collections.abc import Mapping
from hashlib import sha256

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from depesha.base.canonical import Content, canonical
from depesha.events.redact import redact
from depesha.events.versions import RoomVersion

MAX_KEY_LIFE_MS = 7 * 24 * 3600 * 1000
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def encode_base64(data: bytes) -> str:
    """Unpadded Base64 in the standard alphabet (appendices, "Unpadded Base64")."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").decode()


def encode_url_base64(data: bytes) -> str:
    """Unpadded Base64 in the URL-safe alphabet."""
    encoded = binascii.b2a_base64(data, newline=False).rstrip(b"=")
    return encoded.translate(_URL_SAFE).decode()


def decode_base64(text: str) -> bytes:
    """The bytes of Base64 in either alphabet, padded or not; raises ValueError."""
    data = text.encode("ascii").translate(_STANDARD).rstrip(b"=")
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4), strict_mode=True)


class Signer:
    """A server's name with one of its signing keys."""

    __slots__ = ("_key", "key_id", "public_key", "server_name")

    def __init__(self, server_name: str, key_id: str, seed: bytes) -> None:
        """`key_id` is like `ed25519:1`; the seed is 32 bytes."""
        self.server_name = server_name
        self.key_id = key_id
        self._key = SigningKey(seed)
        self.public_key = bytes(self._key.verify_key)

    def sign(self, message: bytes) -> str:
        """The signature in unpadded Base64."""
        return encode_base64(self._key.sign(message).signature)


def content_hash(pdu: Content, version: RoomVersion) -> str:
    """SHA-256 over the whole event, in unpadded Base64, as under `hashes.sha256`.

    Spec: server-server API, "Calculating the content hash for an event".
    """
    covered = {k: v for k, v in pdu.items() if k not in {"unsigned", "signatures", "hashes"}}
    return encode_base64(sha256(version.encode(covered)).digest())


def has_right_hash(pdu: Content, version: RoomVersion) -> bool:
    """False when the PDU is a redacted copy (or was altered): then only that part is to be used.

    Spec: server-server API, "Validating hashes and signatures on received events".
    """
    try:
        given = decode_base64(pdu["hashes"]["sha256"])
    except ValueError:
        return False
    return given == decode_base64(content_hash(pdu, version))


def reference_hash(pdu: Content, version: RoomVersion) -> bytes:
    """SHA-256 over what redaction leaves of the event, without its signatures.

    Spec: server-server API, "Calculating the reference hash for an event".
    """
    return sha256(version.encode(signed_part(redact(pdu, version)))).digest()


def event_id_of(digest: bytes, version: RoomVersion) -> str:
    """The event id made of a reference hash (room versions 3 and 4, "Event IDs")."""
    encode = encode_url_base64 if version.url_safe_event_ids else encode_base64
    return "$" + encode(digest)


def signed_part(value: Content) -> Content:
    """The part of an object that a signature covers."""
    return {k: v for k, v in value.items() if k not in {"signatures", "unsigned"}}


def with_signature(value: Content, signer: Signer, signature: str) -> Content:
    """The object with this signature among the ones that it has."""
    signatures = value.get("signatures", {})
    own = {**signatures.get(signer.server_name, {}), signer.key_id: signature}
    return {**value, "signatures": {**signatures, signer.server_name: own}}


def sign_json(value: Content, signer: Signer) -> Content:
    """The object with the signer's signature added (appendices, "Signing Details")."""
    return with_signature(value, signer, signer.sign(canonical(signed_part(value))))


def sign_pdu(pdu: Content, version: RoomVersion, signer: Signer) -> Content:
    """The PDU, which has its content hash, with the signer's signature of its redacted form.

    Spec: server-server API, "Adding hashes and signatures to outgoing events".
    """
    message = version.encode(signed_part(redact(pdu, version)))
    return with_signature(pdu, signer, signer.sign(message))


def verify_signature(message: bytes, signature: str, public_key: bytes) -> bool:
    """True when the Base64 signature over the message is that of the 32 byte ed25519 key."""
    try:
        VerifyKey(public_key).verify(message, decode_base64(signature))
    except (BadSignatureError, ValueError):
        return False
    return True


def verify_json(value: Content, server_name: str, keys: Mapping[str, bytes]) -> bool:
    """True when the server signed the object with a key of `keys` and no such signature is wrong.

    `keys` are the server's public ed25519 keys by key id; signatures by other keys are skipped.
    Spec: appendices, "Checking for a Signature".
    """
    return _verify(value, canonical(signed_part(value)), server_name, keys)


def verify_pdu(
    pdu: Content, version: RoomVersion, server_name: str, keys: Mapping[str, bytes]
) -> bool:
    """As `verify_json` for a PDU, whose signatures cover its redacted form."""
    message = version.encode(signed_part(redact(pdu, version)))
    return _verify(pdu, message, server_name, keys)


def _verify(value: Content, message: bytes, server_name: str, keys: Mapping[str, bytes]) -> bool:
    signatures = value.get("signatures")
    own = signatures.get(server_name) if type(signatures) is dict else None
    if type(own) is not dict:
        return False
    known = [(own[key_id], key) for key_id, key in keys.items() if key_id in own]
    return bool(known) and all(
        type(signature) is str and verify_signature(message, signature, key)
        for signature, key in known
    )


def is_key_valid(
    valid_until_ts: int, origin_server_ts: int, now_ms: int, version: RoomVersion
) -> bool:
    """True when a published key may vouch for an event of that time (all in ms).

    Spec: room version 5, "Signing key validity period". A key that its server lists under
    `old_verify_keys` is `is_key_expired` in every version.
    """
    if not version.key_validity:
        return True
    return origin_server_ts <= min(valid_until_ts, now_ms + MAX_KEY_LIFE_MS)


def is_key_expired(expired_ts: int, origin_server_ts: int) -> bool:
    """True when an old key expired before the event (server-server API, "Validating hashes")."""
    return expired_ts < origin_server_ts
