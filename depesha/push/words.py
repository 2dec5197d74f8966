"""A notification in words, for a browser that is closed and can ask nobody."""

from collections.abc import Mapping

from depesha.base.canonical import Content
from depesha.eventlog.changes import Logged
from depesha.eventlog.state import MEMBER, Room
from depesha.push.albums import album_of

MOST_TITLE, MOST_BODY = 120, 500
"""Characters; the rest is read in the client."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "": "Новое сообщение",
        "encrypted": "Зашифрованное сообщение",
        "invite": "Приглашение в чат",
        "album": "Фото и видео",
        "m.image": "Фотография",
        "m.video": "Видео",
        "m.audio": "Аудиозапись",
        "m.file": "Файл",
        "m.location": "Место на карте",
        "poll": "Опрос",
    },
    "en": {
        "": "New message",
        "encrypted": "Encrypted message",
        "invite": "Invitation to a chat",
        "album": "Photos and videos",
        "m.image": "Photo",
        "m.video": "Video",
        "m.audio": "Audio",
        "m.file": "File",
        "m.location": "Location",
        "poll": "Poll",
    },
}


def words_of(logged: Logged, room: Room, lang: str) -> tuple[str, str]:
    """Title and text in the language: who, in which chat, and what was said."""
    words = _WORDS["ru" if lang.lower().startswith("ru") else "en"]
    event = logged.event
    member = room.find(MEMBER, event.sender)
    name = member.content.get("displayname") if member else None
    sender = name if isinstance(name, str) and name else event.sender[1:].partition(":")[0]
    chat = room.text("m.room.name", "name")
    title = f"{sender} · {chat}" if chat else sender
    return title[:MOST_TITLE], _text(event.type, event.content, words)[:MOST_BODY]


def _text(event_type: str, content: Content, words: Mapping[str, str]) -> str:
    if event_type == MEMBER:
        return words["invite"]
    if event_type == "m.room.encrypted":
        return words["encrypted"]
    if event_type.endswith("poll.start"):
        return words["poll"]
    if album_of(event_type, content) is not None:
        return words["album"]
    msgtype, body = content.get("msgtype"), content.get("body")
    if isinstance(msgtype, str) and msgtype in words and msgtype:
        return words[msgtype]
    return body if isinstance(body, str) and body else words[""]
