"""Codes from a shared secret and the time, and the address that a QR code of it holds.

Spec: RFC 4226, section 5.3; RFC 6238.
"""

import hmac
from base64 import b32encode
from urllib.parse import quote, urlencode

STEP_S = 30
SECRET_BYTES = 20


def step_at(now_ms: int) -> int:
    """The number of the thirty seconds that a moment is in."""
    return now_ms // 1000 // STEP_S


def code_at(secret: bytes, step: int) -> str:
    """The six digits for that step."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def find_step(secret: bytes, now_ms: int, code: str, after: int) -> int | None:
    """The step, of this and the two beside it, that has this code and is later than `after`."""
    now = step_at(now_ms)
    for step in (now, now - 1, now + 1):
        if step > after and hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def secret_text(secret: bytes) -> str:
    """The secret as people can type it."""
    return b32encode(secret).decode().rstrip("=")


def secret_address(secret: bytes, issuer: str, user_id: str) -> str:
    """What programs read from a QR code (the Key Uri Format)."""
    query = urlencode({"secret": secret_text(secret), "issuer": issuer})
    return f"otpauth://totp/{quote(f'{issuer}:{user_id}', safe='')}?{query}"
