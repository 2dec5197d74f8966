"""What a person's contacts are: whom they know, the request box, blocks, the policy."""

from dataclasses import dataclass

from depesha.base.canonical import Content
from depesha.contacts import store
from depesha.contacts.record import MOST_LISTED, Contacts
from depesha.contacts.request import decided_units
from depesha.contacts.strangers import usual_policy
from depesha.io.tx import Tx
from depesha.org import describe_anyone


@dataclass(frozen=True, slots=True)
class _Found:
    incoming: list[store.RequestRow]
    outgoing: list[store.RequestRow]
    held: list[store.HeldRow]
    blocked: list[store.OtherRow]
    policy: str | None


async def describe_contacts(contacts: Contacts, user_id: str) -> Content:
    """All of it; of those who ask it is told who they are."""
    spine = contacts.spine
    units = decided_units(contacts, user_id)
    found = await spine.db.read(_select_all, spine.institution.id, user_id, units)
    return {
        "known": sorted(contacts.org.known.of(user_id)),
        "incoming": [await _incoming(contacts, row) for row in found.incoming],
        # Whether a request was refused, or could reach nobody, is not told.
        "outgoing": [{"user_id": row.target, "ts": row.ts} for row in found.outgoing],
        "held": [
            {"room_id": row.room_id, "sender": await describe_anyone(contacts.org, row.sender)}
            for row in found.held
        ],
        "blocked": [row.other_id for row in found.blocked],
        "strangers": found.policy or usual_policy(contacts),
    }


async def _incoming(contacts: Contacts, row: store.RequestRow) -> Content:
    return {
        "sender": await describe_anyone(contacts.org, row.sender),
        "target": row.target,
        "message": row.message,
        "ts": row.ts,
    }


async def _select_all(tx: Tx, institution_id: int, user_id: str, units: list[int]) -> _Found:
    return _Found(
        await store.select_pending(tx, institution_id, user_id, units, MOST_LISTED),
        await store.select_sent(tx, institution_id, user_id),
        (await store.select_held(tx, institution_id, user_id))[:MOST_LISTED],
        await store.select_blocked(tx, institution_id, user_id),
        await store.select_policy(tx, institution_id, user_id),
    )


def is_nothing(told: Content) -> bool:
    """True for who has nothing to be told of."""
    return not any(told[name] for name in ("known", "incoming", "outgoing", "held", "blocked"))
