"""The command line, beside a running server and without one."""

import asyncio
import io
import stat
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from depesha.app.cli import main
from depesha.app.operate import socket_path
from depesha.app.serve import running
from tests.harness.client import Client
from tests.harness.clock import TestClock
from tests.harness.server import Server, config_for, start

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="d") as path:
        yield Path(path)


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the folder: exit code, output, and what went wrong."""

    def run(*command: str) -> tuple[int, str, str]:
        place = ["--data", str(folder), "--server-name", "depesha.test"]
        code = main([*command, *place])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


async def beside(run: Run, *command: str) -> tuple[int, str, str]:
    """As `run`, in a thread of its own, since it needs a loop of its own."""
    return await asyncio.to_thread(run, *command)


def server_on(folder: Path, clock: TestClock) -> Any:
    return start(config_for(folder, "", open_registration=False), clock)


async def signs_in(server: Server, name: str, password: str) -> bool:
    body = {"type": "m.login.password", "user": name, "password": password}
    return (await server.anyone.post("/login", body)).status == 200


def password_in(output: str) -> str:
    return output.rpartition("password: ")[2].strip()


def test_an_account_is_made_before_the_first_start(
    run: Run, folder: Path, clock: TestClock
) -> None:
    code, output, _ = run("user", "create", "anna", "--admin")
    assert code == 0
    assert output.startswith("@anna:depesha.test\npassword: ")
    assert run("user", "list")[1] == "@anna:depesha.test admin\n"

    async def check() -> None:
        async with server_on(folder, clock) as server:
            assert await signs_in(server, "anna", password_in(output))

    asyncio.run(check())


async def test_a_running_server_is_asked(run: Run, folder: Path, clock: TestClock) -> None:
    async with server_on(folder, clock) as server:
        assert stat.S_IMODE(socket_path(server.config).stat().st_mode) == 0o600
        code, output, _ = await beside(run, "user", "create", "anna")
        assert code == 0
        assert await signs_in(server, "anna", password_in(output))
        _, reset, _ = await beside(run, "user", "reset-password", "@anna:depesha.test")
        assert not await signs_in(server, "anna", password_in(output))
        assert await signs_in(server, "anna", password_in(reset))
        assert (await beside(run, "user", "lock", "anna"))[0] == 0
        assert not await signs_in(server, "anna", password_in(reset))
        assert (await beside(run, "user", "unlock", "anna"))[0] == 0
        assert await signs_in(server, "anna", password_in(reset))
        assert (await beside(run, "user", "deactivate", "anna", "--erase"))[0] == 0
        assert not await signs_in(server, "anna", password_in(reset))
    assert not socket_path(server.config).exists()


async def test_a_socket_that_was_left_behind_is_no_server(
    run: Run, folder: Path, clock: TestClock
) -> None:
    async with server_on(folder, clock) as server:
        path = socket_path(server.config)
        path.rename(folder / "kept")
    (folder / "kept").rename(path)
    assert (await beside(run, "user", "create", "anna"))[0] == 0
    async with server_on(folder, clock):
        assert (await beside(run, "user", "list"))[1] == "@anna:depesha.test\n"


def test_what_is_special_about_an_account_is_listed(run: Run) -> None:
    assert run("user", "create", "anna")[0] == 0
    for command, listed in (
        ("promote", "@anna:depesha.test admin\n"),
        ("demote", "@anna:depesha.test\n"),
        ("suspend", "@anna:depesha.test suspended\n"),
        ("unsuspend", "@anna:depesha.test\n"),
        ("lock", "@anna:depesha.test locked\n"),
    ):
        assert run("user", command, "anna") == (0, "", "")
        assert run("user", "list")[1] == listed


def test_roles_are_granted_listed_and_taken_back(run: Run) -> None:
    assert run("user", "create", "anna")[0] == 0
    assert run("role", "grant", "anna", "auditor") == (0, "", "")
    assert run("role", "grant", "anna", "unit_administrator", "--unit", "7")[0] == 0
    listed = "@anna:depesha.test auditor\n@anna:depesha.test unit_administrator unit 7\n"
    assert run("role", "list") == (0, listed, "")
    assert run("role", "revoke", "anna", "auditor") == (0, "", "")
    assert run("role", "revoke", "anna", "auditor")[0] == 1
    assert run("role", "list")[1] == "@anna:depesha.test unit_administrator unit 7\n"


def test_a_password_is_read_from_standard_input(
    run: Run, folder: Path, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    code, output, _ = run("user", "create", "anna", "--password-stdin")
    assert (code, output) == (0, "@anna:depesha.test\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("short 7\n"))
    code, _, error = run("user", "create", "boris", "--password-stdin")
    assert code == 1
    assert "at least 8 characters" in error

    async def check() -> None:
        async with server_on(folder, clock) as server:
            assert await signs_in(server, "anna", "correct horse battery")

    asyncio.run(check())


async def test_notices_reach_one_or_all(folder: Path, run: Run, clock: TestClock) -> None:
    async with server_on(folder, clock) as server:
        for name in ("anna", "boris", "vera"):
            await beside(run, "user", "create", name)
        await beside(run, "user", "deactivate", "vera")
        assert await beside(run, "notice", "send", "anna", "Come to the office.") == (0, "", "")
        assert await beside(run, "notice", "send-all", "Тревога!") == (0, "2\n", "")
        assert await beside(run, "notice", "send", "vera", "x") == (
            1,
            "",
            "depesha: User not found\n",
        )
        password = password_in((await beside(run, "user", "reset-password", "anna"))[1])
        anna = await server.anyone.login("anna", password)
        (room,) = (await anna.sync())["rooms"]["invite"]
        await anna.join(room)
        page = await anna.messages(room, limit=10)
        bodies = [e["content"].get("body") for e in page["chunk"]]
        assert {"Come to the office.", "Тревога!"} <= set(bodies)


async def test_official_notices_and_their_figures(folder: Path, run: Run, clock: TestClock) -> None:
    async with server_on(folder, clock):
        for name in ("anna", "boris"):
            await beside(run, "user", "create", name)
        code, out, _ = await beside(run, "notice", "official", "Fire!", "--emergency", "--all")
        notice_id = out.strip()
        await clock.advance(1)
        figures = "addressed: 2\nsent: 2\ndelivered: 0\nshown: 0\nacknowledged: 0\nnot_reached: 2\n"
        assert (code, await beside(run, "notice", "figures", notice_id)) == (0, (0, figures, ""))
        rest = (await beside(run, "notice", "figures", notice_id, "--not-reached"))[1]
        assert rest == figures + "@anna:depesha.test\n@boris:depesha.test\n"
        await beside(run, "notice", "official", "Hello,\nBoris", "--user", "boris")
        await clock.advance(1)
        lines = (await beside(run, "notice", "list"))[1].splitlines()
        assert lines[-1] == f"{notice_id}\temergency\tFire!"
        assert lines[0].split("\t")[1:] == ["official", "Hello, Boris"]
        assert (await beside(run, "notice", "official", "x", "--unit", "9"))[0] == 1
        assert (await beside(run, "notice", "figures", "none"))[0] == 1


def test_tokens_come_and_go(run: Run) -> None:
    assert run("token", "create", "welcome", "--uses", "3") == (0, "welcome\n", "")
    code, made, _ = run("token", "create", "--days", "1")
    assert code == 0
    listed = run("token", "list")[1].splitlines()
    assert listed[0] == "welcome uses 0 of 3 ends never"
    assert listed[1].startswith(f"{made.strip()} uses 0 of any ends 1")
    assert run("token", "revoke", "welcome") == (0, "", "")
    assert run("token", "revoke", "welcome") == (1, "", "depesha: No such token\n")


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (("user", "create", "anna"), "This username is taken"),
        (("user", "create", "a b"), "A username may have the characters"),
        (("user", "lock", "boris"), "User not found"),
        (("user", "lock", "@boris:elsewhere.test"), "This user does not belong to this server"),
        (("token", "create", "a b"), "A token may have"),
    ],
)
def test_a_refusal_is_told(run: Run, command: tuple[str, ...], error: str) -> None:
    assert run("user", "create", "anna")[0] == 0
    code, output, found = run(*command)
    assert (code, output) == (1, "")
    assert found.startswith(f"depesha: {error}")


def test_wrong_settings_are_told(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("user", "create", "anna")[0] == 0
    other = ["--data", str(folder), "--server-name", "other.test"]
    assert main(["user", "list", *other]) == 2
    assert "belongs to depesha.test" in capsys.readouterr().err
    assert main(["config", "--config", str(folder / "missing.toml")]) == 2
    assert "missing.toml" in capsys.readouterr().err
    assert main(["serve", "--listen", "nowhere", *other[:3], "depesha.test"]) == 2
    assert "nowhere" in capsys.readouterr().err


async def test_an_address_that_is_taken_is_told(
    folder: Path, clock: TestClock, tmp_path: Path
) -> None:
    async with server_on(folder, clock) as server:
        place = server.base_url.removeprefix("http://")
        with pytest.raises(OSError, match="address already in use"):
            async with running(config_for(tmp_path, "", listen=place), TestClock()):
                pass


@pytest.mark.parametrize("command", [(), ("user",), ("user", "create"), ("guess",)])
def test_wrong_use_is_told(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(command)
    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith("usage: depesha")


def test_the_settings_in_force_are_shown_without_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "depesha.toml"
    file.write_text(
        'turn_secret = "s3cret"\n'
        'database = "postgresql://depesha:s3cret@db.test/depesha"\n'
        'turn_uris = ["turn:turn.test"]\n'
    )
    assert main(["config", "--config", str(file), "--server-name", "city.test"]) == 0
    output = capsys.readouterr().out
    shown = tomllib.loads(output)
    assert "s3cret" not in output
    assert shown["server_name"] == "city.test"
    assert shown["database"] == "postgresql://depesha:***@db.test/depesha"
    assert shown["turn_uris"] == ["turn:turn.test"]
    assert shown["registration_shared_secret"] == ""


async def test_the_tree_is_kept_by_commands(folder: Path, run: Run, clock: TestClock) -> None:
    table = folder / "people.csv"
    table.write_text("login,unit,title,manager\nanna,City/Law,Head,yes\nboris,City/Law,Clerk,\n")
    async with server_on(folder, clock):
        code, out, _ = await beside(run, "org", "import", str(table), "--dry-run")
        assert (code, "added: 2" in out, "dry_run: True" in out) == (0, True, True)
        assert (await beside(run, "org", "tree"))[1] == ""
        assert (await beside(run, "org", "import", str(table)))[0] == 0
        code, out, _ = await beside(run, "org", "create", "Records", "--manager", "anna")
        number = out.strip()
        assert (code, number.isdigit()) == (0, True)
        assert (await beside(run, "org", "appoint", "boris", number, "--title", "Adviser"))[0] == 0
        assert (await beside(run, "org", "remove", number))[0] == 1
        assert (await beside(run, "org", "dismiss", "boris", number))[0] == 0
        assert (await beside(run, "org", "change", number, "--name", "Archive"))[0] == 0
        lines = (await beside(run, "org", "tree"))[1].splitlines()
        assert [line.split("\t")[1:] for line in lines] == [
            ["Archive", "@anna:depesha.test", "0"],
            ["City", "-", "0"],
            ["  Law", "@anna:depesha.test", "2"],
        ]
        assert (await beside(run, "org", "remove", number))[0] == 0
        assert await beside(run, "org", "leave", "boris") == (0, "0\n", "")
        table.write_text("nonsense\n")
        assert (await beside(run, "org", "import", str(table)))[0] == 1


def test_posts_are_kept_by_commands(run: Run) -> None:
    for name in ("anna", "boris"):
        run("user", "create", name)
    unit = run("org", "create", "Law")[1].strip()
    made = run("post", "make", "Duty", "--unit", unit, "--localpart", "duty", "--inherits", "own")
    assert made[:2] == (0, "@post-duty:depesha.test\n")
    tomorrow = "2030-01-01T09:00/2030-01-02T09:00"
    assert run("post", "roster", "post-duty", "anna", f"boris={tomorrow}")[0] == 0
    assert run("post", "change", "post-duty", "--name", "Duty officer", "--serves")[0] == 0
    line = f"@post-duty:depesha.test\t{unit}\tDuty officer\t@anna:depesha.test\n"
    assert run("post", "list")[1] == line
    assert run("post", "roster", "post-duty", "nobody")[0] == 1
    assert run("post", "end", "post-duty")[0] == 0
    assert run("post", "list")[1] == ""


def test_retention_holds_and_inspections_have_commands(run: Run) -> None:
    run("user", "create", "anna")
    assert run("retention", "set", "--messages-days", "30", "--kind", "direct")[0] == 0
    listed = run("retention", "list")[1]
    assert listed.startswith("unit=0 kind=direct messages_days=30 files_days=None")
    assert run("retention", "unset", "--kind", "direct")[0] == 0
    assert run("retention", "list")[1] == ""
    why = ("--ground", "a lawsuit", "--case", "A-1")
    code, output, _ = run("hold", "place", "anna", *why, "--days", "2")
    hold = output.strip()
    assert code == 0
    assert run("hold", "list")[1] == f"{hold} @anna:depesha.test A-1 standing\n"
    assert run("hold", "release", hold)[0] == 0
    assert run("hold", "list")[1] == f"{hold} @anna:depesha.test A-1 ended\n"
    assert run("hold", "place", "nobody", *why)[0] == 1
    period = ("--since-ts", "0", "--until-ts", "1")
    _, output, _ = run("inspection", "request", "anna", *why, *period)
    asked = output.strip()
    code, _, error = run("inspection", "approve", asked)
    assert (code, "Another person" in error) == (1, True)
    assert run("inspection", "refuse", asked)[0] == 1
    assert asked in run("inspection", "list")[1]


async def test_what_the_console_shows_has_commands(
    folder: Path, run: Run, clock: TestClock
) -> None:
    async with server_on(folder, clock) as server:
        await beside(run, "user", "create", "anna")
        code, output, _ = await beside(run, "user", "reset-password", "anna")
        anna = await Client(server.wire).login("anna", password_in(output))
        room = await anna.create_room(name="Law")
        report = f"/_matrix/client/v3/rooms/{room}/report"
        (await anna.post(report, {"reason": "too\nloud"})).ok()

        groups = (await beside(run, "group", "list", "--search", "law"))[1]
        assert groups == f"{room} basic 1 Law\n"
        number, _, rest = (await beside(run, "complaint", "list", "--open"))[1].partition(" ")
        assert rest == f"@anna:depesha.test {room} open too loud\n"
        decided = await beside(run, "complaint", "decide", number, "rejected", "--answer", "No.")
        assert decided[0] == 0
        assert (await beside(run, "complaint", "list", "--open"))[1] == ""
        seen = (await beside(run, "org", "see-as", "anna"))[1]
        assert f"{room}\tbasic\tLaw\n" in seen
        counted = (await beside(run, "retention", "preview", "--kind", "basic"))[1]
        assert counted == "rooms=1 held=0 messages=0 files=0\n"
        assert anna.device_id in (await beside(run, "user", "devices", "anna"))[1]
        out = await beside(run, "user", "sign-out", "anna", "--device", anna.device_id)
        assert out[0] == 0
        assert (await beside(run, "user", "devices", "anna"))[1] == ""
        (await anna.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
        assert code == 0


def test_policies_of_signing_in_have_commands(run: Run) -> None:
    asked = ("--second-factor", "--session-hours", "12")
    assert run("policy", "set", "security_officer", *asked)[0] == 0
    listed = run("policy", "list")[1]
    assert listed.startswith("security_officer second_factor=True least_password=None")
    assert run("policy", "unset", "security_officer")[0] == 0
    assert run("policy", "list")[1] == ""
    assert run("policy", "unset", "security_officer")[0] == 1


async def test_the_recovery_key_has_commands(folder: Path, run: Run, clock: TestClock) -> None:
    async with server_on(folder, clock) as server:
        assert "in the browser" in (await beside(run, "custody", "show"))[1]
        assert (await beside(run, "custody", "end"))[0] == 1
        people = {}
        for name, more in (("anna", ("--admin",)), ("boris", ("--admin",)), ("vera", ())):
            _, output, _ = await beside(run, "user", "create", name, *more)
            people[name] = await Client(server.wire).login(name, password_in(output))
        anna, boris, vera = people.values()
        admin = "/_depesha/v1/admin"
        holders = [anna.user_id, boris.user_id]
        body = {"public_key": "A" * 87, "threshold": 2, "holders": holders}
        key_id = (await anna.put(f"{admin}/custody", body)).ok()["key_id"]
        shown = (await beside(run, "custody", "show"))[1].splitlines()
        assert shown[0] == f"{key_id} 2 of 2 shares open it"
        assert shown[1].startswith(f"made by {anna.user_id} at ")
        assert shown[2:] == holders

        sealed = {"key_id": key_id, "version": "1", "sealed": "c2VhbGVk"}
        (await vera.put("/_depesha/v1/me/custody", sealed)).ok()
        asked = {
            "target": vera.user_id,
            "since_ts": 0,
            "until_ts": clock.now_ms(),
            "expires_ts": clock.now_ms() + 3_600_000,
            "ground": "a lawsuit",
            "case_number": "A-1",
        }
        case = (await anna.post(f"{admin}/inspections", asked)).ok()["inspection_id"]
        (await boris.put(f"{admin}/inspections/{case}", {"approved": True})).ok()
        assert (await beside(run, "custody", "openings"))[1] == ""
        (await anna.post(f"{admin}/inspections/{case}/sealed_key", {})).ok()
        line = f"{clock.now_ms()} {anna.user_id} {vera.user_id} {case}\n"
        assert (await beside(run, "custody", "openings"))[1] == line
        assert await beside(run, "custody", "end") == (0, "", "")
        assert (await beside(run, "custody", "openings"))[1] == line
