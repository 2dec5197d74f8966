"""Signing in with the directory's password, and keeping in step with it."""

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depesha.app.cli import main
from depesha.base.directory import Attributes, Directory
from depesha.io.ldap import Entry
from depesha.io.ldap_filter import equal, read_filter
from depesha.signin.ldap_rules import key_of, pick_managers, read_entry, split_dn
from tests.accounts.steps import is_signed_in, login_body, make_admin, with_password
from tests.conftest import StartServer
from tests.duty.test_retention import again
from tests.harness.client import PASSWORD, Client
from tests.harness.server import Server
from tests.harness.slapd import (
    PEOPLE,
    READER,
    READER_PASSWORD,
    SUFFIX,
    Slapd,
    group,
    person,
    person_dn,
    unit,
    unit_dn,
)
from tests.org.institution import ADMIN, user
from tests.signin.steps import ACCOUNT, Browser

SYNC = "/_depesha/v1/admin/directory/sync"
JPEG = b"\xff\xd8\xff\xe0 a picture"
DOWN = "ORG.DEPESHA.DIRECTORY_DOWN"


def secret(folder: Path, password: str = READER_PASSWORD) -> str:
    path = folder / f"reader {len(password)}"
    path.write_text(password + "\n")
    return str(path)


def directory(slapd: Slapd, folder: Path, **fields: Any) -> Directory:
    """Settings for the directory of the tests, as it is reached without TLS."""
    settings: dict[str, Any] = {
        "url": f"ldap+plain://127.0.0.1:{slapd.port}",
        "base": PEOPLE,
        "bind_dn": READER,
        "password_file": secret(folder),
        "organisation": "City",
        "attributes": Attributes(disabled="userAccountControl"),
    }
    return Directory(**(settings | fields))


def password_of(uid: str) -> str:
    return f"the password of {uid}"


async def sign_in(server: Server, uid: str) -> Client:
    return await server.anyone.login(uid, password_of(uid.lower()))


def counts(report: Any) -> dict[str, int]:
    found = {name: part["count"] for name, part in report.items() if isinstance(part, dict)}
    return {name: count for name, count in found.items() if count}


async def acts(root: Client, name: str) -> list[Any]:
    """The lines of the log of acts that have this name."""
    lines = (await root.get("/_depesha/v1/admin/audit", {"limit": 1000})).ok()["lines"]
    return [line for line in lines if line["act"] == name]


# --- signing in ----------------------------------------------------------------------


