"""The predefined push rules. Spec: client-server API, "Predefined Rules"."""

from collections.abc import Mapping

from depesha.base.canonical import Content, Json
from depesha.events.group import MENTIONS
from depesha.events.urgent import URGENT

KINDS = ("override", "content", "postcontent", "room", "sender", "underride")
"""The kinds of rule in the order in which they are checked."""

POSTCONTENT = "postcontent"
"""The kind that nobody may add rules to (MSC4306)."""

URGENT_RULE = ".org.depesha.rule.urgent"
"""The one rule before the master rule and all of one's own: nobody can change it (M7)."""
MASTER = ".m.rule.master"
FIRST = (URGENT_RULE, MASTER)
"""Predefined rules that stand before all others."""
INVITE_FOR_ME = ".m.rule.invite_for_me"
IS_USER_MENTION = ".m.rule.is_user_mention"
GROUP_MENTION = ".org.depesha.rule.is_group_mention"
"""Mentions of a unit or of a named group that one is of (M6)."""

THREAD_SUBSCRIPTION = "io.element.msc4306.thread_subscription"

_HIGHLIGHT: Content = {"set_tweak": "highlight"}
_SOUND: Content = {"set_tweak": "sound", "value": "default"}
_RING: Content = {"set_tweak": "sound", "value": "ring"}


def _match(key: str, pattern: str) -> Content:
    return {"kind": "event_match", "key": key, "pattern": pattern}


def _of_type(event_type: str) -> Content:
    return _match("type", event_type)


_ME = "\0"
"""Stands for the id of the user whose rules they are; no rule can contain it otherwise."""
_ONE_TO_ONE: Content = {"kind": "room_member_count", "is": "2"}
_ROOM_MENTION: Content = {
    "kind": "event_property_is",
    "key": "content.m\\.mentions.room",
    "value": True,
}
_EDIT: Content = {
    "kind": "event_property_is",
    "key": "content.m\\.relates_to.rel_type",
    "value": "m.replace",
}
_MENTIONS_ME: Content = {
    "kind": "event_property_contains",
    "key": "content.m\\.mentions.user_ids",
    "value": _ME,
}
_MAY_NOTIFY_ROOM: Content = {"kind": "sender_notification_permission", "key": "room"}


def _rule(
    rule_id: str, conditions: list[Content], actions: list[Json], *, enabled: bool = True
) -> Content:
    return {
        "rule_id": rule_id,
        "default": True,
        "enabled": enabled,
        "conditions": conditions,
        "actions": actions,
    }


DEFAULTS: Mapping[str, tuple[Content, ...]] = {
    "override": (
        _rule(URGENT_RULE, [{"kind": URGENT}], ["notify", _SOUND, _HIGHLIGHT]),
        _rule(MASTER, [], [], enabled=False),
        # MSC4028: clients turn it on to look into encrypted events themselves.
        _rule(
            ".org.matrix.msc4028.encrypted_event",
            [_of_type("m.room.encrypted")],
            ["notify"],
            enabled=False,
        ),
        _rule(".m.rule.suppress_notices", [_match("content.msgtype", "m.notice")], []),
        _rule(
            INVITE_FOR_ME,
            [
                _of_type("m.room.member"),
                _match("content.membership", "invite"),
                _match("state_key", _ME),
            ],
            ["notify", _SOUND],
        ),
        _rule(".m.rule.member_event", [_of_type("m.room.member")], []),
        _rule(IS_USER_MENTION, [_MENTIONS_ME], ["notify", _SOUND, _HIGHLIGHT]),
        _rule(GROUP_MENTION, [{"kind": MENTIONS}], ["notify", _SOUND, _HIGHLIGHT]),
        _rule(".m.rule.is_room_mention", [_ROOM_MENTION, _MAY_NOTIFY_ROOM], ["notify", _HIGHLIGHT]),
        _rule(
            ".m.rule.tombstone",
            [_of_type("m.room.tombstone"), _match("state_key", "")],
            ["notify", _HIGHLIGHT],
        ),
        _rule(".m.rule.reaction", [_of_type("m.reaction")], []),
        _rule(
            ".m.rule.room.server_acl",
            [_of_type("m.room.server_acl"), _match("state_key", "")],
            [],
        ),
        _rule(".m.rule.suppress_edits", [_EDIT], []),
    ),
    "content": (),
    # Off until a person turns them on: docs/decisions/0013-thread-subscriptions.md.
    POSTCONTENT: (
        _rule(
            ".io.element.msc4306.rule.unsubscribed_thread",
            [{"kind": THREAD_SUBSCRIPTION, "subscribed": False}],
            [],
            enabled=False,
        ),
        _rule(
            ".io.element.msc4306.rule.subscribed_thread",
            [{"kind": THREAD_SUBSCRIPTION, "subscribed": True}],
            ["notify", _SOUND],
            enabled=False,
        ),
    ),
    "room": (),
    "sender": (),
    "underride": (
        _rule(".m.rule.call", [_of_type("m.call.invite")], ["notify", _RING]),
        _rule(
            ".m.rule.encrypted_room_one_to_one",
            [_ONE_TO_ONE, _of_type("m.room.encrypted")],
            ["notify", _SOUND],
        ),
        _rule(
            ".m.rule.room_one_to_one",
            [_ONE_TO_ONE, _of_type("m.room.message")],
            ["notify", _SOUND],
        ),
        _rule(".m.rule.message", [_of_type("m.room.message")], ["notify"]),
        _rule(".m.rule.encrypted", [_of_type("m.room.encrypted")], ["notify"]),
    ),
}
"""The rules of each kind, most important first. `for_user` puts the user's id in."""


def for_user(rule: Content, user_id: str) -> Content:
    """A predefined rule as that user sees it; a fresh copy."""
    conditions = [
        {key: user_id if value == _ME else value for key, value in condition.items()}
        for condition in rule["conditions"]
    ]
    return {**rule, "conditions": conditions, "actions": list(rule["actions"])}
