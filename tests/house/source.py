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
    *("posts", "timeline", "signals", "push", "search", "notices", "surveys", "calls", "files"),
    *("signatures", "tasks", "calendar", "mailbox", "bots", "desk", "duty", "closed"),
    *("interchange", "insight", "sync"),
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
        """Each SQL statement, put together from its pieces as far as they are known."""
        pieces = self._texts()
        inner = {part for node in self.walk() for part in _parts(node)}
        inner |= {node.value for node in self.tree.body if isinstance(node, ast.Assign)}
        for node in self.walk():
            if isinstance(node, ast.expr) and node not in inner:
                text = _text(node, pieces)
                if SQL.match(text):
                    yield node, text

    def _texts(self) -> dict[str, str]:
        """The texts that are named at the top of the module."""
        return {
            target.id: _text(node.value, {})
            for node in self.tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }


def _parts(node: ast.AST) -> list[ast.AST]:
    """The pieces of a text that is put together, at any depth."""
    if isinstance(node, ast.BinOp | ast.JoinedStr):
        return [part for part in ast.walk(node) if part is not node]
    return []


def _text(node: ast.AST, pieces: dict[str, str]) -> str:
    """The text that an expression is, with "{}" for what is not known; "" if it is none."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left, pieces) + _text(node.right, pieces)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, pieces) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, pieces) or "{}"
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return pieces.get(node.id, "")
    return ""


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
