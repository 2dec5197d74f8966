"""The record of the slice."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from depesha.accounts import Accounts
from depesha.spine import Spine


@dataclass(frozen=True, slots=True)
class Names:
    """The display name of a user, which a higher slice keeps."""

    load: Callable[[str], Awaitable[str]]
    save: Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Signin:
    """Ways to sign in to one institution."""

    spine: Spine
    accounts: Accounts
    names: Names

    def url(self, path: str) -> str:
        """The whole address of a path of ours."""
        return self.spine.config.base_url() + path
