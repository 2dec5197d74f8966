"""The server's TLS certificate: read at the start, anew when its file changes, and watched."""

import logging
import ssl
from pathlib import Path

from cryptography import x509

from depesha.base.clock import Clock

LOOK_SECONDS = 3600.0
"""How often the file is looked at, and how long it holds is thought of."""

WARN_DAYS = 21
ALARM_DAYS = 7
_DAY_MS = 86_400_000

_log = logging.getLogger(__name__)


def read_end(path: Path) -> int:
    """When the certificate in a PEM file holds no more, in ms; raises OSError, ValueError."""
    first = x509.load_pem_x509_certificates(path.read_bytes())[0]
    return int(first.not_valid_after_utc.timestamp() * 1000)


class Tls:
    """A certificate in force. New connections use what was read last."""

    def __init__(self, certificate: str, key: str) -> None:
        """Raises OSError, ValueError or ssl.SSLError when it cannot be used."""
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._files = Path(certificate), Path(key or certificate)
        self._seen = self._stamp()
        self.ends_ms = read_end(self._files[0])
        self.context.load_cert_chain(*self._files)
        self._told_ms = 0

    def _stamp(self) -> tuple[int, ...]:
        return tuple(path.stat().st_mtime_ns for path in self._files)

    def days_left(self, now_ms: int) -> float:
        """How many days the certificate still holds; negative when it is over."""
        return (self.ends_ms - now_ms) / _DAY_MS

    async def keep(self, clock: Clock) -> None:
        """Read the files anew when they change, and warn before the end, for ever."""
        while True:
            self.look(clock.now_ms())
            await clock.sleep(LOOK_SECONDS)

    def look(self, now_ms: int) -> None:
        """Take a certificate that came in place of the old one; warn once a day of a near end."""
        try:
            stamp = self._stamp()
            if stamp != self._seen:
                self._take(stamp)
        except (OSError, ValueError) as error:
            # What is loaded goes on being used. Whoever renews it may be half-way.
            _log.error("the new certificate cannot be used", extra={"error": str(error)})
        left = self.days_left(now_ms)
        if left < WARN_DAYS and now_ms - self._told_ms >= _DAY_MS:
            self._told_ms = now_ms
            level = logging.ERROR if left < ALARM_DAYS else logging.WARNING
            _log.log(level, "the TLS certificate ends soon", extra={"days_left": round(left, 1)})

    def _take(self, stamp: tuple[int, ...]) -> None:
        """Raises when the new files do not fit together; then nothing has changed."""
        trial = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trial.load_cert_chain(*self._files)
        ends_ms = read_end(self._files[0])
        self.context.load_cert_chain(*self._files)
        self._seen, self.ends_ms, self._told_ms = stamp, ends_ms, 0
        _log.info("a new certificate is in force", extra={"file": str(self._files[0])})
