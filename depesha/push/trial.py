"""A push on trial: sent at once to the browser that asks, so that it learns why none comes."""

from collections.abc import Mapping

from depesha.base.canonical import Content, decode, encode
from depesha.base.errors import not_found
from depesha.io.fetch import FetchError, Limits
from depesha.push import webpush
from depesha.push.record import Push, load_pushers
from depesha.push.store import PusherRow

_LIMITS = Limits(size=64 * 1024, seconds=10)
_WORDS: Mapping[str, tuple[str, str]] = {
    "ru": ("Уведомления работают", "Так Депеша сообщит о новом сообщении."),
    "en": ("Notifications work", "This is how Depesha tells of a new message."),
}


async def try_push(push: Push, user_id: str, device_id: str) -> int | None:
    """What the browser's push service answers, a status of HTTP; None when it cannot be reached.

    Raises 404 when the device has no browser to push to.
    """
    row = next(
        (row for row in (await load_pushers(push)).get(user_id, ()) if _is_of(row, device_id)), None
    )
    if row is None:
        raise not_found("This device has no pusher of a browser")
    pusher: Content = decode(row.pusher)
    title, body = _WORDS["ru" if pusher["lang"].lower().startswith("ru") else "en"]
    data, clock = pusher["data"], push.spine.clock
    headers, sealed = webpush.sealed_push(
        push.vapid,
        webpush.read_browser(data["url"], row.pushkey, data["auth"]),
        encode({"trial": True, "title": title, "body": body}),
        clock.random_bytes(16),
        clock.now_ms(),
        is_urgent=True,
    )
    try:
        answer = await push.fetcher.fetch(
            "POST", data["url"], headers=headers, body=sealed, limits=_LIMITS
        )
    except FetchError:
        return None
    return answer.status


def _is_of(row: PusherRow, device_id: str) -> bool:
    return row.device_id == device_id and decode(row.pusher)["kind"] in webpush.KINDS
