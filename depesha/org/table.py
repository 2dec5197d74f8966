"""Reading a table of employees. Pure.

One row a position, in CSV with commas or semicolons. The columns are found by their names, English
or Russian: login, unit (a path of levels, separated by `/`), title, manager (yes or no), name,
phone, room, number. Login and unit must be there.
"""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import NamedTuple

from depesha.base.ids import is_new_localpart

COLUMNS = {
    "login": ("login", "логин", "username"),
    "unit": ("unit", "подразделение", "department"),
    "title": ("title", "должность", "position"),
    "manager": ("manager", "руководитель", "head"),
    "name": ("name", "фио", "имя"),
    "phone": ("phone", "телефон"),
    "room": ("room", "кабинет"),
    "number": ("number", "табельный номер", "табельный"),
}
_YES = frozenset({"yes", "true", "1", "да", "+", "x", "х"})
_NO = frozenset({"", "no", "false", "0", "нет", "-"})
MOST_ROWS = 200_000
MOST_TEXT = 255


class Row(NamedTuple):
    """A position of an employee, and what is known of them."""

    line: int
    login: str
    path: tuple[str, ...]
    title: str
    is_manager: bool
    name: str
    phone: str
    room: str
    number: str


class Fault(NamedTuple):
    """Why a line cannot be taken in; line 0 is the table as a whole."""

    line: int
    message: str


def read_table(text: str) -> tuple[list[Row], list[Fault]]:
    """The rows of the table, and what is wrong with the others."""
    text = text.removeprefix("\ufeff")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        return [], [Fault(reader.line_num, f"Not CSV: {error}")]
    if not lines or len(lines) > MOST_ROWS:
        return [], [Fault(0, f"A table has a line of names and up to {MOST_ROWS} rows")]
    columns = _columns(lines[0])
    missing = {"login", "unit"} - columns.keys()
    if missing:
        return [], [Fault(1, f"There is no column {', '.join(sorted(missing))}")]
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, cells in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in cells):
            found = _row(number, cells, columns)
            if isinstance(found, Row):
                rows.append(found)
            else:
                faults.append(found)
    return rows, faults + _contradictions(rows)


def _columns(names: Sequence[str]) -> dict[str, int]:
    places = {name.strip().casefold(): at for at, name in enumerate(names)}
    return {
        column: places[known]
        for column, all_names in COLUMNS.items()
        for known in all_names
        if known in places
    }


def _row(number: int, cells: Sequence[str], columns: dict[str, int]) -> Row | Fault:
    def cell(name: str) -> str:
        at = columns.get(name, -1)
        return cells[at].strip() if 0 <= at < len(cells) else ""

    if any(len(each) > 20 * MOST_TEXT or "\x00" in each for each in cells):
        return Fault(number, "A cell is too long, or has U+0000")
    login = cell("login").lower()
    path = tuple(part.strip() for part in cell("unit").split("/"))
    if not is_new_localpart(login) or len(login) > 200:
        return Fault(number, f"{login[:50]!r} cannot be a login: a-z, 0-9 and ._=/+-")
    if not all(0 < len(part) <= MOST_TEXT for part in path) or len(path) > 20:
        return Fault(number, "unit must be a path of names, such as Ministry/Department")
    manager = cell("manager").casefold()
    if manager not in _YES | _NO:
        return Fault(number, "manager must be yes or no")
    texts = [cell(name) for name in ("title", "name", "phone", "room", "number")]
    if any(len(text) > MOST_TEXT for text in texts):
        return Fault(number, f"A text has at most {MOST_TEXT} characters")
    title, name, phone, room, employee = texts
    return Row(number, login, path, title, manager in _YES, name, phone, room, employee)


def _contradictions(rows: Sequence[Row]) -> list[Fault]:
    """Two managers of one level; one position twice."""
    faults: list[Fault] = []
    managers: dict[tuple[str, ...], str] = {}
    posts: set[tuple[str, tuple[str, ...]]] = set()
    for row in rows:
        if (row.login, row.path) in posts:
            faults.append(Fault(row.line, f"{row.login} is twice in this unit"))
        posts.add((row.login, row.path))
        if row.is_manager and managers.setdefault(row.path, row.login) != row.login:
            faults.append(Fault(row.line, "This unit has a manager already"))
    return faults
