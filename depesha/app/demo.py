"""The demo institution: people with their posts in a tree, some rooms with some history.

Everyone has the same password, so it is for this machine only.
"""

from depesha.accounts import NewUser, register
from depesha.app.ministry import ADMINISTRATOR, DUTIES, POSTS, ROOMS, UNITS, Room
from depesha.app.wiring import House
from depesha.base.canonical import Content
from depesha.base.config import Config, ConfigError
from depesha.events.event import Draft
from depesha.events.group import GROUP, MENTION_GROUPS
from depesha.http.caller import Caller
from depesha.org import Card, Wanted, appoint, change_level, create_level, put_card
from depesha.posts import Shift, make_post, set_roster
from depesha.posts import Wanted as WantedPost
from depesha.rooms import CreateRoom, InitialState, create_room, join, send_message

PASSWORD = "demo-institution"  # noqa: S105 (printed at start, for this machine only)


def check_listen(config: Config) -> None:
    """Raise ConfigError when the demo could be reached from other machines."""
    if config.demo and not config.listen.startswith(("127.0.0.1:", "localhost:", "[::1]:")):
        raise ConfigError("demo: its password is known, so it listens on this machine only")


async def fill(house: House) -> bool:
    """Make the demo institution on an empty server; False when somebody is here already."""
    if house.spine.log.position > _EMPTY:
        return False
    hashed = await house.accounts.passwords.hash(PASSWORD)
    for post in POSTS:
        user_id = house.accounts.user_id(post.localpart)
        is_owner = post.localpart == ADMINISTRATOR
        await register(house.accounts, NewUser(user_id, hashed, None, is_owner=is_owner))
    numbers = await _plant(house)
    await _set_duties(house, numbers)
    for room in ROOMS:
        await _make(house, room, numbers)
    return True


_EMPTY = 1
"""Position of a log that has nothing but its first run."""


def _caller(house: House, localpart: str) -> Caller:
    return Caller(house.spine.institution, house.accounts.user_id(localpart), "")


async def _plant(house: House) -> dict[str, int]:
    """Make the tree and give everyone a place in it; the numbers of the levels by their keys."""
    org, keeper = house.org, _caller(house, ADMINISTRATOR)
    numbers = {"": 0}
    for unit in UNITS:
        wanted = Wanted(parent=numbers[unit.parent], kind=unit.kind, name=unit.name)
        numbers[unit.key] = await create_level(org, keeper, wanted)
    for post in POSTS:
        user_id = org.user_id(post.localpart)
        await appoint(org, keeper, user_id, numbers[post.unit], post.name)
        card = Card(name=post.name, room=post.room, phone=post.phone)
        await put_card(org, keeper, user_id, card)
    for unit in UNITS:
        if unit.manager is not None:
            await change_level(org, keeper, numbers[unit.key], Wanted(manager=unit.manager))
    return numbers


_DAY_MS = 86_400_000
_DAYS = 14
"""How far the rosters of the demo reach."""


async def _set_duties(house: House, numbers: dict[str, int]) -> None:
    """Make the posts, and let each pass from holder to holder, a day each, from today on."""
    posts, keeper = house.posts, _caller(house, ADMINISTRATOR)
    today = house.spine.clock.now_ms() // _DAY_MS * _DAY_MS
    for duty in DUTIES:
        wanted = WantedPost(name=duty.name, unit_id=numbers[duty.unit], serves=True)
        user_id = await make_post(posts, keeper, duty.localpart, wanted)
        shifts = [
            Shift(
                duty.holders[day % len(duty.holders)],
                today + day * _DAY_MS,
                today + (day + 1) * _DAY_MS,
            )
            for day in range(_DAYS)
        ]
        await set_roster(posts, keeper, posts.all[user_id], shifts)


def _group_state(house: House, room: Room, numbers: dict[str, int]) -> list[InitialState]:
    """Of what kind a group is, and its named groups."""
    state: list[InitialState] = []
    if room.kind:
        content: Content = {"kind": room.kind}
        if room.unit:
            content["unit"] = numbers[room.unit]
        state.append(InitialState(GROUP, content))
    if room.named:
        groups: Content = {
            name: {"user_ids": [house.accounts.user_id(each) for each in people]}
            for name, people in room.named
        }
        state.append(InitialState(MENTION_GROUPS, {"groups": groups}))
    return state


async def _make(house: House, room: Room, numbers: dict[str, int]) -> None:
    owner, *others = room.members
    invited = [house.accounts.user_id(other) for other in others]
    speakers = {house.accounts.user_id(each): 50 for each in room.speakers}
    levels = {"events_default": 50, "users": speakers} if speakers else None
    asked = CreateRoom(
        name=room.name,
        topic=room.topic,
        invite=invited,
        preset="public_chat" if room.alias else "private_chat",
        visibility="public" if room.alias else "private",
        room_alias_name=room.alias,
        power_level_content_override=levels,
        initial_state=_group_state(house, room, numbers),
    )
    room_id = await create_room(house.rooms, _caller(house, owner), asked)
    for other in others:
        await join(house.rooms, _caller(house, other), room_id)
    for number, (author, text) in enumerate(room.lines):
        who = _caller(house, author)
        content = {"msgtype": "m.text", "body": text}
        draft = Draft("m.room.message", content, who.user_id, room_id)
        await send_message(house.rooms, who, draft, f"demo{number}")


def invitation(base_url: str) -> str:
    """What to tell who has just started the demo."""
    names = ", ".join(post.localpart for post in POSTS)
    return (
        f"\nDepesha is running at {base_url}\n\n"
        f"  Open it in a browser, or sign in with a Matrix client (Element, FluffyChat, Nheko,\n"
        f"  Cinny): choose another server, enter {base_url}, then a name and the password.\n\n"
        f"  password  {PASSWORD}\n"
        f"  names     {names}\n"
        f"  {ADMINISTRATOR} is an administrator. Stop with Ctrl+C.\n"
    )
