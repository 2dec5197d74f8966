"""The devices of the user who asks.

Spec: client-server API, "Device Management".
"""

import msgspec

from depesha.accounts.devices import access_device, delete_devices, load_devices, rename_device
from depesha.accounts.record import Accounts
from depesha.accounts.store import DeviceRow
from depesha.accounts.uia import Interactive, authenticate, operation_of
from depesha.base.canonical import Content, Json
from depesha.base.errors import missing_param
from depesha.http.endpoint import EMPTY, Ask, Auth, Endpoint, Reply, endpoint, json_reply

_DEVICE = "/_matrix/client/v3/devices/{deviceId}"


def _body_of(device: DeviceRow) -> Content:
    found: Content = {
        "device_id": device.device_id,
        "display_name": device.display_name,
        "last_seen_ip": device.last_seen_ip,
        "last_seen_ts": device.last_seen_ts,
    }
    return {name: value for name, value in found.items() if value is not None}


@endpoint("GET", "/_matrix/client/v3/devices", spec="getDevices", auth=Auth.GUEST)
async def devices(accounts: Accounts, ask: Ask[None]) -> Reply:
    """All devices."""
    found = await load_devices(accounts, ask.caller.user_id)
    return json_reply({"devices": [_body_of(device) for device in found]})


@endpoint("GET", _DEVICE, spec="getDevice", auth=Auth.GUEST)
async def device(accounts: Accounts, ask: Ask[None]) -> Reply:
    """One device."""
    found = await access_device(accounts, ask.caller.user_id, ask.params["deviceId"])
    return json_reply(_body_of(found))


class DeviceBody(msgspec.Struct):
    """What may be changed of a device."""

    display_name: str | None = None


@endpoint("PUT", _DEVICE, spec="updateDevice", auth=Auth.GUEST, body=DeviceBody)
async def update_device(accounts: Accounts, ask: Ask[DeviceBody]) -> Reply:
    """Name a device; application services may also make one."""
    caller, name = ask.caller, ask.body.display_name
    is_new = await rename_device(
        accounts,
        caller.user_id,
        ask.params["deviceId"],
        name,
        may_add=caller.appservice is not None,
    )
    return json_reply({}, 201 if is_new else 200)


@endpoint("DELETE", _DEVICE, spec="deleteDevice", body=Interactive)
async def delete_device(accounts: Accounts, ask: Ask[Interactive]) -> Reply:
    """End one device."""
    caller, device_id = ask.caller, ask.params["deviceId"]
    if caller.appservice is None:
        operation = await operation_of(accounts, caller, f"DELETE device {device_id}")
        await authenticate(accounts, operation, ask.body)
    await delete_devices(accounts, caller.user_id, [device_id])
    return EMPTY


class DevicesBody(Interactive):
    """Body that names devices to be ended."""

    devices: list[str] | None = None


@endpoint("POST", "/_matrix/client/v3/delete_devices", spec="deleteDevices", body=DevicesBody)
async def delete_several(accounts: Accounts, ask: Ask[DevicesBody]) -> Reply:
    """End several devices."""
    caller, body = ask.caller, ask.body
    if caller.appservice is None:
        operation = await operation_of(accounts, caller, "POST delete_devices")
        body = (await authenticate(accounts, operation, body)).body
    if body.devices is None:
        raise missing_param("devices")
    await delete_devices(accounts, caller.user_id, body.devices)
    return EMPTY


ENDPOINTS: tuple[Endpoint[Accounts, Json], ...] = (
    devices,
    device,
    update_device,
    delete_device,
    delete_several,
)
