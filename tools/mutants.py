"""Removes the checks of who sees whom one by one, and sees that the tests notice each.

Each mutant is a copy of the source with one check less; the law of the unseen and the tests of the
tree must fail on it. Prints a line for each; exit code 1 when one survived.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

COPIED = ("depesha", "tests", "tools", "pyproject.toml", "build/interop", "docs/generated")
TESTS = ("tests/law/test_unseen.py", "tests/org", "tests/contacts")


class Mutant(NamedTuple):
    """One check, and the source without it."""

    path: str
    check: str
    without: str


MUTANTS = (
    Mutant(
        "depesha/profile/fields.py",
        "is_there and await may_see(profile.org, viewer, user_id)",
        "is_there",
    ),
    Mutant(
        "depesha/profile/people.py",
        "visible = await find_seen(org, user_id, [row.user_id for row in rows])",
        "visible = {row.user_id for row in rows}",
    ),
    Mutant(
        "depesha/rooms/invite.py",
        "    await check_reachable(rooms.contacts, inviter, user_id)\n",
        "",
    ),
    Mutant(
        "depesha/rooms/delayed.py",
        "await check_invitable(rooms, caller.user_id, draft.state_key)",
        "pass",
    ),
    Mutant(
        "depesha/rooms/send.py",
        'await check_invitable(rooms, draft.sender, draft.state_key or "")',
        "pass",
    ),
    Mutant("depesha/rooms/hierarchy.py", " if entry.sender in seen]", "]"),
    Mutant(
        "depesha/keys/query.py", "if user_id in seen and is_local(user_id)", "if is_local(user_id)"
    ),
    Mutant("depesha/keys/claim.py", "user_id not in seen or not is_local", "not is_local"),
    Mutant("depesha/keys/sign.py", "if each.user_id not in seen:", "if not seen and not objects:"),
    Mutant(
        "depesha/keys/messages/send.py",
        "await find_reachable(keys.contacts.org, caller.user_id, messages)",
        "set(messages)",
    ),
    Mutant("depesha/eventlog/read.py", " and log.hooks.may_peek()", ""),
    Mutant(
        "depesha/org/gate.py",
        'if before == "knock" or _may_address(org, draft.sender, target):',
        "if target:",
    ),
    Mutant(
        "depesha/org/gate.py",
        'if membership == "join" and not any(',
        'if membership == "" and not any(',
    ),
    Mutant(
        "depesha/org/gate.py",
        'if membership == "knock" and not any(',
        'if membership == "" and not any(',
    ),
    Mutant(
        "depesha/org/look.py",
        "if not await may_see(org, viewer, user_id) or not await is_active",
        "if not await is_active",
    ),
    Mutant(
        "depesha/org/look.py",
        " or (viewer is not None and unit_id not in find_shown(org, viewer))",
        "",
    ),
    Mutant("depesha/org/look.py", "names = await find_seen(org, viewer, names)", "pass"),
    Mutant(
        "depesha/org/look.py",
        "manager if manager is not None and sees_alone(org, viewer, manager) else None",
        "manager",
    ),
    Mutant(
        "depesha/org/sight.py",
        "ask = refusal.ask if sees_alone(org, sender, refusal.ask) else target",
        "ask = refusal.ask",
    ),
    Mutant(
        "depesha/org/sync.py",
        "await find_seen(org, ask.user_id, named & set(_in_tree(org, named)))",
        "named",
    ),
    Mutant("depesha/contacts/request.py", " or decider not in _deciders(contacts, row)", ""),
    Mutant("depesha/contacts/strangers.py", "    if is_blocked:\n", "    if False:\n"),
)


def main() -> int:
    """Try each mutant whose file's path contains the argument, if there is one."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    survivors = [each for each in MUTANTS if wanted in each.path and not _is_noticed(each)]
    print(f"{len(survivors)} survived")
    return 1 if survivors else 0


def _is_noticed(mutant: Mutant) -> bool:
    with tempfile.TemporaryDirectory(prefix="mutant") as folder:
        for name in COPIED:
            _copy(Path(name), Path(folder) / name)
        path = Path(folder) / mutant.path
        source = path.read_text("utf-8")
        if source.count(mutant.check) != 1:
            print(f"STALE     {mutant.path}: {mutant.check.strip()}")
            return False
        path.write_text(source.replace(mutant.check, mutant.without), "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-k", "not postgresql", *TESTS]
        run = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    outcome = "noticed " if run.returncode == 1 else "SURVIVED"
    print(f"{outcome}  {mutant.path}: {mutant.check.strip()}")
    return run.returncode == 1


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    elif source.exists():
        shutil.copy(source, target)


if __name__ == "__main__":
    sys.exit(main())
