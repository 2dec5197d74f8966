"""The pages for clients that cannot do a step themselves. Spec: "Fallback", "Login Fallback"."""

import re

import pytest

from tests.accounts.steps import session_of
from tests.harness.client import PASSWORD, Client, Response
from tests.harness.server import Server

DONE = b"window.onAuthDone()"
BODY = {"new_password": "another good horse"}


def page(stage: str) -> str:
    return f"/auth/{stage}/fallback/web"


def check_page(answer: Response, status: int = 200) -> str:
    """The text of a page that loads nothing from elsewhere."""
    assert answer.status == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    nonce = re.search(r"script-src 'nonce-(\w+)'", policy)
    assert nonce is not None
    text = answer.body.decode()
    assert f"<script nonce={nonce[1]}>" in text
    assert not re.search(r"(src|href)=", text)
    return text


async def test_a_page_signs_in(server: Server) -> None:
    answer = await server.anyone.get("/_matrix/static/client/login/", {"device_id": "PHONE"})
    assert "matrixLogin.onLogin" in check_page(answer)


@pytest.mark.parametrize(
    ("languages", "word"),
    [("ru-RU,en;q=0.5", "Пароль"), ("en-GB", "Password"), ("de", "Password"), ("", "Password")],
)
async def test_a_page_speaks_the_browsers_language(
    server: Server, languages: str, word: str
) -> None:
    headers = {"Accept-Language": languages}
    answer = await server.anyone.get("/_matrix/static/client/login/", headers=headers)
    assert word in check_page(answer)


async def test_a_stage_is_completed_on_its_page(server: Server, alice: Client) -> None:
    session = await session_of(alice, "POST", "/account/password", BODY)
    stage = page("m.login.password")
    assert session in check_page(await server.anyone.get(stage, {"session": session}))
    wrong = {"session": session, "password": "wrong horse"}
    answer = await server.anyone.post(stage, data=wrong)
    assert DONE.decode() not in check_page(answer, 401)
    unchanged = (await alice.post("/account/password", {"auth": {"session": session}})).ok(401)
    assert "completed" not in unchanged
    answer = await server.anyone.post(stage, data={**wrong, "password": PASSWORD})
    assert DONE.decode() in check_page(answer)
    (await alice.post("/account/password", {"auth": {"session": session}})).ok()
    await server.anyone.login("alice", BODY["new_password"])


async def test_an_account_is_made_with_a_page(server: Server) -> None:
    body = {"username": "anna", "password": PASSWORD}
    session = await session_of(server.anyone, "POST", "/register", body)
    answer = await server.anyone.post(page("m.login.dummy"), data={"session": session})
    assert DONE.decode() in check_page(answer)
    found = (await server.anyone.post("/register", {"auth": {"session": session}})).ok()
    assert found["user_id"] == "@anna:depesha.test"


async def test_what_is_shown_is_harmless(server: Server) -> None:
    stage = page("m.login.dummy")
    answer = await server.anyone.get(stage, {"session": '"><script>alert(1)</script>'})
    assert "<script>alert" not in check_page(answer)


async def test_an_unknown_session_is_not_found(server: Server) -> None:
    stage = page("m.login.dummy")
    (await server.anyone.post(stage, data={"session": "guess"})).refused(404, "M_NOT_FOUND")
    (await server.anyone.post(stage, data={})).refused(404, "M_NOT_FOUND")
    (await server.anyone.get(stage)).refused(400, "M_MISSING_PARAM")
    other = page("m.login.recaptcha")
    (await server.anyone.get(other, {"session": "x"})).refused(404, "M_NOT_FOUND")
    long = {"session": "x" * 20_000}
    (await server.anyone.post(stage, data=long)).refused(413, "M_TOO_LARGE")
