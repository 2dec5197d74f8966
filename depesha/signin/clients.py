"""Clients: registering what they say of themselves, and finding it again.

Spec: client-server API, "Client registration"; RFC 7591.
"""

from dataclasses import dataclass
from hashlib import sha256

from depesha.accounts import clients_in_use
from depesha.base.canonical import Content, canonical, decode
from depesha.io.tx import Tx
from depesha.signin import store
from depesha.signin.oauth_error import OAuthError
from depesha.signin.record import Signin
from depesha.signin.rules import BadMetadata, check_metadata

MOST = 10_000
"""Clients that are remembered at once; of those that nobody uses, the oldest give way."""

UNUSED_MS = 24 * 3600 * 1000
"""How long a client is remembered that has no session."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client with what it has registered."""

    id: str
    metadata: Content

    def text(self, name: str, language: str) -> str:
        """A human-readable value in the language, if it was given in it; else "" or any."""
        for key in (f"{name}#{language}", name):
            value = self.metadata.get(key)
            if isinstance(value, str):
                return value
        return ""

    def may(self, grant: str) -> bool:
        """True when the client has registered for a grant."""
        return grant in self.metadata["grant_types"]


async def register_client(signin: Signin, given: Content, address: str) -> Client:
    """Remember what a client says of itself; equal clients share an id.

    Raises 400 `invalid_client_metadata` or `invalid_redirect_uri`, 429 M_LIMIT_EXCEEDED for an
    address with too many new ones, 503 when as many as can be are in use.
    """
    try:
        metadata = check_metadata(given)
    except BadMetadata as error:
        raise OAuthError(error.code, str(error)) from None
    spine = signin.spine
    text = canonical(metadata)
    client_id = sha256(text).hexdigest()[:32]
    now = spine.clock.now_ms()
    if await spine.db.read(store.select_client, spine.institution.id, client_id) is None:
        spine.limits.check("new_client", address)

    async def plan(tx: Tx) -> None:
        is_known = await store.select_client(tx, spine.institution.id, client_id) is not None
        if not is_known and await store.count_clients(tx, spine.institution.id) >= MOST:
            kept = await clients_in_use(tx, spine.institution.id)
            if not await store.delete_oldest_client(tx, spine.institution.id, kept):
                raise OAuthError("temporarily_unavailable", "Too many clients are registered", 503)
        await store.upsert_client(tx, spine.institution.id, client_id, text.decode(), now)

    await spine.db.write(plan)
    return Client(client_id, metadata)


async def find_client(signin: Signin, client_id: str) -> Client | None:
    """The client that has this id."""
    spine = signin.spine
    text = await spine.db.read(store.select_client, spine.institution.id, client_id)
    return Client(client_id, decode(text.encode())) if text is not None else None


async def forget_clients(tx: Tx, institution_id: int, now: int) -> None:
    """Forget clients that nobody has used for a while and that have no session."""
    kept = await clients_in_use(tx, institution_id)
    await store.delete_clients(tx, institution_id, now - UNUSED_MS, kept)
