"""SQL on what signing in keeps: clients, browsers, codes, devices that wait."""

from collections.abc import Iterable
from typing import NamedTuple

from depesha.io.tx import Tx


class BrowserRow(NamedTuple):
    """Who is signed in with a browser; `is_full` 0: their second factor is still to come."""

    user_id: str
    is_full: int
    auth_ts: int
    expires_ts: int


class CodeRow(NamedTuple):
    """An authorisation code; `session_id` 0 until it is exchanged."""

    client_id: str
    redirect_uri: str
    challenge: str
    user_id: str
    device_id: str
    session_id: int
    expires_ts: int


class SpentRow(NamedTuple):
    """The session of a refresh token that was exchanged."""

    user_id: str
    device_id: str
    session_id: int
    expires_ts: int


class LinkRow(NamedTuple):
    """A device that waits; `user_id` None: nobody has answered yet, "": refused."""

    client_id: str
    device_id: str
    user_id: str | None
    pause_ms: int
    polled_ts: int
    expires_ts: int


class SubjectRow(NamedTuple):
    """What a provider calls somebody."""

    provider: str
    subject: str


class OwnedRow(NamedTuple):
    """What a provider calls the owner of an account."""

    provider: str
    subject: str
    user_id: str


class GroupRow(NamedTuple):
    """A group of people of the directory, with their accounts."""

    group_id: str
    name: str
    members: tuple[str, ...]


class GroupName(NamedTuple):
    group_id: str
    name: str


class GroupMember(NamedTuple):
    group_id: str
    user_id: str


class PhotoRow(NamedTuple):
    """Which photo of somebody was taken over: when the entry had last changed, and its hash."""

    user_id: str
    stamp: str
    digest: bytes


class ScimRow(NamedTuple):
    """Somebody whom a SCIM client keeps; the migration says what the columns hold."""

    scim_id: str
    user_id: str
    user_name: str
    external_id: str
    is_active: int
    unit_id: int
    manager: str
    version: int
    created_ts: int
    changed_ts: int
    content: str


class ScimGroupRow(NamedTuple):
    """What a SCIM client calls a level."""

    unit_id: int
    external_id: str


class VisitRow(NamedTuple):
    """A browser that was sent to a provider; `link_user` "" signs in, else adds to that account."""

    browser_hash: bytes
    provider: str
    next: str
    link_user: str
    expires_ts: int


class TotpRow(NamedTuple):
    """The secret of a program that makes codes, and the step whose code was used last."""

    secret: bytes
    last_step: int


class PasskeyRow(NamedTuple):
    """A passkey; `public_key` in the form of COSE."""

    credential_id: bytes
    user_id: str
    public_key: bytes
    sign_count: int
    name: str
    created_ts: int
    used_ts: int


class EmailRow(NamedTuple):
    """An address, and when it was added."""

    address: str
    added_ts: int


class LetterRow(NamedTuple):
    """A letter that was sent to learn whether somebody reads the address."""

    purpose: str
    address: str
    user_id: str
    sid: str
    secret_hash: bytes
    attempt: int
    next_link: str
    is_confirmed: int
    expires_ts: int


class MeetingRow(NamedTuple):
    """A message that a device left for another."""

    message: bytes
    etag: str
    changed_ts: int
    expires_ts: int


# --- clients -------------------------------------------------------------------------


async def upsert_client(
    tx: Tx, institution_id: int, client_id: str, metadata: str, now: int
) -> None:
    await tx.execute(
        "INSERT INTO signin_clients (institution_id, client_id, metadata, used_ts)"
        " VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (institution_id, client_id) DO UPDATE SET used_ts = excluded.used_ts",
        institution_id,
        client_id,
        metadata,
        now,
    )


async def select_client(tx: Tx, institution_id: int, client_id: str) -> str | None:
    """The metadata of a client, as JSON."""
    return await tx.value(
        str,
        "SELECT metadata FROM signin_clients WHERE institution_id = $1 AND client_id = $2",
        institution_id,
        client_id,
    )


