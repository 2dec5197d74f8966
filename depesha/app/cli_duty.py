"""The commands on what an institution owes: each asks the endpoint of the same name."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from depesha.app.cli_org import Add, Ask
from depesha.base.canonical import Content
from depesha.base.clock import Clock
from depesha.base.config import Config
from depesha.duty.rules import ANY, KINDS

_ADMIN = "/_depesha/v1/admin"
_DAY_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Keeping:
    """The commands, with the way to the server; `user_id` percent-encodes a whole id."""

    ask: Ask
    user_id: Callable[[Config, str], str]

    def add_retention(self, add: Add) -> None:
        """Add `depesha retention …`."""
        add("list", "print how long what is kept", self.list_policies)
        put = add("set", "set how long chats keep what is in them", self.set_policy)
        look = add("preview", "print what a policy would erase, and set nothing", self.preview)
        unset = add("unset", "let the next policy above be in force again", self.unset_policy)
        for parser in (put, look, unset):
            parser.add_argument("--unit", type=int, default=0, metavar="NUMBER")
            parser.add_argument("--kind", default=ANY, choices=(ANY, *KINDS))
        for name, summary in (
            ("messages", "messages; without it for ever"),
            ("files", "files; without it as long as messages"),
            ("least", "the shortest time that a chat may ask for itself"),
        ):
            for parser in (put, look):
                parser.add_argument(f"--{name}-days", type=int, metavar="N", help=summary)

    def add_hold(self, add: Add) -> None:
        """Add `depesha hold …`."""
        place = add("place", "let nothing of a person or a chat be destroyed", self.place_hold)
        place.add_argument("target", metavar="USER|ROOM", help="a username, user id or room id")
        _add_reasons(place)
        place.add_argument("--days", type=int, metavar="N", help="else until it is released")
        add("list", "print all holds", self.list_holds)
        release = add("release", "end a hold now", self.release_hold)
        release.add_argument("hold", metavar="ID")

    def add_inspection(self, add: Add) -> None:
        """Add `depesha inspection …`."""
        ask = add("request", "ask to read somebody's correspondence, or a chat's", self.request)
        ask.add_argument("target", metavar="USER|ROOM", help="a username, user id or room id")
        _add_reasons(ask)
        for name, summary in (("since", "beginning"), ("until", "end")):
            ask.add_argument(
                f"--{name}-ts", type=int, required=True, metavar="MS", help=f"{summary}, in ms"
            )
        ask.add_argument("--days", type=int, default=14, metavar="N", help="until the time limit")
        ask.add_argument("--secret", action="store_true", help="the ground forbids to tell of it")
        add("list", "print all requests", self.list_inspections)
        for name, summary in (("approve", "consent to a request"), ("refuse", "refuse a request")):
            decide = add(name, summary, self.decide(approved=name == "approve"))
            decide.add_argument("inspection", metavar="ID")

    def add_custody(self, add: Add) -> None:
        """Add `depesha custody …`. The private half is made in a browser, so none makes it."""
        add("show", "print the institution's recovery key and who holds its shares", self.custody)
        add("openings", "print when whose key was given out to be opened", self.openings)
        add("end", "let there be no recovery key, and forget what was sealed", self.end_custody)

    def add_complaint(self, add: Add) -> None:
        """Add `depesha complaint …`."""
        shown = add("list", "print complaints, the latest first", self.list_complaints)
        shown.add_argument("--open", action="store_true", help="only those not decided yet")
        decide = add("decide", "decide a complaint, and answer it", self.decide_complaint)
        decide.add_argument("number", metavar="NUMBER")
        decide.add_argument("decision", choices=("upheld", "rejected"))
        decide.add_argument("--answer", default="", help="told to whoever complained")

    def add_group(self, add: Add) -> None:
        """Add `depesha group …`."""
        shown = add("list", "print groups and channels", self.list_groups)
        shown.add_argument("--search", default="", metavar="TEXT", help="a part of the name")

    # --- retention -------------------------------------------------------------------

    def list_policies(self, config: Config, options: argparse.Namespace) -> int:
        """Print a line for each policy."""
        for row in self.ask(config, "GET", f"{_ADMIN}/retention")["policies"]:
            print(" ".join(f"{name}={value}" for name, value in row.items()))
        return 0

    def set_policy(self, config: Config, options: argparse.Namespace) -> int:
        """Set a policy."""
        names = ("messages_days", "files_days", "least_days")
        body: Content = {name: getattr(options, name) for name in names}
        self.ask(config, "PUT", _policy(options), body)
        return 0

    def preview(self, config: Config, options: argparse.Namespace) -> int:
        """Print what a policy would erase at once."""
        names = ("messages_days", "files_days", "least_days")
        given = {name: getattr(options, name) for name in names}
        query = "&".join(f"{name}={days}" for name, days in given.items() if days is not None)
        found = self.ask(config, "GET", f"{_policy(options)}/preview?{query}")
        print(" ".join(f"{name}={value}" for name, value in found.items()))
        return 0

    def unset_policy(self, config: Config, options: argparse.Namespace) -> int:
        """Remove a policy."""
        self.ask(config, "DELETE", _policy(options))
        return 0

    # --- holds -----------------------------------------------------------------------

    def place_hold(self, config: Config, options: argparse.Namespace) -> int:
        """Place a hold; print its id."""
        body = self._asked(config, options)
        if options.days is not None:
            body["until_ts"] = Clock().now_ms() + options.days * _DAY_MS
        print(self.ask(config, "POST", f"{_ADMIN}/holds", body)["hold_id"])
        return 0

    def list_holds(self, config: Config, options: argparse.Namespace) -> int:
        """Print a line for each hold: id, target, case number, whether it stands."""
        for row in self.ask(config, "GET", f"{_ADMIN}/holds")["holds"]:
            state = "standing" if row["standing"] else "ended"
            print(f"{row['hold_id']} {row['target']} {row['case_number']} {state}")
        return 0

    def release_hold(self, config: Config, options: argparse.Namespace) -> int:
        """End a hold."""
        self.ask(config, "DELETE", f"{_ADMIN}/holds/{quote(options.hold, safe='')}")
        return 0

    # --- inspections -----------------------------------------------------------------

    def request(self, config: Config, options: argparse.Namespace) -> int:
        """Ask for an inspection; print its id."""
        body = self._asked(config, options)
        body |= {
            "since_ts": options.since_ts,
            "until_ts": options.until_ts,
            "expires_ts": Clock().now_ms() + options.days * _DAY_MS,
            "secret": options.secret,
        }
        print(self.ask(config, "POST", f"{_ADMIN}/inspections", body)["inspection_id"])
        return 0

    def list_inspections(self, config: Config, options: argparse.Namespace) -> int:
        """Print a line for each request: id, target, case number, who asked and who decided."""
        for row in self.ask(config, "GET", f"{_ADMIN}/inspections")["inspections"]:
            decided = row["decided_by"] or "-"
            state = "approved" if row["approved"] else "not approved"
            who = f"{row['asked_by']} {decided} {state}"
            print(f"{row['inspection_id']} {row['target']} {row['case_number']} {who}")
        return 0

    def decide(self, *, approved: bool) -> Callable[[Config, argparse.Namespace], int]:
        """The command that consents, or refuses."""

        def command(config: Config, options: argparse.Namespace) -> int:
            path = f"{_ADMIN}/inspections/{quote(options.inspection, safe='')}"
            self.ask(config, "PUT", path, {"approved": approved})
            return 0

        return command

    # --- the recovery key ------------------------------------------------------------

    def custody(self, config: Config, options: argparse.Namespace) -> int:
        """Print the recovery key, or that there is none; it is made in the console."""
        found = self.ask(config, "GET", f"{_ADMIN}/custody")["custody"]
        if found is None:
            print("none; the console makes one, in the browser: its private half is nowhere else")
            return 0
        print(f"{found['key_id']} {found['threshold']} of {len(found['holders'])} shares open it")
        print(f"made by {found['made_by'] or 'the operator'} at {found['made_ts']}")
        for holder in found["holders"]:
            print(holder)
        return 0

    def openings(self, config: Config, options: argparse.Namespace) -> int:
        """Print a line for each time: when (ms), who, whose key, for which inspection."""
        after: int | None = 0
        while after is not None:
            found = self.ask(config, "GET", f"{_ADMIN}/audit?limit=1000&after={after}")
            for line in found["lines"]:
                if line["act"] == "custody.open":
                    case = (line["details"] or {}).get("inspection_id", "-")
                    print(f"{line['ts']} {line['actor']} {line['target']} {case}")
            after = found.get("next")
        return 0

    def end_custody(self, config: Config, options: argparse.Namespace) -> int:
        """End the recovery key."""
        self.ask(config, "DELETE", f"{_ADMIN}/custody")
        return 0

    # --- complaints and groups -------------------------------------------------------

    def list_complaints(self, config: Config, options: argparse.Namespace) -> int:
        """Print a line for each complaint: number, who, of what, what became of it, why."""
        before: int | None = 2**53 - 1
        only = "true" if options.open else "false"
        while before is not None:
            path = f"{_ADMIN}/complaints?limit=500&open={only}&before={before}"
            found = self.ask(config, "GET", path)
            for row in found["complaints"]:
                what = row.get("event_id") or row.get("room_id") or row.get("user_id")
                reason = " ".join(row["reason"].split())
                state = row.get("decision", "open")
                print(f"{row['number']} {row['reporter']} {what} {state} {reason}")
            before = found.get("next")
        return 0

    def decide_complaint(self, config: Config, options: argparse.Namespace) -> int:
        """Decide a complaint."""
        path = f"{_ADMIN}/complaints/{quote(options.number, safe='')}"
        self.ask(config, "PUT", path, {"decision": options.decision, "answer": options.answer})
        return 0

    def list_groups(self, config: Config, options: argparse.Namespace) -> int:
        """Print a line for each group: id, kind, how many members, name."""
        after: int | None = 0
        while after is not None:
            path = f"{_ADMIN}/groups?limit=500&after={after}&search={quote(options.search)}"
            found = self.ask(config, "GET", path)
            for row in found["groups"]:
                name = row.get("name", "-")
                print(f"{row['room_id']} {row['kind']} {row['members']} {name}")
            after = found.get("next")
        return 0

    def _asked(self, config: Config, options: argparse.Namespace) -> Content:
        target = options.target
        if not target.startswith("!"):
            target = unquote(self.user_id(config, target))
        return {"target": target, "ground": options.ground, "case_number": options.case}


def _add_reasons(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ground", required=True, help="why, as the law or the order says")
    parser.add_argument("--case", required=True, metavar="NUMBER", help="number of the case")


def _policy(options: argparse.Namespace) -> str:
    return f"{_ADMIN}/retention/{options.unit}/{options.kind}"
