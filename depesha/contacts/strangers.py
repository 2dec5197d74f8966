"""Strangers: what people do with them, and invitations of theirs that do not ring (D4, M13)."""

from depesha.accounts import DEACTIVATED
from depesha.base.canonical import Json
from depesha.base.errors import MatrixError, invalid_param
from depesha.base.ids import parse_user_id
from depesha.contacts import store
from depesha.contacts.record import ASK, CLOSED, CONTACTS, OPEN, Contacts
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Logged, Reach
from depesha.eventlog.state import MEMBER, Tip
from depesha.io.tx import Tx
from depesha.org import are_acquainted, check_may_address, load_places, refused

MOST_BLOCKED = 10_000


def usual_policy(contacts: Contacts) -> str:
    """What becomes of strangers where a person has said nothing."""
    return OPEN if contacts.org.tree.is_empty else ASK


async def check_reachable(contacts: Contacts, sender: str, target: str) -> None:
    """Raise 404 or 403 as the tree says, and 403 for whom the target refuses to hear."""
    await check_may_address(contacts.org, sender, target)
    if sender == target:
        return
    spine = contacts.spine
    is_blocked, policy = await spine.db.read(_select, spine.institution.id, sender, target)
    if is_blocked:
        raise not_wanted(target)
    await load_places(contacts.org, sender, target)
    if policy == CLOSED and not are_acquainted(contacts.org, sender, target):
        raise refused("no_strangers", target, "This person hears only people they know", target)


def not_wanted(target: str) -> MatrixError:
    return refused("not_wanted", target, "This person does not want to hear from you", target)


async def _select(tx: Tx, institution_id: int, sender: str, target: str) -> tuple[bool, str | None]:
    return (
        await store.is_blocked(tx, institution_id, target, sender),
        await store.select_policy(tx, institution_id, target),
    )


# --- saying so -----------------------------------------------------------------------


async def set_policy(contacts: Contacts, user_id: str, strangers: str) -> None:
    """Say what becomes of strangers; 400 M_INVALID_PARAM."""
    if strangers not in {ASK, OPEN, CLOSED}:
        raise invalid_param(f"strangers must be {ASK}, {OPEN} or {CLOSED}")

    async def plan(w: Writing) -> None:
        await store.upsert_policy(w.tx, w.institution.id, user_id, strangers)
        await tell(w, user_id)

    await contacts.spine.log.commit(plan)


async def set_blocked(contacts: Contacts, user_id: str, other: str, *, to: bool) -> None:
    """Refuse to hear somebody, or hear them again; whether they are there is not told."""
    if parse_user_id(other) is None or other == user_id:
        raise invalid_param("Not the id of somebody else")

    async def plan(w: Writing) -> None:
        tx, institution_id = w.tx, w.institution.id
        if not to:
            await store.delete_blocked(tx, institution_id, user_id, other)
        else:
            blocked = await store.select_blocked(tx, institution_id, user_id)
            if len(blocked) >= MOST_BLOCKED:
                raise invalid_param(f"At most {MOST_BLOCKED} people can be blocked")
            await store.insert_blocked(tx, institution_id, user_id, other)
        await tell(w, user_id)

    await contacts.spine.log.commit(plan)


async def tell(w: Writing, *user_ids: str) -> None:
    """Within a plan: their contacts have changed."""
    for user_id in dict.fromkeys(user_ids):
        await w.change(Change(CONTACTS, Reach.USER, user_id))


# --- invitations that do not ring ----------------------------------------------------


async def project_held(contacts: Contacts, w: Writing, logged: Logged, tip: Tip) -> None:
    """Hold the invitation of a stranger, and let go of it once it is answered."""
    event, user_id = logged.event, logged.event.state_key
    if event.type != MEMBER or not user_id or not w.institution.is_local(user_id):
        return
    membership: Json = event.content.get("membership")
    before = (logged.prev_content or {}).get("membership")
    if membership == "invite" != before:
        is_vouched = user_id in w.vouched
        if not is_vouched and await _is_held(contacts, w, event.sender, user_id, tip.room_id):
            row = store.HeldRow(tip.room_id, event.sender)
            await store.insert_held(w.tx, w.institution.id, user_id, row)
            await tell(w, user_id)
        return
    is_answered = before == "invite" != membership
    if is_answered and await store.delete_held(w.tx, w.institution.id, user_id, tip.room_id):
        await tell(w, user_id)


async def _is_held(contacts: Contacts, w: Writing, sender: str, target: str, room_id: str) -> bool:
    policy = await store.select_policy(w.tx, w.institution.id, target)
    if (policy or usual_policy(contacts)) != ASK:
        return False
    return not are_acquainted(contacts.org, sender, target, apart_from=room_id)


async def find_held(contacts: Contacts, user_id: str) -> frozenset[str]:
    """The rooms to which strangers have invited the user: they must not ring."""
    spine = contacts.spine
    rows = await spine.db.read(store.select_held, spine.institution.id, user_id)
    return frozenset(row.room_id for row in rows)


async def find_hearing(contacts: Contacts, sender: str, user_ids: list[str]) -> list[str]:
    """Those of the people who do not block the sender."""
    spine = contacts.spine
    rows = await spine.db.read(store.select_blocking, spine.institution.id, user_ids, sender)
    blocking = {row.other_id for row in rows}
    return [user_id for user_id in user_ids if user_id not in blocking]


async def follow_contacts(w: Writing, change: Change) -> None:
    """Forget what an account that has ended asked and refused."""
    if change.kind == DEACTIVATED and change.user_id is not None:
        await store.delete_all_of(w.tx, w.institution.id, change.user_id)
