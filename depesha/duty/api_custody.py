"""Endpoints of the institution's recovery key. Requirement G9."""

from typing import Annotated

import msgspec

from depesha.base.canonical import Content, Json
from depesha.base.rights import Right
from depesha.duty import custody
from depesha.duty.record import Duty
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply

_ADMIN = "/_depesha/v1/admin"
_MINE = "/_depesha/v1/me/custody"

PublicKey = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{87}$")]
"""A point of P-256, uncompressed, in unpadded base64."""
Holders = Annotated[list[str], msgspec.Meta(min_length=2, max_length=custody.MOST_HOLDERS)]
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Sealed = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class CustodyBody(msgspec.Struct, frozen=True):
    """A recovery key: its public half, how many shares open it, and who was given one."""

    public_key: PublicKey
    threshold: int
    holders: Holders


class SealedBody(msgspec.Struct, frozen=True):
    """The key of one's backup of this version, sealed for the recovery key."""

    key_id: Short
    version: Short
    sealed: Sealed


@endpoint("GET", f"{_ADMIN}/custody", right=Right.AUDIT)
async def get_custody(duty: Duty, ask: Ask[None]) -> Reply:
    """The recovery key that stands, with the names of its holders; `custody` is null without."""
    row = await custody.load_custody(duty)
    told: Content | None = None
    if row is not None:
        told = {
            **custody.describe(row),
            "holders": custody.holders_of(row),
            "made_by": row.made_by,
        }
    return json_reply({"custody": told})


@endpoint("PUT", f"{_ADMIN}/custody", right=Right.CUSTODY, body=CustodyBody)
async def put_custody(duty: Duty, ask: Ask[CustodyBody]) -> Reply:
    """Let this be the recovery key from here on; clients seal their keys for it anew."""
    body = ask.body
    row = await custody.found_custody(
        duty, ask.caller, body.public_key, body.threshold, body.holders
    )
    return json_reply({"key_id": row.key_id})


@endpoint("DELETE", f"{_ADMIN}/custody", right=Right.CUSTODY)
async def delete_custody(duty: Duty, ask: Ask[None]) -> Reply:
    """Let there be no recovery key, and forget all that was sealed."""
    await custody.end_custody(duty, ask.caller)
    return EMPTY


@endpoint("POST", f"{_ADMIN}/inspections/{{inspectionId}}/sealed_key", right=Right.INSPECT)
async def open_sealed_key(duty: Duty, ask: Ask[None]) -> Reply:
    """The sealed key of whom a consented inspection is about; the person is told."""
    row = await custody.open_sealed(duty, ask.caller, ask.params["inspectionId"])
    return json_reply({"key_id": row.key_id, "version": row.version, "sealed": row.sealed})


@endpoint("GET", _MINE)
async def get_own_custody(duty: Duty, ask: Ask[None]) -> Reply:
    """The recovery key that stands, and for which one's own backup was sealed last."""
    row = await custody.load_custody(duty)
    sealed = await custody.load_sealed(duty, ask.caller.user_id)
    told: Content = {"custody": custody.describe(row) if row is not None else None, "sealed": None}
    if sealed is not None:
        told["sealed"] = {"key_id": sealed.key_id, "version": sealed.version, "ts": sealed.ts}
    return json_reply(told)


@endpoint("PUT", _MINE, body=SealedBody)
async def put_own_custody(duty: Duty, ask: Ask[SealedBody]) -> Reply:
    """Keep the key of one's backup, sealed for the recovery key that stands."""
    body = ask.body
    await custody.keep_sealed(duty, ask.caller.user_id, body.key_id, body.version, body.sealed)
    return EMPTY


ENDPOINTS: tuple[Endpoint[Duty, Json], ...] = (
    get_custody,
    put_custody,
    delete_custody,
    open_sealed_key,
    get_own_custody,
    put_own_custody,
)
