"""Reading registration files."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from depesha.app.registrations import load_registrations
from depesha.base.config import Config, ConfigError
from depesha.bots import RegistrationError, check_distinct, read_registration
from tests.bots.service import REGISTRATION

GOOD: dict[str, Any] = REGISTRATION | {"url": "http://127.0.0.1:1234/path/"}

IN_YAML = """
id: "IRC Bridge"
url: "http://127.0.0.1:1234"
as_token: "30c05ae90a248a4188e620216fa72e349803310ec83e2a77b34fe90be6081f46"
hs_token: "312df522183efd404ec1cd22d2ffa4bbc76a8c1ccf541dd692eef281356bb74e"
sender_localpart: "_irc_bot"
namespaces:
  users:
    - exclusive: true
      regex: "@_irc_bridge_.*"
  aliases:
    - exclusive: false
      regex: "#_irc_bridge_.*"
  rooms: []
"""


def read(**fields: Any) -> Any:
    return read_registration(yaml.safe_dump(GOOD | fields), "here.example")


def test_the_example_of_the_specification_is_read() -> None:
    found = read_registration(IN_YAML, "here.example")
    assert (found.id, found.user_id) == ("IRC Bridge", "@_irc_bot:here.example")
    assert found.may_be("@_irc_bridge_somebody:here.example")
    assert found.may_be("@_irc_bot:here.example")
    assert not found.may_be("@somebody:here.example")
    # Users of other servers are nobody's.
    assert not found.may_be("@_irc_bridge_somebody:elsewhere.example")
    assert [each.is_exclusive for each in (*found.users, *found.aliases)] == [True, False]
    assert found.is_limited
    assert not found.wants_ephemeral


def test_json_is_yaml() -> None:
    text = '{"id": "x", "url": null, "as_token": "a", "hs_token": "b",'
    found = read_registration(text + ' "sender_localpart": "bot", "namespaces": {}}', "here")
    assert (found.url, found.users) == (None, ())


def test_a_url_may_have_a_path() -> None:
    assert read().url == "http://127.0.0.1:1234/path"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("id", [None, "", 5]),
        ("url", ["", 5, "ftp://x", "nowhere", "http://", "http://x?y=z"]),
        ("as_token", [None, "", 5]),
        ("hs_token", [None, ""]),
        ("sender_localpart", [None, "", "With Blank", "x" * 256]),
        ("namespaces", [None, [], "x", {"users": 5}, {"users": [5]}]),
        ("namespaces", [{"users": [{"regex": "["}]}, {"users": [{"exclusive": True}]}]),
        ("namespaces", [{"rooms": [{"regex": ".*", "exclusive": "yes"}]}]),
        ("protocols", ["irc", [5]]),
        ("rate_limited", ["no", 0]),
        ("receive_ephemeral", ["yes"]),
    ],
)
def test_what_cannot_be_used_is_named(field: str, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(RegistrationError, match=field):
            read(**{field: value})


@pytest.mark.parametrize(
    "field", ["id", "url", "as_token", "hs_token", "sender_localpart", "namespaces"]
)
def test_nothing_needed_may_be_missing(field: str) -> None:
    text = yaml.safe_dump({name: value for name, value in GOOD.items() if name != field})
    with pytest.raises(RegistrationError, match=field):
        read_registration(text, "here.example")


@pytest.mark.parametrize("text", ["", "- a list", "a: [", "\tx"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(RegistrationError):
        read_registration(text, "here")


@pytest.mark.parametrize("field", ["id", "as_token", "sender_localpart"])
def test_two_services_share_nothing(field: str) -> None:
    one = read()
    other = {"id": "other", "as_token": "other", "sender_localpart": "other"}
    check_distinct([one, read(**other)])
    shared = {name: text for name, text in other.items() if name != field}
    with pytest.raises(RegistrationError, match="another service"):
        check_distinct([one, read(**shared)])


def test_the_settings_name_the_file_that_is_wrong(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(yaml.safe_dump(GOOD))
    bad.write_text("id: 5")
    assert len(load_registrations(Config(application_services=(str(good),)))) == 1
    for path in (bad, tmp_path / "missing.yaml"):
        with pytest.raises(ConfigError, match=path.name):
            load_registrations(Config(application_services=(str(good), str(path))))
    with pytest.raises(ConfigError, match="another service"):
        load_registrations(Config(application_services=(str(good), str(good))))