async def delete_clients(tx: Tx, institution_id: int, before: int, kept: list[str]) -> None:
    """Forget clients that were not used since `before` (ms), but for those kept."""
    await tx.execute(
        "DELETE FROM signin_clients"
        " WHERE institution_id = $1 AND used_ts < $2 AND client_id <> ALL($3)",
        institution_id,
        before,
        kept,
    )


async def delete_oldest_client(tx: Tx, institution_id: int, kept: list[str]) -> bool:
    """Forget the client that was not used for longest, but for those kept; False: there is none."""
    client_id = await tx.value(
        str,
        "SELECT client_id FROM signin_clients WHERE institution_id = $1 AND client_id <> ALL($2)"
        " ORDER BY used_ts, client_id LIMIT 1",
        institution_id,
        kept,
    )
    if client_id is None:
        return False
    await tx.execute(
        "DELETE FROM signin_clients WHERE institution_id = $1 AND client_id = $2",
        institution_id,
        client_id,
    )
    return True


async def count_clients(tx: Tx, institution_id: int) -> int:
    return (
        await tx.value(
            int, "SELECT COUNT(*) FROM signin_clients WHERE institution_id = $1", institution_id
        )
        or 0
    )


# --- browsers ------------------------------------------------------------------------


async def insert_browser(tx: Tx, institution_id: int, browser_hash: bytes, row: BrowserRow) -> None:
    await tx.execute(
        "INSERT INTO signin_browsers"
        " (institution_id, browser_hash, user_id, is_full, auth_ts, expires_ts)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        institution_id,
        browser_hash,
        *row,
    )


async def select_browser(
    tx: Tx, institution_id: int, browser_hash: bytes, now: int
) -> BrowserRow | None:
    return await tx.row(
        BrowserRow,
        "SELECT user_id, is_full, auth_ts, expires_ts FROM signin_browsers"
        " WHERE institution_id = $1 AND browser_hash = $2 AND expires_ts > $3",
        institution_id,
        browser_hash,
        now,
    )


async def delete_browser(tx: Tx, institution_id: int, browser_hash: bytes) -> None:
    await tx.execute(
        "DELETE FROM signin_browsers WHERE institution_id = $1 AND browser_hash = $2",
        institution_id,
        browser_hash,
    )


