"""Beginning and ending sessions inside a plan.

Spec: client-server API, "Relationship between access tokens and devices".
"""

from dataclasses import dataclass

from depesha.accounts import store
from depesha.accounts.record import DeviceClaim
from depesha.accounts.sessions import SESSION, token_hash
from depesha.base.canonical import Content
from depesha.base.clock import Clock
from depesha.base.errors import forbidden, invalid_param
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach

DEVICE = "device_list"
"""Kind of change: the device `item` of the user named has come, gone or been renamed.

Who must hear of it is for the slice `keys` to say, which follows it.
"""

SIGNED_IN = "signed_in"
"""Kind of change: the user named has signed in on the device `item`, which is new."""

ACCESS_TOKEN_MS = 60 * 60_000
"""How long an access token holds that comes with a refresh token."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """New tokens, as they are given to a client once and never again."""

    access: str
    refresh: str | None
    expires_in_ms: int | None

    def body(self) -> Content:
        """As in the responses of login, registration and refresh."""
        body: Content = {"access_token": self.access}
        if self.refresh is not None:
            body["refresh_token"] = self.refresh
        if self.expires_in_ms is not None:
            body["expires_in_ms"] = self.expires_in_ms
        return body


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What a client asks of a new session. `device_id` None: the server chooses one."""

    device_id: str | None = None
    display_name: str | None = None
    wants_refresh: bool = False
    client: str | None = None
    """The OAuth 2.0 client that the session is granted to."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose session it is, its id, the OAuth 2.0 client it was granted to, and its begin (ms)."""

    user_id: str
    device_id: str
    session_id: int
    client: str | None
    begun_ts: int


def new_tokens(clock: Clock, *, refreshable: bool) -> Tokens:
    """Tokens that nobody can guess; the access token expires only if it can be refreshed."""
    if not refreshable:
        return Tokens(f"dpa_{clock.new_id(40)}", None, None)
    return Tokens(f"dpa_{clock.new_id(40)}", f"dpr_{clock.new_id(40)}", ACCESS_TOKEN_MS)


def check_device(device: NewDevice) -> None:
    """Raise 400 M_INVALID_PARAM for a device id or name that cannot be kept."""
    if device.device_id is not None and not 0 < len(device.device_id.encode()) <= 255:
        raise invalid_param("device_id must have 1 to 255 bytes")
    if device.display_name is not None and len(device.display_name) > 255:
        raise invalid_param("The display name of a device may have at most 255 characters")
    if "\x00" in (device.device_id or "") + (device.display_name or ""):
        raise invalid_param("A device may not be called by U+0000")


async def begin_session(
    w: Writing, user_id: str, device: NewDevice, claims: tuple[DeviceClaim, ...]
) -> tuple[Holder, Tokens]:
    """Sign a device in: its session and its tokens. Tokens that it had before end.

    Raises 403 M_FORBIDDEN when the id belongs to something else of the user.
    """
    clock, institution_id = w.log.clock, w.institution.id
    tokens = new_tokens(clock, refreshable=device.wants_refresh)
    device_id = device.device_id or clock.new_id(10).upper()
    position = await w.change(Change(SESSION, Reach.NOBODY, user_id, item=device_id))
    for is_taken in claims:
        if await is_taken(w.tx, institution_id, user_id, device_id):
            raise forbidden("This device id is the id of a key")
    if await add_device(w, user_id, device_id, device.display_name):
        await w.change(Change(SIGNED_IN, Reach.NOBODY, user_id, item=device_id))
    else:
        await store.delete_sessions(w.tx, institution_id, user_id, [device_id])
    holder = Holder(user_id, device_id, position, device.client, clock.now_ms())
    await insert_tokens(w, holder, tokens)
    return holder, tokens


async def add_device(w: Writing, user_id: str, device_id: str, display_name: str | None) -> bool:
    """Make the device; False when the user has it already."""
    institution_id, now = w.institution.id, w.log.clock.now_ms()
    if await store.select_device(w.tx, institution_id, user_id, device_id) is not None:
        return False
    await store.insert_device(w.tx, institution_id, user_id, device_id, display_name, now)
    await w.change(Change(DEVICE, Reach.NOBODY, user_id, item=device_id))
    return True


async def insert_tokens(
    w: Writing, holder: Holder, tokens: Tokens, *, is_unused: bool = False
) -> None:
    """Store the hashes of tokens of a session."""
    life = tokens.expires_in_ms
    row = store.TokenRow(
        token_hash(tokens.access),
        holder.user_id,
        holder.device_id,
        holder.session_id,
        token_hash(tokens.refresh) if tokens.refresh else None,
        w.log.clock.now_ms() + life if life is not None else None,
        int(is_unused),
        holder.client,
        holder.begun_ts,
    )
    await store.insert_session(w.tx, w.institution.id, row)


async def end_devices(w: Writing, user_id: str, device_ids: list[str]) -> None:
    """End the sessions of these devices and forget the devices."""
    if not device_ids:
        return
    await store.delete_sessions(w.tx, w.institution.id, user_id, device_ids)
    for device_id in await store.delete_devices(w.tx, w.institution.id, user_id, device_ids):
        await w.change(Change(SESSION, Reach.NOBODY, user_id, item=device_id))
        await w.change(Change(DEVICE, Reach.NOBODY, user_id, item=device_id))
