"""The institution's recovery key, split among officers: nobody's history goes with a password.

Requirement G9. Its private half was never here: the browser that made it gave each officer a share.
Clients seal the key of their backup for the public half; what is sealed is given out within an
inspection to which a second person has consented, and whom it concerns is told at once.
"""

from depesha.accounts import find_user
from depesha.audit import act_of, actor_of, record
from depesha.base.canonical import Content, decode, encode
from depesha.base.errors import invalid_param, not_found
from depesha.duty import store
from depesha.duty.inspect import access_consented
from depesha.duty.record import Duty
from depesha.eventlog.append import Writing
from depesha.http.caller import Caller
from depesha.notices import send_notice

MOST_HOLDERS = 9


async def found_custody(
    duty: Duty, caller: Caller, public_key: str, threshold: int, holders: list[str]
) -> store.CustodyRow:
    """Let another recovery key be the institution's; what was sealed for the last one stays.

    400 M_INVALID_PARAM for a number of shares that makes no sense, or a holder who is nobody.
    """
    spine = duty.spine
    if len(set(holders)) != len(holders) or not 2 <= threshold <= len(holders):
        raise invalid_param("At least two different holders are needed to open a key")
    for user_id in holders:
        user = await spine.db.read(find_user, spine.institution.id, user_id)
        if user is None or user.is_deactivated:
            raise invalid_param("A holder is nobody of this institution")
    row = store.CustodyRow(
        spine.clock.new_id(),
        public_key,
        threshold,
        encode(holders).decode(),
        actor_of(caller),
        spine.clock.now_ms(),
    )

    async def plan(w: Writing) -> None:
        await store.replace_custody(w.tx, w.institution.id, row)
        told = {"key_id": row.key_id, "threshold": threshold, "holders": holders}
        await record(w, act_of(caller, "custody.found", "", **told))

    await spine.log.commit(plan)
    return row


async def end_custody(duty: Duty, caller: Caller) -> None:
    """Let there be no recovery key, and forget what was sealed; 404 M_NOT_FOUND without one."""

    async def plan(w: Writing) -> None:
        if await store.select_custody(w.tx, w.institution.id) is None:
            raise not_found("There is no recovery key")
        await store.replace_custody(w.tx, w.institution.id, None)
        await store.delete_escrow(w.tx, w.institution.id)
        await record(w, act_of(caller, "custody.end", ""))

    await duty.spine.log.commit(plan)


async def load_custody(duty: Duty) -> store.CustodyRow | None:
    """The recovery key that stands, if any does."""
    spine = duty.spine
    return await spine.db.read(store.select_custody, spine.institution.id)


async def load_sealed(duty: Duty, user_id: str) -> store.EscrowRow | None:
    """What somebody's client has sealed last, for whichever recovery key."""
    spine = duty.spine
    return await spine.db.read(store.select_escrow, spine.institution.id, user_id)


async def keep_sealed(duty: Duty, user_id: str, key_id: str, version: str, sealed: str) -> None:
    """Keep the sealed key of one's backup; 404 M_NOT_FOUND when it is for another key."""
    row = store.EscrowRow(user_id, key_id, version, sealed, duty.spine.clock.now_ms())

    async def plan(w: Writing) -> None:
        custody = await store.select_custody(w.tx, w.institution.id)
        if custody is None or custody.key_id != key_id:
            raise not_found("There is no such recovery key")
        await store.upsert_escrow(w.tx, w.institution.id, row)

    await duty.spine.log.commit(plan)


async def open_sealed(duty: Duty, caller: Caller, inspection_id: str) -> store.EscrowRow:
    """The sealed key of whom an inspection is about, for who asked for it and was consented to.

    403 M_FORBIDDEN for others, and before the consent; 404 M_NOT_FOUND where there is nothing to
    be had (any more). It is written down, and the person is told unless the ground forbids it.
    """

    async def plan(w: Writing) -> tuple[store.InspectionRow, store.EscrowRow]:
        row = await access_consented(w, caller, inspection_id)
        sealed = await store.select_escrow(w.tx, w.institution.id, row.target)
        if sealed is None:
            raise not_found("This person's client has sealed no key")
        told = {"inspection_id": inspection_id, "key_id": sealed.key_id}
        await record(w, act_of(caller, "custody.open", row.target, **told))
        return row, sealed

    inspection, sealed = await duty.spine.log.commit(plan)
    if not inspection.is_secret:
        await send_notice(duty.notices, sealed.user_id, _text(inspection))
    return sealed


def holders_of(row: store.CustodyRow) -> list[str]:
    """The user ids of the officers who hold a share."""
    return [each for each in decode(row.holders) if isinstance(each, str)]


def describe(row: store.CustodyRow) -> Content:
    """A recovery key as everybody may know it: how many hold it, and not who."""
    return {
        "key_id": row.key_id,
        "public_key": row.public_key,
        "threshold": row.threshold,
        "holders": len(holders_of(row)),
        "made_ts": row.made_ts,
    }


def _text(row: store.InspectionRow) -> str:
    """In both languages: which one a person reads is not known here."""
    return (
        f"Запечатанный ключ вашей резервной копии выдан для восстановления. Номер дела: "
        f"{row.case_number}. Основание: {row.ground}. Запросил {row.asked_by}, согласовал "
        f"{row.decided_by}. Если вы об этом не просили, сообщите офицеру безопасности.\n\n"
        f"The sealed key of your backup was given out for recovery. Case number: "
        f"{row.case_number}. Ground: {row.ground}. Asked for by {row.asked_by}, approved by "
        f"{row.decided_by}. If you did not ask for this, tell your security officer."
    )
