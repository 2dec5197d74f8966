"""Registration by tools that know a secret of the server.

COMPAT(register_new_matrix_user, bridges' set-up scripts): the path and the form are Synapse's.
"""

import hmac

import msgspec

from depesha.accounts.record import Accounts
from depesha.accounts.register import NewUser, check_free, new_user_id, register
from depesha.accounts.signin import NewDevice
from depesha.accounts.tickets import Ticket, use
from depesha.audit import Act
from depesha.base.canonical import Content
from depesha.base.errors import MatrixError, forbidden, unrecognized

ACTOR = "shared-secret"
"""Who does in the log of acts what is done by somebody who knows the secret."""


class SharedSecretBody(msgspec.Struct):
    """Body of the request; `mac` is HMAC-SHA1 in hexadecimal, keyed with the secret."""

    nonce: str
    username: str
    password: str
    mac: str
    admin: bool = False
    user_type: str | None = None

    def message(self) -> bytes:
        """What `mac` is made over."""
        parts = [self.nonce, self.username, self.password, "admin" if self.admin else "notadmin"]
        if self.user_type is not None:
            parts.append(self.user_type)
        return "\x00".join(parts).encode()


def access_secret(accounts: Accounts) -> bytes:
    """The secret; 404 M_UNRECOGNIZED when there is none."""
    secret = accounts.spine.config.registration_shared_secret
    if not secret:
        raise unrecognized("Registration by a shared secret is off")
    return secret.encode()


async def register_by_secret(accounts: Accounts, body: SharedSecretBody) -> Content:
    """Make the account that somebody who knows the secret asks for.

    Raises 400 M_UNKNOWN for a nonce that was not given out or is used up, 403 M_FORBIDDEN for a
    wrong `mac`, and as `register`.
    """
    secret = access_secret(accounts)
    if await use(accounts, Ticket.NONCE, body.nonce) is None:
        raise MatrixError(400, "M_UNKNOWN", "Unrecognised nonce")
    expected = hmac.new(secret, body.message(), "sha1").hexdigest()
    if not hmac.compare_digest(expected.encode(), body.mac.encode()):
        raise forbidden("HMAC incorrect")
    user_id = new_user_id(accounts, body.username)
    await check_free(accounts, user_id)
    hashed = await accounts.passwords.hash(body.password)
    new = NewUser(user_id, hashed, NewDevice(), is_owner=body.admin)
    return await register(accounts, new, Act("user.create", ACTOR, user_id, {"admin": body.admin}))