async def test_the_password_of_the_directory_makes_and_opens_an_account(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    slapd.add(unit("Law"), person("anna", "Law", cn="The Judge", mail="anna@city.test"))
    async with start_server(ldap=directory(slapd, tmp_path)) as server:
        for bad in ("wrong", "", PASSWORD):
            (await server.anyone.post("/login", login_body("anna", bad))).refused(
                403, "M_FORBIDDEN"
            )
        anna = await sign_in(server, "Anna")
        assert anna.user_id == user("anna")
        profile = (await anna.get(f"/profile/{anna.user_id}")).ok()
        assert profile["displayname"] == "The Judge"
        assert (await sign_in(server, "anna")).user_id == anna.user_id
        # Who has it once more to prove who they are, proves it by the directory too.
        path = f"/devices/{anna.device_id}"
        wrong = await with_password(anna, "DELETE", path, {}, "wrong")
        assert wrong.status == 401
        (await with_password(anna, "DELETE", path, {}, password_of("anna"))).ok()


async def test_the_pages_take_it_too(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    slapd.add(person("anna"))
    async with start_server(ldap=directory(slapd, tmp_path)) as server:
        browser = Browser(server)
        await browser.open(ACCOUNT)
        await browser.sign_in("anna", "wrong")
        assert browser.status == 401
        await browser.sign_in("anna", password_of("anna"))
        assert user("anna") in browser.page
        slapd.stop()
        try:
            other = Browser(server)
            await other.open(ACCOUNT)
            await other.sign_in("anna", password_of("anna"))
            assert other.status == 503
            assert "cannot be reached" in other.page
        finally:
            slapd.start()


async def test_whoever_the_directory_does_not_let_in(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    slapd.add(
        unit("Law"),
        person("off", "Law", userAccountControl="514"),
        person("on", "Law", userAccountControl="512"),
        person("elsewhere", "Law", employeeType="guest"),
        person("bad name", "Law"),
    )
    settings = directory(slapd, tmp_path, filter="(&(objectClass=person)(!(employeeType=guest)))")
    async with start_server(ldap=settings) as server:
        for uid in ("off", "elsewhere", "bad name"):
            body = login_body(uid, password_of(uid))
            (await server.anyone.post("/login", body)).refused(403, "M_FORBIDDEN")
        await sign_in(server, "on")
        # What is typed is never a part of a filter.
        for uid in ("*", "o*", "on)(uid=*", "on)(|(uid=*", "o\\6e", "on\x00", "(on)"):
            body = login_body(uid, password_of("on"))
            (await server.anyone.post("/login", body)).refused(403, "M_FORBIDDEN")


async def test_the_directory_enters_no_account_with_a_password_of_its_own(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    slapd.add(person("root"), person("alice"))
    async with start_server(ldap=directory(slapd, tmp_path)) as server:
        await server.register("root")
        body = login_body("root", password_of("root"))
        (await server.anyone.post("/login", body)).refused(403, "M_FORBIDDEN")
        await server.anyone.login("root")
        alice = await sign_in(server, "alice")
        change = {"new_password": "another password", "logout_devices": False}
        answer = await with_password(
            alice, "POST", "/account/password", change, password_of("alice")
        )
        answer.refused(403, "M_FORBIDDEN")
    trusting = directory(slapd, tmp_path, creates_accounts=False)
    slapd.add(person("new"))
    async with start_server(ldap=trusting) as server:
        (await server.anyone.post("/login", login_body("new", password_of("new")))).refused(
            403, "M_FORBIDDEN"
        )
        await sign_in(server, "alice")


async def test_whoever_is_renamed_or_moved_keeps_the_account(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    slapd.add(unit("Law"), unit("IT"), person("anna", "Law"))
    async with start_server(ldap=directory(slapd, tmp_path)) as server:
        await sign_in(server, "anna")
        slapd.move(person_dn("anna", "Law"), "uid=berta", unit_dn("IT"))
        body = login_body("berta", password_of("anna"))
        assert (await server.anyone.post("/login", body)).ok()["user_id"] == user("anna")
        body = login_body("anna", password_of("anna"))
        assert (await server.anyone.post("/login", body)).ok()["user_id"] == user("anna")
        # Whoever gets the name that has become free does not get the account.
        slapd.add(person("anna", "Law", userPassword="another's"))
        body = login_body("anna", "another's")
        (await server.anyone.post("/login", body)).refused(403, "M_FORBIDDEN")


@pytest.mark.parametrize("kind", ["ldaps", "ldap"])
async def test_tls_is_only_with_who_is_believed(
    start_server: StartServer, slapd: Slapd, tmp_path: Path, kind: str
) -> None:
    slapd.add(person("anna"))
    port = slapd.tls_port if kind == "ldaps" else slapd.port
    url = f"{kind}://127.0.0.1:{port}"
    strange = directory(slapd, tmp_path, url=url)
    async with start_server(ldap=strange) as server:
        body = login_body("anna", password_of("anna"))
        (await server.anyone.post("/login", body)).refused(503, DOWN)
    believed = directory(slapd, tmp_path, url=url, ca_file=slapd.ca_file)
    async with start_server(ldap=believed) as server:
        await sign_in(server, "anna")


async def test_a_directory_that_is_away_is_no_wrong_password(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    slapd.add(person("anna"))
    settings = directory(slapd, tmp_path)
    async with start_server(ldap=settings) as server:
        root = await make_admin(server, await server.register("root"))
        slapd.stop()
        try:
            body = login_body("anna", password_of("anna"))
            (await server.anyone.post("/login", body)).refused(503, DOWN)
            (await root.post(SYNC, {})).refused(503, DOWN)
            await server.anyone.login("root")
        finally:
            slapd.start()
        await sign_in(server, "anna")
    wrong = directory(slapd, tmp_path, password_file=secret(tmp_path, "not it"))
    async with start_server(ldap=wrong) as server:
        (await server.anyone.post("/login", body)).refused(503, DOWN)


async def test_one_that_does_not_answer_is_given_up(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"ldap+plain://127.0.0.1:{silent.getsockname()[1]}"
        patient = directory(slapd, tmp_path, url=url, timeout_seconds=1)
        async with start_server(ldap=patient) as server:
            body = login_body("anna", password_of("anna"))
            (await server.anyone.post("/login", body)).refused(503, DOWN)


async def test_nonsense_is_no_answer(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as listener:
        url = f"ldap+plain://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        async with start_server(ldap=directory(slapd, tmp_path, url=url)) as server:
            body = login_body("anna", password_of("anna"))
            (await server.anyone.post("/login", body)).refused(503, DOWN)


# --- keeping in step -----------------------------------------------------------------


def fill(slapd: Slapd) -> None:
    """City > Law (anna, vera) > Courts (boris); anna leads Law, boris is below her."""
    anna = person_dn("anna", "Law")
    slapd.add(
        unit("Law"),
        unit("Law", "Courts"),
        person(
            "anna",
            "Law",
            title="Head of law",
            telephoneNumber="11-01",
            roomNumber="101",
            employeeNumber="1",
            jpegPhoto=JPEG,
        ),
        person("vera", "Law", title="Lawyer", manager=anna),
        person("boris", "Law", "Courts", title="Judge", manager=anna),
    )


async def test_people_units_and_managers_are_taken_in(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    fill(slapd)
    async with start_server(ldap=directory(slapd, tmp_path)) as server:
        root = await make_admin(server, await server.register("root"))
        (await server.anyone.post(SYNC, {})).refused(401, "M_MISSING_TOKEN")
        report = (await root.post(SYNC, {"dry_run": True})).ok()
        assert counts(report) == {"units": 3, "added": 3, "managers": 2}
        assert (await root.get(f"{ADMIN}/units")).ok()["units"] == []
        report = (await root.post(SYNC, {})).ok()
        assert (counts(report), report["photos"]) == ({"units": 3, "added": 3, "managers": 2}, 1)
        units = (await root.get(f"{ADMIN}/units")).ok()["units"]
        assert [(each["name"], each.get("manager")) for each in units] == [
            ("City", None),
            ("Law", user("anna")),
            ("Courts", user("anna")),
        ]
        card = (await root.get(f"{ADMIN}/people/{user('anna')}")).ok()
        anna = await sign_in(server, "anna")
        assert (card["name"], card["phone"], card["room"]) == ("Anna", "11-01", "101")
        assert [post["title"] for post in card["posts"]] == ["Head of law"]
        profile = (await anna.get(f"/profile/{user('anna')}")).ok()
        assert profile["avatar_url"] == card["photo"]
        media = card["photo"].removeprefix("mxc://")
        got = await anna.get(f"/_matrix/client/v1/media/download/{media}")
        assert got.body == JPEG
        again = (await root.post(SYNC, {})).ok()
        assert (counts(again), again["unchanged"], again["photos"]) == ({}, 3, 0)
        await sign_in(server, "boris")


async def test_moves_renames_leavers_and_returners(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    fill(slapd)
    async with start_server(ldap=directory(slapd, tmp_path)) as server:
        root = await make_admin(server, await server.register("root"))
        (await root.post(SYNC, {})).ok()
        vera, boris = await sign_in(server, "vera"), await sign_in(server, "boris")
        slapd.add(unit("IT"))
        slapd.move(person_dn("vera", "Law"), "uid=vera2", unit_dn("IT"))
        report = (await root.post(SYNC, {})).ok()
        assert report["moved"]["first"] == [
            {"user_id": user("vera"), "from": ["City/Law"], "to": ["City/IT"]}
        ]
        assert await is_signed_in(vera)

        slapd.modify(person_dn("boris", "Law", "Courts"), "userAccountControl", "514")
        report = (await root.post(SYNC, {})).ok()
        assert (counts(report)["disabled"], report["sessions_ended"]) == (1, 1)
        assert not await is_signed_in(boris)
        assert await is_signed_in(vera)
        (line,) = await acts(root, "org.disable")
        assert (line["target"], line["details"]["sessions_ended"]) == (user("boris"), 1)
        # The place is kept, so that whoever is let in again is where they were.
        assert (await root.get(f"{ADMIN}/people/{user('boris')}")).ok()["posts"]
        assert counts((await root.post(SYNC, {})).ok()) == {}
        slapd.modify(person_dn("boris", "Law", "Courts"), "userAccountControl", "512")
        assert counts((await root.post(SYNC, {})).ok()) == {"returned": 1}
        await sign_in(server, "boris")

        slapd.delete(person_dn("vera2", "IT"))
        report = (await root.post(SYNC, {})).ok()
        assert (report["leavers"]["first"], report["sessions_ended"]) == ([user("vera")], 1)
        assert not await is_signed_in(vera)
        assert [line["target"] for line in await acts(root, "org.leave")] == [user("vera")]
        # A namesake is somebody else.
        slapd.add(person("vera", "IT"))
        report = (await root.post(SYNC, {})).ok()
        assert counts(report) == {"faults": 1}
        body = login_body("vera", password_of("vera"))
        (await server.anyone.post("/login", body)).refused(403, "M_FORBIDDEN")


async def test_it_is_read_by_itself(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    fill(slapd)
    settings = directory(slapd, tmp_path, sync_minutes=15)
    async with start_server(ldap=settings) as server, asyncio.timeout(40):
        root = await make_admin(server, await server.register("root"))
        while len(await acts(root, "org.import")) < 1:
            await server.clock.advance(0)
        while not (await root.get(f"{ADMIN}/people/{user('boris')}")).json.get("posts"):
            await server.clock.advance(0)
        boris = await sign_in(server, "boris")
        slapd.delete(person_dn("boris", "Law", "Courts"))
        while await is_signed_in(boris):
            await server.clock.advance(60)
        (line,) = await acts(root, "org.leave")
        assert (line["actor"], line["target"]) == ("directory", user("boris"))


async def test_hundreds_come_in_pages_and_faults_spare_the_others(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    slapd.add(unit("Plant"), *(person(f"worker{n}", "Plant") for n in range(620)))
    slapd.add(person("root", "Plant"), person("Не латиница", "Plant"))
    async with start_server(ldap=directory(slapd, tmp_path)) as server:
        root = await make_admin(server, await server.register("root"))
        report = (await root.post(SYNC, {})).ok()
        assert counts(report) == {"units": 2, "added": 620, "faults": 2}
        assert (await root.post(SYNC, {})).ok()["unchanged"] == 620
        worker = await sign_in(server, "worker7")
        # So many leavers must be meant.
        for n in range(100, 300):
            slapd.delete(person_dn(f"worker{n}", "Plant"))
        slapd.modify(person_dn("worker7", "Plant"), "userAccountControl", "2")
        report = (await root.post(SYNC, {})).ok()
        assert (counts(report)["faults"], counts(report).get("leavers")) == (3, None)
        assert not await is_signed_in(worker)
        report = (await root.post(SYNC, {"force": True})).ok()
        assert counts(report)["leavers"] == 200


async def test_no_directory_shows_an_administrator_out(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    fill(slapd)
    async with start_server(ldap=directory(slapd, tmp_path)) as server:
        root = await make_admin(server, await server.register("root"))
        (await root.post(SYNC, {})).ok()
        anna = await make_admin(server, await sign_in(server, "anna"))
        slapd.delete(person_dn("anna", "Law"))
        assert counts((await root.post(SYNC, {})).ok())["faults"] == 1
        assert await is_signed_in(anna)


async def test_without_a_directory_there_is_nothing_to_read(
    start_server: StartServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with start_server() as server:
        root = await make_admin(server, await server.register("root"))
        (await root.post(SYNC, {})).refused(404, "M_NOT_FOUND")


# --- rules ---------------------------------------------------------------------------


def test_names_of_entries_are_read_with_their_escapes() -> None:
    assert split_dn(r"uid=a\,b,ou=R\26D \C3\A9,dc=x") == [
        ("uid", "a,b"),
        ("ou", "R&D é"),
        ("dc", "x"),
    ]
    assert key_of("UID=Anna,OU=Law , dc=x") == key_of("uid=anna, ou=law,DC=X")


@given(st.text(max_size=60))
def test_no_name_breaks_the_reader(text: str) -> None:
    split_dn(text)
    settings = Directory(url="ldaps://x", base="dc=x")
    found = read_entry(Entry(text, {"uid": [text.encode(errors="replace")]}), settings, "City")
    assert found.path[0] == "City"


def test_a_unit_is_led_by_whom_most_of_it_name_and_by_one_of_it_first() -> None:
    law, it = ("City", "Law"), ("City", "IT")
    people = [
        ("chief", ("City",), ""),
        ("anna", law, "chief"),
        ("boris", law, "anna"),
        ("vera", law, "chief"),
        ("ivan", it, "chief"),
        ("self", it, "self"),
    ]
    assert pick_managers(people) == {law: "anna", it: "chief"}


@pytest.mark.parametrize(
    "text", ["", "uid=x", "(uid=x", "(uid=x))", "(&(uid=x)", "(!(a=1)(b=2))", "(=x)", r"(a=\zz)"]
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_filter(text)


@given(st.text(max_size=40))
def test_a_value_is_never_more_than_a_value(text: str) -> None:
    made = equal("uid", text)
    assert made[0] == 0xA3
    assert made.endswith(text.encode())


@given(st.text(alphabet="()&|!=*\\a1:<>~", max_size=30))
def test_no_text_breaks_the_reading_of_filters(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert read_filter(text)


def test_a_filter_that_is_none_and_a_table_that_is_wrong_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "depesha.toml"
    for table, said in (
        ('url = "ldap+plain://city.example"\nbase = "x"', "by TLS only"),
        ('url = "http://city.example"\nbase = "x"', "signin.ldap.url"),
        ('url = "ldaps://city.example"', "missing setting: base"),
        ('url = "ldaps://city.example"\nbase = "x"\nhello = 1', "unknown setting: hello"),
        ('url = "ldaps://city.example"\nbase = "x"\nsync_minutes = "a"', "expected int"),
    ):
        file.write_text(f"[signin.ldap]\n{table}\n")
        assert main(["config", "--config", str(file)]) == 2
        assert said in capsys.readouterr().err
    file.write_text('[signin.ldap]\nurl = "ldaps://city.example"\nbase = "x"\n')
    assert main(["config", "--config", str(file)]) == 0
    assert "[signin.ldap.attributes]" in capsys.readouterr().out


async def test_the_directory_is_tried_and_says_what_is_wrong(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    path = "/_depesha/v1/admin/directory/test"
    async with start_server() as server:
        root = await make_admin(server, await server.register("root"))
        (await root.post(path, {})).refused(404, "M_NOT_FOUND")
    slapd.add(person("anna"))
    async with start_server(ldap=directory(slapd, tmp_path)) as server:
        root = again(root, server)
        assert (await root.post(path, {})).ok() == {"people": 1}
        alice = await server.register("alice")
        (await alice.post(path, {})).refused(403, "M_FORBIDDEN")
    wrong = directory(slapd, tmp_path, password_file=secret(tmp_path, "this is not their password"))
    async with start_server(ldap=wrong) as server:
        root = again(root, server)
        told = (await root.post(path, {})).refused(502, "M_UNKNOWN")
        assert "bind_dn" in told["error"]


# --- groups of people ----------------------------------------------------------------

GROUPS = "/_depesha/v1/directory/groups"
COURTS = ("Law", "Courts")


async def test_a_group_of_the_directory_is_there_as_far_as_one_sees_its_people(
    start_server: StartServer, slapd: Slapd, tmp_path: Path
) -> None:
    fill(slapd)
    everyone = [person_dn("anna", "Law"), person_dn("vera", "Law"), person_dn("boris", *COURTS)]
    slapd.add(
        group("Crisis team", "groupOfNames", *(f"member: {dn}" for dn in everyone)),
        group("Drivers", "posixGroup", "gidNumber: 7", "memberUid: boris", "memberUid: nobody"),
        group("Strangers", "groupOfNames", f"member: uid=nobody,{PEOPLE}"),
    )
    async with start_server(ldap=directory(slapd, tmp_path, groups_base=SUFFIX)) as server:
        root = await make_admin(server, await server.register("root"))
        (await root.post(SYNC, {"dry_run": True})).ok()
        (await root.post(SYNC, {})).ok()
        vera, boris = await sign_in(server, "vera"), await sign_in(server, "boris")
        groups = (await vera.get(GROUPS)).ok()["groups"]
        assert [(each["name"], each["people"]) for each in groups] == [
            ("Crisis team", 2),
            ("Drivers", 1),
        ]
        found = (await vera.get(GROUPS, {"search": "CRIS"})).ok()["groups"]
        assert [each["name"] for each in found] == ["Crisis team"]
        path = f"{GROUPS}/{found[0]['group_id']}"
        told = (await vera.get(path)).ok()
        assert told["name"] == "Crisis team"
        assert [each["user_id"] for each in told["people"]] == [user("anna"), user("boris")]
        # Whom one does not see is not told of, nor the group where there is nobody else.
        assert [each["name"] for each in (await boris.get(GROUPS)).ok()["groups"]] == [
            "Crisis team"
        ]
        assert [each["user_id"] for each in (await boris.get(path)).ok()["people"]] == [
            user("anna")
        ]
        alice = await server.register("alice")
        assert (await alice.get(GROUPS)).ok() == {"groups": []}
        (await alice.get(path)).refused(404, "M_NOT_FOUND")
        (await alice.get(f"{GROUPS}/x")).refused(404, "M_NOT_FOUND")
        # It is kept in step.
        slapd.modify(f"cn=Crisis team,{SUFFIX}", "member", person_dn("boris", *COURTS))
        (await root.post(SYNC, {})).ok()
        assert [each["user_id"] for each in (await vera.get(path)).ok()["people"]] == [
            user("boris")
        ]
        (await boris.get(path)).refused(404, "M_NOT_FOUND")
        # One step: all of them are invited.
        await vera.create_room(invite=[each["user_id"] for each in told["people"]])
