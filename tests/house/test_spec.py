"""The endpoints and the operations of the client-server API answer to each other."""

from tests.harness.absent import ABSENT
from tests.harness.endpoints import load_endpoints
from tests.harness.spec import load_operations

OPERATIONS = load_operations()
NAMED = [row for row in load_endpoints() if row.spec is not None]


def test_the_specification_is_whole() -> None:
    assert len(OPERATIONS) == 166


def test_every_operation_has_an_endpoint_or_a_reason() -> None:
    # Two pairs of operations share a method and a path, and so an endpoint.
    served = {(row.method, path) for row in NAMED for path in row.paths}
    missing = {
        name
        for name, operation in OPERATIONS.items()
        if (operation.method, operation.path) not in served
    }
    assert missing == ABSENT.keys(), (
        f"neither endpoint nor reason: {sorted(missing - ABSENT.keys())}; "
        f"to be struck from tests/harness/absent.py: {sorted(ABSENT.keys() - missing)}"
    )


def test_every_endpoint_that_names_an_operation_has_its_method_and_path() -> None:
    wrong = [
        f"{row.spec}: {row.method} {' '.join(row.paths)}"
        for row in NAMED
        if (operation := OPERATIONS.get(row.spec or "")) is None
        or row.method != operation.method
        or operation.path not in row.paths
    ]
    assert wrong == []


def test_no_operation_has_two_endpoints() -> None:
    names = [row.spec or "" for row in NAMED]
    assert sorted(set(names)) == sorted(names)


def test_reasons_are_given_for_operations_that_exist() -> None:
    assert ABSENT.keys() - OPERATIONS.keys() == set()
    assert all(ABSENT.values())
