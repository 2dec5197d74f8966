"""Account data: what clients keep with the account, global or for a room.

Spec: client-server API, "Client Config", "Room Tagging".
"""

from collections.abc import Callable

from depesha.base.canonical import Content, decode, encode, find_unsafe
from depesha.base.errors import MatrixError, bad_json, too_large
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.profile import store
from depesha.profile.quiet import QUIET, check_quiet
from depesha.profile.record import ACCOUNT_DATA, Profile

MOST_BYTES = 64 * 1024
MOST_IN_ALL = 4 * 2**20
"""Characters of all account data of one user, which is read and kept in memory as a whole."""
_SERVER_KEPT = frozenset({"m.fully_read", "m.push_rules"})


def check_settable(type_: str) -> None:
    """Raise 405 for the types that have endpoints of their own."""
    if type_ in _SERVER_KEPT:
        raise MatrixError(405, "M_BAD_JSON", f"Cannot set {type_} through this API")


def check_content(content: Content) -> str:
    """The JSON of content that a client wants kept; 400 M_BAD_JSON, 413 M_TOO_LARGE.

    Nobody signs account data, so it may have any number, such as the order of a tag.
    """
    if problem := find_unsafe(content, any_number=True):
        raise bad_json(f"The content cannot be kept: {problem}")
    text = encode(content)
    if len(text) > MOST_BYTES:
        raise too_large()
    return text.decode()


async def put_data(
    profile: Profile, user_id: str, room_id: str, type_: str, content: Content | None
) -> None:
    """Keep account data (None deletes it) and tell the user's devices.

    400 M_INVALID_PARAM for hours of quiet that are none, 413 M_TOO_LARGE when there is too much.
    """
    text = None if content is None else check_content(content)
    if type_ == QUIET and not room_id and text is not None:
        check_quiet(text)

    async def plan(w: Writing) -> None:
        await write_data(w, user_id, room_id, type_, text)
        if text is not None:
            await _check_in_all(w, user_id)

    await profile.spine.log.commit(plan)


async def _check_in_all(w: Writing, user_id: str) -> None:
    if await store.measure_data(w.tx, w.institution.id, user_id) > MOST_IN_ALL:
        raise too_large("There is too much account data")


async def change_data(
    profile: Profile,
    user_id: str,
    room_id: str,
    type_: str,
    change: Callable[[Content], Content | None],
) -> None:
    """Keep what `change` makes of the account data as it is (None: leave it so)."""

    async def plan(w: Writing) -> None:
        text = await store.select_data(w.tx, w.institution.id, user_id, room_id, type_)
        content = change({} if text is None else decode(text))
        if content is not None:
            await write_data(w, user_id, room_id, type_, check_content(content))
            await _check_in_all(w, user_id)

    await profile.spine.log.commit(plan)


async def read_data(w: Writing, user_id: str, room_id: str, type_: str) -> Content | None:
    """Within a plan: account data as it is, or None."""
    text = await store.select_data(w.tx, w.institution.id, user_id, room_id, type_)
    found: Content | None = None if text is None else decode(text)
    return found


async def write_tag(w: Writing, user_id: str, room_id: str, tag: str) -> None:
    """Within a plan: give a room a tag, unless it has it."""
    content = await read_data(w, user_id, room_id, "m.tag") or {}
    before = content.get("tags")
    tags: Content = before if isinstance(before, dict) else {}
    if tag not in tags:
        whole = {**content, "tags": {**tags, tag: {}}}
        await write_data(w, user_id, room_id, "m.tag", encode(whole).decode())


async def write_data(w: Writing, user_id: str, room_id: str, type_: str, text: str | None) -> None:
    """Within a plan: keep account data given as JSON."""
    change = Change(ACCOUNT_DATA, Reach.USER, user_id, room_id or None, type_)
    position = await w.change(change)
    institution_id = w.institution.id
    await store.upsert_data(w.tx, institution_id, user_id, room_id, type_, text, position)
