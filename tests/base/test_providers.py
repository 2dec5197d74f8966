"""The tables of OpenID Connect providers in the settings' file."""

from pathlib import Path

import pytest

from depesha.base.config import ConfigError, load_config

WHOLE = """
[signin.oidc.city]
issuer = "https://id.city.example"
client_id = "depesha"
client_secret = "s"
title = "City ID"
creates_accounts = false
"""


def test_a_provider_is_read(tmp_path: Path) -> None:
    (found,) = load_config(_file(tmp_path, WHOLE), {}).oidc
    assert (found.name, found.issuer, found.label) == ("city", "https://id.city.example", "City ID")
    assert found.creates_accounts is False
    assert found.trusts_usernames is False


def _file(tmp_path: Path, text: str) -> str:
    file = tmp_path / "depesha.toml"
    file.write_text(text)
    return str(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WHOLE.replace("https:", "http:"), "signin.oidc.city.issuer"),
        (WHOLE.replace('client_id = "depesha"', ""), "missing setting: client_id"),
        (WHOLE + "colour = 1", "unknown setting: colour"),
        (WHOLE.replace("false", '"no"'), "creates_accounts: expected bool"),
        (WHOLE.replace("oidc.city", "oidc.City"), "signin.oidc.City"),
        (WHOLE.replace("signin.oidc", "signin.saml"), "signin"),
        ("oidc = []", "signin.oidc.NAME"),
    ],
)
def test_a_wrong_provider_is_named(tmp_path: Path, text: str, said: str) -> None:
    load_config(_file(tmp_path, WHOLE), {})
    with pytest.raises(ConfigError, match=said):
        load_config(_file(tmp_path, text), {})
