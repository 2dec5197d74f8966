"""The commands on posts: each asks the endpoint of the same name."""

import argparse
from dataclasses import dataclass
from datetime import datetime

from depesha.app.cli_org import Add, Ask, NameOf, given
from depesha.base.canonical import Content, Json
from depesha.base.config import Config
from depesha.posts.rules import INHERITS

_POSTS = "/_depesha/v1/admin/posts"


@dataclass(frozen=True, slots=True)
class PostCommands:
    """The commands, with the way to the server; `user_id` percent-encodes a whole id."""

    ask: Ask
    user_id: NameOf

    def add(self, add: Add) -> None:
        """Add `depesha post …`."""
        add("list", "print all posts and who holds them now", self.show)
        make = add("make", "make a post", self.make)
        make.add_argument("name", metavar="NAME")
        make.add_argument("--localpart", default="", help="the id is @post-LOCALPART:…")
        change = add("change", "rename or move a post, or change its rules", self.change)
        change.add_argument("post", metavar="POST", help="its user id, or the localpart")
        change.add_argument("--name")
        for parser in (make, change):
            parser.add_argument(
                "--unit",
                dest="unit_id",
                type=int,
                metavar="NUMBER",
                required=parser is make,
                help="its unit",
            )
            parser.add_argument(
                "--inherits", choices=INHERITS, help="what the next holder reads of a chat"
            )
            parser.add_argument(
                "--keeps",
                action=argparse.BooleanOptionalAction,
                help="whether a former holder keeps what they could read",
            )
            parser.add_argument(
                "--serves",
                action=argparse.BooleanOptionalAction,
                help="whether the people of the units below its own may write to it",
            )
        roster = add("roster", "say who holds a post, and when", self.set_roster)
        roster.add_argument("post", metavar="POST")
        roster.add_argument(
            "shifts",
            metavar="USER[=FROM/UNTIL]",
            nargs="*",
            help="times as 2026-12-01T09:00, of this machine; either may be left out",
        )
        add("end", "end a post for ever", self.end).add_argument("post", metavar="POST")

    def show(self, config: Config, options: argparse.Namespace) -> int:
        """Print a line for each post: id, number of the unit, name, holders."""
        for post in self.ask(config, "GET", _POSTS)["posts"]:
            holders = ", ".join(post["holders"]) or "-"
            print(f"{post['user_id']}\t{post['unit_id']}\t{post['name']}\t{holders}")
        return 0

    def make(self, config: Config, options: argparse.Namespace) -> int:
        """Make a post; print the id of its user."""
        body = {**_wanted(options), "localpart": options.localpart}
        print(self.ask(config, "POST", _POSTS, body)["user_id"])
        return 0

    def change(self, config: Config, options: argparse.Namespace) -> int:
        """Rename or move a post, or change its rules."""
        self.ask(config, "PUT", self._path(config, options), _wanted(options))
        return 0

    def set_roster(self, config: Config, options: argparse.Namespace) -> int:
        """Say who holds a post, and when; nobody named: nobody holds it."""
        shifts: list[Json] = [_shift(text) for text in options.shifts]
        self.ask(config, "PUT", f"{self._path(config, options)}/roster", {"roster": shifts})
        return 0

    def end(self, config: Config, options: argparse.Namespace) -> int:
        """End a post."""
        self.ask(config, "DELETE", self._path(config, options))
        return 0

    def _path(self, config: Config, options: argparse.Namespace) -> str:
        return f"{_POSTS}/{self.user_id(config, options.post)}"


def _wanted(options: argparse.Namespace) -> Content:
    return given(options, "name", "unit_id", "inherits", "keeps", "serves")


def _shift(text: str) -> Content:
    """Whom a word of the command line names, and from when until when."""
    holder, _, times = text.partition("=")
    since, _, until = times.partition("/")
    return {"user_id": holder, "since_ts": _ms(since), "until_ts": _ms(until)}


def _ms(text: str) -> int:
    """A time of this machine in milliseconds; 0 for none."""
    return round(datetime.fromisoformat(text).timestamp() * 1000) if text else 0
