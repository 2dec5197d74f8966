"""The gate of marks by which people know that the server itself speaks (requirements D3, K4)."""

from collections.abc import Callable

from depesha.base.canonical import Json
from depesha.eventlog.append import GateContext
from depesha.events.auth import Denied
from depesha.events.event import Draft
from depesha.notices.official import OFFICIAL
from depesha.notices.substitute import SUBSTITUTION

_MARKS = frozenset({OFFICIAL, SUBSTITUTION})
_NOTICE = "m.server_notice"


def keep_marks(sender: str) -> Callable[[Draft, GateContext], Denied | None]:
    """The gate that lets nobody else use them, also in an edit."""

    def gate(draft: Draft, context: GateContext) -> Denied | None:
        if draft.sender == sender or draft.state_key is not None:
            return None
        if _is_marked(draft.content) or _is_marked(draft.content.get("m.new_content")):
            return Denied("Only the server itself speaks officially")
        return None

    return gate


def _is_marked(content: Json) -> bool:
    if type(content) is not dict:
        return False
    return not _MARKS.isdisjoint(content) or content.get("msgtype") == _NOTICE
