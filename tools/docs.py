"""Writes docs/generated/: what can be read off the code and must not be written by hand."""

from pathlib import Path

from tests.harness.absent import ABSENT
from tests.harness.endpoints import load_endpoints
from tests.harness.spec import load_operations

FOLDER = Path("docs/generated")


def endpoints() -> str:
    """Every endpoint with its slice, and every operation that is not offered with the reason."""
    lines = [
        "# Endpoints",
        "",
        "| method | path | operation | who | slice |",
        "|---|---|---|---|---|",
    ]
    for row in load_endpoints():
        owner = row.handler.__module__.split(".")[1]
        needs = row.right.value if row.right else row.auth.value
        lines += [
            f"| {row.method} | `{path}` | {row.spec or ''} | {needs} | {owner} |"
            for path in row.paths
        ]
    lines += ["", "## Not offered", "", "| operation | path | why |", "|---|---|---|"]
    lines += [
        f"| {name} | {operation.method} `{operation.path}` | {ABSENT[name]} |"
        for name, operation in sorted(load_operations().items())
        if name in ABSENT
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "endpoints.md").write_text(endpoints(), "utf-8")
