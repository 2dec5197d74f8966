"""Who the demo institution is: a ministry of three levels, two agencies, a group across them.

People are named by their posts; nobody real is meant.
"""

from typing import NamedTuple

from depesha.base.canonical import Content
from depesha.events.group import BASIC, PROJECT


class Unit(NamedTuple):
    """A level with the key of the one above, and its manager's localpart."""

    key: str
    parent: str
    kind: str
    name: str
    manager: str | None = None


class Post(NamedTuple):
    """Who somebody is: localpart, name, level, room and telephone."""

    localpart: str
    name: str
    unit: str
    room: str
    phone: str


UNITS = (
    Unit("ministry", "", "organisation", "Министерство", "minister"),
    Unit("office", "ministry", "unit", "Секретариат", "secretary"),
    Unit("records", "ministry", "unit", "Департамент документов", "director"),
    Unit("registry", "records", "unit", "Канцелярия", "records.head"),
    Unit("archive", "records", "unit", "Архив", "archive"),
    Unit("law", "ministry", "unit", "Правовой департамент", "law.head"),
    Unit("review", "law", "unit", "Отдел экспертизы", "lawyer"),
    Unit("digital", "ministry", "unit", "Департамент цифрового развития", "it.head"),
    Unit("engineers", "digital", "position", "Инженеры"),
    Unit("finance", "ministry", "unit", "Финансовый департамент", "finance.head"),
    Unit("press", "ministry", "unit", "Пресс-служба", "press"),
    Unit("statistics", "ministry", "organisation", "Агентство статистики", "stat.head"),
    Unit("surveys", "statistics", "unit", "Отдел обследований", "stat.lead"),
    Unit("land", "ministry", "organisation", "Агентство кадастра", "land.head"),
    Unit("field", "land", "unit", "Отдел съёмки", "land.lead"),
)

POSTS = (
    Post("minister", "Министр", "office", "301", "1-01"),
    Post("deputy", "Заместитель министра", "office", "302", "1-02"),
    Post("secretary", "Секретарь министра", "office", "300", "1-00"),
    Post("duty", "Дежурный", "office", "100", "0-01"),
    Post("director", "Директор департамента документов", "records", "210", "2-10"),
    Post("records.head", "Начальник канцелярии", "registry", "211", "2-11"),
    Post("records.clerk", "Делопроизводитель", "registry", "212", "2-12"),
    Post("archive", "Архивариус", "archive", "012", "2-20"),
    Post("law.head", "Директор правового департамента", "law", "220", "3-10"),
    Post("lawyer", "Начальник отдела экспертизы", "review", "221", "3-11"),
    Post("lawyer.junior", "Юрист", "review", "222", "3-12"),
    Post("it.head", "Директор департамента цифрового развития", "digital", "120", "4-10"),
    Post("it.engineer", "Инженер", "engineers", "121", "4-11"),
    Post("finance.head", "Главный бухгалтер", "finance", "230", "5-10"),
    Post("accountant", "Бухгалтер", "finance", "231", "5-11"),
    Post("press", "Руководитель пресс-службы", "press", "310", "1-10"),
    Post("stat.head", "Руководитель агентства статистики", "statistics", "410", "6-10"),
    Post("stat.lead", "Начальник отдела обследований", "surveys", "411", "6-11"),
    Post("stat.analyst", "Аналитик", "surveys", "412", "6-12"),
    Post("land.head", "Руководитель агентства кадастра", "land", "510", "7-10"),
    Post("land.lead", "Начальник отдела съёмки", "field", "511", "7-11"),
    Post("land.surveyor", "Геодезист", "field", "512", "7-12"),
)

ADMINISTRATOR = "it.head"


class Duty(NamedTuple):
    """A post that passes from holder to holder, a day each."""

    localpart: str
    name: str
    unit: str
    holders: tuple[str, ...]


DUTIES = (Duty("duty", "Дежурный по министерству", "ministry", ("duty", "secretary", "deputy")),)
"""People of all levels below write to them."""


class Room(NamedTuple):
    """A room with those in it, its owner first, and what was said.

    Where there are `speakers`, only they and the owner speak: a channel, open to all employees.
    `unit` is the level of a basic group; `named` are groups of participants, for mentions.
    """

    name: str
    topic: str
    members: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    alias: str | None = None
    speakers: tuple[str, ...] = ()
    kind: str = ""
    unit: str = ""
    named: tuple[tuple[str, tuple[str, ...]], ...] = ()


ROOMS = (
    Room(
        "Объявления",
        "Для всех сотрудников",
        (
            *("minister", "secretary", "press", "director", "law.head", "it.head"),
            *("finance.head", "stat.head", "land.head"),
        ),
        (
            ("secretary", "Добро пожаловать в Депешу. Здесь объявления для всех."),
            ("minister", "Совещание руководителей переносится на четверг, 10:00."),
            ("press", "На сайте опубликован отчёт за квартал."),
        ),
        "announcements",
        ("secretary", "press"),
    ),
    Room(
        "Канцелярия",
        "Приказы и входящие",
        ("director", "records.head", "records.clerk", "archive"),
        (
            ("records.head", "Кто зарегистрировал вчерашние входящие?"),
            ("records.clerk", "Я, все семь. Два ждут подписи."),
            ("archive", "Дела за прошлый год сданы в архив."),
        ),
        kind=BASIC,
        unit="records",
    ),
    Room(
        "Единый реестр участков",
        "Проектная группа министерства и двух агентств",
        (
            *("minister", "it.head", "it.engineer", "law.head", "finance.head"),
            *("stat.head", "stat.analyst", "land.head", "land.surveyor"),
        ),
        (
            ("minister", "Собираем план перехода на единый реестр. Срок — до конца месяца."),
            ("land.head", "Съёмка по трём районам закончена, выгрузка готова."),
            ("stat.head", "Сверим с нашими обследованиями к среде."),
            ("it.engineer", "Тестовый сервер поднят, доступы раздам сегодня."),
            ("finance.head", "Договор на оборудование оплачен."),
        ),
        kind=PROJECT,
        named=(("Агентства", ("stat.head", "stat.analyst", "land.head", "land.surveyor")),),
    ),
    Room(
        "Дежурная смена",
        "Кто на месте и что случилось",
        ("secretary", "duty", "deputy"),
        (("duty", "Смену принял. Происшествий нет."),),
        kind=BASIC,
        unit="office",
    ),
)


def cast(server_name: str) -> list[Content]:
    """Those whom a client may sign in with one click, in the demo alone."""
    names = {unit.key: unit.name for unit in UNITS}
    return [
        {
            "userId": f"@{post.localpart}:{server_name}",
            "name": post.name,
            "post": names[post.unit],
        }
        for post in POSTS
    ]
