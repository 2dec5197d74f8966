"""Presence: coarse, in memory, told to those who share a room.

Spec: client-server API, "Presence".
"""

from depesha.base.canonical import Content, encode
from depesha.base.errors import invalid_param
from depesha.signals.record import PresenceState, Signals

STATES = ("online", "offline", "unavailable")
IDLE_MS = 5 * 60_000
"""After so long without a sign of life someone counts as offline."""
REFRESH_MS = 60_000
SAME_MS = 1_000


async def set_presence(
    signals: Signals,
    user_id: str,
    presence: str,
    status_msg: str | None = None,
    *,
    put: bool = False,
) -> None:
    """Note a sign of life; tells others only what changed. `put` also sets the status."""
    if presence not in STATES:
        raise invalid_param(f"presence must be one of {', '.join(STATES)}")
    now = signals.spine.clock.now_ms()
    state = signals.presence.setdefault(user_id, PresenceState())
    changed = state.presence != presence or (put and state.status_msg != status_msg)
    state.active_ts = now
    if not changed:
        return
    state.presence, state.told = presence, b""
    if put:
        state.status_msg = status_msg
    places = await signals.spine.log.rooms_of(user_id)
    joined = [room_id for room_id, place in places.items() if place.membership == "join"]
    state.position = signals.spine.log.nudge([user_id], joined if put else [])


def presence_content(signals: Signals, user_id: str) -> Content:
    """`m.presence` content of a user."""
    state = signals.presence.get(user_id, PresenceState())
    idle = signals.spine.clock.now_ms() - state.active_ts
    content: Content = {"presence": state.presence if idle < IDLE_MS else "offline"}
    if state.active_ts:
        content["last_active_ago"] = idle
        content["currently_active"] = state.presence == "online" and idle < REFRESH_MS
    if state.status_msg is not None:
        content["status_msg"] = state.status_msg
    return content


def presence_event(signals: Signals, user_id: str) -> bytes:
    """The `m.presence` event of a user as JSON, at most `SAME_MS` old.

    When all come at once, each is told of all: so it is encoded for many.
    """
    state, now = signals.presence.get(user_id, PresenceState()), signals.spine.clock.now_ms()
    if not state.told or now - state.told_ts > SAME_MS:
        content = encode(presence_content(signals, user_id))
        state.told = b'{"type":"m.presence","sender":%b,"content":%b}' % (encode(user_id), content)
        state.told_ts = now
    return state.told
