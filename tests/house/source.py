"""The server's own source, parsed once, for the tests of its architecture."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

FLOORS = ("base", "events", "io", "http", "eventlog", "audit", "federation")
SLICES = (
    *("tenants", "accounts", "org", "signin", "profile", "contacts", "media", "keys", "rooms"),
    *("timeline", "signals", "push", "search", "notices", "calls", "files", "signatures"),
    *("tasks", "calendar", "mailbox", "bots", "desk", "duty", "closed", "interchange"),
    *("insight", "sync"),
)
"""In import order, lowest first; pyproject.toml has the same order for import-linter."""

SQL = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE [a-z_]+ SET|UPDATE [a-z_]+$|DELETE FROM|WITH [a-z_]+ AS"
    r"|CREATE (TABLE|INDEX|UNIQUE|VIRTUAL)|DROP TABLE|ALTER TABLE)\b"
)


@dataclass(frozen=True)
class Module:
    """A Python file; `folder` is the slice or floor it belongs to, "" at the top."""

    path: Path
    tree: ast.Module

    @property
    def folder(self) -> str:
        parts = self.path.relative_to(ROOT / "depesha").parts
        return parts[0] if len(parts) > 1 else ""

    def at(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"

    def walk(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def imports(self) -> Iterator[tuple[ast.stmt, str]]:
        """Each import with the dotted name of what it imports from."""
        for node in self.walk():
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node, node.module or ""

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Each call with the dotted name of what is called, as far as it is one."""
        for node in self.walk():
            if isinstance(node, ast.Call):
                yield node, dotted(node.func)

    def sql(self) -> Iterator[tuple[ast.AST, str]]:
        """Each text that looks like an SQL statement."""
        pieces: set[ast.AST] = set()
        for node in self.walk():
            if isinstance(node, ast.JoinedStr):
                pieces.update(node.values)
                text = "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "{}"
                    for part in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            else:
                continue
            if node not in pieces and SQL.match(text):
                yield node, text


def dotted(node: ast.expr) -> str:
    """`a.b.c` as text; what is not a name becomes "?"."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


@cache
def modules(top: str = "depesha") -> tuple[Module, ...]:
    """The modules below a folder of the repository."""
    return tuple(
        Module(path, ast.parse(path.read_text("utf-8")))
        for path in sorted((ROOT / top).rglob("*.py"))
    )


def slice_modules() -> list[Module]:
    return [module for module in modules() if module.folder in SLICES]
