"""Endpoints of retention, holds and inspections. Requirements D7, G10."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from depesha.base.canonical import Content, Json
from depesha.base.errors import invalid_param
from depesha.base.rights import Right
from depesha.duty import inspect
from depesha.duty.chats import load_names
from depesha.duty.hold import load_holds, place_hold, release_hold
from depesha.duty.preview import preview_policy
from depesha.duty.record import Duty
from depesha.duty.retention import load_policies, put_policy, remove_policy
from depesha.duty.rules import ANY, DAY_MS, KINDS, Policy, is_standing
from depesha.duty.store import HoldRow, InspectionRow
from depesha.http.endpoint import (
    EMPTY,
    Ask,
    Endpoint,
    Reply,
    StreamReply,
    endpoint,
    json_reply,
)
from depesha.org import describe_whole

_OWN = "/_depesha/v1/admin"

Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Ground = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
CaseNumber = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Target = Annotated[str, msgspec.Meta(min_length=2, max_length=255)]

# --- retention -----------------------------------------------------------------------


class PolicyBody(msgspec.Struct, frozen=True):
    """How many days messages and files are kept; null is for ever.

    `least_days`: the shortest time that a room may ask for; null gives rooms no say.
    """

    messages_days: Days | None = None
    files_days: Days | None = None
    least_days: Days | None = None


def _ms(days: int | None) -> int | None:
    return None if days is None else days * DAY_MS


def _days(ms: int | None) -> int | None:
    return None if ms is None else ms // DAY_MS


def _place(ask: Ask[Json]) -> tuple[int, str]:
    """Unit and kind of a path; 400 M_INVALID_PARAM."""
    unit, kind = ask.params["unit"], ask.params["kind"]
    if not (unit.isascii() and unit.isdigit() and len(unit) < 16) or kind not in {ANY, *KINDS}:
        raise invalid_param(f"A unit's number and one of: {ANY}, {', '.join(KINDS)}")
    return int(unit), kind


@endpoint("GET", f"{_OWN}/retention", right=Right.AUDIT)
async def list_policies(duty: Duty, ask: Ask[None]) -> Reply:
    """All policies: for the rooms of a unit (0: the institution) of a kind (or any).

    `units` has the whole tree by number, name and parent, each before those below it.
    """
    policies = await load_policies(duty)
    levels = describe_whole(duty.org, None)["units"]
    return json_reply(
        {
            "units": [
                {name: unit[name] for name in ("unit_id", "name", "parent") if name in unit}
                for unit in levels
            ],
            "policies": [
                {
                    "unit": unit,
                    "kind": kind,
                    "messages_days": _days(policy.messages_ms),
                    "files_days": _days(policy.files_ms),
                    "least_days": _days(policy.least_ms),
                }
                for (unit, kind), policy in policies.items()
            ],
        }
    )


_POLICY = f"{_OWN}/retention/{{unit}}/{{kind}}"


@endpoint("PUT", _POLICY, right=Right.RETENTION, body=PolicyBody)
async def set_policy(duty: Duty, ask: Ask[PolicyBody]) -> Reply:
    """Set how long the rooms of a unit and kind keep what is in them."""
    body = ask.body
    unit, kind = _place(ask)
    if None not in {body.least_days, body.messages_days} and (
        (body.least_days or 0) > (body.messages_days or 0)
    ):
        raise invalid_param("least_days is more than messages_days")
    policy = Policy(_ms(body.messages_days), _ms(body.files_days), _ms(body.least_days))
    await put_policy(duty, ask.caller, unit, kind, policy)
    return EMPTY


@endpoint("GET", f"{_POLICY}/preview", right=Right.RETENTION)
async def preview(duty: Duty, ask: Ask[None]) -> Reply:
    """What a policy would erase at once; its days are in the query, left out: for ever."""
    unit, kind = _place(ask)
    names = ("messages_days", "files_days", "least_days")
    days = [ask.number(name, 0, 1, 36_500) or None for name in names]
    found = await preview_policy(duty, unit, kind, Policy(*map(_ms, days)))
    return json_reply(found._asdict())


@endpoint("DELETE", _POLICY, right=Right.RETENTION)
async def unset_policy(duty: Duty, ask: Ask[None]) -> Reply:
    """Remove a policy, so that the next above is in force."""
    await remove_policy(duty, ask.caller, *_place(ask))
    return EMPTY


# --- holds ---------------------------------------------------------------------------


class HoldBody(msgspec.Struct, frozen=True):
    """A person or a room of which nothing is to be destroyed; `until_ts` in ms, null: open."""

    target: Target
    ground: Ground
    case_number: CaseNumber
    until_ts: Moment | None = None


def _hold(duty: Duty, row: HoldRow) -> Content:
    standing = is_standing(row.until_ts, row.ended_ts, duty.spine.clock.now_ms())
    return {**row._asdict(), "standing": standing}


def _named(body: Content, names: Mapping[str, str]) -> Content:
    """With the name of a room as `target_name`."""
    name = names.get(str(body["target"]))
    return body if name is None else {**body, "target_name": name}


@endpoint("GET", f"{_OWN}/holds", right=Right.AUDIT)
async def list_holds(duty: Duty, ask: Ask[None]) -> Reply:
    """All holds, the latest first; `standing` tells which are in force."""
    rows = await load_holds(duty)
    names = await load_names(duty, (row.target for row in rows))
    return json_reply({"holds": [_named(_hold(duty, row), names) for row in rows]})


@endpoint("POST", f"{_OWN}/holds", right=Right.HOLDS, body=HoldBody)
async def post_hold(duty: Duty, ask: Ask[HoldBody]) -> Reply:
    """Place a hold."""
    body = ask.body
    row = await place_hold(
        duty, ask.caller, body.target, body.ground, body.case_number, body.until_ts
    )
    return json_reply(_hold(duty, row))


@endpoint("DELETE", f"{_OWN}/holds/{{holdId}}", right=Right.HOLDS)
async def delete_hold(duty: Duty, ask: Ask[None]) -> Reply:
    """End a hold now."""
    await release_hold(duty, ask.caller, ask.params["holdId"])
    return EMPTY


# --- inspections ---------------------------------------------------------------------


class InspectionBody(msgspec.Struct, frozen=True):
    """Whose correspondence, of which period, why, and until when it may be fetched (ms)."""

    target: Target
    since_ts: Moment
    until_ts: Moment
    ground: Ground
    case_number: CaseNumber
    expires_ts: Moment
    secret: bool = False


class DecisionBody(msgspec.Struct, frozen=True):
    """Consent, or a refusal."""

    approved: bool


def _inspection(row: InspectionRow) -> Content:
    body: Content = row._asdict()
    body["secret"] = bool(body.pop("is_secret"))
    body["approved"] = bool(body.pop("is_approved"))
    return body


@endpoint("GET", f"{_OWN}/inspections", right=Right.AUDIT)
async def list_inspections(duty: Duty, ask: Ask[None]) -> Reply:
    """All requests to inspect, the latest first."""
    rows = await inspect.load_inspections(duty)
    names = await load_names(duty, (row.target for row in rows))
    return json_reply({"inspections": [_named(_inspection(row), names) for row in rows]})


@endpoint("POST", f"{_OWN}/inspections", right=Right.INSPECT, body=InspectionBody)
async def post_inspection(duty: Duty, ask: Ask[InspectionBody]) -> Reply:
    """Ask to read somebody's correspondence, or a room's; another person must consent."""
    body = ask.body
    row = await inspect.request(
        duty,
        ask.caller,
        target=body.target,
        period=(body.since_ts, body.until_ts),
        ground=body.ground,
        case_number=body.case_number,
        expires_ts=body.expires_ts,
        is_secret=body.secret,
    )
    return json_reply(_inspection(row))


@endpoint("PUT", f"{_OWN}/inspections/{{inspectionId}}", right=Right.CONSENT, body=DecisionBody)
async def decide_inspection(duty: Duty, ask: Ask[DecisionBody]) -> Reply:
    """Consent to another person's request, or refuse it."""
    inspection_id = ask.params["inspectionId"]
    await inspect.decide(duty, ask.caller, inspection_id, approved=ask.body.approved)
    return EMPTY


@endpoint("POST", f"{_OWN}/inspections/{{inspectionId}}/export", right=Right.INSPECT)
async def export_inspection(duty: Duty, ask: Ask[None]) -> StreamReply:
    """The copy as a zip archive, once, to who asked for it."""
    row = await inspect.begin_export(duty, ask.caller, ask.params["inspectionId"])
    name = f'attachment; filename="inspection-{row.inspection_id}.zip"'
    return StreamReply(
        inspect.export(duty, row),
        b"application/zip",
        headers=((b"content-disposition", name.encode()), (b"cache-control", b"no-store")),
    )


ENDPOINTS: tuple[Endpoint[Duty, Json], ...] = (
    list_policies,
    set_policy,
    preview,
    unset_policy,
    list_holds,
    post_hold,
    delete_hold,
    list_inspections,
    post_inspection,
    decide_inspection,
    export_inspection,
)
