"""Sending each application service what is queued for it.

Spec: application service API, "Pushing events": a transaction is repeated unchanged, under the
same id, until it is acknowledged.
"""

import logging

from depesha.base.canonical import Json
from depesha.bots import store
from depesha.bots.client import transaction_route
from depesha.bots.ephemeral import find_ephemeral
from depesha.bots.interest import Interest
from depesha.bots.record import Bots
from depesha.bots.registration import Registration
from depesha.bots.transaction import MOST_ITEMS, addresses_of, build_body
from depesha.io.fetch import FetchError
from depesha.io.tx import Tx
from depesha.keys import remove_messages

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0

EPHEMERAL_SECONDS = 1.0
"""How often a service is told of typing and presence, at most."""

_log = logging.getLogger(__name__)


async def deliver(bots: Bots, service: Registration, interest: Interest) -> None:
    """Send the service, for ever, what is queued for it."""
    seen = bots.spine.log.ephemeral
    while True:
        try:
            seen = await _deliver_next(bots, service, interest, seen)
        except Exception:  # noqa: BLE001 (the others go on)
            _log.exception("a delivery failed", extra={"service": service.id})
            await bots.spine.clock.sleep(FIRST_PAUSE_SECONDS)


async def _deliver_next(bots: Bots, service: Registration, interest: Interest, seen: int) -> int:
    """Deliver a transaction, or wait for something to tell; the ephemeral position told now."""
    bots.bells.of(service).clear()
    transaction = await bots.spine.db.read(
        store.select_transaction, bots.institution_id, service.id
    )
    now = bots.spine.log.ephemeral
    if transaction is None:
        ephemeral = await find_ephemeral(bots, service, interest, seen)
        transaction = await _begin(bots, service, interest, ephemeral)
        seen = now
    if transaction is None:
        await _wait(bots, service)
    else:
        await _send(bots, service, transaction)
        await bots.spine.db.write(store.update_acknowledged, bots.institution_id, service.id)
    return seen


async def _wait(bots: Bots, service: Registration) -> None:
    """Return when something has been queued; before long, if something ephemeral may have come."""
    bell = bots.bells.of(service)
    if not service.wants_ephemeral:
        await bell.wait()
        return
    timer = bots.spine.clock.call_later(EPHEMERAL_SECONDS, bell.set)
    try:
        await bell.wait()
    finally:
        timer.cancel()


async def _begin(
    bots: Bots, service: Registration, interest: Interest, ephemeral: list[Json]
) -> store.Transaction | None:
    """The next transaction, stored so that it can be repeated; None when there is nothing."""
    place = (bots.institution_id, service.id)
    items = await bots.spine.db.read(store.select_items, *place, MOST_ITEMS)
    if not (items or ephemeral):
        return None
    log = bots.spine.log
    last = items[-1].position if items else 0
    body = await build_body(bots, service, interest, items, ephemeral)
    transaction = store.Transaction(f"{log.run}.{last}.{log.ephemeral}", body)

    async def plan(tx: Tx) -> None:
        await store.update_transaction(tx, *place, transaction)
        await store.delete_items(tx, *place, last)
        await remove_messages(tx, bots.institution_id, addresses_of(items))

    await bots.spine.db.write(plan)
    return transaction


async def _send(bots: Bots, service: Registration, transaction: store.Transaction) -> None:
    """Return once the service has acknowledged the transaction."""
    pause, route = FIRST_PAUSE_SECONDS, transaction_route(transaction.txn_id)
    while True:
        try:
            answer = await bots.services.client.ask(service, "PUT", route, body=transaction.body)
            if answer.status == 200:
                return
            reason = f"status {answer.status}"
        except FetchError as error:
            reason = str(error)
        about = {"service": service.id, "reason": reason, "again_in": pause}
        _log.warning("an application service did not take a transaction", extra=about)
        await bots.spine.clock.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
