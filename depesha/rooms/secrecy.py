"""Where the institution requires end-to-end encryption, and where it has none. Requirement M12."""

from collections.abc import Mapping

from depesha.base.canonical import Content
from depesha.base.config import Config
from depesha.base.errors import forbidden
from depesha.base.secrecy import ChatKind
from depesha.eventlog.append import GateContext
from depesha.eventlog.state import Tip
from depesha.events.auth import Denied
from depesha.events.event import Draft
from depesha.events.group import GROUP, KIND_KEY, PROJECT
from depesha.rooms.gate import NOTICES

ENCRYPTION, SEALED = "m.room.encryption", "m.room.encrypted"
MEGOLM: Content = {"algorithm": "m.megolm.v1.aes-sha2"}

_CREATE, _JOIN_RULES = "m.room.create", "m.room.join_rules"
_CLEAR = frozenset(
    {
        "m.room.message",
        "m.sticker",
        "m.poll.start",
        "org.matrix.msc3381.poll.start",
        "m.poll.response",
        "org.matrix.msc3381.poll.response",
        "m.poll.end",
        "org.matrix.msc3381.poll.end",
        "m.beacon",
        "org.matrix.msc3672.beacon",
    }
)
"""What people say; what only points at it (reactions, redactions) is in clear everywhere."""

_OFF = "The institution has no end-to-end encryption in chats of this kind"
_REQUIRED = "The institution requires end-to-end encryption in chats of this kind"


def kind_of(creation: Content, group: Content, join_rules: Content) -> ChatKind | None:
    """Of what kind a chat is; None for what the server itself says."""
    if creation.get(NOTICES) is True:
        return None
    if join_rules.get("join_rule") == "public":
        return "public"
    marked = creation.get(KIND_KEY)
    if marked in {"direct", "channel"}:
        return "direct" if marked == "direct" else "channel"
    return "project" if group.get("kind") == PROJECT else "group"


def with_encryption(
    config: Config, creation: Content, state: Mapping[tuple[str, str], Content]
) -> dict[tuple[str, str], Content]:
    """The first state of a room, encrypted where that is required.

    Raises 403 M_FORBIDDEN with the rule where it is encrypted and must not be.
    """
    kind = kind_of(creation, state.get((GROUP, ""), {}), state.get((_JOIN_RULES, ""), {}))
    found = dict(state)
    if kind in config.encryption_off and (ENCRYPTION, "") in found:
        raise forbidden(_OFF, **{"org.depesha.rule": "encryption_off"})
    # In a space nobody speaks; whoever would is asked for encryption as in a chat.
    if kind in config.encryption_required and creation.get("type") != "m.space":
        found.setdefault((ENCRYPTION, ""), MEGOLM)
    return found


def gate_secrecy(config: Config, draft: Draft, context: GateContext) -> Denied | None:
    """Why an event may not be, in clear or encrypted; None when it may."""
    tip = context.tip
    if draft.type in _CLEAR:
        return Denied(_REQUIRED) if _is_of(tip, config.encryption_required) else None
    if draft.type not in {ENCRYPTION, SEALED} or not _is_of(tip, config.encryption_off):
        return None
    # A chat that was encrypted before the institution said so goes on.
    goes_on = draft.type == SEALED and bool(tip.content(ENCRYPTION))
    return None if goes_on else Denied(_OFF)


def _is_of(tip: Tip, kinds: tuple[str, ...]) -> bool:
    """True for a chat of one of these kinds; where there is no rule, nothing is looked at."""
    if not kinds:
        return False
    return kind_of(tip.content(_CREATE), tip.content(GROUP), tip.content(_JOIN_RULES)) in kinds
