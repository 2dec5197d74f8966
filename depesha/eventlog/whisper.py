"""What the workers of one log tell each other without writing it down: who types, who is there.

A whisper may be lost, late, repeated or made up; what follows from it must end by itself.
"""

import logging
from collections.abc import Callable

import msgspec

from depesha.base.canonical import Content, encode

Ear = Callable[[bytes], None]
"""Takes what was told, as JSON; may raise msgspec.DecodeError."""

_log = logging.getLogger(__name__)


class _Whisper(msgspec.Struct):
    """The message on its way; `server` is the institution's domain."""

    server: str
    kind: str
    told: msgspec.Raw


class Whispers:
    """The mouth and the ears of one worker."""

    def __init__(self, server_name: str) -> None:
        self._server = server_name
        self._ears: dict[str, Ear] = {}
        self.send: Callable[[bytes], None] | None = None
        """Carries a message to the other workers; None where there are none."""

    def listen(self, kind: str, ear: Ear) -> None:
        """Give `ear` what others tell of this kind."""
        self._ears[kind] = ear

    def tell(self, kind: str, told: Content) -> None:
        """Tell the other workers, if there are any; a few kilobytes at most."""
        if self.send is not None:
            self.send(encode({"server": self._server, "kind": kind, "told": told}))

    def hear(self, message: bytes) -> None:
        """Take in what another worker tells."""
        try:
            whisper = msgspec.json.decode(message, type=_Whisper)
            ear = self._ears.get(whisper.kind)
            if ear is not None and whisper.server == self._server:
                ear(bytes(whisper.told))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.warning("a whisper of another worker is not understood", extra={"why": str(error)})
