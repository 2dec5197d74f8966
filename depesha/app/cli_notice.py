"""The commands on official notices: each asks the endpoint of the same name."""

import argparse
from dataclasses import dataclass
from urllib.parse import quote, unquote

from depesha.app.cli_org import Add, Ask, NameOf
from depesha.base.canonical import Content
from depesha.base.config import Config

_OFFICIAL = "/_depesha/v1/admin/notices/official"
_FIGURES = ("addressed", "sent", "delivered", "shown", "acknowledged", "not_reached")


def add_official(add: Add, ask: Ask, user_id: NameOf) -> None:
    """Add the commands to their group."""
    commands = _Commands(ask, user_id)
    official = add(
        "official", "tell everybody, units or people something officially", commands.send
    )
    official.add_argument("text", metavar="TEXT")
    official.add_argument("--emergency", action="store_true", help="an emergency notice")
    official.add_argument("--signed", default="", metavar="NAME", help="in whose name")
    official.add_argument("--all", action="store_true", help="to everybody")
    official.add_argument(
        "--unit", type=int, action="append", default=[], metavar="NUMBER", help="with those below"
    )
    official.add_argument("--user", action="append", default=[], metavar="NAME")
    add("list", "print the latest official notices", commands.show_all)
    figures = add("figures", "print how far an official notice has come", commands.show)
    figures.add_argument("notice", metavar="ID")
    figures.add_argument("--not-reached", action="store_true", help="and whom it has not reached")


@dataclass(frozen=True, slots=True)
class _Commands:
    """The commands, with the way to the server."""

    ask: Ask
    user_id: NameOf

    def send(self, config: Config, options: argparse.Namespace) -> int:
        """Have an official notice sent; print its id."""
        body: Content = {
            "kind": "emergency" if options.emergency else "official",
            "body": options.text,
            "signed": options.signed,
            "all": options.all,
            "units": options.unit,
            "users": [unquote(self.user_id(config, name)) for name in options.user],
        }
        print(self.ask(config, "POST", _OFFICIAL, body)["notice_id"])
        return 0

    def show_all(self, config: Config, options: argparse.Namespace) -> int:
        """Print a line for each of the latest notices: id, kind, the beginning of its text."""
        for notice in self.ask(config, "GET", _OFFICIAL)["notices"]:
            text = " ".join(notice["body"].split())[:60]
            print(f"{notice['notice_id']}\t{notice['kind']}\t{text}")
        return 0

    def show(self, config: Config, options: argparse.Namespace) -> int:
        """Print the figures of a notice, and on demand whom it has not reached."""
        path = f"{_OFFICIAL}/{quote(options.notice, safe='')}"
        found = self.ask(config, "GET", path)
        for name in _FIGURES:
            print(f"{name}: {found[name]}")
        after: str | None = "" if options.not_reached else None
        while after is not None:
            target = f"{path}/not_reached?limit=1000&after={quote(after, safe='')}"
            piece = self.ask(config, "GET", target)
            for user_id in piece["users"]:
                print(user_id)
            after = piece.get("next")
        return 0
