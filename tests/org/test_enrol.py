"""Taking in a table of employees."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from depesha.org.table import Row, read_table
from tests.accounts.steps import make_admin
from tests.harness.client import Client
from tests.harness.server import Server
from tests.org.institution import ADMIN, OWN, Institution, user

HEAD = "login,unit,title,manager,name,phone,room,number\n"
FIRST = (
    HEAD
    + "anna,City/Records,Head of records,yes,Head of Records,11-01,101,1\n"
    + "boris,City/Records,Clerk,,Records Clerk,11-02,102,2\n"
    + "vera,City/Law,Lawyer,no,City Lawyer,11-03,103,3\n"
    + "vera,City/Records,Adviser,,City Lawyer,11-03,103,3\n"
)


async def take_in(root: Client, csv: str, **options: Any) -> Any:
    return (await root.post(f"{ADMIN}/import", {"csv": csv, **options})).ok()


def counts(report: Any) -> dict[str, int]:
    """The lists of a report that are not empty."""
    found = {name: part["count"] for name, part in report.items() if isinstance(part, dict)}
    return {name: count for name, count in found.items() if count}


async def test_a_table_is_taken_in_and_kept_in_step_with(house: Institution) -> None:
    root, server = house.root, house.server
    units = (await root.get(f"{ADMIN}/units")).ok()
    report = await take_in(root, FIRST, dry_run=True)
    assert counts(report) == {"units": 3, "added": 3, "managers": 1}
    assert report["units"]["first"] == ["City", "City/Records", "City/Law"]
    assert report["dry_run"] is True
    assert (await root.get(f"{ADMIN}/units")).ok() == units
    (await root.get(f"{ADMIN}/people/{user('anna')}")).refused(404, "M_NOT_FOUND")

    assert counts(await take_in(root, FIRST)) == counts(report)
    card = (await root.get(f"{ADMIN}/people/{user('vera')}")).ok()
    assert sorted(post["title"] for post in card["posts"]) == ["Adviser", "Lawyer"]
    assert (card["name"], card["phone"], card["room"]) == ("City Lawyer", "11-03", "103")
    again = await take_in(root, FIRST)
    assert counts(again) == {}
    assert again["unchanged"] == 3

    await take_in(root, FIRST.replace("11-02", "22-02"))
    (await root.put(f"/_depesha/v1/admin/users/{user('boris')}/password", {"password": PASSWORD}))
    boris = await server.anyone.login("boris")
    (await boris.get(f"{OWN}/people/{user('anna')}")).ok()
    moved = FIRST.replace("boris,City/Records", "boris,City/Law").replace("11-02", "22-02")
    report = await take_in(root, moved)
    assert report["moved"]["first"] == [
        {"user_id": user("boris"), "from": ["City/Records"], "to": ["City/Law"]}
    ]
    (await boris.get(f"{OWN}/people/{user('anna')}")).refused(404, "M_NOT_FOUND")

    # Whoever is missing has left: sessions end, and who was appointed by hand stays.
    without = "\n".join(line for line in moved.splitlines() if not line.startswith("boris"))
    report = await take_in(root, without)
    assert report["leavers"]["first"] == [user("boris")]
    assert report["sessions_ended"] == 1
    (await boris.get("/account/whoami")).refused(401, "M_UNKNOWN_TOKEN")
    (await house.people["judge"].get("/account/whoami")).ok()
    assert counts(await take_in(root, without)) == {}

    # Whoever comes back is let in.
    report = await take_in(root, moved)
    assert counts(report) == {"returned": 1, "moved": 1}
    await server.anyone.login("boris")
    assert counts(await take_in(root, moved)) == {}


PASSWORD = "correct horse battery staple"


async def test_names_become_display_names_in_rooms_too(house: Institution) -> None:
    root, judge = house.root, house.people["judge"]
    room = await house.people["lawhead"].create_room(invite=[judge.user_id])
    await judge.join(room)
    await take_in(root, HEAD + "judge,Ministry/Law/Courts,Judge,,The Judge,,,\n")
    await house.server.clock.advance(1)
    assert (await judge.state(room, "m.room.member", judge.user_id))["displayname"] == "The Judge"


async def test_a_faulty_table_changes_nothing(house: Institution) -> None:
    root = house.root
    table = FIRST + "An na,City,x,,,,,\nanna,City/Records,x,,,,,\nzoe,City//Law,x,,,,,\n"
    table += "ivan,City/Records,x,yes,,,,\nzoe,City,x,perhaps,,,,\n"
    report = await take_in(root, table, dry_run=True)
    assert [fault["line"] for fault in report["faults"]["first"]] == [6, 8, 10, 7, 9]
    error = (await root.post(f"{ADMIN}/import", {"csv": table})).refused(400, "M_INVALID_PARAM")
    assert error["org.depesha.report"]["faults"]["count"] == 5
    (await root.get(f"{ADMIN}/people/{user('anna')}")).refused(404, "M_NOT_FOUND")
    for csv in ("", "name,unit\nx,y\n", 'login,unit\n"a,b\n'):
        (await root.post(f"{ADMIN}/import", {"csv": csv})).refused(400, "M_INVALID_PARAM")


async def test_so_many_leavers_must_be_meant(house: Institution) -> None:
    root = house.root
    many = HEAD + "".join(f"worker{n},Plant,Worker,,,,,\n" for n in range(30))
    await take_in(root, many)
    few = HEAD + "worker0,Plant,Worker,,,,,\n"
    error = (await root.post(f"{ADMIN}/import", {"csv": few})).refused(400, "M_INVALID_PARAM")
    assert error["org.depesha.report"]["leavers"]["count"] == 29
    assert (await take_in(root, many))["unchanged"] == 30
    assert counts(await take_in(root, few, force=True)) == {"leavers": 29}


async def test_no_table_shows_an_administrator_out(house: Institution, alice: Client) -> None:
    await take_in(house.root, HEAD + "alice,Ministry,x,,,,,\nboris,Ministry,x,,,,,\n")
    await make_admin(house.server, alice)
    table = HEAD + "boris,Ministry,x,,,,,\n"
    error = (await house.root.post(f"{ADMIN}/import", {"csv": table})).refused(
        400, "M_INVALID_PARAM"
    )
    assert error["org.depesha.report"]["faults"]["count"] == 1
    (await alice.get("/account/whoami")).ok()


async def test_an_ended_account_is_a_fault(house: Institution, alice: Client) -> None:
    await take_in(house.root, HEAD + "alice,Ministry,x,,,,,\n")
    path = f"/_depesha/v1/admin/users/{alice.user_id}/deactivate"
    (await house.root.post(path, {})).ok()
    report = await take_in(house.root, HEAD + "alice,Ministry,x,,,,,\n", dry_run=True)
    assert counts(report) == {"faults": 1}


async def test_columns_have_russian_names_and_semicolons(server: Server) -> None:
    rows, faults = read_table(
        "\ufeffЛогин;Подразделение;Должность;Руководитель;ФИО;Кабинет\r\n"
        "anna;Город/Архив;Начальник архива;да;Начальник архива;1\r\n"
    )
    assert faults == []
    assert rows == [
        Row(
            2,
            "anna",
            ("Город", "Архив"),
            *("Начальник архива", True),
            *("Начальник архива", ""),
            *("1", ""),
        )
    ]


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.text(max_size=200) | st.lists(st.lists(cells, max_size=9)).map(str))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_table(text)
    rows, faults = read_table(HEAD + text)
    assert all(row.login and row.path for row in rows)
    assert all(fault.message for fault in faults)