async def delete_browsers_of(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM signin_browsers WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


# --- authorisation codes -------------------------------------------------------------


async def insert_code(tx: Tx, institution_id: int, code_hash: bytes, row: CodeRow) -> None:
    await tx.execute(
        "INSERT INTO signin_codes (institution_id, code_hash, client_id, redirect_uri, challenge,"
        " user_id, device_id, session_id, expires_ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        institution_id,
        code_hash,
        *row,
    )


async def select_code(tx: Tx, institution_id: int, code_hash: bytes, now: int) -> CodeRow | None:
    return await tx.row(
        CodeRow,
        "SELECT client_id, redirect_uri, challenge, user_id, device_id, session_id, expires_ts"
        " FROM signin_codes WHERE institution_id = $1 AND code_hash = $2 AND expires_ts > $3",
        institution_id,
        code_hash,
        now,
    )


async def update_code(tx: Tx, institution_id: int, code_hash: bytes, session_id: int) -> None:
    """The code was exchanged for this session."""
    await tx.execute(
        "UPDATE signin_codes SET session_id = $3 WHERE institution_id = $1 AND code_hash = $2",
        institution_id,
        code_hash,
        session_id,
    )


# --- refresh tokens that were exchanged ----------------------------------------------


async def upsert_spent(tx: Tx, institution_id: int, token_hash: bytes, row: SpentRow) -> None:
    await tx.execute(
        "INSERT INTO signin_spent"
        " (institution_id, token_hash, user_id, device_id, session_id, expires_ts)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (institution_id, token_hash) DO UPDATE SET expires_ts = excluded.expires_ts",
        institution_id,
        token_hash,
        *row,
    )


async def select_spent(tx: Tx, institution_id: int, token_hash: bytes) -> SpentRow | None:
    return await tx.row(
        SpentRow,
        "SELECT user_id, device_id, session_id, expires_ts FROM signin_spent"
        " WHERE institution_id = $1 AND token_hash = $2",
        institution_id,
        token_hash,
    )


# --- devices that wait ---------------------------------------------------------------

_LINK = (
    "SELECT client_id, device_id, user_id, pause_ms, polled_ts, expires_ts FROM signin_links"
    " WHERE institution_id = $1"
)


async def insert_link(
    tx: Tx, institution_id: int, link_hash: bytes, code_hash: bytes, row: LinkRow
) -> None:
    """Raises Conflict when a device waits with this code already."""
    await tx.execute(
        "INSERT INTO signin_links (institution_id, link_hash, code_hash, client_id, device_id,"
        " user_id, pause_ms, polled_ts, expires_ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        institution_id,
        link_hash,
        code_hash,
        *row,
    )


async def select_link(tx: Tx, institution_id: int, link_hash: bytes) -> LinkRow | None:
    return await tx.row(LinkRow, _LINK + " AND link_hash = $2", institution_id, link_hash)


async def select_link_by_code(
    tx: Tx, institution_id: int, code_hash: bytes, now: int
) -> LinkRow | None:
    """The device that waits with this code for an answer."""
    return await tx.row(
        LinkRow,
        _LINK + " AND code_hash = $2 AND expires_ts > $3 AND user_id IS NULL",
        institution_id,
        code_hash,
        now,
    )


async def update_link_polled(
    tx: Tx, institution_id: int, link_hash: bytes, polled_ts: int, pause_ms: int
) -> None:
    await tx.execute(
        "UPDATE signin_links SET polled_ts = $3, pause_ms = $4"
        " WHERE institution_id = $1 AND link_hash = $2",
        institution_id,
        link_hash,
        polled_ts,
        pause_ms,
    )


async def update_link_user(
    tx: Tx, institution_id: int, code_hash: bytes, user_id: str, now: int
) -> bool:
    """Answer; False when nobody waits for it."""
    changed = await tx.execute(
        "UPDATE signin_links SET user_id = $3"
        " WHERE institution_id = $1 AND code_hash = $2 AND expires_ts > $4 AND user_id IS NULL",
        institution_id,
        code_hash,
        user_id,
        now,
    )
    return changed > 0


async def delete_link(tx: Tx, institution_id: int, link_hash: bytes) -> None:
    await tx.execute(
        "DELETE FROM signin_links WHERE institution_id = $1 AND link_hash = $2",
        institution_id,
        link_hash,
    )


# --- meetings of two devices ---------------------------------------------------------


async def insert_meeting(tx: Tx, institution_id: int, meeting_hash: bytes, row: MeetingRow) -> None:
    await tx.execute(
        "INSERT INTO signin_meetings"
        " (institution_id, meeting_hash, message, etag, changed_ts, expires_ts)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        institution_id,
        meeting_hash,
        *row,
    )


async def select_meeting(
    tx: Tx, institution_id: int, meeting_hash: bytes, now: int
) -> MeetingRow | None:
    return await tx.row(
        MeetingRow,
        "SELECT message, etag, changed_ts, expires_ts FROM signin_meetings"
        " WHERE institution_id = $1 AND meeting_hash = $2 AND expires_ts > $3",
        institution_id,
        meeting_hash,
        now,
    )


async def update_meeting(tx: Tx, institution_id: int, meeting_hash: bytes, row: MeetingRow) -> None:
    await tx.execute(
        "UPDATE signin_meetings SET message = $3, etag = $4, changed_ts = $5"
        " WHERE institution_id = $1 AND meeting_hash = $2",
        institution_id,
        meeting_hash,
        row.message,
        row.etag,
        row.changed_ts,
    )


async def delete_meeting(tx: Tx, institution_id: int, meeting_hash: bytes) -> bool:
    """False when there was none."""
    deleted = await tx.execute(
        "DELETE FROM signin_meetings WHERE institution_id = $1 AND meeting_hash = $2",
        institution_id,
        meeting_hash,
    )
    return deleted > 0


async def count_meetings(tx: Tx, institution_id: int, now: int) -> int:
    """How many there are that are not over."""
    found = await tx.value(
        int,
        "SELECT COUNT(*) FROM signin_meetings WHERE institution_id = $1 AND expires_ts > $2",
        institution_id,
        now,
    )
    return found or 0


# --- OpenID Connect providers --------------------------------------------------------


async def insert_subject(
    tx: Tx, institution_id: int, provider: str, subject: str, user_id: str
) -> None:
    """Raises Conflict when the subject has an account already."""
    await tx.execute(
        "INSERT INTO signin_subjects (institution_id, provider, subject, user_id)"
        " VALUES ($1, $2, $3, $4)",
        institution_id,
        provider,
        subject,
        user_id,
    )


async def select_subject(tx: Tx, institution_id: int, provider: str, subject: str) -> str | None:
    """Whose account it is."""
    return await tx.value(
        str,
        "SELECT user_id FROM signin_subjects"
        " WHERE institution_id = $1 AND provider = $2 AND subject = $3",
        institution_id,
        provider,
        subject,
    )


async def select_subjects_of(tx: Tx, institution_id: int, user_id: str) -> list[SubjectRow]:
    """What providers call the owner of an account."""
    return await tx.rows(
        SubjectRow,
        "SELECT provider, subject FROM signin_subjects"
        " WHERE institution_id = $1 AND user_id = $2 ORDER BY provider, subject",
        institution_id,
        user_id,
    )


async def select_subjects(tx: Tx, institution_id: int) -> list[OwnedRow]:
    """What providers call everybody."""
    return await tx.rows(
        OwnedRow,
        "SELECT provider, subject, user_id FROM signin_subjects WHERE institution_id = $1",
        institution_id,
    )


async def insert_subjects(tx: Tx, institution_id: int, rows: Iterable[OwnedRow]) -> None:
    """Raises Conflict when a subject has an account already."""
    await tx.insert_many(
        "signin_subjects",
        ("institution_id", "provider", "subject", "user_id"),
        [(institution_id, *row) for row in rows],
    )


# --- people whom a SCIM client keeps -------------------------------------------------

_SCIM_COLUMNS = (
    "scim_id, user_id, user_name, external_id, is_active, unit_id, manager, version, created_ts,"
    " changed_ts, content"
)
_SCIM = f"SELECT {_SCIM_COLUMNS} FROM signin_scim_users WHERE institution_id = $1"
_SCIM_KEYS = {"id": "scim_id", "username": "user_name", "externalid": "external_id"}
"""The attributes that a SCIM client may look for, in lower case, and their columns."""


async def select_scim_user(tx: Tx, institution_id: int, scim_id: str) -> ScimRow | None:
    return await tx.row(ScimRow, _SCIM + " AND scim_id = $2", institution_id, scim_id)


async def select_scim_name(tx: Tx, institution_id: int, user_name: str) -> ScimRow | None:
    return await tx.row(ScimRow, _SCIM + " AND user_name = $2", institution_id, user_name)


async def select_scim_of(tx: Tx, institution_id: int, user_ids: list[str]) -> list[ScimRow]:
    """The people with these accounts."""
    return await tx.rows(ScimRow, _SCIM + " AND user_id = ANY($2)", institution_id, user_ids)


async def select_scim_in(tx: Tx, institution_id: int, unit_id: int) -> list[ScimRow]:
    """The people whom their attributes put into a level."""
    return await tx.rows(ScimRow, _SCIM + " AND unit_id = $2", institution_id, unit_id)


async def select_scim_users(
    tx: Tx, institution_id: int, wanted: tuple[str, str] | None, offset: int, limit: int
) -> list[ScimRow]:
    """A page of people in the order of their ids, of all or of those with a value."""
    if wanted is None:
        return await tx.rows(
            ScimRow,
            _SCIM + " ORDER BY scim_id LIMIT $2 OFFSET $3",
            institution_id,
            limit,
            offset,
        )
    column = _SCIM_KEYS[wanted[0]]
    return await tx.rows(
        ScimRow,
        _SCIM + f" AND {column} = $2 ORDER BY scim_id LIMIT $3 OFFSET $4",
        institution_id,
        wanted[1],
        limit,
        offset,
    )


async def count_scim_users(tx: Tx, institution_id: int, wanted: tuple[str, str] | None) -> int:
    query = "SELECT count(*) FROM signin_scim_users WHERE institution_id = $1"
    if wanted is None:
        return await tx.value(int, query, institution_id) or 0
    column = _SCIM_KEYS[wanted[0]]
    return await tx.value(int, query + f" AND {column} = $2", institution_id, wanted[1]) or 0


async def upsert_scim_user(tx: Tx, institution_id: int, row: ScimRow) -> None:
    """Raises Conflict when the account or the name is another's."""
    await tx.execute(
        f"INSERT INTO signin_scim_users (institution_id, {_SCIM_COLUMNS})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " ON CONFLICT (institution_id, scim_id) DO UPDATE SET user_name = excluded.user_name,"
        " external_id = excluded.external_id, is_active = excluded.is_active,"
        " unit_id = excluded.unit_id, manager = excluded.manager, version = excluded.version,"
        " changed_ts = excluded.changed_ts, content = excluded.content",
        institution_id,
        *row,
    )


async def delete_scim_user(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM signin_scim_users WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def select_scim_groups(tx: Tx, institution_id: int) -> list[ScimGroupRow]:
    return await tx.rows(
        ScimGroupRow,
        "SELECT unit_id, external_id FROM signin_scim_groups WHERE institution_id = $1",
        institution_id,
    )


async def upsert_scim_group(tx: Tx, institution_id: int, row: ScimGroupRow) -> None:
    await tx.execute(
        "INSERT INTO signin_scim_groups (institution_id, unit_id, external_id)"
        " VALUES ($1, $2, $3)"
        " ON CONFLICT (institution_id, unit_id) DO UPDATE SET external_id = excluded.external_id",
        institution_id,
        *row,
    )


async def delete_scim_group(tx: Tx, institution_id: int, unit_id: int) -> None:
    await tx.execute(
        "DELETE FROM signin_scim_groups WHERE institution_id = $1 AND unit_id = $2",
        institution_id,
        unit_id,
    )


# --- photos --------------------------------------------------------------------------


async def select_photos(tx: Tx, institution_id: int) -> list[PhotoRow]:
    return await tx.rows(
        PhotoRow,
        "SELECT user_id, stamp, digest FROM signin_photos WHERE institution_id = $1",
        institution_id,
    )


async def upsert_photo(tx: Tx, institution_id: int, row: PhotoRow) -> None:
    await tx.execute(
        "INSERT INTO signin_photos (institution_id, user_id, stamp, digest)"
        " VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (institution_id, user_id) DO UPDATE SET stamp = excluded.stamp,"
        " digest = excluded.digest",
        institution_id,
        *row,
    )


async def delete_photo(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM signin_photos WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def delete_subjects_of(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM signin_subjects WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def insert_visit(tx: Tx, institution_id: int, state_hash: bytes, row: VisitRow) -> None:
    await tx.execute(
        "INSERT INTO signin_visits (institution_id, state_hash, browser_hash, provider, next,"
        " link_user, expires_ts) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        institution_id,
        state_hash,
        *row,
    )


async def delete_visit(
    tx: Tx, institution_id: int, state_hash: bytes, browser_hash: bytes, now: int
) -> VisitRow | None:
    """End a visit of this browser to a provider: what is known of it."""
    return await tx.row(
        VisitRow,
        "DELETE FROM signin_visits WHERE institution_id = $1 AND state_hash = $2"
        " AND browser_hash = $3 AND expires_ts > $4"
        " RETURNING browser_hash, provider, next, link_user, expires_ts",
        institution_id,
        state_hash,
        browser_hash,
        now,
    )


# --- second factors ------------------------------------------------------------------


async def select_totp(tx: Tx, institution_id: int, user_id: str) -> TotpRow | None:
    return await tx.row(
        TotpRow,
        "SELECT secret, last_step FROM signin_totp WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


async def insert_totp(
    tx: Tx, institution_id: int, user_id: str, row: TotpRow, created_ts: int
) -> None:
    await tx.execute(
        "INSERT INTO signin_totp (institution_id, user_id, secret, last_step, created_ts)"
        " VALUES ($1, $2, $3, $4, $5)",
        institution_id,
        user_id,
        *row,
        created_ts,
    )


async def update_totp_step(tx: Tx, institution_id: int, user_id: str, last_step: int) -> None:
    await tx.execute(
        "UPDATE signin_totp SET last_step = $3 WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
        last_step,
    )


async def insert_recovery(tx: Tx, institution_id: int, user_id: str, hashes: list[bytes]) -> None:
    await tx.insert_many(
        "signin_recovery",
        ("institution_id", "user_id", "code_hash"),
        [(institution_id, user_id, one) for one in hashes],
    )


async def delete_recovery(tx: Tx, institution_id: int, user_id: str, code_hash: bytes) -> bool:
    """Use a recovery code up; False when there is no such code."""
    deleted = await tx.execute(
        "DELETE FROM signin_recovery WHERE institution_id = $1 AND user_id = $2 AND code_hash = $3",
        institution_id,
        user_id,
        code_hash,
    )
    return deleted > 0


async def count_recovery(tx: Tx, institution_id: int, user_id: str) -> int:
    """How many recovery codes are left."""
    found = await tx.value(
        int,
        "SELECT COUNT(*) FROM signin_recovery WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
    return found or 0


async def delete_second(tx: Tx, institution_id: int, user_id: str) -> None:
    """Forget the second factor of an account."""
    for sql in (
        "DELETE FROM signin_totp WHERE institution_id = $1 AND user_id = $2",
        "DELETE FROM signin_recovery WHERE institution_id = $1 AND user_id = $2",
    ):
        await tx.execute(sql, institution_id, user_id)


# --- passkeys ------------------------------------------------------------------------

_PASSKEY = (
    "SELECT credential_id, user_id, public_key, sign_count, name, created_ts, used_ts"
    " FROM signin_passkeys WHERE institution_id = $1"
)


async def insert_passkey(tx: Tx, institution_id: int, row: PasskeyRow) -> None:
    """Raises Conflict when it is there already."""
    await tx.execute(
        "INSERT INTO signin_passkeys (institution_id, credential_id, user_id, public_key,"
        " sign_count, name, created_ts, used_ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        institution_id,
        *row,
    )


async def select_passkey(tx: Tx, institution_id: int, credential_id: bytes) -> PasskeyRow | None:
    return await tx.row(
        PasskeyRow, _PASSKEY + " AND credential_id = $2", institution_id, credential_id
    )


async def select_passkeys(tx: Tx, institution_id: int, user_id: str) -> list[PasskeyRow]:
    """The passkeys of an account, oldest first."""
    return await tx.rows(
        PasskeyRow,
        _PASSKEY + " AND user_id = $2 ORDER BY created_ts, credential_id",
        institution_id,
        user_id,
    )


async def insert_answer(tx: Tx, institution_id: int, browser_hash: bytes, expires_ts: int) -> None:
    """Raises Conflict when a passkey has answered this browser before."""
    await tx.execute(
        "INSERT INTO signin_answers (institution_id, browser_hash, expires_ts) VALUES ($1, $2, $3)",
        institution_id,
        browser_hash,
        expires_ts,
    )


async def update_passkey(
    tx: Tx, institution_id: int, credential_id: bytes, sign_count: int, used_ts: int
) -> None:
    await tx.execute(
        "UPDATE signin_passkeys SET sign_count = $3, used_ts = $4"
        " WHERE institution_id = $1 AND credential_id = $2",
        institution_id,
        credential_id,
        sign_count,
        used_ts,
    )


async def delete_passkey(tx: Tx, institution_id: int, user_id: str, credential_id: bytes) -> None:
    await tx.execute(
        "DELETE FROM signin_passkeys"
        " WHERE institution_id = $1 AND user_id = $2 AND credential_id = $3",
        institution_id,
        user_id,
        credential_id,
    )


async def delete_passkeys_of(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM signin_passkeys WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


# --- e-mail addresses ----------------------------------------------------------------


async def insert_email(
    tx: Tx, institution_id: int, address: str, user_id: str, added_ts: int
) -> None:
    """Raises Conflict when somebody has the address."""
    await tx.execute(
        "INSERT INTO signin_emails (institution_id, address, user_id, added_ts)"
        " VALUES ($1, $2, $3, $4)",
        institution_id,
        address,
        user_id,
        added_ts,
    )


async def select_email_owner(tx: Tx, institution_id: int, address: str) -> str | None:
    return await tx.value(
        str,
        "SELECT user_id FROM signin_emails WHERE institution_id = $1 AND address = $2",
        institution_id,
        address,
    )


async def select_emails(tx: Tx, institution_id: int, user_id: str) -> list[EmailRow]:
    """The addresses of an account, oldest first."""
    return await tx.rows(
        EmailRow,
        "SELECT address, added_ts FROM signin_emails"
        " WHERE institution_id = $1 AND user_id = $2 ORDER BY added_ts, address",
        institution_id,
        user_id,
    )


async def delete_email(tx: Tx, institution_id: int, user_id: str, address: str) -> None:
    await tx.execute(
        "DELETE FROM signin_emails WHERE institution_id = $1 AND user_id = $2 AND address = $3",
        institution_id,
        user_id,
        address,
    )


async def delete_emails_of(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM signin_emails WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )


# --- letters -------------------------------------------------------------------------

_LETTER_COLUMNS = (
    "purpose, address, user_id, sid, secret_hash, attempt, next_link, is_confirmed, expires_ts"
)
_LETTER = "SELECT " + _LETTER_COLUMNS + " FROM signin_letters WHERE institution_id = $1"


async def insert_letter(tx: Tx, institution_id: int, token_hash: bytes, row: LetterRow) -> None:
    await tx.execute(
        "INSERT INTO signin_letters (institution_id, token_hash, purpose, address, user_id, sid,"
        " secret_hash, attempt, next_link, is_confirmed, expires_ts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        institution_id,
        token_hash,
        *row,
    )


async def select_letter(
    tx: Tx, institution_id: int, token_hash: bytes, now: int
) -> LetterRow | None:
    return await tx.row(
        LetterRow,
        _LETTER + " AND token_hash = $2 AND expires_ts > $3",
        institution_id,
        token_hash,
        now,
    )


async def select_letter_asked(
    tx: Tx, institution_id: int, purpose: str, address: str, secret_hash: bytes, now: int
) -> LetterRow | None:
    """The last letter that a client of the legacy API asked for, by its secret."""
    return await tx.row(
        LetterRow,
        _LETTER + " AND purpose = $2 AND address = $3 AND secret_hash = $4 AND expires_ts > $5"
        " ORDER BY attempt DESC LIMIT 1",
        institution_id,
        purpose,
        address,
        secret_hash,
        now,
    )


async def update_letter_confirmed(tx: Tx, institution_id: int, token_hash: bytes) -> None:
    await tx.execute(
        "UPDATE signin_letters SET is_confirmed = 1 WHERE institution_id = $1 AND token_hash = $2",
        institution_id,
        token_hash,
    )


async def delete_letter(
    tx: Tx, institution_id: int, token_hash: bytes, purpose: str, now: int
) -> LetterRow | None:
    """Use a letter up; None when there is none of this purpose."""
    return await tx.row(
        LetterRow,
        "DELETE FROM signin_letters WHERE institution_id = $1 AND token_hash = $2"
        " AND purpose = $3 AND expires_ts > $4 RETURNING " + _LETTER_COLUMNS,
        institution_id,
        token_hash,
        purpose,
        now,
    )


async def delete_letters_to(
    tx: Tx, institution_id: int, address: str, purposes: Iterable[str]
) -> None:
    await tx.execute(
        "DELETE FROM signin_letters WHERE institution_id = $1 AND address = $2"
        " AND purpose = ANY($3)",
        institution_id,
        address,
        list(purposes),
    )


async def delete_confirmed_letter(
    tx: Tx, institution_id: int, purpose: str, sid: str, secret_hash: bytes, now: int
) -> str | None:
    """Use up the letters of a client of the legacy API: the address, if one was confirmed."""
    address = await tx.value(
        str,
        "SELECT address FROM signin_letters WHERE institution_id = $1 AND purpose = $2"
        " AND sid = $3 AND secret_hash = $4 AND expires_ts > $5 AND is_confirmed = 1",
        institution_id,
        purpose,
        sid,
        secret_hash,
        now,
    )
    if address is not None:
        await tx.execute(
            "DELETE FROM signin_letters WHERE institution_id = $1 AND sid = $2",
            institution_id,
            sid,
        )
    return address


# --- what is over --------------------------------------------------------------------


async def delete_expired(tx: Tx, institution_id: int, now: int) -> None:
    """Forget browsers, codes, meetings, spent tokens and waiting devices whose time is over.

    Of a device that waited in vain an hour more is known that it did.
    """
    for sql in (
        "DELETE FROM signin_browsers WHERE institution_id = $1 AND expires_ts <= $2",
        "DELETE FROM signin_codes WHERE institution_id = $1 AND expires_ts <= $2",
        "DELETE FROM signin_meetings WHERE institution_id = $1 AND expires_ts <= $2",
        "DELETE FROM signin_visits WHERE institution_id = $1 AND expires_ts <= $2",
        "DELETE FROM signin_letters WHERE institution_id = $1 AND expires_ts <= $2",
        "DELETE FROM signin_spent WHERE institution_id = $1 AND expires_ts <= $2",
        "DELETE FROM signin_answers WHERE institution_id = $1 AND expires_ts <= $2",
    ):
        await tx.execute(sql, institution_id, now)
    await tx.execute(
        "DELETE FROM signin_links WHERE institution_id = $1 AND expires_ts <= $2",
        institution_id,
        now - 3_600_000,
    )


# --- groups of the directory ---------------------------------------------------------


async def select_groups(tx: Tx, institution_id: int) -> list[GroupName]:
    """The groups by name."""
    return await tx.rows(
        GroupName,
        "SELECT group_id, name FROM signin_groups WHERE institution_id = $1"
        " ORDER BY name, group_id",
        institution_id,
    )


async def select_group_members(tx: Tx, institution_id: int) -> list[GroupMember]:
    return await tx.rows(
        GroupMember,
        "SELECT group_id, user_id FROM signin_group_members WHERE institution_id = $1",
        institution_id,
    )


async def select_group(tx: Tx, institution_id: int, group_id: str) -> GroupName | None:
    return await tx.row(
        GroupName,
        "SELECT group_id, name FROM signin_groups WHERE institution_id = $1 AND group_id = $2",
        institution_id,
        group_id,
    )


async def select_members_of(tx: Tx, institution_id: int, group_id: str) -> list[GroupMember]:
    """The people of a group."""
    return await tx.rows(
        GroupMember,
        "SELECT group_id, user_id FROM signin_group_members"
        " WHERE institution_id = $1 AND group_id = $2",
        institution_id,
        group_id,
    )


async def replace_groups(tx: Tx, institution_id: int, rows: Iterable[GroupRow]) -> None:
    """Let these be all groups."""
    await tx.execute("DELETE FROM signin_group_members WHERE institution_id = $1", institution_id)
    await tx.execute("DELETE FROM signin_groups WHERE institution_id = $1", institution_id)
    groups = {row.group_id: row for row in rows}.values()
    await tx.insert_many(
        "signin_groups",
        ("institution_id", "group_id", "name"),
        [(institution_id, row.group_id, row.name) for row in groups],
    )
    await tx.insert_many(
        "signin_group_members",
        ("institution_id", "group_id", "user_id"),
        [(institution_id, row.group_id, each) for row in groups for each in row.members],
    )


async def delete_group_member(tx: Tx, institution_id: int, user_id: str) -> None:
    await tx.execute(
        "DELETE FROM signin_group_members WHERE institution_id = $1 AND user_id = $2",
        institution_id,
        user_id,
    )
