"""What becomes of surveys when an account ends."""

from depesha.accounts import DEACTIVATED
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change
from depesha.surveys import store


async def follow_account(w: Writing, change: Change) -> None:
    """Forget what surveys an account that has ended was asked by, and what it openly answered."""
    if change.kind == DEACTIVATED and change.user_id is not None:
        await store.delete_person(w.tx, w.institution.id, change.user_id)
