"""Prints the sizes of functions and files beside the guide of CONTRIBUTING.md.

The guide is what the code that people call beautiful has; nothing fails here. The longest are
named, since a long function or file is a question: is there a second thing in it?
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

GUIDE_MEDIAN = 10
GUIDE_FUNCTION = 40
GUIDE_FILE = 400
LONGEST = 5

_HEADER = (
    f"{'':<28} {'functions':>9} {'median':>7} {'p95':>5} {'max':>5}"
    f" {'files':>6} {'lines':>7} {'median':>7} {'p95':>5} {'max':>5}"
)


@dataclass
class Sizes:
    """Lines of the functions and of the files of one folder, each with its place."""

    functions: list[tuple[int, str]] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)


def measure(root: Path) -> dict[str, Sizes]:
    """The sizes of each folder below `root`; a function counts its nested ones."""
    folders: dict[str, Sizes] = {}
    for path in sorted(root.rglob("*.py")):
        sizes = folders.setdefault(path.parent.as_posix(), Sizes())
        text = path.read_text("utf-8")
        sizes.files.append((text.count("\n"), path.as_posix()))
        for function in _functions(ast.parse(text)):
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            sizes.functions.append((lines, f"{path.as_posix()}:{function.lineno} {function.name}"))
    return folders


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def percentile(values: list[int], share: float) -> int:
    """The value below or at which `share` of the values lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def report(folders: dict[str, Sizes]) -> str:
    """A table of the folders, then the longest of all."""
    lines = [_HEADER]
    everything = Sizes()
    for name, sizes in folders.items():
        lines.append(_row(name, sizes))
        everything.functions += sizes.functions
        everything.files += sizes.files
    lines.append(_row("all", everything))
    lines.append(
        f"{'guide':<28} {'':>9} {GUIDE_MEDIAN:>7} {GUIDE_FUNCTION:>5}{'':>29} {GUIDE_FILE:>5}"
    )
    long_functions = sorted(everything.functions, reverse=True)[:LONGEST]
    long_files = sorted(everything.files, reverse=True)[:LONGEST]
    lines += ["", "longest:", *(f"{size:>6}  {place}" for size, place in long_functions)]
    lines += [f"{size:>6}  {place}" for size, place in long_files]
    return "\n".join(lines)


def _row(name: str, sizes: Sizes) -> str:
    functions = [size for size, _ in sizes.functions]
    files = [size for size, _ in sizes.files]
    return (
        f"{name:<28} {len(functions):>9} {percentile(functions, 0.5):>7}"
        f" {percentile(functions, 0.95):>5} {max(functions, default=0):>5}"
        f" {len(files):>6} {sum(files):>7} {percentile(files, 0.5):>7}"
        f" {percentile(files, 0.95):>5} {max(files, default=0):>5}"
    )


if __name__ == "__main__":
    for root in ("depesha", "tests"):
        print(report(measure(Path(root))), end="\n\n")
