"""`depesha config check`: every fault at once, by name and file, and nothing is touched."""

from pathlib import Path

import pytest

from depesha.app.cli import main

ACME = "acme = true\nacme_terms = true\n"
NAMED = "public_url = 'https://a.test'\n"


def check(capsys: pytest.CaptureFixture[str], text: str, folder: Path) -> tuple[int, list[str]]:
    """Exit code, and a line for each fault (or the one that says that there is none)."""
    file = folder / "depesha.toml"
    file.write_text(text)
    code = main(["config", "check", "--config", str(file), "--data", str(folder / "data")])
    captured = capsys.readouterr()
    return code, (captured.err or captured.out).splitlines()


@pytest.mark.parametrize(
    ("text", "name", "what"),
    [
        ("max_uplod_bytes = 5", "max_uplod_bytes", "did you mean max_upload_bytes?"),
        ("rate_limits = 3", "rate_limits", "expected true or false, not a whole number"),
        ("max_upload_bytes = -1", "max_upload_bytes", "expected 1 or more"),
        ('server_name = "a b"', "server_name", "is not a server name"),
        ('listen = "nowhere"', "listen", "is not HOST:PORT"),
        ('log_level = "loud"', "log_level", "is none of debug"),
        ('default_room_version = "0"', "default_room_version", "is none of"),
        ('database = "mysql://a:s3cret@b/c"', "database", "begins with postgresql://"),
        ('allowed_networks = ["10.0.0.0/99"]', "allowed_networks", "10.0.0.0/99"),
        ('trusted_proxies = ["proxy"]', "trusted_proxies", "'proxy'"),
        ('turn_secret = "s3cret"\nturn_uris = ["turn:"]', "turn_uris", "expected turn:HOST"),
        ('turn_uris = ["turn:relay.test"]', "turn_secret", "turn_uris is set"),
        ('registration_domains = ["city.test"]', "mail_server", "is set, and needs it"),
        ('mail_server = "ftp://x"', "mail_server", "expected smtps://HOST"),
        ("mail_password = 5", "mail_password", "expected text, not a whole number"),
        ('tls_certificate = "/none.pem"', "tls_certificate", "/none.pem"),
        ('application_services = ["/none.yaml"]', "application_services", "/none.yaml"),
        ('scim_token_file = "/none"', "scim_token_file", "/none"),
        ('[signin.ldap]\nurl = "ftp://x"\nbase = "x"', "signin.ldap.url", "expected ldaps://"),
        ('[signin.ldap]\nurl = "ldaps://x"\nbase = "x"\nfilter = "("', "signin.ldap.filter", "("),
        ("demo = true\nlisten = '0.0.0.0:8008'", "demo", "this machine only"),
        ("acme = true\npublic_url = 'https://a.test'", "acme_terms", "agrees to its terms"),
        (ACME, "acme_names", "expected a name, or public_url"),
        (f"{ACME}acme_names = ['*.a.test']", "acme_names", "by DNS"),
        (f"{ACME}acme_names = ['a b']", "acme_names", "is not a name"),
        (
            f"{ACME}acme_names = ['a.test']\npublic_url = 'https://b.test'",
            "acme_names",
            "b.test, which clients use (public_url), is not among them",
        ),
        (f"{ACME}{NAMED}acme_directory = 'http://ca.test'", "acme_directory", "https://"),
        (f"{ACME}{NAMED}acme_ca_file = '/none.pem'", "acme_ca_file", "/none.pem"),
        (f"{ACME}{NAMED}acme_contact = 'a@b.test,c@d.test'", "acme_contact", "one e-mail"),
        (f"{ACME}{NAMED}acme_listen = '80'", "acme_listen", "is not HOST:PORT"),
        (f"{ACME}{NAMED}acme_key_id = 'x'", "acme_key_file", "belong together"),
        (f"{ACME}{NAMED}tls_certificate = '/c.pem'", "tls_certificate", "one of both"),
        ("x = [", "depesha.toml", "mend the file"),
    ],
)
def test_a_fault_is_told_with_name_file_and_remedy(
    text: str, name: str, what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, (line,) = check(capsys, text, tmp_path)
    assert code == 2
    assert line.startswith((f"{name} (", f"{tmp_path}/{name}: "))
    assert what in line
    assert "What to do: " in line
    assert "s3cret" not in line
    assert not (tmp_path / "data").exists()


def test_all_faults_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'listen = "x"\nlog_level = "loud"\nhello = 1\nguests = 1\n[signin.oidc.a]\nissuer = "x"'
    code, lines = check(capsys, text, tmp_path)
    assert code == 2
    names = [line.split(" ")[0] for line in lines]
    assert names == ["signin.oidc.a", "guests", "hello", "log_level", "listen"]
    assert all(f"({tmp_path}/depesha.toml)" in line for line in lines)


def test_a_variable_is_named_where_the_fault_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEPESHA_LOG_LEVEL", "loud")
    code, (line,) = check(capsys, 'log_level = "info"', tmp_path)
    assert (code, line.startswith("log_level (DEPESHA_LOG_LEVEL): ")) == (2, True)


def test_a_folder_that_cannot_be_one_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").write_text("")
    code, (line,) = check(capsys, "", tmp_path)
    assert (code, line.startswith("data (the command line): ")) == (2, True)
    missing = str(tmp_path / "missing.toml")
    assert main(["config", "check", "--config", missing]) == 2
    assert missing in capsys.readouterr().err


def test_a_database_may_be_asked_by_a_socket(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'database = "postgresql:///depesha?host=/run/postgresql"'
    assert check(capsys, text, tmp_path)[0] == 0


def test_good_settings_are_called_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """
    server_name = "city.test"
    database = "postgresql://depesha@db.test/depesha"
    public_url = "https://chat.city.test"
    turn_uris = ["turn:relay.test:3478?transport=udp", "turns:[2001:db8::1]:443?transport=tcp"]
    turn_secret = "s3cret"
    nats = "nats://a.test:4222, nats://b.test:4222"
    trusted_proxies = ["127.0.0.1", "::1"]
    allowed_networks = ["10.0.0.0/8"]
    """
    assert check(capsys, text, tmp_path) == (0, ["These settings can be served with"])
    assert not (tmp_path / "data").exists()
