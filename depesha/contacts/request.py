"""Requests for contact (O3): sent to whom one may not write to, accepted by them or their manager.

A request is answered alike whether or not there is such a person, and a refusal is not told.
"""

from depesha.accounts import is_active
from depesha.base.errors import MatrixError, invalid_param, not_found
from depesha.base.ids import parse_user_id
from depesha.contacts import store
from depesha.contacts.record import CLOSED, Contacts
from depesha.contacts.strangers import tell
from depesha.eventlog.append import Writing
from depesha.org import acting_managers, deciding_node, find_refusal_of, managed_units, write_known

PENDING, REFUSED, WITHDRAWN = "pending", "refused", "withdrawn"
"""A refused request that is taken back is kept: to ask again changes nothing."""
MOST_MESSAGE = 1_000
MOST_SENT = 200


async def send_request(contacts: Contacts, sender: str, target: str, message: str) -> None:
    """Ask somebody for contact. 400 M_INVALID_PARAM; 400 M_LIMIT_EXCEEDED for very many."""
    if parse_user_id(target) is None or target == sender:
        raise invalid_param("Not the id of somebody else")
    if len(message) > MOST_MESSAGE or "\x00" in message:
        raise invalid_param(f"A message has at most {MOST_MESSAGE} characters")
    is_there = await is_active(contacts.accounts, target)
    if is_there and await find_refusal_of(contacts.org, sender, target) is None:
        return
    node = deciding_node(contacts.org.tree, target)
    unit_id = node.level.unit_id if node is not None else 0

    async def plan(w: Writing) -> None:
        tx, institution_id = w.tx, w.institution.id
        if len(await store.select_sent(tx, institution_id, sender)) >= MOST_SENT:
            raise MatrixError(400, "M_LIMIT_EXCEEDED", f"At most {MOST_SENT} requests wait")
        policy = await store.select_policy(tx, institution_id, target)
        is_blocked = await store.is_blocked(tx, institution_id, target, sender)
        before = await store.select_request(tx, institution_id, sender, target)
        is_refused = before is not None and before.state == WITHDRAWN
        if is_refused:
            await store.delete_request(tx, institution_id, sender, target)
        state = REFUSED if policy == CLOSED or is_blocked or is_refused else PENDING
        now = w.log.clock.now_ms()
        row = store.RequestRow(sender, target, unit_id, message, state, now)
        if await store.insert_request(tx, institution_id, row):
            await tell(w, sender)
            if is_there and state == PENDING:
                await tell(w, *_deciders(contacts, row))

    await contacts.spine.log.commit(plan)


def _deciders(contacts: Contacts, row: store.RequestRow) -> list[str]:
    if not row.unit_id:
        return [row.target]
    return acting_managers(contacts.org, row.unit_id)


async def withdraw(contacts: Contacts, sender: str, target: str) -> None:
    """Take back a request; nothing happens when there is none.

    One that was refused goes from the sender's sight alike, so that they do not learn of that.
    """

    async def plan(w: Writing) -> None:
        row = await store.select_request(w.tx, w.institution.id, sender, target)
        if row is None or row.state == WITHDRAWN:
            return
        if row.state == REFUSED:
            await store.update_state(w.tx, w.institution.id, sender, target, WITHDRAWN)
            await tell(w, sender)
            return
        await store.delete_request(w.tx, w.institution.id, sender, target)
        await tell(w, sender, *_deciders(contacts, row))

    await contacts.spine.log.commit(plan)


async def decide(
    contacts: Contacts, decider: str, sender: str, target: str, *, accepts: bool, blocks: bool
) -> None:
    """Accept or refuse a request to `target`, which is the decider or one of their people.

    404 M_NOT_FOUND for a request on which they do not decide.
    """

    async def plan(w: Writing) -> None:
        tx, institution_id = w.tx, w.institution.id
        row = await store.select_request(tx, institution_id, sender, target)
        if row is None or row.state != PENDING or decider not in _deciders(contacts, row):
            raise not_found("There is no such request")
        if accepts:
            await store.delete_request(tx, institution_id, sender, target)
            await store.delete_request(tx, institution_id, target, sender)
            await write_known(w, sender, target)
            await tell(w, sender, target, decider)
            return
        await store.update_state(tx, institution_id, sender, target, REFUSED)
        if blocks:
            await store.insert_blocked(tx, institution_id, decider, sender)
        await tell(w, decider)

    await contacts.spine.log.commit(plan)


def decided_units(contacts: Contacts, user_id: str) -> list[int]:
    """The levels on whose requests a person decides now, as manager or deputy."""
    return managed_units(contacts.org, user_id)
