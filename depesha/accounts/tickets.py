"""Tokens for one use or for a short time: login tokens, OpenID tokens, nonces.

Spec: client-server API, "Token-based login" and "OpenID".
"""

from enum import Enum

from depesha.accounts import store
from depesha.accounts.record import Accounts
from depesha.accounts.sessions import token_hash


class Ticket(Enum):
    """What a ticket is for, and for how many milliseconds it is good."""

    LOGIN = 2 * 60_000
    OPENID = 60 * 60_000
    NONCE = 60_000
    SHUT_OUT = 30 * 24 * 60 * 60_000
    """The access token of a session that ended because its owner was shut out: opens nothing, and
    lets a client that held it say why."""


async def issue(accounts: Accounts, ticket: Ticket, user_id: str) -> str:
    """A new ticket for the user, as it is given away."""
    spine = accounts.spine
    text = f"dpt_{spine.clock.new_id(32)}"
    await spine.db.write(
        store.insert_ticket,
        spine.institution.id,
        token_hash(text),
        ticket.name,
        user_id,
        spine.clock.now_ms() + ticket.value,
    )
    return text


async def find_owner(accounts: Accounts, ticket: Ticket, text: str) -> str | None:
    """Whose ticket this is; it stays good."""
    spine = accounts.spine
    now = spine.clock.now_ms()
    return await spine.db.read(
        store.select_ticket, spine.institution.id, token_hash(text), ticket.name, now
    )


async def use(accounts: Accounts, ticket: Ticket, text: str) -> str | None:
    """Whose ticket this was, or None; it is good no more."""
    spine = accounts.spine
    now = spine.clock.now_ms()
    return await spine.db.write(
        store.delete_ticket, spine.institution.id, token_hash(text), ticket.name, now
    )
