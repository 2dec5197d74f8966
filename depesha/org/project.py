"""Noting that two people have begun to talk: an invitation to a direct chat is accepted."""

from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Logged, Reach
from depesha.eventlog.state import MEMBER, Tip
from depesha.org import store
from depesha.org.record import KNOWN


async def project_talk(w: Writing, logged: Logged, tip: Tip) -> None:
    """Whoever joins a direct chat knows from then on who invited them, and is known."""
    event, before = logged.event, logged.prev_content
    if event.type != MEMBER or before is None or before.get("is_direct") is not True:
        return
    if before.get("membership") != "invite" or event.content.get("membership") != "join":
        return
    invitation = tip.room.find(MEMBER, event.state_key or "")
    if invitation is not None and event.state_key:
        await write_known(w, event.state_key, invitation.sender)


async def write_known(w: Writing, user_id: str, other: str) -> None:
    """Within a plan: two people have talked, or have accepted to."""
    if user_id != other and await store.insert_known(w.tx, w.institution.id, user_id, other):
        await w.change(Change(KNOWN, Reach.NOBODY, user_id, item=other))
