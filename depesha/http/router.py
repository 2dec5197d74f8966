"""Finding the endpoint of a path: a trie of segments, literal before parameter."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from depesha.base.errors import invalid_param, unrecognized
from depesha.http.endpoint import Bound


@dataclass(slots=True)
class _Node:
    children: "dict[str, _Node]" = field(default_factory=dict)
    parameter: "_Node | None" = None
    methods: dict[str, tuple[Bound, tuple[str, ...]]] = field(default_factory=dict)


def _decoded(segment: str) -> str:
    try:
        text = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        raise invalid_param("The path is not UTF-8") from None
    if "\x00" in text:
        raise invalid_param("The path contains U+0000")
    return text


class Router:
    """The endpoint table as a trie; made once at start."""

    def __init__(self, table: Iterable[Bound]) -> None:
        self._root = _Node()
        self._plain: dict[tuple[str, str], Bound] = {}
        """Endpoints whose path has no parameter, for a look-up at once."""
        for bound in table:
            for path in bound.row.paths:
                self._add(path, bound)

    def _add(self, path: str, bound: Bound) -> None:
        node, names = self._root, []
        for segment in path.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.children.setdefault(segment, _Node())
        if bound.row.method in node.methods:
            raise ValueError(f"two endpoints for {bound.row.method} {path}")
        node.methods[bound.row.method] = (bound, tuple(names))
        if not names:
            self._plain[bound.row.method, path] = bound

    def find(self, method: str, raw_path: str) -> tuple[Bound, dict[str, str]]:
        """The endpoint and its path parameters, percent-decoded segment by segment.

        Raises 404 M_UNRECOGNIZED for an unknown path, 405 for an unknown method of a known one.
        """
        plain = self._plain.get((method, raw_path))
        if plain is not None:
            return plain, {}
        segments = raw_path.split("/")[1:]
        # COMPAT(clients before v1.1): r0 was the name of v3.
        if len(segments) > 3 and segments[2] == "r0":
            segments[2] = "v3"
        values: list[str] = []
        node = self._descend(self._root, segments, 0, values)
        if node is None:
            raise unrecognized()
        entry = node.methods.get(method)
        if entry is None:
            raise unrecognized("Unrecognized method", 405)
        return entry[0], dict(zip(entry[1], values, strict=True))

    def _descend(
        self, node: _Node, segments: list[str], at: int, values: list[str]
    ) -> _Node | None:
        if at == len(segments):
            return node if node.methods else None
        segment = segments[at]
        child = node.children.get(segment)
        if child is not None:
            found = self._descend(child, segments, at + 1, values)
            if found is not None:
                return found
        if node.parameter is None:
            return None
        values.append(_decoded(segment) if "%" in segment else segment)
        found = self._descend(node.parameter, segments, at + 1, values)
        if found is None:
            values.pop()
        return found
