"""Searching people. Spec: client-server API, "User Directory"."""

from depesha.base.canonical import Content
from depesha.profile import store
from depesha.profile.fields import load_fields
from depesha.profile.record import Profile

MOST_FOUND = 50


def like_pattern(term: str) -> str:
    """The LIKE pattern for a text anywhere, in lower case, with `!` as the escape."""
    text = term.casefold()
    for special in "!%_":
        text = text.replace(special, "!" + special)
    return f"%{text}%"


async def search_people(
    profile: Profile, user_id: str, term: str, limit: int
) -> tuple[list[Content], bool]:
    """Local people whose name or id has the term, and whether there were more."""
    spine, limit = profile.spine, max(1, min(limit, MOST_FOUND))
    rows = await spine.db.scan(
        store.select_people, spine.institution.id, like_pattern(term), limit + 1
    )
    found: list[Content] = []
    for row in rows[:limit]:
        fields = await load_fields(profile, row.user_id)
        shown = {key: fields[from_] for key, from_ in _SHOWN if from_ in fields}
        found.append({"user_id": row.user_id, **shown})
    return found, len(rows) > limit


_SHOWN = (("display_name", "displayname"), ("avatar_url", "avatar_url"))
