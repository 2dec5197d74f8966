"""Nobody passes themselves off as a holder of a post, nor a chat as one with a post."""

from depesha.base.canonical import Json
from depesha.eventlog.append import GateContext
from depesha.eventlog.state import MEMBER
from depesha.events.auth import Denied
from depesha.events.event import Draft
from depesha.posts.record import Posts
from depesha.posts.rules import holders_at
from depesha.posts.seats import BY


def gate_post(posts: Posts, draft: Draft, context: GateContext) -> Denied | None:
    """Why an event may not name a post; None where it names none, or its own."""
    if draft.type == BY and draft.state_key is not None:
        is_own = draft.sender in posts.all and draft.content.get("user_id") == draft.sender
        return None if is_own else Denied("A post alone says that a chat is one with it")
    named: Json = draft.content.get(BY)
    if draft.type != MEMBER or draft.state_key is None or named is None:
        return None
    # Whoever changes what they are called there keeps the rest.
    is_kept = context.tip.content(MEMBER, draft.state_key).get(BY) == named
    if is_kept or _holds(posts, draft.state_key, named):
        return None
    return Denied("Whoever is named does not hold this post")


def _holds(posts: Posts, user_id: str, named: Json) -> bool:
    post = posts.all.get(named) if isinstance(named, str) else None
    now = posts.spine.clock.now_ms()
    return post is not None and user_id in {post.user_id, *holders_at(post, now)}
