"""Whose invitations somebody takes. Spec: client-server API, "Invite permission"; MSC4155."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from depesha.base.canonical import Content, Json, decode
from depesha.base.ids import domain_of
from depesha.base.match import whole_glob
from depesha.profile.record import Profile, load_data

_PERMISSION = (
    "m.invite_permission_config",
    # COMPAT(clients before v1.18): the name of MSC4380.
    "org.matrix.msc4380.invite_permission_config",
)
_FILTER = "org.matrix.msc4155.invite_permission_config"

Tests = tuple[Callable[[str], bool], ...]


class Answer(Enum):
    """What becomes of an invitation."""

    TAKEN = "taken"
    IGNORED = "ignored"
    """Whom it is for never sees it, and who invites is told nothing of that."""
    BLOCKED = "blocked"
    """Who invites is refused."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Somebody's choice, ready to be asked; of lists of people and servers, in their order."""

    is_closed: bool = False
    lists: tuple[tuple[Answer, Tests, Tests], ...] = ()

    def answer(self, inviter: str) -> Answer:
        """What becomes of an invitation by this person."""
        if self.is_closed:
            return Answer.BLOCKED
        host = domain_of(inviter)
        for answer, people, servers in self.lists:
            if any(fits(inviter) for fits in people) or any(fits(host) for fits in servers):
                return answer
        return Answer.TAKEN

    def takes(self, inviter: str) -> bool:
        """True when the invitation is to be shown."""
        return self.answer(inviter) is Answer.TAKEN


async def invite_rules(profile: Profile, user_id: str) -> Rules:
    """The user's choice of whose invitations are taken."""
    data = await load_data(profile, user_id)
    closing = tuple(data.get(("", type_)) for type_ in _PERMISSION)
    return _read(closing, data.get(("", _FILTER)))


@lru_cache(maxsize=1_000)
def _read(closing: tuple[str | None, ...], filtering: str | None) -> Rules:
    is_closed = any(text and decode(text).get("default_action") == "block" for text in closing)
    if filtering is None:
        return Rules(is_closed)
    content = decode(filtering)
    names = (
        (Answer.TAKEN, "allowed"),
        (Answer.IGNORED, "ignored"),
        (Answer.BLOCKED, "blocked"),
    )
    lists = tuple(
        (answer, _tests(content, f"{name}_users"), _tests(content, f"{name}_servers"))
        for answer, name in names
    )
    return Rules(is_closed, lists)


def _tests(content: Content, name: str) -> Tests:
    globs: Json = content.get(name)
    if not isinstance(globs, list):
        return ()
    return tuple(whole_glob(each) for each in globs if isinstance(each, str))
