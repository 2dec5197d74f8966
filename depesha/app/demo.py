"""The demo institution: a dozen posts in a few rooms with some history.

People are named by their posts. Everyone has the same password, so it is for this machine only.
"""

from dataclasses import dataclass

from depesha.accounts import NewUser, register
from depesha.app.wiring import House
from depesha.base.config import Config, ConfigError
from depesha.events.event import Draft
from depesha.http.caller import Caller
from depesha.profile import set_field
from depesha.rooms import CreateRoom, create_room, join, send_message

PASSWORD = "demo-institution"  # noqa: S105 (printed at start, for this machine only)

PEOPLE = {
    "director": "Директор",
    "deputy": "Заместитель директора",
    "secretary": "Секретарь",
    "records.head": "Начальник канцелярии",
    "records.clerk": "Делопроизводитель",
    "lawyer": "Юрист",
    "accountant": "Главный бухгалтер",
    "it.head": "Начальник отдела ИТ",
    "it.engineer": "Инженер ИТ",
    "press": "Пресс-служба",
    "archive": "Архивариус",
    "duty": "Дежурный",
}
"""Localpart → name."""


@dataclass(frozen=True, slots=True)
class _Room:
    name: str
    topic: str
    members: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    alias: str | None = None


ROOMS = (
    _Room(
        "Объявления",
        "Для всех сотрудников",
        tuple(PEOPLE),
        (
            ("secretary", "Добро пожаловать в Депешу. Здесь объявления для всех."),
            ("director", "Совещание руководителей переносится на четверг, 10:00."),
            ("press", "На сайте опубликован отчёт за квартал."),
        ),
        "announcements",
    ),
    _Room(
        "Канцелярия",
        "Приказы и входящие",
        ("secretary", "records.head", "records.clerk", "archive", "lawyer"),
        (
            ("records.head", "Кто зарегистрировал вчерашние входящие?"),
            ("records.clerk", "Я, все семь. Два ждут подписи."),
            ("lawyer", "Проект приказа посмотрел, замечаний нет."),
            ("archive", "Дела за прошлый год сданы в архив."),
        ),
    ),
    _Room(
        "Переезд в новый корпус",
        "Проектная группа",
        ("deputy", "it.head", "it.engineer", "accountant", "records.head"),
        (
            ("deputy", "Собираем план переезда. Срок — до конца месяца."),
            ("it.head", "Сеть на третьем этаже готова, остался серверный шкаф."),
            ("it.engineer", "Шкаф смонтирую в среду."),
            ("accountant", "Договор на перевозку оплачен."),
        ),
    ),
    _Room(
        "Дежурная смена",
        "Кто на месте и что случилось",
        ("duty", "deputy", "it.engineer"),
        (("duty", "Смену принял. Происшествий нет."),),
    ),
)


def check_listen(config: Config) -> None:
    """Raise ConfigError when the demo could be reached from other machines."""
    if config.demo and not config.listen.startswith(("127.0.0.1:", "localhost:", "[::1]:")):
        raise ConfigError("demo: its password is known, so it listens on this machine only")


async def fill(house: House) -> bool:
    """Make the demo institution on an empty server; False when somebody is here already."""
    if house.spine.log.position > _EMPTY:
        return False
    hashed = await house.accounts.passwords.hash(PASSWORD)
    for localpart, name in PEOPLE.items():
        user_id = house.accounts.user_id(localpart)
        is_admin = localpart == "it.head"
        await register(house.accounts, NewUser(user_id, hashed, None, is_admin=is_admin))
        await set_field(house.profile, user_id, "displayname", name)
    for room in ROOMS:
        await _make(house, room)
    return True


_EMPTY = 1
"""Position of a log that has nothing but its first run."""


async def _make(house: House, room: _Room) -> None:
    def caller(localpart: str) -> Caller:
        return Caller(house.spine.institution, house.accounts.user_id(localpart), "")

    owner, *others = room.members
    invited = [house.accounts.user_id(other) for other in others]
    asked = CreateRoom(
        name=room.name,
        topic=room.topic,
        invite=invited,
        preset="public_chat" if room.alias else "private_chat",
        visibility="public" if room.alias else "private",
        room_alias_name=room.alias,
    )
    room_id = await create_room(house.rooms, caller(owner), asked)
    for other in others:
        await join(house.rooms, caller(other), room_id)
    for number, (author, text) in enumerate(room.lines):
        who = caller(author)
        content = {"msgtype": "m.text", "body": text}
        draft = Draft("m.room.message", content, who.user_id, room_id)
        await send_message(house.rooms, who, draft, f"demo{number}")


def invitation(base_url: str) -> str:
    """What to tell who has just started the demo."""
    names = ", ".join(PEOPLE)
    return (
        f"\nDepesha is running at {base_url}\n\n"
        f"  Sign in with a Matrix client (Element, FluffyChat, Nheko, Cinny): choose another\n"
        f"  server, enter {base_url}, then a name and the password.\n\n"
        f"  password  {PASSWORD}\n"
        f"  names     {names}\n"
        f"  it.head is an administrator. Stop with Ctrl+C.\n"
    )
