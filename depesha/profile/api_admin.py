"""The people of the institution with their names, for those who keep accounts."""

from depesha.accounts import describe_accounts, describe_users, load_users
from depesha.base.canonical import Content, Json
from depesha.base.rights import InUnits, Right
from depesha.http.caller import Caller
from depesha.http.endpoint import Ask, Endpoint, Reply, endpoint, json_reply
from depesha.org import is_within
from depesha.profile import store
from depesha.profile.people import MOST_OF_MANY, show_people
from depesha.profile.record import Profile
from depesha.profile.rules import rank, search_words

_PAGE = 500


@endpoint("GET", "/_depesha/v1/admin/people", right=InUnits(Right.PEOPLE_READ))
async def list_people(profile: Profile, ask: Ask[None]) -> Reply:
    """`people`: accounts with their names, by their ids; those with the words of `search`.

    `next`, when there may be more, is to be given as `after`. Whoever keeps a part of the tree
    is told of the people of that part.
    """
    limit, after = ask.number("limit", 100, 1, _PAGE), ask.query.get("after", "")
    found = await _find(profile, ask.caller, ask.query.get("search", ""))
    if found is None:
        page = await load_users(profile.accounts, after, limit)
        told = await describe_users(profile.accounts, page)
    else:
        ids = [user_id for user_id in sorted(found) if user_id > after][:limit]
        told = await describe_accounts(profile.accounts, ids)
    names = await show_people(profile, [user["user_id"] for user in told])
    body: Content = {"people": [{**user, **name} for user, name in zip(told, names, strict=True)]}
    if len(told) == limit:
        body["next"] = told[-1]["user_id"]
    return json_reply(body)


async def _find(profile: Profile, caller: Caller, search: str) -> list[str] | None:
    """The people who are asked for; None: everybody."""
    spine, wanted = profile.spine, search_words(search)
    institution_id = spine.institution.id
    if not caller.may(Right.PEOPLE_READ):
        own = _people_of(profile, caller.units_of(Right.PEOPLE_READ))
        if not wanted:
            return own
        rows = await spine.db.read(store.select_people_of, institution_id, own)
    elif wanted:
        word = max(wanted, key=len)
        rows = await spine.db.scan(store.select_people, institution_id, word, MOST_OF_MANY)
    else:
        return None
    return [row.user_id for row in rows if rank(wanted, row.words.split()) is not None]


def _people_of(profile: Profile, units: frozenset[int]) -> list[str]:
    org = profile.org
    return [who for who in org.tree.places() if is_within(org, units, {"userId": who})]


ENDPOINTS: tuple[Endpoint[Profile, Json], ...] = (list_people,)
