"""Keys of devices and people.

Spec: client-server API, "End-to-End Encryption".
"""

import msgspec

from depesha.accounts import (
    Interactive,
    Operation,
    authenticate,
    find_proofs,
)
from depesha.base.canonical import Content, Json
from depesha.base.errors import invalid_param, missing_param
from depesha.eventlog.changes import parse_token
from depesha.http.caller import Caller
from depesha.http.endpoint import EMPTY, Ask, Endpoint, Reply, endpoint, json_reply
from depesha.keys.claim import claim_keys
from depesha.keys.cross_sign import check_cross_signing, is_free, upload_cross_signing
from depesha.keys.lists import find_list_changes
from depesha.keys.messages.send import send_to_device
from depesha.keys.query import query_keys
from depesha.keys.record import Keys
from depesha.keys.rules import Usage
from depesha.keys.sign import upload_signatures
from depesha.keys.upload import check_upload, upload_keys

LARGE_BODY = 4 * 2**20
"""Bytes of a body that speaks of many devices at once."""


def _device_of(caller: Caller) -> str:
    """The caller's device; 400 M_MISSING_PARAM for a service that names none."""
    if not caller.device_id:
        raise missing_param("device_id")
    return caller.device_id


class UploadBody(msgspec.Struct):
    """Keys of the device that asks."""

    device_keys: Content | None = None
    one_time_keys: Content = {}
    fallback_keys: Content = {}


@endpoint("POST", "/_matrix/client/v3/keys/upload", spec="uploadKeys", body=UploadBody)
async def upload(keys: Keys, ask: Ask[UploadBody]) -> Reply:
    """Publish keys of the device."""
    user_id, device_id, body = ask.caller.user_id, _device_of(ask.caller), ask.body
    checked = check_upload(
        user_id, device_id, body.device_keys, body.one_time_keys, body.fallback_keys
    )
    counts = await upload_keys(keys, user_id, device_id, checked)
    return json_reply({"one_time_key_counts": counts})


class QueryBody(msgspec.Struct):
    """Whose keys are asked for."""

    device_keys: dict[str, list[str]]


@endpoint(
    "POST",
    "/_matrix/client/v3/keys/query",
    spec="queryKeys",
    body=QueryBody,
    max_body=LARGE_BODY,
)
async def query(keys: Keys, ask: Ask[QueryBody]) -> Reply:
    """Keys of users and their devices."""
    return json_reply(await query_keys(keys, ask.caller.user_id, ask.body.device_keys))


class ClaimBody(msgspec.Struct):
    """Of which devices keys are claimed."""

    one_time_keys: dict[str, dict[str, str]]


@endpoint(
    "POST",
    "/_matrix/client/v3/keys/claim",
    spec="claimKeys",
    body=ClaimBody,
    max_body=LARGE_BODY,
)
async def claim(keys: Keys, ask: Ask[ClaimBody]) -> Reply:
    """One key of each device, to begin a session with it."""
    return json_reply(await claim_keys(keys, ask.caller.user_id, ask.body.one_time_keys))


@endpoint("GET", "/_matrix/client/v3/keys/changes", spec="getKeysChanges")
async def changes(keys: Keys, ask: Ask[None]) -> Reply:
    """Whose keys have changed since a sync. The end is now: `to` is a hint, and not after it."""
    log = keys.spine.log
    await log.be_fresh()
    start, end = parse_token(ask.need("from")), parse_token(ask.need("to"))
    if start is None or end is None:
        raise invalid_param("Unknown token")
    # A token from before a restored backup tells nothing: then everyone may have changed.
    since = start.position if log.is_valid(start) else 0
    found = await find_list_changes(keys, ask.caller.user_id, since, log.position)
    return json_reply({"changed": found.changed, "left": found.left})


class CrossSigningBody(Interactive):
    """Cross-signing keys, each optional."""

    master_key: Content | None = None
    self_signing_key: Content | None = None
    user_signing_key: Content | None = None

    def keys(self) -> dict[Usage, Content]:
        given = (
            (Usage.MASTER, self.master_key),
            (Usage.SELF_SIGNING, self.self_signing_key),
            (Usage.USER_SIGNING, self.user_signing_key),
        )
        return {usage: key for usage, key in given if key is not None}


@endpoint(
    "POST",
    "/_matrix/client/v3/keys/device_signing/upload",
    # COMPAT(clients before v1.1): the name before it was specified.
    "/_matrix/client/unstable/keys/device_signing/upload",
    spec="uploadCrossSigningKeys",
    body=CrossSigningBody,
)
async def upload_cross_signing_keys(keys: Keys, ask: Ask[CrossSigningBody]) -> Reply:
    """Publish the user's cross-signing keys; who replaces some proves again who they are."""
    caller, body = ask.caller, ask.body
    check_cross_signing(caller.user_id, body.keys())
    was_free = await _is_free(keys, caller, body)
    if not was_free:
        flows = await find_proofs(keys.accounts, caller)
        operation = Operation("POST device_signing", caller.user_id, flows)
        body = (await authenticate(keys.accounts, operation, body)).body
        check_cross_signing(caller.user_id, body.keys())
    was_free = was_free and caller.appservice is None
    await upload_cross_signing(keys, caller.user_id, body.keys(), was_free=was_free)
    return EMPTY


async def _is_free(keys: Keys, caller: Caller, body: CrossSigningBody) -> bool:
    if caller.appservice is not None:
        return True
    # After a fallback page a client sends `auth` alone: the keys are those it began with.
    only_auth = body.auth is not None and not body.keys()
    return not only_auth and await is_free(keys, caller.user_id, body.keys())


@endpoint(
    "POST",
    "/_matrix/client/v3/keys/signatures/upload",
    "/_matrix/client/unstable/keys/signatures/upload",
    spec="uploadCrossSigningSignatures",
    body=dict[str, dict[str, Content]],
    max_body=LARGE_BODY,
)
async def upload_key_signatures(keys: Keys, ask: Ask[dict[str, dict[str, Content]]]) -> Reply:
    """Publish signatures of keys."""
    return json_reply({"failures": await upload_signatures(keys, ask.caller.user_id, ask.body)})


class ToDeviceBody(msgspec.Struct):
    """A message for each device."""

    messages: dict[str, dict[str, Content]]


@endpoint(
    "PUT",
    "/_matrix/client/v3/sendToDevice/{eventType}/{txnId}",
    spec="sendToDevice",
    body=ToDeviceBody,
    max_body=LARGE_BODY,
)
async def send(keys: Keys, ask: Ask[ToDeviceBody]) -> Reply:
    """Send a message to devices."""
    type_, txn_id = ask.params["eventType"], ask.params["txnId"]
    await send_to_device(keys, ask.caller, type_, txn_id, ask.body.messages)
    return EMPTY


ENDPOINTS: tuple[Endpoint[Keys, Json], ...] = (
    upload,
    query,
    claim,
    changes,
    upload_cross_signing_keys,
    upload_key_signatures,
    send,
)
