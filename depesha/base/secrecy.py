"""Kinds of chat by which an institution says where end-to-end encryption is. Pure."""

from collections.abc import Sequence
from typing import Literal

ChatKind = Literal["direct", "group", "project", "channel", "public"]
CHAT_KINDS: tuple[ChatKind, ...] = ("direct", "group", "project", "channel", "public")
"""Of two people, of a group, of a project's group, where few write, and open to all."""


def check_chat_kinds(kinds: Sequence[str]) -> None:
    """Raise ValueError for what is no kind of chat."""
    for kind in kinds:
        if kind not in CHAT_KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(CHAT_KINDS)}")
