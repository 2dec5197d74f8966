"""Signed-in sessions: access tokens, and who is behind each, in memory.

Spec: client-server API, "Using access tokens", "Relationship between access tokens and devices".
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from depesha.eventlog.changes import Change, Entry
from depesha.http.caller import Caller

SESSION = "session"
"""Kind of change: sessions of the user named have begun or ended."""

ACCOUNT = "account"
"""Kind of change: flags of the user named have changed."""

POLICY = "policy"
"""Kind of change: what is asked of those who sign in has changed, or the factors of the user."""

_KINDS = frozenset({SESSION, ACCOUNT, POLICY})

SEEN_MS = 5 * 60_000
"""How often at most it is written down when a device was last seen."""


def token_hash(token: str) -> bytes:
    """What is stored of a token."""
    return sha256(token.encode()).digest()


@dataclass(slots=True)
class Session:
    """Who an access token belongs to, and for how long."""

    caller: Caller
    expires_ts: int | None
    is_unused: bool
    seen_ts: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """When and from where a device last asked for something."""

    ts: int
    address: str
    user_agent: str


class Sessions:
    """Sessions by the hash of their access token; the log keeps them true (`view`)."""

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._sessions: dict[bytes, Session] = {}
        self._hashes: dict[str, set[bytes]] = {}
        self.drops = 0
        """Grows when something was forgotten: what was read before is not to be kept."""
        self.seen: dict[tuple[str, str], Seen] = {}
        """What is not written down yet, by user and device."""
        self.ended: Callable[[str, str], None] = lambda user_id, device_id: None
        """Called when sessions of a user's device ("": of any) may have ended somewhere."""

    def get(self, key: bytes) -> Session | None:
        return self._sessions.get(key)

    def put(self, key: bytes, session: Session) -> None:
        if len(self._sessions) >= self._most:
            self._drop_oldest()
        self._sessions[key] = session
        self._hashes.setdefault(session.caller.user_id, set()).add(key)

    def _drop_oldest(self) -> None:
        key = next(iter(self._sessions))
        user_id = self._sessions.pop(key).caller.user_id
        hashes = self._hashes[user_id]
        hashes.discard(key)
        if not hashes:
            del self._hashes[user_id]

    def view(self, entry: Entry) -> None:
        """Forget the sessions of a user of whom the log says that something changed, or all."""
        if isinstance(entry, Change) and entry.kind == POLICY and not entry.user_id:
            self.drops += 1
            self._sessions.clear()
            self._hashes.clear()
        if isinstance(entry, Change) and entry.kind in _KINDS and entry.user_id:
            self.drops += 1
            for key in self._hashes.pop(entry.user_id, ()):
                del self._sessions[key]
            if entry.kind != POLICY:
                self.ended(entry.user_id, entry.item if entry.kind == SESSION else "")

    def note(self, session: Session, now: int, address: str, user_agent: str) -> None:
        """Remember that the session's device was seen just now."""
        session.seen_ts = now
        key = (session.caller.user_id, session.caller.device_id)
        self.seen[key] = Seen(now, address, user_agent)

    def put_back(self, noted: dict[tuple[str, str], Seen]) -> None:
        """What could not be written down; what was noted since is newer."""
        self.seen = {**noted, **self.seen}

    def take_seen(self) -> dict[tuple[str, str], Seen]:
        """What is to be written down."""
        taken, self.seen = self.seen, {}
        return taken
