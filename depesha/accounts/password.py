"""Passwords: hashing in a thread, and what a new one must be like."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from depesha.base.clock import Clock
from depesha.base.errors import MatrixError

MIN_LENGTH = 8
MAX_LENGTH = 512

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

_NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""What the password of an unknown user is compared with, so that it takes as long."""


class Passwords:
    """Hashes passwords by argon2id, few at once: each needs 19 MiB and 14 ms of a core."""

    def __init__(self, clock: Clock, at_once: int = 4) -> None:
        self._clock = clock
        self._turn = asyncio.Semaphore(at_once)

    async def hash(self, password: str) -> str:
        """The hash to be stored, in the PHC string format."""
        salt = self._clock.random_bytes(16)
        async with self._turn:
            return await asyncio.to_thread(_HASHER.hash, password, salt=salt)

    async def is_right(self, stored: str | None, password: str) -> bool:
        """True when `stored` is the hash of `password`; takes as long when there is none."""
        async with self._turn:
            return await asyncio.to_thread(_verify, stored or _NOBODYS_HASH, password)


def _verify(stored: str, password: str) -> bool:
    if len(password) > MAX_LENGTH:
        return False
    try:
        return _HASHER.verify(stored, password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


def check_password(password: str) -> None:
    """Raise 400 M_WEAK_PASSWORD for a new password that is too short or absurdly long."""
    if len(password) < MIN_LENGTH:
        raise MatrixError(
            400, "M_WEAK_PASSWORD", f"The password must have at least {MIN_LENGTH} characters"
        )
    if len(password) > MAX_LENGTH:
        raise MatrixError(
            400, "M_WEAK_PASSWORD", f"The password may have at most {MAX_LENGTH} characters"
        )
