"""The authorisation rules of `m.room.member`.

Spec: room versions 3 to 12, "Authorisation rules". Numbers are those of room version 12, rule 5
(which is rule 4 of versions 6 to 11).
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import product
from typing import NamedTuple

from depesha.base.canonical import Content, Json
from depesha.base.ids import parse_user_id
from depesha.events.power import LevelName, creators_of, level_of, power_of
from depesha.events.sign import decode_base64, signed_part, verify_signature
from depesha.events.state import AuthEvent, CheckedEvent, Denied, State, domain_of, membership_of
from depesha.events.versions import RoomVersion

MAX_INVITE_SIGNATURES = 16
_AUTHORISER = "join_authorised_via_users_server"


class _Room(NamedTuple):
    """The state that an event is checked against."""

    create: AuthEvent
    state: State
    version: RoomVersion

    def membership(self, user: str) -> str:
        return membership_of(user, self.state)

    def power(self, user: str) -> int:
        return power_of(user, self.state, self.version)

    def level(self, name: LevelName) -> int:
        return level_of(name, self.state, self.version)


def member_auth_keys(
    target: str, content: Content, version: RoomVersion
) -> Iterable[tuple[str, str]]:
    """Type and state key of the further auth events of a membership event, perhaps twice."""
    membership = content.get("membership")
    yield "m.room.member", target
    if membership in ("join", "invite", "knock"):
        yield "m.room.join_rules", ""
    if membership == "invite":
        token = _invite_token(content)
        if token is not None:
            yield "m.room.third_party_invite", token
    if membership == "join" and version.restricted:
        authoriser = content.get(_AUTHORISER)
        if type(authoriser) is str:
            yield "m.room.member", authoriser


def _invite_token(content: Content) -> str | None:
    invite = content.get("third_party_invite")
    signed = invite.get("signed") if type(invite) is dict else None
    token = signed.get("token") if type(signed) is dict else None
    return token if type(token) is str else None


def check_member(
    event: CheckedEvent, create: AuthEvent, state: State, version: RoomVersion
) -> Denied | None:
    """Rule 5. The signature of 5.2 is verified with the others, see `signing_servers`."""
    membership = event.content.get("membership")
    if event.state_key is None or type(membership) is not str:  # 5.1
        return Denied("A membership event needs a state key and a membership")
    authorised = version.restricted and _AUTHORISER in event.content
    if authorised and not is_user_id(event.content[_AUTHORISER]):  # 5.2
        return Denied(f"`{_AUTHORISER}` is not a user id")
    rule = _MEMBER_RULES.get(membership)
    if rule is None or (membership == "knock" and not version.knock):  # 5.8
        return Denied(f"{membership} is not a membership of this room version")
    return rule(event, event.state_key, _Room(create, state, version))


def _check_join(event: CheckedEvent, target: str, room: _Room) -> Denied | None:
    """Rule 5.3."""
    first = creators_of(room.create, room.version)[:1]
    if event.prev_events == (room.create.event_id,) and (target,) == first:  # 5.3.1
        return None
    if event.sender != target:  # 5.3.2
        return Denied("Nobody can join for another user")
    membership = room.membership(target)
    if membership == "ban":  # 5.3.3
        return Denied("You are banned from this room")
    rule, version = _join_rule(room.state), room.version
    if rule == "public":  # 5.3.6
        return None
    by_members = rule in _restricted_rules(version)
    if not (by_members or rule == "invite" or (rule == "knock" and version.knock)):  # 5.3.7
        return Denied("The join rule of this room lets nobody in")
    if membership in ("invite", "join"):  # 5.3.4, 5.3.5.1
        return None
    if by_members and _may_authorise(event.content.get(_AUTHORISER), room):  # 5.3.5.2
        return None
    return Denied("You are not invited to this room")


def _join_rule(state: State) -> Json:
    event = state("m.room.join_rules", "")
    return "invite" if event is None else event.content.get("join_rule", "invite")


def _restricted_rules(version: RoomVersion) -> tuple[str, ...]:
    if version.knock_restricted:
        return "restricted", "knock_restricted"
    return ("restricted",) if version.restricted else ()


def _may_authorise(user: Json, room: _Room) -> bool:
    """Whether the joined user may let others in by a restricted join rule."""
    if type(user) is not str or room.membership(user) != "join":
        return False
    return room.power(user) >= room.level("invite")


def _check_invite(event: CheckedEvent, target: str, room: _Room) -> Denied | None:
    """Rule 5.4."""
    if "third_party_invite" in event.content:
        return _check_third_party(event, target, room)
    if room.membership(event.sender) != "join":  # 5.4.2
        return Denied("You are not in the room")
    if room.membership(target) in ("join", "ban"):  # 5.4.3
        return Denied(f"{target} is in the room already, or banned from it")
    if room.power(event.sender) < room.level("invite"):  # 5.4.4
        return Denied("You may not invite to this room")
    return None


def _check_third_party(event: CheckedEvent, target: str, room: _Room) -> Denied | None:
    """Rule 5.4.1: an invitation to an address, now bound to a user."""
    if room.membership(target) == "ban":  # 5.4.1.1
        return Denied(f"{target} is banned from the room")
    token = _invite_token(event.content)
    if token is None:  # 5.4.1.2, 5.4.1.3
        return Denied("The third-party invitation is not signed")
    signed: Content = event.content["third_party_invite"]["signed"]
    if signed.get("mxid") != target:  # 5.4.1.4
        return Denied("The third-party invitation is for another user")
    invite = room.state("m.room.third_party_invite", token)
    if invite is None:  # 5.4.1.5
        return Denied("There is no such third-party invitation")
    if event.sender != invite.sender:  # 5.4.1.6
        return Denied("The third-party invitation was made by another user")
    if not _has_invite_signature(signed, invite.content, room.version):  # 5.4.1.7
        return Denied("The third-party invitation is signed by no key that it names")
    return None


def _has_invite_signature(signed: Content, invite: Content, version: RoomVersion) -> bool:
    message = version.encode(signed_part(signed))
    pairs = product(_invite_signatures(signed), _invite_keys(invite))
    return any(verify_signature(message, signature, key) for signature, key in pairs)


def _invite_signatures(signed: Content) -> list[str]:
    """The ed25519 signatures; bounded, as every one of them costs a verification."""
    servers = signed.get("signatures")
    found = [
        signature
        for by_key in (servers.values() if type(servers) is dict else ())
        for key_id, signature in (by_key.items() if type(by_key) is dict else ())
        if key_id.startswith("ed25519:") and type(signature) is str
    ]
    return found[:MAX_INVITE_SIGNATURES]


def _invite_keys(invite: Content) -> list[bytes]:
    """The public keys that an `m.room.third_party_invite` names, in `public_key` and in a list."""
    listed = invite.get("public_keys")
    texts = [invite.get("public_key")]
    if type(listed) is list:
        texts += [each.get("public_key") for each in listed if type(each) is dict]
    keys = []
    for text in texts[:MAX_INVITE_SIGNATURES]:
        with suppress(ValueError):
            keys.append(decode_base64(text if type(text) is str else ""))
    return keys


def _check_leave(event: CheckedEvent, target: str, room: _Room) -> Denied | None:
    """Rule 5.5: leaving, declining, kicking and unbanning."""
    if event.sender == target:  # 5.5.1
        inside = ("invite", "join", "knock") if room.version.knock else ("invite", "join")
        return None if room.membership(target) in inside else Denied("You are not in the room")
    if room.membership(event.sender) != "join":  # 5.5.2
        return Denied("You are not in the room")
    power = room.power(event.sender)
    if room.membership(target) == "ban" and power < room.level("ban"):  # 5.5.3
        return Denied("You may not unban in this room")
    if power < room.level("kick") or room.power(target) >= power:  # 5.5.4
        return Denied(f"You may not remove {target} from this room")
    return None


def _check_ban(event: CheckedEvent, target: str, room: _Room) -> Denied | None:
    """Rule 5.6."""
    if room.membership(event.sender) != "join":  # 5.6.1
        return Denied("You are not in the room")
    power = room.power(event.sender)
    if power < room.level("ban") or room.power(target) >= power:  # 5.6.2
        return Denied(f"You may not ban {target} from this room")
    return None


def _check_knock(event: CheckedEvent, target: str, room: _Room) -> Denied | None:
    """Rule 5.7."""
    knockable = ("knock", "knock_restricted") if room.version.knock_restricted else ("knock",)
    if _join_rule(room.state) not in knockable:  # 5.7.1
        return Denied("This room takes no knocks")
    if event.sender != target:  # 5.7.2
        return Denied("Nobody can knock for another user")
    if room.membership(target) in ("ban", "invite", "join"):  # 5.7.3
        return Denied("You are in the room, invited to it or banned from it")
    return None


_MEMBER_RULES: Mapping[str, Callable[[CheckedEvent, str, _Room], Denied | None]] = {
    "join": _check_join,
    "invite": _check_invite,
    "leave": _check_leave,
    "ban": _check_ban,
    "knock": _check_knock,
}


def is_user_id(value: Json) -> bool:
    """True for a text that would be accepted as a `sender`."""
    return type(value) is str and parse_user_id(value) is not None


def signing_servers(event: AuthEvent, version: RoomVersion) -> frozenset[str]:
    """The servers that must have signed the event.

    Spec: server-server API, "Validating hashes and signatures on received events"; rule 5.2.
    """
    servers = {domain_of(event.sender)}
    if event.type == "m.room.member":
        content = event.content
        if content.get("membership") == "invite" and "third_party_invite" in content:
            servers.clear()
        authoriser = content.get(_AUTHORISER)
        if version.restricted and type(authoriser) is str:
            servers.add(domain_of(authoriser))
    return frozenset(servers)
