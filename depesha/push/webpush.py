"""Web Push: messages sealed for one browser, and who says that they come from us.

Spec: RFC 8030 (delivery), RFC 8188 and RFC 8291 (sealing), RFC 8292 (VAPID); the kind of pusher is
that of MSC4174.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from depesha.base.canonical import encode
from depesha.base.config import ConfigError
from depesha.events.sign import decode_base64, encode_url_base64
from depesha.io.keyfile import key_text, read_or_make

KINDS = frozenset({"webpush", "org.matrix.msc4174.webpush"})
MOST_PLAIN = 3993
"""Bytes of a message: push services need not take more than 4096 sealed (RFC 8030, 7.2)."""

_VALID_SECONDS = 12 * 3600
_RECORD = 4096
_CURVE = ec.SECP256R1()


@dataclass(frozen=True, slots=True)
class Browser:
    """Where one browser takes pushes, and the keys that it gave for sealing them."""

    endpoint: str
    public: ec.EllipticCurvePublicKey
    secret: bytes


def read_browser(endpoint: str, p256dh: str, auth: str) -> Browser:
    """The browser of a pusher; raises ValueError for keys that are none."""
    public = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, decode_base64(p256dh))
    secret = decode_base64(auth)
    if len(secret) != 16:
        raise ValueError("auth has 16 bytes")
    return Browser(endpoint, public, secret)


def seal(plain: bytes, browser: Browser, own: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The one record that only this browser can read; `own` and `salt` are for this push alone.

    Spec: RFC 8291, 3.3 and 3.4; RFC 8188, 2.1.
    """
    theirs, ours = _point(browser.public), _point(own.public_key())
    shared = own.exchange(ec.ECDH(), browser.public)
    material = _derive(shared, browser.secret, b"WebPush: info\x00" + theirs + ours, 32)
    key = _derive(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(material, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + struct.pack(">IB", _RECORD, len(ours)) + ours
    return header + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass(frozen=True, slots=True)
class Vapid:
    """The key by which push services know this server."""

    key: ec.EllipticCurvePrivateKey
    subject: str

    @property
    def public(self) -> str:
        """What a browser is given as `applicationServerKey`."""
        return encode_url_base64(_point(self.key.public_key()))

    def header(self, endpoint: str, now_ms: int) -> str:
        """The `Authorization` of a push. Spec: RFC 8292, 2 and 3."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": now_ms // 1000 + _VALID_SECONDS,
            "sub": self.subject,
        }
        signed = b".".join(
            encode_url_base64(encode(part)).encode()
            for part in ({"typ": "JWT", "alg": "ES256"}, claims)
        )
        r, s = decode_dss_signature(self.key.sign(signed, ec.ECDSA(hashes.SHA256())))
        signature = encode_url_base64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={signed.decode()}.{signature}, k={self.public}"


def load_vapid(data: str, subject: str) -> Vapid:
    """The key in `webpush.key` of the data folder, made when there is none; ConfigError."""
    path = Path(data) / "webpush.key"
    made = ec.generate_private_key(_CURVE)
    try:
        pem = read_or_make(path, key_text(made))
        key = serialization.load_pem_private_key(pem.encode(), None)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: the key of Web Push cannot be read: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ConfigError(f"{path}: the key of Web Push is not of P-256")
    return Vapid(key, subject)


def sealed_push(
    vapid: Vapid, browser: Browser, plain: bytes, salt: bytes, now_ms: int, *, is_urgent: bool
) -> tuple[Mapping[str, str], bytes]:
    """Headers and body of the POST to the browser's endpoint."""
    headers = {
        "Authorization": vapid.header(browser.endpoint, now_ms),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": "86400",
        "Urgency": "high" if is_urgent else "normal",
    }
    return headers, seal(plain, browser, ec.generate_private_key(_CURVE), salt)
