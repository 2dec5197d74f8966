"""The rules of the house that no linter knows; ARCHITECTURE.md gives their reasons."""

import ast
import re
import tomllib

from tests.house.source import FLOORS, ROOT, SLICES, Module, dotted, modules, slice_modules

FORBIDDEN_NAMES = re.compile(
    r"(^|_)(manager|helpers?|utils?|common|misc|handlers?|services?)(_|$)", re.IGNORECASE
)
MIGRATION = re.compile(r"20\d{6}T\d{4}_[a-z0-9_]+(\.sqlite|\.postgresql)?\.sql")


# Folders


def test_every_folder_is_a_floor_a_slice_or_the_app() -> None:
    known = {*FLOORS, *SLICES, "app"}
    folders = {p.name for p in (ROOT / "depesha").iterdir() if p.is_dir()} - {"__pycache__"}
    assert folders <= known


def test_import_linter_has_the_order_of_the_slices() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    names = [layer.strip("()") for layer in reversed(layers)]
    assert [name for name in names if name in SLICES] == list(SLICES)


def test_every_folder_has_its_tests() -> None:
    folders = {module.folder for module in modules() if module.folder not in ("", "app")}
    tested = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert folders - tested == set()


def test_every_folder_of_tests_mirrors_one_of_the_server() -> None:
    others = {"harness", "house", "law", "crash", "interop", "spec", "tools", "web"}
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert folders <= {*FLOORS, *SLICES, "app", *others}


def test_no_name_says_nothing() -> None:
    files = [str(m.path) for m in modules() if FORBIDDEN_NAMES.search(m.path.stem)]
    classes = [
        f"{module.at(node)} {node.name}"
        for module in modules()
        for node in module.walk()
        if isinstance(node, ast.ClassDef)
        and re.search(r"(Manager|Helper|Utils?|Handler|Service)$", node.name)
    ]
    assert files + classes == []


# SQL


def test_sql_is_only_in_stores() -> None:
    engine = {"sqlite.py", "postgres.py", "tx.py"}
    found = [
        module.at(node)
        for module in modules()
        if module.path.name != "store.py"
        and not (module.folder == "io" and module.path.name in engine)
        for node, _ in module.sql()
    ]
    assert found == []


def test_a_slice_touches_its_own_tables_only() -> None:
    found = [
        f"{module.at(node)} {table}"
        for module in slice_modules()
        for node, text in module.sql()
        for table in _tables(text)
        if not _is_own(table, module.folder)
    ]
    assert found == []


def test_the_tables_of_a_slice_begin_with_its_name() -> None:
    found = [
        f"{path.relative_to(ROOT)} {table}"
        for name in SLICES
        for path in (ROOT / "depesha" / name / "schema").glob("*.sql")
        for table in re.findall(
            r"CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?(\w+)", path.read_text("utf-8")
        )
        if not _is_own(table, name)
    ]
    assert found == []


def test_every_statement_of_a_slice_is_led_by_the_institution() -> None:
    found = [
        module.at(node)
        for module in slice_modules()
        for node, text in module.sql()
        if "institution_id" not in text and not _is_led_by_row(module, text)
    ]
    assert found == []


def _is_led_by_row(module: Module, sql: str) -> bool:
    """The full-text index has one key, the row's number, which begins with the institution."""
    return module.folder == "search" and "search_index" in sql


def test_migrations_are_named_by_their_minute() -> None:
    paths = list((ROOT / "depesha").glob("*/schema/*"))
    assert [str(path) for path in paths if not MIGRATION.fullmatch(path.name)] == []


def _tables(sql: str) -> set[str]:
    named = set(re.findall(r"\b(?:FROM|INTO|UPDATE|JOIN) ([a-z_]+)(?![a-z_(])", sql))
    local = set(re.findall(r"\b([a-z_]+) (?:\([a-z_, ]+\) )?AS (?:MATERIALIZED )?\(", sql))
    return named - local - {"excluded"}


def _is_own(table: str, name: str) -> bool:
    return table == name or table.startswith(f"{name}_")


# Imports


def test_a_slice_knows_of_another_what_it_exports() -> None:
    found = [
        f"{module.at(node)} {name}"
        for module in slice_modules()
        for node, name in module.imports()
        if (parts := name.split("."))[0] == "depesha"
        and len(parts) > 2
        and parts[1] in SLICES
        and parts[1] != module.folder
    ]
    assert found == []


def test_rules_stand_on_the_pure_floors_alone() -> None:
    by_name = {f"depesha.{m.folder}.{m.path.stem}": m for m in slice_modules()}
    pure = {name for name in by_name if name.endswith(".rules")}
    while (
        more := {
            name for rule in pure for _, name in by_name[rule].imports() if _is_beside(name, rule)
        }
        - pure
    ):
        pure |= more & by_name.keys()
    found = [
        f"{by_name[rule].at(node)} {name}"
        for rule in sorted(pure)
        for node, name in by_name[rule].imports()
        if name.split(".")[0] == "asyncio"
        or (
            name.startswith("depesha.")
            and name.split(".")[1] not in {"base", "events"}
            and name not in pure
        )
    ]
    assert found == []


def _is_beside(name: str, rule: str) -> bool:
    """Whether a module belongs to the slice of a `rules` module: then it must be pure as well."""
    return name.startswith(rule.rpartition(".")[0] + ".")


