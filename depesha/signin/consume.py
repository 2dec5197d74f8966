"""What follows from changes of an account, in the transaction that makes them."""

from depesha.accounts import ACCOUNT, DEACTIVATED, POLICY
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.signin import store


async def follow_account(w: Writing, change: Change) -> None:
    """Whoever got another password, was locked or has ended is signed out of our pages."""
    if change.kind in {ACCOUNT, DEACTIVATED} and change.user_id is not None:
        await store.delete_browsers_of(w.tx, w.institution.id, change.user_id)
        if change.kind == DEACTIVATED:
            await store.delete_subjects_of(w.tx, w.institution.id, change.user_id)
            await store.delete_scim_user(w.tx, w.institution.id, change.user_id)
            await store.delete_group_member(w.tx, w.institution.id, change.user_id)
            await store.delete_photo(w.tx, w.institution.id, change.user_id)
            await store.delete_emails_of(w.tx, w.institution.id, change.user_id)
            await forget_factors(w, change.user_id)


async def forget_factors(w: Writing, user_id: str) -> None:
    """Forget the codes and the passkeys of an account."""
    await store.delete_second(w.tx, w.institution.id, user_id)
    await store.delete_passkeys_of(w.tx, w.institution.id, user_id)
    await w.change(Change(POLICY, Reach.NOBODY, user_id))
