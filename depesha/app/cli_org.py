"""The commands on the institution's tree: each asks the endpoint of the same name."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from depesha.base.canonical import Content, Json, encode
from depesha.base.config import Config

_ORG = "/_depesha/v1/admin/org"

Command = Callable[[Config, argparse.Namespace], int]
Add = Callable[[str, str, Command], argparse.ArgumentParser]
"""(name, summary, command): the parser of a new command."""


class Ask(Protocol):
    """Asks the server, as its operator."""

    def __call__(
        self, config: Config, method: str, target: str, body: Content | None = None
    ) -> Json: ...


NameOf = Callable[[Config, str], str]
"""Makes a name a whole user id, percent-encoded."""


def add_org(add: Add, ask: Ask, user_id: NameOf) -> None:
    """Add the commands to their group."""
    tree = _Commands(ask, user_id)
    add("tree", "print the tree with the numbers of its units", tree.show)
    table = add("import", "take in a table of employees", tree.take_in)
    table.add_argument("file", metavar="FILE", help="CSV; `-` is standard input")
    table.add_argument("--dry-run", action="store_true", help="only say what that would do")
    table.add_argument("--force", action="store_true", help="also when very many would leave")
    create = add("create", "make a unit", tree.create)
    create.add_argument("name", metavar="NAME")
    change = add("change", "rename or move a unit", tree.change)
    change.add_argument("unit", metavar="NUMBER")
    change.add_argument("--name")
    for parser in (create, change):
        parser.add_argument("--parent", type=int, metavar="NUMBER", help="the unit above")
        parser.add_argument("--manager", metavar="USER", help="who manages it; '' is nobody")
    add("remove", "remove an empty unit", tree.remove).add_argument("unit", metavar="NUMBER")
    appoint = add("appoint", "give somebody a position", tree.appoint)
    dismiss = add("dismiss", "take a position away", tree.dismiss)
    leave = add("leave", "show somebody out of the institution", tree.show_out)
    see = add("see-as", "print the tree and the chats that somebody sees", tree.see_as)
    for parser in (appoint, dismiss, leave, see):
        parser.add_argument("user", metavar="NAME", help="a username or a whole user id")
    for parser in (appoint, dismiss):
        parser.add_argument("unit", metavar="NUMBER")
    appoint.add_argument("--title", default="", help="what the position is called")


@dataclass(frozen=True, slots=True)
class _Commands:
    """The commands, with the way to the server."""

    ask: Ask
    user_id: NameOf

    def show(self, config: Config, options: argparse.Namespace) -> int:
        """Print a line for each unit: number, name, manager, how many people it has."""
        depths = {0: 0}
        for unit in self.ask(config, "GET", f"{_ORG}/units")["units"]:
            depth = depths[unit.get("parent", 0)]
            depths[unit["unit_id"]] = depth + 1
            name = "  " * depth + unit["name"]
            print(f"{unit['unit_id']}\t{name}\t{unit.get('manager', '-')}\t{unit['people']}")
        return 0

    def take_in(self, config: Config, options: argparse.Namespace) -> int:
        """Take in a table of employees, or say what that would do; print the report."""
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text("utf-8")
        body = {"csv": text, "dry_run": options.dry_run, "force": options.force}
        return print_report(self.ask(config, "POST", f"{_ORG}/import", body))

    def create(self, config: Config, options: argparse.Namespace) -> int:
        """Make a unit; print its number."""
        print(self.ask(config, "POST", f"{_ORG}/units", _wanted(options))["unit_id"])
        return 0

    def change(self, config: Config, options: argparse.Namespace) -> int:
        """Rename or move a unit, or give it a manager."""
        self.ask(config, "PUT", f"{_ORG}/units/{options.unit}", _wanted(options))
        return 0

    def remove(self, config: Config, options: argparse.Namespace) -> int:
        """Remove an empty unit."""
        self.ask(config, "DELETE", f"{_ORG}/units/{options.unit}")
        return 0

    def appoint(self, config: Config, options: argparse.Namespace) -> int:
        """Give somebody a position."""
        self.ask(config, "PUT", self._post(config, options), {"title": options.title})
        return 0

    def dismiss(self, config: Config, options: argparse.Namespace) -> int:
        """Take a position from somebody."""
        self.ask(config, "DELETE", self._post(config, options))
        return 0

    def _post(self, config: Config, options: argparse.Namespace) -> str:
        return f"{_ORG}/people/{self.user_id(config, options.user)}/posts/{options.unit}"

    def see_as(self, config: Config, options: argparse.Namespace) -> int:
        """Print what somebody sees: levels by name, a blank line, chats by id, kind and name."""
        user = self.user_id(config, options.user)
        for unit in self.ask(config, "GET", f"{_ORG}/people/{user}/sees")["units"]:
            print(f"{unit['unit_id']}\t{unit['name']}")
        print()
        found = self.ask(config, "GET", f"/_depesha/v1/admin/users/{user}/chats")
        for chat in found["chats"]:
            name = chat.get("name") or ", ".join(chat["others"]) or "-"
            print(f"{chat['room_id']}\t{chat['kind']}\t{name}")
        return 0

    def show_out(self, config: Config, options: argparse.Namespace) -> int:
        """Show somebody out of the institution; print how many sessions ended."""
        person = f"{_ORG}/people/{self.user_id(config, options.user)}"
        print(self.ask(config, "POST", f"{person}/leave")["sessions_ended"])
        return 0


def print_report(report: Content) -> int:
    """Print what an import did or would do; the exit code."""
    for name, part in report.items():
        if isinstance(part, dict):
            print(f"{name}: {part['count']}")
            for entry in part["first"]:
                print(f"  {entry if isinstance(entry, str) else encode(entry).decode()}")
        else:
            print(f"{name}: {part}")
    return 1 if report["faults"]["count"] else 0


def _wanted(options: argparse.Namespace) -> Content:
    return given(options, "name", "parent", "manager")


def given(options: argparse.Namespace, *names: str) -> Content:
    """Those of the options that somebody gave, by their names."""
    wanted = {name: getattr(options, name) for name in names}
    return {name: value for name, value in wanted.items() if value is not None}