def test_endpoints_leave_tables_to_verbs() -> None:
    found = [
        module.at(node)
        for module in slice_modules()
        if module.path.name in {"api.py", "api_s2s.py"}
        for node, name in module.imports()
        if name == f"depesha.{module.folder}.store"
    ]
    assert found == []


def test_the_pure_floors_are_synchronous() -> None:
    found = [
        module.at(node)
        for module in modules()
        if module.folder == "events" or (module.folder == "base" and module.path.name != "clock.py")
        for node in module.walk()
        if isinstance(node, ast.AsyncFunctionDef)
    ]
    assert found == []


def test_every_table_of_endpoints_is_wired() -> None:
    wiring = next(m for m in modules() if m.folder == "app" and m.path.name == "wiring.py")
    named = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in wiring.walk()
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    used = {
        named.get(dotted(node.value))
        for node in wiring.walk()
        if isinstance(node, ast.Attribute) and node.attr == "ENDPOINTS"
    }
    declared = {
        f"depesha.{module.folder}.{module.path.stem}"
        for module in modules()
        if module.path.stem.startswith("api")
    }
    assert declared - used == set()


# The outside world


def test_time_and_randomness_come_from_the_clock() -> None:
    forbidden = re.compile(r"os\.urandom|(.*\.)?(datetime|date)\.(now|utcnow|today)|.*loop\.time")
    # They ask how busy this very loop is: how late it runs, how long a batch has held it.
    owners = {"base/clock.py", "io/observe.py", "io/db.py"}
    found = [
        f"{module.at(node)} {name}"
        for module in modules()
        if module.path.relative_to(ROOT / "depesha").as_posix() not in owners
        for node, name in module.calls()
        if forbidden.fullmatch(name) or (name == "asyncio.sleep" and not _is_zero(node))
    ]
    assert found == []


def test_files_and_requests_belong_to_io() -> None:
    touching = re.compile(r"open|os\.open|.*\.(read|write)_(text|bytes)|.*\.urlopen|.*\.unlink")
    found = [
        f"{module.at(node)} {name}"
        for module in modules()
        if module.folder not in {"io", "app"} and module.path.name != "config.py"
        for node, name in module.calls()
        if touching.fullmatch(name)
    ]
    assert found == []


def _is_zero(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


# State and tasks


def test_no_module_keeps_state() -> None:
    found = [place for module in modules() for place in _module_state(module)]
    assert found == []


def test_no_cache_grows_without_bound() -> None:
    # A function without arguments has one result.
    found = [
        module.at(node)
        for module in modules()
        for node in module.walk()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.args.args or node.args.kwonlyargs)
        and any(dotted(mark) in {"cache", "functools.cache"} for mark in node.decorator_list)
    ]
    assert found == []


def test_tasks_are_started_in_groups() -> None:
    # They keep what they start, and wait for it when they stop: the answers in work of a
    # listener, the writer of a database.
    owners = {"http/wire.py", "io/db.py"}
    loose = re.compile(r"asyncio\.(create_task|ensure_future)|.*loop(\(\))?\.create_task")
    found = [
        f"{module.at(node)} {name}"
        for module in modules()
        if module.path.relative_to(ROOT / "depesha").as_posix() not in owners
        for node, name in module.calls()
        if loose.fullmatch(name) or name == "?.create_task"
    ]
    assert found == []


def _module_state(module: Module) -> list[str]:
    """Assignments of mutable things to lower-case names, and changes of constants."""
    found = [module.at(node) for node in module.walk() if isinstance(node, ast.Global)]
    constants = set()
    for statement in module.tree.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if isinstance(target, ast.Name) and _is_mutable(statement.value):
                constants.add(target.id)
                if not target.id.isupper() and target.id != "__all__":
                    found.append(f"{module.at(statement)} {target.id}")
    return found + [
        f"{module.at(node)} {name}"
        for node in module.walk()
        for name in _changed(node)
        if name in constants
    ]


def _is_mutable(value: ast.expr) -> bool:
    literals = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
    makers = {"list", "dict", "set", "bytearray", "deque", "defaultdict", "OrderedDict", "Counter"}
    if isinstance(value, ast.Call):
        return dotted(value.func).rpartition(".")[2] in makers
    return isinstance(value, literals)


def _changed(node: ast.AST) -> list[str]:
    """The names whose item is set or deleted, or whose changing method is called."""
    methods = {"append", "add", "update", "pop", "popitem", "clear", "setdefault", "extend"}
    if isinstance(node, ast.Assign | ast.Delete):
        targets = node.targets
        return [dotted(target.value) for target in targets if isinstance(target, ast.Subscript)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return [dotted(node.func.value)] if node.func.attr in methods else []
    return []


# Tests


def test_no_test_sleeps_or_pretends() -> None:
    forbidden = re.compile(r"time\.sleep|.*\.?monkeypatch\.setattr|(.*\.)?(Magic|Async)?Mock|patch")
    found = [
        f"{module.path.relative_to(ROOT)}:{node.lineno} {name}"
        for module in modules("tests")
        for node, name in module.calls()
        if (forbidden.fullmatch(name) and not _is_no_code(node))
        or (name == "asyncio.sleep" and not _is_zero(node))
    ]
    assert found == []


def _is_no_code(call: ast.Call) -> bool:
    """Whether it replaces what is the process's own (`sys.stdin`), or a limit in capitals."""
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    return any(isinstance(t, str) and (t.startswith("sys.") or t.isupper()) for t in texts[:1])
