"""What the server holds about a person, and the public label that says so before one registers.

Requirement U6. Every table with rows of people belongs to one of the kinds here, by the slice that
keeps it; a test sees to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from depesha.accounts import load_devices
from depesha.base.canonical import Content
from depesha.duty import store
from depesha.duty.record import Duty
from depesha.duty.retention import load_policies
from depesha.duty.rules import ANY, DAY_MS
from depesha.eventlog.institution import Institution
from depesha.eventlog.store import SaidRow, select_said_by
from depesha.io.store import count_rows_of
from depesha.media import files_of
from depesha.profile import load_fields


@dataclass(frozen=True, slots=True)
class Held:
    """A kind of data: what it is and what for, in English and Russian."""

    what: tuple[str, str]
    purpose: tuple[str, str]
    kept: tuple[str, str] = (
        "until the account ends, or you remove it",
        "пока есть учётная запись или пока вы не удалите",
    )


KINDS: Mapping[str, Held] = MappingProxyType(
    {
        "account": Held(
            (
                "user id, password hash, devices with address and time of use, sessions, roles",
                "идентификатор, хеш пароля, устройства с адресом и временем входа, сеансы, роли",
            ),
            ("to let you and nobody else in", "чтобы входили вы и никто другой"),
        ),
        "signin": Held(
            (
                "e-mail addresses, passkeys, codes, accounts at other providers",
                "адреса почты, ключи входа, коды, учётные записи у других поставщиков",
            ),
            ("to sign in and to get the account back", "чтобы входить и восстановить доступ"),
        ),
        "institution": Held(
            (
                "positions, duties, card: name, room, phone; substitutes, whom you have talked to",
                "должности, дежурства, карточка: имя, кабинет, телефон; замещения, собеседники",
            ),
            (
                "to show you to colleagues by the rules of the institution",
                "чтобы коллеги видели вас по правилам организации",
            ),
            ("while the institution employs you", "пока вы работаете в организации"),
        ),
        "profile": Held(
            (
                "display name, picture, other fields, settings of your clients, tags",
                "отображаемое имя, портрет, другие поля, настройки клиентов, метки",
            ),
            (
                "to show you to others and to remember your settings",
                "чтобы показывать вас другим и помнить настройки",
            ),
        ),
        "contacts": Held(
            (
                "requests for contact, blocked people, invitations of strangers",
                "запросы контактов, заблокированные, приглашения незнакомых",
            ),
            ("to decide who may reach you", "чтобы решать, кто может вам писать"),
        ),
        "keys": Held(
            (
                "public keys, the encrypted backup of message keys, what waits for your devices",
                "открытые ключи, зашифрованная копия ключей сообщений, ждущее ваши устройства",
            ),
            (
                "for end-to-end encryption; the server cannot read them",
                "для сквозного шифрования; сервер их прочесть не может",
            ),
        ),
        "rooms": Held(
            (
                "chats that you are or were in, messages to be sent later",
                "чаты, в которых вы есть или были, отложенные сообщения",
            ),
            ("to show you your chats", "чтобы показывать вам ваши чаты"),
            ("while the chat exists", "пока существует чат"),
        ),
        "messages": Held(
            (
                "what you have said; encrypted, where the chat is",
                "то, что вы сказали; в зашифрованных чатах — в зашифрованном виде",
            ),
            ("to show it to those in the chat", "чтобы показать тем, кто в чате"),
            ("as long as the institution keeps messages", "сколько организация хранит сообщения"),
        ),
        "surveys": Held(
            (
                "surveys that ask you, that you have answered them, and what you answered openly",
                "опросы, обращённые к вам, отметка, что вы ответили, и открытые ответы",
            ),
            ("to ask each person once and to count", "чтобы спросить каждого один раз и посчитать"),
            ("a year after the survey ends", "год после окончания опроса"),
        ),
        "files": Held(
            ("files that you have uploaded", "загруженные вами файлы"),
            ("to give them to those in the chat", "чтобы отдать тем, кто в чате"),
            ("as long as the institution keeps files", "сколько организация хранит файлы"),
        ),
        "reading": Held(
            (
                "how far you have read, threads you follow, when you were last here",
                "докуда вы прочли, за какими ветками следите, когда были на связи",
            ),
            (
                "to count what is unread and to show it to others where you allow it",
                "чтобы считать непрочитанное и показывать другим, где вы это разрешили",
            ),
        ),
        "push": Held(
            (
                "addresses of your applications' push services, rules for notifications",
                "адреса служб уведомлений ваших приложений, правила уведомлений",
            ),
            ("to notify closed applications", "чтобы уведомлять закрытые приложения"),
        ),
        "log": Held(
            (
                "a log of changes: when something of yours changed, and its kind",
                "журнал изменений: когда и какого рода ваши данные менялись",
            ),
            ("to bring all your devices to the same state", "чтобы согласовать ваши устройства"),
            ("as long as the institution exists", "пока существует организация"),
        ),
        "duty": Held(
            (
                "complaints about you, and copies of your data that you asked for",
                "жалобы на вас и копии данных, которые вы запросили",
            ),
            ("what the law demands of the institution", "обязанности организации по закону"),
            ("as long as the law demands", "сколько требует закон"),
        ),
    }
)

SLICES: Mapping[str, str] = MappingProxyType(
    {
        "accounts": "account",
        "signin": "signin",
        "org": "institution",
        "profile": "profile",
        "contacts": "contacts",
        "keys": "keys",
        "rooms": "rooms",
        "posts": "institution",
        "notices": "rooms",
        "surveys": "surveys",
        "media": "files",
        "signals": "reading",
        "timeline": "reading",
        "push": "push",
        "bots": "log",
        "duty": "duty",
    }
)
"""The kind to which the tables of a slice belong."""


def kind_of_table(table: str) -> str | None:
    """The kind of data that is in a table; None for one that nobody has thought of."""
    if table in {"profile_changes", "keys_lists"}:
        return "log"
    if table.startswith("eventlog_"):
        return "rooms" if table == "eventlog_members" else "log"
    return SLICES.get(table.partition("_")[0])


_GIVEN_TO = (
    "push services that your applications name; bots and bridges in their chats; nobody else",
    "службам уведомлений, названным вашими приложениями; ботам и мостам в их чатах; больше никому",
)
"""To whom data goes beyond the server."""


def label(institution: Institution) -> Content:
    """What is collected, for what purpose, and whether it is linked to a person."""
    return {
        "server_name": institution.server_name,
        "advertising": False,
        "trackers": False,
        "given_to": dict(zip(("en", "ru"), _GIVEN_TO, strict=True)),
        "kinds": [
            {"kind": name, "linked_to_identity": True, **_described(held)}
            for name, held in KINDS.items()
        ],
    }


def _described(held: Held) -> Content:
    return {
        "what": dict(zip(("en", "ru"), held.what, strict=True)),
        "purpose": dict(zip(("en", "ru"), held.purpose, strict=True)),
        "kept": dict(zip(("en", "ru"), held.kept, strict=True)),
    }


async def load_counts(duty: Duty, user_id: str) -> dict[str, int]:
    """How many rows there are of each kind."""
    spine = duty.spine
    counts = dict.fromkeys(KINDS, 0)
    rows = await spine.db.scan(count_rows_of, spine.institution.id, user_id)
    for table, count in rows.items():
        counts[kind_of_table(table) or "log"] += count
    said = await _said(duty, user_id)
    counts["messages"] = said.events
    return counts


async def _said(duty: Duty, user_id: str) -> SaidRow:
    spine = duty.spine
    rooms = await spine.log.find_rooms(await spine.log.rooms_of(user_id))
    nids = [room.nid for room in rooms.values()]
    found = await spine.db.scan(select_said_by, spine.institution.id, nids, user_id)
    return found or SaidRow(0, None, None)


async def summary(duty: Duty, user_id: str) -> Content:
    """What is held about somebody: each kind with its count, purpose and period."""
    counts, said = await load_counts(duty, user_id), await _said(duty, user_id)
    files = await files_of(duty.media, user_id)
    devices = await load_devices(duty.accounts, user_id)
    fields = await load_fields(duty.profile, user_id)
    policy = (await load_policies(duty)).get((0, ANY))
    days = None if policy is None or policy.messages_ms is None else policy.messages_ms // DAY_MS
    return {
        "user_id": user_id,
        "kinds": [
            {"kind": name, "count": counts[name], **_described(held)}
            for name, held in KINDS.items()
        ],
        "messages": {"count": said.events, "first_ts": said.first_ts, "last_ts": said.last_ts},
        "messages_kept_days": days,
        "files": {"count": len(files), "bytes": sum(row.size for row in files)},
        "devices": [
            {
                "device_id": device.device_id,
                "display_name": device.display_name,
                "last_seen_ip": device.last_seen_ip,
                "last_seen_ts": device.last_seen_ts,
            }
            for device in devices
        ],
        "profile": fields,
        "emails": [email.address for email in await duty.accounts.emails.load(user_id)],
    }


async def load_copies(duty: Duty, user_id: str) -> list[store.CopyRow]:
    """The copies of their data that somebody has asked for, and that are not over."""
    spine = duty.spine
    rows = await spine.db.read(store.select_copies, spine.institution.id, user_id)
    return [row for row in rows if row.expires_ts > spine.clock.now_ms()]
