"""Searching people: whoever shares a room with one, or is in a room open to all.

In an institution with a tree, whoever one sees by its rules.

Spec: client-server API, "User Directory".
"""

from depesha.accounts import ACCOUNT, DEACTIVATED
from depesha.base.canonical import Content, decode
from depesha.eventlog.append import Writing
from depesha.eventlog.changes import Change, Logged, Reach
from depesha.eventlog.state import Tip
from depesha.io.tx import Tx
from depesha.org import find_few_seen, find_seen
from depesha.profile import store
from depesha.profile.record import ACCOUNT_DATA, Profile
from depesha.profile.rules import is_open, parts_of, person_words, rank, search_words

MOST_FOUND = 50
MOST_CONSIDERED = 20_000
"""People with the longest word of a search who are looked at more closely."""
MOST_OF_MANY = 2_000
"""People of whom it is asked at once who of them is seen, where a tree says so."""
MOST_FEW = 1_000
"""People up to whom whoever one sees is looked at one by one."""


async def search_people(
    profile: Profile, user_id: str, term: str, limit: int
) -> tuple[list[Content], bool]:
    """Those whose name or id has the words, best first, and whether there were more."""
    limit = max(0, min(limit, MOST_FOUND))
    wanted = search_words(term)
    if not wanted:
        return [], False
    find = _find_open if profile.org.tree.is_empty else _find_by_tree
    rows = await find(profile, user_id, max(wanted, key=len))
    places = ((rank(wanted, words.split()), words, each) for each, words in rows.items())
    ranked = sorted((place, words, each) for place, words, each in places if place is not None)
    found = [each for _, _, each in ranked[:limit]]
    return await show_people(profile, found), len(ranked) > limit


async def _find_open(profile: Profile, user_id: str, word: str) -> dict[str, str]:
    """The people with the word whom the user may find, and their words."""
    spine = profile.spine
    rows = await spine.db.scan(store.select_people, spine.institution.id, word, MOST_CONSIDERED)
    visible = await find_visible(profile, user_id)
    return {row.user_id: row.words for row in rows if row.user_id in visible}


async def _find_by_tree(profile: Profile, user_id: str, word: str) -> dict[str, str]:
    """The same in an institution with a tree.

    Where very many have the word, whoever sees few people looks among these all, and others look
    at so many with the word until enough of them are seen.
    """
    spine, org = profile.spine, profile.org
    found, looked_at = dict[str, str](), 0
    while looked_at < MOST_CONSIDERED and len(found) <= MOST_FOUND:
        page = (word, MOST_OF_MANY, looked_at)
        rows = await spine.db.scan(store.select_people, spine.institution.id, *page)
        visible = await find_seen(org, user_id, [row.user_id for row in rows])
        found |= {row.user_id: row.words for row in rows if row.user_id in visible}
        if len(rows) < MOST_OF_MANY:
            break
        if not looked_at and (few := await find_few_seen(org, user_id, MOST_FEW)) is not None:
            rows = await spine.db.scan(store.select_people_of, spine.institution.id, list(few))
            return found | {row.user_id: row.words for row in rows}
        looked_at += MOST_OF_MANY
    return found


async def show_people(profile: Profile, user_ids: list[str]) -> list[Content]:
    """The names and pictures of the users, in the same order."""
    spine = profile.spine
    rows = await spine.db.read(store.select_shown, spine.institution.id, user_ids)
    shown: dict[str, Content] = {user_id: {"user_id": user_id} for user_id in user_ids}
    for row in rows:
        shown[row.user_id][_SHOWN[row.name]] = decode(row.value)
    return list(shown.values())


_SHOWN = {"displayname": "display_name", "avatar_url": "avatar_url"}


async def find_visible(profile: Profile, user_id: str) -> frozenset[str]:
    """The users whom somebody may find, themselves among them."""
    spine, seen = profile.spine, profile.seen
    found = seen.get(user_id)
    if found is not None:
        return found
    before = seen.changes
    public = await spine.db.read(store.select_public_rooms, spine.institution.id)
    places = await spine.log.rooms_of(user_id)
    mine = [room_id for room_id, place in places.items() if place.membership == "join"]
    rooms = await spine.log.find_rooms({*mine, *(row.room_id for row in public)})
    found = frozenset({user_id}.union(*(room.joined for room in rooms.values())))
    seen.put(user_id, found, before)
    return found


RULES, VISIBILITY = "m.room.join_rules", "m.room.history_visibility"


async def project_openness(w: Writing, logged: Logged, tip: Tip) -> None:
    """Note whether everyone may find the members of a room."""
    event = logged.event
    if event.type not in {RULES, VISIBILITY} or event.state_key:
        return
    before = {event.type: logged.prev_content or {}}
    was = is_open(*(before.get(each, tip.content(each)) for each in (RULES, VISIBILITY)))
    now = is_open(tip.content(RULES), tip.content(VISIBILITY))
    if now and not was:
        await store.insert_public_room(w.tx, w.institution.id, tip.room_id)
    elif was and not now:
        await store.delete_public_room(w.tx, w.institution.id, tip.room_id)


# --- who can be found ----------------------------------------------------------------


async def write_person(tx: Tx, institution_id: int, user_id: str, displayname: str) -> None:
    """Let somebody be found by the name and the id."""
    words = person_words(user_id, displayname)
    await store.delete_person(tx, institution_id, user_id)
    await store.insert_person(tx, institution_id, user_id, words, parts_of(words))


async def follow_account(w: Writing, change: Change) -> None:
    """A new account can be found; one that has ended is forgotten, and what it kept as well."""
    if change.user_id is None:
        return
    if change.kind == ACCOUNT:
        if not await store.is_person(w.tx, w.institution.id, change.user_id):
            await write_person(w.tx, w.institution.id, change.user_id, "")
    elif change.kind == DEACTIVATED:
        await store.delete_person(w.tx, w.institution.id, change.user_id)
        await store.delete_kept(w.tx, w.institution.id, change.user_id)
        await w.change(Change(ACCOUNT_DATA, Reach.NOBODY, change.user_id))
