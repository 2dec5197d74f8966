"""The certificate that an authority has given: its folder, and asking for the next in good time.

Everything in the folder is its owner's alone. Several processes may share it: one of them asks,
the others take what comes, and each can answer for all when the authority looks for the proof.
"""

import fcntl
import ipaddress
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from depesha.base.clock import Clock
from depesha.base.ids import is_address
from depesha.io.acme import Account, AcmeError, Authority, ask_renewal, renewal_id
from depesha.io.fetch import Fetcher
from depesha.io.keyfile import key_text, read_or_make, write_whole
from depesha.io.tls import CERTIFICATE, first_in, life_of

LOOK_SECONDS = 3600.0
"""How often it is thought of whether the time to renew has come."""
ASK_MS = 6 * 3_600_000
"""How often the authority is asked when it wants a certificate to be renewed."""

_FIRST_RETRY_MS = 10 * 60_000
_MOST_RETRY_MS = 12 * 3_600_000

_log = logging.getLogger(__name__)


class Tried(msgspec.Struct, frozen=True):
    """What is known beside the certificate; times in ms, 0 for none."""

    directory: str = ""
    """Of the authority that gave the certificate."""
    failures: int = 0
    """Attempts in a row that failed."""
    error: str = ""
    failed_ms: int = 0
    again_ms: int = 0
    """Not to be tried before."""
    renew_ms: int = 0
    """When the authority wants it to be renewed; 0: it has not said."""
    asked_ms: int = 0


def read_certificate(path: Path) -> x509.Certificate | None:
    """The certificate in a file, None when there is none; raises OSError and ValueError."""
    try:
        return first_in(path)
    except FileNotFoundError:
        return None


