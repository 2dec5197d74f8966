"""The server's TLS certificate: read at the start, anew when its file changes, and watched."""

import logging
import ssl
from pathlib import Path

from cryptography import x509

from depesha.base.clock import Clock

LOOK_SECONDS = 3600.0
"""How often the file is looked at, and how long it holds is thought of."""

AWAITED_LOOK_SECONDS = 5.0
"""The same for a certificate that somebody is waiting for."""

CERTIFICATE = "certificate.pem"
"""File of a certificate that an authority gives: with its key, so that both change at once."""

WARN_DAYS = 21
ALARM_DAYS = 7
"""Of a certificate that holds only weeks these are its last quarter and its last twelfth."""
_DAY_MS = 86_400_000

_log = logging.getLogger(__name__)


def first_in(path: Path) -> x509.Certificate:
    """The first certificate in a PEM file, its owner's; raises OSError, ValueError."""
    return x509.load_pem_x509_certificates(path.read_bytes())[0]


def life_of(certificate: x509.Certificate) -> tuple[int, int]:
    """From when until when (ms) it holds."""
    moments = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    start, end = (round(each.timestamp() * 1000) for each in moments)
    return start, end


class Tls:
    """A certificate in force. New connections use what was read last."""

    def __init__(self, certificate: str, key: str, *, is_awaited: bool = False) -> None:
        """One that is awaited need not be there yet: nobody can connect before.

        Raises OSError, ValueError or ssl.SSLError when it cannot be used.
        """
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._files = Path(certificate), Path(key or certificate)
        self._look_seconds = AWAITED_LOOK_SECONDS if is_awaited else LOOK_SECONDS
        self._seen: tuple[int, ...] = ()
        self._starts_ms = self.ends_ms = 0
        self._told_ms = 0
        if not is_awaited or self._files[0].exists():
            self._load(self._stamp())

    @property
    def warn_days(self) -> float:
        """How many days before its end the certificate is warned of."""
        return min(WARN_DAYS, (self.ends_ms - self._starts_ms) / _DAY_MS / 4)

    def _stamp(self) -> tuple[int, ...]:
        return tuple(path.stat().st_mtime_ns for path in self._files)

    def _load(self, stamp: tuple[int, ...]) -> None:
        starts_ms, ends_ms = life_of(first_in(self._files[0]))
        self.context.load_cert_chain(*self._files)
        self._seen, self._starts_ms, self.ends_ms = stamp, starts_ms, ends_ms

    def days_left(self, now_ms: int) -> float:
        """How many days the certificate still holds; negative when it is over, 0 without one."""
        return 0.0 if not self._seen else (self.ends_ms - now_ms) / _DAY_MS

    async def keep(self, clock: Clock) -> None:
        """Read the files anew when they change, and warn before the end, for ever."""
        while True:
            self.look(clock.now_ms())
            await clock.sleep(self._look_seconds)

    def look(self, now_ms: int) -> None:
        """Take a certificate that came in place of the old one; warn once a day of a near end."""
        try:
            stamp = self._stamp()
            if stamp != self._seen:
                self._take(stamp)
        except FileNotFoundError as error:
            if self._seen:
                _log.error("the certificate is gone", extra={"error": str(error)})
        except (OSError, ValueError) as error:
            # What is loaded goes on being used. Whoever renews it may be half-way.
            _log.error("the new certificate cannot be used", extra={"error": str(error)})
        self._warn(now_ms)

    def _warn(self, now_ms: int) -> None:
        left, warn_days = self.days_left(now_ms), self.warn_days
        if (left >= warn_days and self._seen) or now_ms - self._told_ms < _DAY_MS:
            return
        self._told_ms = now_ms
        if not self._seen:
            _log.warning("there is no TLS certificate yet: nobody can connect")
            return
        level = logging.ERROR if left < warn_days * ALARM_DAYS / WARN_DAYS else logging.WARNING
        _log.log(level, "the TLS certificate ends soon", extra={"days_left": round(left, 1)})

    def _take(self, stamp: tuple[int, ...]) -> None:
        """Raises when the new files do not fit together; then nothing has changed."""
        trial = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trial.load_cert_chain(*self._files)
        self._load(stamp)
        self._told_ms = 0
        _log.info("a new certificate is in force", extra={"file": str(self._files[0])})
