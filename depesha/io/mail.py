"""Sending letters by SMTP.

Spec: RFC 5321, RFC 8314.
"""

import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr

import aiosmtplib

from depesha.base.clock import Clock
from depesha.base.mail_server import MailServer

SECONDS = 30


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in plain text to one person."""

    to: str
    subject: str
    text: str


class MailFailed(Exception):
    """The letter was not taken; the text says why."""


class Mailer:
    """Hands letters to the mail server; there may be none."""

    def __init__(
        self, clock: Clock, server: MailServer | None, sender: str, login: tuple[str, str]
    ) -> None:
        self._clock = clock
        self._server = server
        self._sender = sender
        self._login = login

    @property
    def is_on(self) -> bool:
        """Whether there is a server to hand letters to."""
        return self._server is not None

    async def send(self, letter: Letter) -> None:
        """Hand a letter over; raises MailFailed."""
        server = self._server
        if server is None:
            raise MailFailed("no mail_server is set")
        user, password = self._login
        try:
            await aiosmtplib.send(
                self._message(letter),
                sender=parseaddr(self._sender)[1],
                recipients=[letter.to],
                hostname=server.host,
                port=server.port,
                use_tls=server.is_tls,
                start_tls=not (server.is_tls or server.is_plain),
                tls_context=None if server.is_plain else ssl.create_default_context(),
                username=user or None,
                password=password or None,
                timeout=SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailFailed(f"{server.host}: {error}") from error

    def _message(self, letter: Letter) -> bytes:
        """The letter in the form of RFC 5322; ValueError for what cannot be an address."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = str(Address(addr_spec=letter.to))
        message["Subject"] = letter.subject
        message["Date"] = formatdate(self._clock.now_ms() / 1000)
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2].strip(">"))
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message.as_bytes(policy=SMTP)
