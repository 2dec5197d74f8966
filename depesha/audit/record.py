"""Writing a line, in the transaction of the act itself."""

from dataclasses import dataclass, field

from depesha.audit import store
from depesha.audit.chain import Line, next_line
from depesha.base.canonical import Content, Json
from depesha.eventlog.append import Writing
from depesha.http.caller import Caller


@dataclass(frozen=True, slots=True)
class Act:
    """What was done. `actor` and `target` are user ids, room ids, or names of things."""

    act: str
    """Named as the command of the operator, such as `user.lock`."""
    actor: str
    target: str
    details: Content = field(default_factory=dict)
    """What else a reader of the log needs; it can be forgotten later."""


OPERATOR = "operator"
"""The actor of what is done at the machine itself, by whoever may read its data folder."""


def actor_of(caller: Caller) -> str:
    """Whoever asks, as the log names them."""
    return caller.user_id or OPERATOR


def act_of(caller: Caller, act: str, target: str, **details: Json) -> Act:
    """An act of whoever asks."""
    return Act(act, actor_of(caller), target, details)


async def record(w: Writing, act: Act) -> Line:
    """Add the line of an act to the plan that does it; both become durable, or neither."""
    clock, institution = w.log.clock, w.institution
    last = await store.select_last(w.tx, institution.id)
    line = next_line(
        None if last is None else (last.number, last.hash),
        clock.now_ms(),
        act.actor,
        act.act,
        act.target,
        act.details,
        clock.random_bytes(32),
        institution.signer,
    )
    await store.insert_line(w.tx, institution.id, line)
    return line
