"""Administrators' acts leave a line, with the act itself or not at all."""

from pathlib import Path

import orjson
import pytest

from depesha.app.cli import main
from depesha.audit.chain import load_line, verify
from depesha.events.sign import decode_base64
from tests.accounts.steps import make_admin
from tests.harness.server import Server

AUDIT = "/_depesha/v1/admin/audit"
USERS = "/_depesha/v1/admin/users"


async def test_every_act_of_an_administrator_has_its_line(server: Server) -> None:
    admin = await make_admin(server, await server.register("admin"))
    (await admin.post(USERS, {"username": "bob"})).ok()
    bob = f"{USERS}/@bob:depesha.test"
    lock = "/_matrix/client/v1/admin/lock/@bob:depesha.test"
    (await admin.put(lock, {"locked": True})).ok()
    (await admin.put(lock, {"locked": False})).ok()
    (await admin.put(f"{bob}/password", {})).ok()
    (await admin.put(f"{bob}/admin", {"admin": True})).ok()
    token = (await admin.post("/_depesha/v1/admin/registration_tokens", {})).ok()["token"]
    (await admin.delete(f"/_depesha/v1/admin/registration_tokens/{token}")).ok()
    body = (await admin.get(AUDIT)).ok()
    lines = [load_line(line) for line in body["lines"]]
    assert not list(verify(lines, decode_base64(body["public_key"])))
    assert [line.actor for line in lines] == ["operator"] + [admin.user_id] * 7
    assert [(line.act, line.target) for line in lines] == [
        ("role.grant", admin.user_id),
        ("user.create", "@bob:depesha.test"),
        ("user.lock", "@bob:depesha.test"),
        ("user.unlock", "@bob:depesha.test"),
        ("user.reset-password", "@bob:depesha.test"),
        ("role.grant", "@bob:depesha.test"),
        ("token.create", token[:4] + "…"),
        ("token.revoke", token[:4] + "…"),
    ]
    assert token not in str(body)


async def test_what_was_refused_has_none(server: Server) -> None:
    admin = await make_admin(server, await server.register("admin"))
    (await admin.post(f"{USERS}/@nobody:depesha.test/deactivate", {})).refused(404, "M_NOT_FOUND")
    (await admin.put(f"{USERS}/{admin.user_id}/admin", {"admin": False})).refused(
        403, "M_FORBIDDEN"
    )
    lines = (await admin.get(AUDIT)).ok()["lines"]
    assert [line["actor"] for line in lines] == ["operator"]


async def test_the_log_is_paged_and_filtered_for_administrators(server: Server) -> None:
    admin = await make_admin(server, await server.register("admin"))
    for name in ("a", "b", "c"):
        (await admin.post(USERS, {"username": name})).ok()
    first = (await admin.get(AUDIT, {"limit": 2})).ok()
    assert [line["number"] for line in first["lines"]] == [1, 2]  # the first made this admin one
    rest = (await admin.get(AUDIT, {"limit": 2, "after": first["next"]})).ok()
    assert [line["number"] for line in rest["lines"]] == [3, 4]
    assert (await admin.get(AUDIT, {"limit": 2, "after": 4})).ok()["lines"] == []
    of_b = (await admin.get(AUDIT, {"target": "@b:depesha.test"})).ok()["lines"]
    assert [line["number"] for line in of_b] == [3]
    stranger = await server.register("stranger")
    (await stranger.get(AUDIT)).refused(403, "M_FORBIDDEN")


async def test_an_export_is_verified_without_a_server(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    admin = await make_admin(server, await server.register("admin"))
    for name in ("a", "b"):
        (await admin.post(USERS, {"username": name})).ok()
    body = (await admin.get(AUDIT)).ok()
    file, key = tmp_path / "audit.jsonl", body["public_key"]
    head = {"server_name": body["server_name"], "public_key": key}
    file.write_bytes(b"\n".join(orjson.dumps(line) for line in (head, *body["lines"])))
    assert main(["audit", "verify", str(file), "--key", key]) == 0
    last = body["lines"][-1]
    assert f"the last is 3:{last['hash']}" in capsys.readouterr().out
    body["lines"][0]["target"] = "@mallory:depesha.test"
    file.write_bytes(b"\n".join(orjson.dumps(line) for line in (head, *body["lines"])))
    assert main(["audit", "verify", str(file), "--key", key]) == 1
    assert "line 1" in capsys.readouterr().err
    file.write_bytes(b"\n".join(orjson.dumps(line) for line in (head, body["lines"][0])))
    noted = f"3:{last['hash']}"
    assert main(["audit", "verify", str(file), "--key", key, "--known", noted]) == 1


async def test_the_log_is_read_backwards_too(server: Server) -> None:
    admin = await make_admin(server, await server.register("admin"))
    for name in ("anna", "bob", "carol"):
        (await admin.post(USERS, {"username": name})).ok()
    page = (await admin.get(AUDIT, {"before": 2**50, "limit": 2})).ok()
    assert [line["target"][1:4] for line in page["lines"]] == ["car", "bob"]
    rest = (await admin.get(AUDIT, {"before": page["next"]})).ok()["lines"]
    assert [line["number"] for line in rest] == [2, 1]
    of_bob = {"before": 2**50, "target": "@bob:depesha.test"}
    (line,) = (await admin.get(AUDIT, of_bob)).ok()["lines"]
    assert line["act"] == "user.create"
