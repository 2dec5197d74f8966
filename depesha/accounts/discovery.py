"""What the server says of itself.

Spec: client-server API, "Server Discovery", "Capabilities negotiation".
"""

from depesha.accounts.record import Accounts
from depesha.base.canonical import Content
from depesha.base.errors import not_found
from depesha.base.rights import Right
from depesha.events.event import ROOM_VERSIONS
from depesha.http.caller import Caller

SPEC_VERSIONS = ("r0.6.1", *(f"v1.{minor}" for minor in range(1, 20)))
"""The versions of the specification whose obligatory parts are served."""


def versions(accounts: Accounts) -> Content:
    """Body of `/versions`."""
    features = dict.fromkeys(accounts.unstable_features, True)
    return {"versions": list(SPEC_VERSIONS), "unstable_features": features}


def capabilities(accounts: Accounts, caller: Caller) -> Content:
    """What the caller may do, by the names of the specification."""
    found: Content = {
        "m.change_password": {"enabled": not caller.client},
        "m.room_versions": {
            "default": accounts.spine.config.default_room_version,
            "available": dict.fromkeys(ROOM_VERSIONS, "stable"),
        },
        "m.profile_fields": {"enabled": True},
        "m.set_displayname": {"enabled": True},
        "m.set_avatar_url": {"enabled": True},
        "m.3pid_changes": {"enabled": False},
        "m.get_login_token": {"enabled": not caller.client},
        "m.forget_forced_upon_leave": {"enabled": False},
        "org.matrix.msc4155.invite_permission_config_enforced": {"enabled": True},
    }
    config = accounts.spine.config
    found["org.depesha.encryption"] = {
        "required": list(config.encryption_required),
        "off": list(config.encryption_off),
    }
    if caller.may(Right.PEOPLE_BLOCK):
        found["m.account_moderation"] = {"suspend": True, "lock": True}
    return found


def client_wellknown(accounts: Accounts) -> Content:
    """Body of `/.well-known/matrix/client`.

    `io.element.e2ee` is what Element reads before it encrypts a new chat by itself.
    """
    config = accounts.spine.config
    found: Content = {"m.homeserver": {"base_url": config.base_url()}}
    if {"direct", "group"} <= set(config.encryption_off):
        found["io.element.e2ee"] = {"default": False, "force_disable": True}
    return found


def support(accounts: Accounts) -> Content:
    """Body of `/.well-known/matrix/support`; 404 M_NOT_FOUND when nobody is named."""
    contact = accounts.spine.config.admin_contact
    if not contact:
        raise not_found("No contact has been named")
    kind = "matrix_id" if contact.startswith("@") else "email_address"
    return {"contacts": [{kind: contact, "role": "m.role.admin"}]}
