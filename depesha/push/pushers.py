"""Where pushes go. Spec: client-server API, "Pushers"."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from depesha.accounts import DEVICE, find_devices
from depesha.base.canonical import Content, decode, encode, find_unsafe
from depesha.base.errors import bad_json, invalid_param, missing_param, too_large
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Reach
from depesha.push import store, webpush
from depesha.push.record import PUSHER, Push, load_pushers

MOST_BYTES = 16 * 1024
MOST_PUSHERS = 50
"""Pushers of one user: each message is sent to all of them."""
NOTIFY_PATH = "/_matrix/push/v1/notify"
_NEEDED = ("app_display_name", "device_display_name", "lang", "data")


def check_pusher(body: Content, allowed_networks: Sequence[str]) -> None:
    """Raise 400 for what cannot be a pusher."""
    if problem := find_unsafe(body, any_number=True):
        raise bad_json(f"The pusher cannot be kept: {problem}")
    for name, most in (("app_id", 64), ("pushkey", 512)):
        value = body.get(name)
        if not isinstance(value, str):
            raise missing_param(name)
        if not value or len(value.encode()) > most:
            raise invalid_param(f"{name} has at most {most} bytes")
    if "kind" not in body:
        raise missing_param("kind")
    if body["kind"] is not None:
        _check_gateway(body, allowed_networks)


def _check_gateway(body: Content, allowed_networks: Sequence[str]) -> None:
    """Raise 400 for a pusher that leads nowhere."""
    for name in _NEEDED:
        if name not in body:
            raise missing_param(name)
        if name != "data" and not isinstance(body[name], str):
            raise bad_json(f"{name} must be a string")
    if not isinstance(body["data"], dict):
        raise bad_json("data must be an object")
    url = body["data"].get("url")
    if not isinstance(url, str):
        raise missing_param("data.url")
    if body["kind"] in webpush.KINDS:
        _check_browser(body, url, allowed_networks)
    elif body["kind"] != "http":
        raise invalid_param("kind must be http or webpush")
    elif not is_gateway_url(url, allowed_networks):
        raise invalid_param(f"data.url must be https://…{NOTIFY_PATH}")
    if find_unsafe(body) or len(encode(body)) > MOST_BYTES:
        raise bad_json("The pusher is too large, or has values that cannot be kept")


def _check_browser(body: Content, url: str, allowed_networks: Sequence[str]) -> None:
    """Raise 400 for what is no subscription of a browser. Spec: MSC4174."""
    if not is_safe_url(url, allowed_networks):
        raise invalid_param("data.url must be https://…")
    auth = body["data"].get("auth")
    if not isinstance(auth, str):
        raise missing_param("data.auth")
    try:
        webpush.read_browser(url, body["pushkey"], auth)
    except ValueError as error:
        raise invalid_param(f"The keys of the subscription cannot be used: {error}") from error


def is_gateway_url(url: str, allowed_networks: Sequence[str]) -> bool:
    """True for a safe URL of a gateway's one path."""
    return is_safe_url(url, allowed_networks) and urlsplit(url).path == NOTIFY_PATH


def is_safe_url(url: str, allowed_networks: Sequence[str]) -> bool:
    """True for an https URL that names a host and no user.

    Plain http is let through to addresses, not names, in the networks that the operator allows:
    there the gateway stands beside the server.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_in(host, allowed_networks))


def _is_in(host: str, networks: Sequence[str]) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(text, strict=False) for text in networks)


async def set_pusher(push: Push, user_id: str, device_id: str, body: Content) -> None:
    """Add, change or (with kind null) remove a pusher.

    Raises 400 for what cannot be a pusher, 413 M_TOO_LARGE for one too many.
    """
    check_pusher(body, push.spine.config.allowed_networks)
    app_id, pushkey = body["app_id"], body["pushkey"]
    kept = {key: value for key, value in body.items() if key != "append"}
    row = store.PusherRow(
        user_id, app_id, pushkey, device_id, encode(kept).decode(), push.spine.clock.now_ms()
    )

    async def plan(w: Writing) -> None:
        institution_id = w.institution.id
        if body["kind"] is None:
            await store.delete_pusher(w.tx, institution_id, user_id, app_id, pushkey)
        else:
            if body.get("append") is not True:
                await store.delete_others(w.tx, institution_id, user_id, app_id, pushkey)
            await store.upsert_pusher(w.tx, institution_id, row)
            if await store.count_pushers(w.tx, institution_id, user_id) > MOST_PUSHERS:
                raise too_large(f"At most {MOST_PUSHERS} pushers")
        await w.change(Change(PUSHER, Reach.NOBODY, user_id))

    await push.spine.log.commit(plan)


async def remove_pusher(push: Push, row: store.PusherRow) -> None:
    """Remove a pusher whose key its gateway has refused."""

    async def plan(w: Writing) -> None:
        key = row.user_id, row.app_id, row.pushkey
        await store.delete_pusher(w.tx, w.institution.id, *key)
        await w.change(Change(PUSHER, Reach.NOBODY, row.user_id))

    await push.spine.log.commit(plan)


async def follow_device(w: Writing, change: Change) -> None:
    """A device that is gone gets no pushes."""
    if change.kind == DEVICE and change.user_id is not None and change.item:
        gone = change.item
        devices = await find_devices(w.tx, w.institution.id, [change.user_id])
        if gone not in devices.get(change.user_id, {}):
            await store.delete_device_pushers(w.tx, w.institution.id, change.user_id, gone)
            await w.change(Change(PUSHER, Reach.NOBODY, change.user_id))


async def list_pushers(push: Push, user_id: str) -> list[Content]:
    rows = (await load_pushers(push)).get(user_id, [])
    return [decode(row.pusher) for row in rows]