def names_of(certificate: x509.Certificate) -> list[str]:
    """The names and addresses that it is for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = found.get_values_for_type(x509.IPAddress)
    return [*found.get_values_for_type(x509.DNSName), *map(str, addresses)]


class Issued:
    """One folder and the authority that fills it."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        authority: Authority,
        names: tuple[str, ...],
        make_fetcher: Callable[[], Fetcher],
    ) -> None:
        self.path = folder / CERTIFICATE
        self._folder = folder
        self._clock = clock
        self._authority = authority
        self._names = names
        self._make_fetcher = make_fetcher

    # --- the folder -------------------------------------------------------------------

    def tried(self) -> Tried:
        """What was last tried. Raises OSError."""
        try:
            return msgspec.json.decode((self._folder / "tried.json").read_bytes(), type=Tried)
        except (FileNotFoundError, msgspec.MsgspecError):
            return Tried()

    def count_failures(self) -> int:
        """How many attempts in a row have failed."""
        return self.tried().failures

    def proof(self, token: str) -> str | None:
        """What is to be answered to an authority that asks for this token."""
        if not token.replace("-", "").replace("_", "").isalnum() or not token.isascii():
            return None
        try:
            return (self._folder / "proofs" / token).read_text("utf-8")
        except OSError:
            return None

    def _prove(self, token: str, text: str) -> None:
        folder = self._folder / "proofs"
        folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(folder / token, text.encode())

    def _forget_proofs(self) -> None:
        for path in (self._folder / "proofs").glob("*"):
            path.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep others, such as a command beside the server, from asking at the same time."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AcmeError("another process is asking the authority just now") from None
            yield
        finally:
            os.close(descriptor)

    # --- asking -----------------------------------------------------------------------

    def due_ms(self) -> int:
        """When the next certificate is to be asked for: at a third of its life before the end.

        Raises OSError and ValueError when the files cannot be read.
        """
        tried, found = self.tried(), read_certificate(self.path)
        if found is None or tried.directory != self._authority.directory:
            return tried.again_ms
        if {_plain(name) for name in names_of(found)} != {_plain(name) for name in self._names}:
            return tried.again_ms
        start, end = life_of(found)
        third = end - (end - start) // 3
        return max(tried.again_ms, min(tried.renew_ms or third, end))

    async def obtain(self) -> None:
        """Ask for a certificate now, and keep it; raises AcmeError and OSError."""
        with self._alone():
            # Noted before, so that a full disk or a process that dies does not ask on and on.
            again = self._clock.now_ms() + _FIRST_RETRY_MS
            self._note(msgspec.structs.replace(self.tried(), again_ms=again))
            try:
                found = await self._order()
                write_whole(self.path, found)
            except (AcmeError, OSError) as error:
                self._note_failure(error)
                raise
            finally:
                self._forget_proofs()
            self._note_success()
        _log.info("the authority has given a certificate", extra={"names": list(self._names)})

    async def _order(self) -> bytes:
        made = ec.generate_private_key(ec.SECP256R1())
        key = read_or_make(self._folder / "account.pem", key_text(made))
        fetcher = self._make_fetcher()
        try:
            account = Account(fetcher, self._clock, key)
            await account.open(self._authority)
            return await account.order(self._names, self._prove, self._replaced())
        finally:
            await fetcher.close()

    def _replaced(self) -> str:
        """The name of the certificate that the next one replaces, at the same authority."""
        before = read_certificate(self.path)
        is_theirs = self.tried().directory == self._authority.directory
        return renewal_id(before) if before is not None and is_theirs else ""

    def _note(self, tried: Tried) -> None:
        write_whole(self._folder / "tried.json", msgspec.json.encode(tried))

    def _note_success(self) -> None:
        now = self._clock.now_ms()
        tried = Tried(directory=self._authority.directory, asked_ms=now)
        self._note(tried)
        if self.due_ms() <= now:
            # A wrong clock, or names that the authority has changed, would ask on and on.
            self._note(msgspec.structs.replace(tried, again_ms=now + _MOST_RETRY_MS))
            _log.warning("the certificate that came is not the one to be had: names or clock")

    def _note_failure(self, error: Exception) -> None:
        before, now = self.tried(), self._clock.now_ms()
        wait = min(_MOST_RETRY_MS, _FIRST_RETRY_MS << min(before.failures, 10))
        if isinstance(error, AcmeError):
            wait = max(wait, round(error.wait_seconds * 1000))
        failures = before.failures + 1
        self._note(
            msgspec.structs.replace(
                before, failures=failures, error=str(error), failed_ms=now, again_ms=now + wait
            )
        )
        _log.warning(
            "no certificate could be obtained",
            extra={"error": str(error), "failures": failures, "again_in_s": wait // 1000},
        )

    async def keep(self) -> None:
        """Have a certificate in the folder that holds, for ever."""
        while True:
            now = self._clock.now_ms()
            try:
                await self._ask_renewal(now)
                wait = self.due_ms() - now
                if wait <= 0:
                    await self.obtain()
                    continue
            except (AcmeError, OSError, ValueError) as error:
                # An attempt that failed is told already, and noted for when to try again.
                if not isinstance(error, AcmeError):
                    _log.error("the certificate's folder", extra={"error": str(error)})
                wait = 60_000
            await self._clock.sleep(min(wait / 1000, LOOK_SECONDS))

    async def _ask_renewal(self, now: int) -> None:
        """Note when the authority wants the certificate to be renewed, where it says so."""
        tried, found = self.tried(), read_certificate(self.path)
        is_theirs = found is not None and tried.directory == self._authority.directory
        if found is None or not is_theirs or tried.failures or now - tried.asked_ms < ASK_MS:
            return
        fetcher = self._make_fetcher()
        try:
            window = await ask_renewal(fetcher, self._clock, self._authority, found)
        except AcmeError:
            window = None
        finally:
            await fetcher.close()
        renew_ms = tried.renew_ms
        if window is not None and not window[0] <= renew_ms <= window[1]:
            share = int.from_bytes(self._clock.random_bytes(2), "big") / 65_536
            renew_ms = round(window[0] + (window[1] - window[0]) * share)
        self._note(msgspec.structs.replace(tried, renew_ms=renew_ms, asked_ms=now))


def _plain(name: str) -> str:
    """A name as it is compared: an address may be written in several ways."""
    return str(ipaddress.ip_address(name)) if is_address(name) else name.lower()
