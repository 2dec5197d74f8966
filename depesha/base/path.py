"""Dot-separated paths to a property of an object.

Spec: appendices, "Dot-separated property paths".
"""

Path = tuple[str, ...]
"""Property names from the object's top downward."""


def parse_path(text: str) -> Path:
    """The names of a dot-separated path; `\\.` and `\\\\` stand for a dot and a backslash."""
    names, name, at = list[str](), "", 0
    while at < len(text):
        sign = text[at]
        if sign == "\\" and text[at + 1 : at + 2] in {".", "\\"}:
            at += 1
            name += text[at]
        elif sign == ".":
            names.append(name)
            name = ""
        else:
            name += sign
        at += 1
    return (*names, name)
