"""Refused means unchanged: no table has another number of rows, and the log has not moved."""

from typing import Any, NamedTuple

from depesha.io.tx import Tx
from tests.harness.client import Client
from tests.harness.server import Server

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'",
    "postgresql": "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
}

MESSAGE = {"msgtype": "m.text", "body": "hello"}

REFUSALS: list[tuple[str, str, str, Any]] = [
    ("bob", "PUT", "/rooms/{room}/send/m.room.message/r1", MESSAGE),
    ("bob", "PUT", "/rooms/{room}/state/m.room.name/", {"name": "Mine"}),
    ("bob", "PUT", "/rooms/{room}/redact/{event}/r2", {}),
    ("bob", "PUT", "/rooms/{room}/typing/{bob}", {"typing": True}),
    ("bob", "POST", "/rooms/{room}/join", {}),
    ("bob", "POST", "/knock/{room}", {}),
    ("bob", "POST", "/rooms/{room}/leave", {}),
    ("bob", "POST", "/rooms/{room}/forget", {}),
    ("bob", "POST", "/rooms/{room}/invite", {"user_id": "{carol}"}),
    ("bob", "POST", "/rooms/{room}/kick", {"user_id": "{carol}"}),
    ("bob", "POST", "/rooms/{room}/ban", {"user_id": "{carol}"}),
    ("bob", "POST", "/rooms/{room}/unban", {"user_id": "{carol}"}),
    ("bob", "POST", "/rooms/{room}/upgrade", {"new_version": "11"}),
    ("bob", "POST", "/rooms/{room}/receipt/m.read/{event}", {}),
    ("bob", "POST", "/rooms/{room}/read_markers", {"m.fully_read": "{event}"}),
    ("bob", "PUT", "/directory/list/room/{room}", {"visibility": "public"}),
    ("bob", "PUT", "/user/{alice}/account_data/org.example", {"a": 1}),
    ("bob", "PUT", "/user/{alice}/rooms/{room}/tags/u.mine", {}),
    ("bob", "PUT", "/profile/{alice}/displayname", {"displayname": "Eve"}),
    ("bob", "POST", "/user/{alice}/filter", {}),
    ("bob", "PUT", "/presence/{alice}/status", {"presence": "offline"}),
    ("bob", "DELETE", "/devices/{device}", {}),
    ("bob", "POST", "/account/deactivate", {}),
    ("bob", "POST", "/account/password", {"new_password": "another"}),
    ("bob", "POST", "/keys/device_signing/upload", {"master_key": {"usage": ["wrong"]}}),
    ("carol", "PUT", "/rooms/{room}/state/m.room.power_levels/", {"users": {"{carol}": 100}}),
    ("carol", "PUT", "/rooms/{room}/state/m.room.member/{bob}", {"membership": "join"}),
    ("carol", "PUT", "/rooms/{room}/state/m.room.create/", {}),
    ("carol", "PUT", "/rooms/{room}/redact/{event}/r3", {}),
    ("carol", "POST", "/rooms/{room}/kick", {"user_id": "{alice}"}),
    ("carol", "POST", "/rooms/{room}/ban", {"user_id": "{alice}"}),
    ("carol", "POST", "/rooms/{room}/invite", {"user_id": "not a user id"}),
    ("carol", "PUT", "/rooms/{room}/send/m.room.message/r4", {"body": "x" * 66_000}),
    ("carol", "PUT", "/rooms/{room}/send/m.room.message/r5", {"number": 1.5}),
    ("carol", "POST", "/createRoom", {"room_version": "unheard of"}),
    ("carol", "POST", "/createRoom", {"room_alias_name": "taken"}),
    ("carol", "POST", "/createRoom", {"initial_state": [{"type": "a", "content": {"n": 1.5}}]}),
    ("carol", "PUT", "/directory/room/%23taken:depesha.test", {"room_id": "{room}"}),
    ("carol", "DELETE", "/directory/room/%23taken:depesha.test", None),
    ("nobody", "POST", "/createRoom", {}),
    ("nobody", "POST", "/register", {"username": "Not Allowed", "password": "p"}),
    ("nobody", "POST", "/login", {"type": "m.login.password", "user": "alice", "password": "p"}),
]


OWN_PACE = ("search_", "accounts_uia")
"""The index follows the log at its own pace; 401 with stages to pass begins a UIA session."""


class Name(NamedTuple):
    name: str


async def picture(server: Server) -> dict[str, int]:
    """Rows of each table, and how far the log is."""
    log, db = server.running.house.spine.log, server.running.house.spine.db

    async def count(tx: Tx) -> dict[str, int]:
        found = {}
        for table in await tx.rows(Name, TABLES[db.engine]):
            if table.name.startswith(OWN_PACE):
                continue
            rows = await tx.value(int, f'SELECT COUNT(*) FROM "{table.name}"')
            found[table.name] = rows or 0
        return found

    return {**await db.read(count), "(log)": log.position}


async def settled(server: Server) -> dict[str, int]:
    """The picture once those who follow the log have come to its end."""
    await server.clock.advance(5)
    before = await picture(server)
    while (now := await picture(server)) != before:
        before = now
        await server.clock.advance(5)
    return before


def fill(value: Any, names: dict[str, str]) -> Any:
    """`value` with the names in braces replaced, in strings at any depth."""
    if isinstance(value, dict):
        return {fill(key, names): fill(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(f"{{{name}}}", text)
    return value


async def test_a_refused_request_changes_nothing(server: Server, alice: Client) -> None:
    bob, carol = await server.register("bob"), await server.register("carol")
    room = await alice.create_room(
        preset="private_chat", invite=[carol.user_id], room_alias_name="taken"
    )
    await carol.join(room)
    names = {
        "room": room,
        "event": await alice.send(room, "one"),
        "alice": alice.user_id,
        "bob": bob.user_id,
        "carol": carol.user_id,
        "device": alice.device_id,
    }
    who = {"bob": bob, "carol": carol, "nobody": server.anyone}
    before = await settled(server)
    assert before["events"] > 0
    for name, method, path, body in REFUSALS:
        answer = await who[name].request(method, fill(path, names), json=fill(body, names))
        assert 400 <= answer.status < 500, f"{name}: {answer.request} gave {answer.status}"
        after = await settled(server)
        changed = {table for table in before | after if before.get(table) != after.get(table)}
        assert not changed, f"{name}: {answer.request} changed {changed}"
