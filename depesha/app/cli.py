"""The command line: `depesha serve`, and what an operator does with accounts.

Exit codes: 0 done, 1 refused or failed, 2 wrong use or settings.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from depesha.app.cli_duty import Keeping
from depesha.app.cli_notice import add_official
from depesha.app.cli_org import add_org, print_report
from depesha.app.cli_post import PostCommands
from depesha.app.exported import check_export
from depesha.app.operate import ask
from depesha.base.canonical import Content, Json, encode
from depesha.base.clock import Clock
from depesha.base.config import SETTINGS, Config, ConfigError, load_config
from depesha.base.errors import MatrixError
from depesha.base.rights import GRANTED
from depesha.io.archive import ArchiveError, verify_archive
from depesha.io.db import Unavailable
from depesha.io.dump import DumpError
from depesha.io.migrate import MigrationError

Command = Callable[[Config, argparse.Namespace], int]

_ADMIN = "/_depesha/v1/admin"
_DAY_MS = 24 * 3600 * 1000
_SECRETS = {"mail_password", "registration_shared_secret", "s3_secret_key", "turn_secret"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = make_parser().parse_args(argv)
    try:
        if getattr(options, "check", None):
            return check_config(options)
        command: Command = options.command
        return command(_config(options), options)
    except ConfigError as error:
        return _fail(2, str(error))
    except MatrixError as error:
        return _fail(1, error.message)
    except (Unavailable, MigrationError, ArchiveError, DumpError, OSError) as error:
        return _fail(1, str(error))


def _fail(code: int, message: str) -> int:
    print(f"depesha: {message}", file=sys.stderr)
    return code


def _config(options: argparse.Namespace) -> Config:
    return load_config(options.config, overrides=_given(options))


def _given(options: argparse.Namespace) -> dict[str, Json]:
    """The settings that the command line says."""
    return {name: getattr(options, name, None) for name in SETTINGS}


# --- the parser ----------------------------------------------------------------------


def make_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = argparse.ArgumentParser(
        prog="depesha", description="A messenger for institutions.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=version("depesha"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands)
    config = _add_command(commands, "config", "print the settings in force", show_config)
    config.add_argument("check", nargs="?", choices=["check"], help="only say what is wrong")
    _add_user(commands)
    _add_role(commands)
    _add_policy(commands)
    _add_token(commands)
    _add_backup(commands)
    _add_update(commands)
    _add_notice(commands)
    _add_audit(commands)
    _add_org(commands)
    _add_post(commands)
    _add_mail(commands)
    certificate = _add_group(commands, "certificate", "the server's TLS certificate")
    _add_command(
        certificate,
        "status",
        "print the certificate, its end, and what was last tried",
        show_certificate,
    )
    _add_command(
        certificate, "obtain", "ask the authority for a new certificate now", obtain_certificate
    )
    _add_turn(commands)
    _add_directory(commands)
    _add_duty(commands)
    return parser


if TYPE_CHECKING:
    _Group = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 (its only name)


def _add_command(
    group: "_Group", name: str, summary: str, command: Command
) -> argparse.ArgumentParser:
    parser = group.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    parser.set_defaults(command=command)
    parser.add_argument("--config", metavar="FILE", help="settings in TOML")
    parser.add_argument("--data", metavar="FOLDER", help=SETTINGS["data"])
    parser.add_argument("--server-name", metavar="NAME", help=SETTINGS["server_name"])
    return parser


def _add_group(group: "_Group", name: str, summary: str) -> "_Group":
    parser = group.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    return parser.add_subparsers(required=True, metavar="COMMAND")


def _add_serve(commands: "_Group") -> None:
    parser = _add_command(commands, "serve", "run the server", serve)
    parser.add_argument("--listen", metavar="HOST:PORT", help=SETTINGS["listen"])
    parser.add_argument(
        "--open-registration",
        action="store_true",
        default=None,
        help=SETTINGS["open_registration"],
    )
    parser.add_argument(
        "--no-rate-limits",
        action="store_false",
        dest="rate_limits",
        default=None,
        help="never refuse callers that ask too often",
    )
    parser.add_argument("--demo", action="store_true", default=None, help=SETTINGS["demo"])


def _add_user(commands: "_Group") -> None:
    group = _add_group(commands, "user", "accounts")

    def add(name: str, summary: str, command: Command) -> argparse.ArgumentParser:
        parser = _add_command(group, name, summary, command)
        parser.add_argument("user", metavar="NAME", help="a username or a whole user id")
        return parser

    create = add("create", "make an account", create_user)
    create.add_argument("--admin", action="store_true", help="an owner, who may do everything")
    _add_password(create)
    _add_command(group, "list", "print all accounts", list_users)
    reset = add("reset-password", "give somebody another password", reset_password)
    reset.add_argument("--keep-devices", action="store_true", help="leave them signed in")
    _add_password(reset)
    add("reset-factors", "take codes and passkeys off somebody who lost them", reset_factors)
    deactivate = add("deactivate", "end an account for ever", deactivate_user)
    deactivate.add_argument("--erase", action="store_true", help="forget what can be forgotten")
    add("lock", "let somebody do nothing", _setting("/_matrix/client/v1/admin/lock/", "locked"))
    add("unlock", "end a lock", _setting("/_matrix/client/v1/admin/lock/", "locked", to=False))
    suspend = "/_matrix/client/v1/admin/suspend/"
    add("suspend", "let somebody only read", _setting(suspend, "suspended"))
    add("unsuspend", "end a suspension", _setting(suspend, "suspended", to=False))
    add("devices", "print from where somebody is signed in", list_devices)
    out = add("sign-out", "end somebody's sessions", sign_out)
    out.add_argument("--device", metavar="ID", help="only this one")
    add("promote", "make somebody an owner", _set_admin(to=True))
    add("demote", "make somebody no longer an owner", _set_admin(to=False))


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input; else one is made up and printed",
    )


def _add_role(commands: "_Group") -> None:
    group = _add_group(commands, "role", "who may do what")
    _add_command(group, "list", "print who has which role", list_roles)
    grant = _add_command(group, "grant", "give somebody a role", grant_role)
    revoke = _add_command(group, "revoke", "take a role back", revoke_role)
    for parser in (grant, revoke):
        parser.add_argument("user", metavar="NAME", help="a username or a whole user id")
        parser.add_argument("role", metavar="ROLE", choices=[role.value for role in GRANTED])
        parser.add_argument(
            "--unit", type=int, default=0, metavar="NUMBER", help="of a unit_administrator"
        )


def _add_policy(commands: "_Group") -> None:
    group = _add_group(commands, "policy", "what is asked of those who sign in")
    _add_command(group, "list", "print what is asked of whom", list_sign_in)
    put = _add_command(group, "set", "ask something of those with a role", set_sign_in)
    unset = _add_command(group, "unset", "ask nothing more of those with a role", unset_sign_in)
    for parser in (put, unset):
        roles = ["member", *(role.value for role in GRANTED)]
        parser.add_argument("role", metavar="ROLE", choices=roles)
    put.add_argument("--second-factor", action="store_true", help="beside the password")
    for name, what in (
        ("least-password", "characters of a new password"),
        ("session-hours", "how long a session lasts"),
        ("idle-minutes", "after which the web client locks itself"),
    ):
        put.add_argument(f"--{name}", type=int, metavar="N", help=what)


def _add_token(commands: "_Group") -> None:
    group = _add_group(commands, "token", "tokens that let people register")
    create = _add_command(group, "create", "make a token", create_token)
    create.add_argument("token", nargs="?", metavar="TOKEN", help="its text; else made up")
    create.add_argument("--uses", type=int, metavar="N", help="how many people may use it")
    create.add_argument("--days", type=int, metavar="N", help="for how many days")
    _add_command(group, "list", "print all tokens", list_tokens)
    revoke = _add_command(group, "revoke", "let nobody else use a token", revoke_token)
    revoke.add_argument("token", metavar="TOKEN")


def _add_notice(commands: "_Group") -> None:
    group = _add_group(commands, "notice", "what the server itself tells people")
    send = _add_command(group, "send", "tell somebody something", send_notice)
    send.add_argument("user", metavar="NAME", help="a username or a whole user id")
    send.add_argument("text", metavar="TEXT")
    everybody = _add_command(group, "send-all", "tell everybody something", send_notices)
    everybody.add_argument("text", metavar="TEXT")
    add_official(partial(_add_command, group), _ask, _user_id)


def _add_org(commands: "_Group") -> None:
    group = _add_group(commands, "org", "the institution's tree and its people")
    add_org(partial(_add_command, group), _ask, _user_id)


def _add_post(commands: "_Group") -> None:
    group = _add_group(commands, "post", "posts, which pass from holder to holder")
    PostCommands(_ask, _user_id).add(partial(_add_command, group))


def _add_duty(commands: "_Group") -> None:
    keeping = Keeping(_ask, _user_id)
    group = _add_group(commands, "retention", "how long what was said is kept")
    keeping.add_retention(partial(_add_command, group))
    group = _add_group(commands, "hold", "what must not be destroyed")
    keeping.add_hold(partial(_add_command, group))
    group = _add_group(commands, "inspection", "reading correspondence, with two persons' consent")
    keeping.add_inspection(partial(_add_command, group))
    group = _add_group(commands, "custody", "the recovery key that officers hold in shares")
    keeping.add_custody(partial(_add_command, group))
    group = _add_group(commands, "complaint", "what people complained about")
    keeping.add_complaint(partial(_add_command, group))
    group = _add_group(commands, "group", "groups and channels")
    keeping.add_group(partial(_add_command, group))


def _add_audit(commands: "_Group") -> None:
    group = _add_group(commands, "audit", "the tamper-evident log of acts")
    _add_command(group, "export", "print the whole log, a JSON object a line", export_audit)
    verify = _add_command(group, "verify", "check an exported log, without a server", verify_audit)
    verify.add_argument("file", metavar="FILE")
    verify.add_argument("--key", metavar="BASE64", help="public key; else that of the data folder")
    verify.add_argument(
        "--known", metavar="NUMBER:HASH", help="a line noted before, which must still be there"
    )


def _add_backup(commands: "_Group") -> None:
    backup = _add_command(commands, "backup", "copy everything, while the server runs", back_up)
    backup.add_argument("verify", nargs="?", choices=["verify"], help="only check a backup")
    backup.add_argument("where", metavar="FOLDER|FILE.tar", type=Path)
    summary = "put a backup in its place, while no server runs"
    put = _add_command(commands, "restore", summary, restore)
    put.add_argument("where", metavar="FOLDER|FILE.tar", type=Path)
    put.add_argument("--replace", action="store_true", help="move away what is there")


def _add_update(commands: "_Group") -> None:
    summary = "bring a newer version, with a backup before, and back if it fails"
    parser = _add_command(commands, "update", summary, bring_version)
    parser.add_argument("--to", metavar="VERSION", help="a tag or commit; else the newest")
    parser.add_argument(
        "--stop", metavar="COMMAND", default="systemctl stop depesha", help="stops the server"
    )
    parser.add_argument(
        "--start", metavar="COMMAND", default="systemctl start depesha", help="starts the server"
    )
    parser.add_argument("--backups", metavar="FOLDER", type=Path, help="where the backup goes")


def _add_mail(commands: "_Group") -> None:
    group = _add_group(commands, "mail", "letters")
    test = _add_command(group, "test", "send a letter now, to see that letters leave", try_mail)
    test.add_argument("to", metavar="ADDRESS")


def _add_turn(commands: "_Group") -> None:
    group = _add_group(commands, "turn", "the relay of calls")
    _add_command(group, "test", "ask the relay for an address now, as a client does", try_turn)


def _add_directory(commands: "_Group") -> None:
    group = _add_group(commands, "directory", "the institution's directory")
    summary = "sign in to the directory now, and count its people"
    _add_command(group, "test", summary, try_directory)
    sync = _add_command(group, "sync", "read the directory now and take it in", sync_directory)
    sync.add_argument("--dry-run", action="store_true", help="only say what that would do")
    sync.add_argument("--force", action="store_true", help="also when very many would leave")


# --- the commands --------------------------------------------------------------------


def bring_version(config: Config, options: argparse.Namespace) -> int:
    """Update, and say what was done."""
    from depesha.app.update import UpdateError, Way, update, usual_backups  # noqa: PLC0415 (as for serving)

    way = Way(options.stop, options.start, options.backups or usual_backups(config))
    try:
        print(update(config, options.config, options.to, way))
    except UpdateError as error:
        return _fail(1, str(error))
    return 0


def serve(config: Config, options: argparse.Namespace) -> int:
    """Serve until stopped."""
    # What serving needs takes a while to load, and the other commands do without.
    from depesha.app.serve import run  # noqa: PLC0415

    return run(config)


def show_config(config: Config, options: argparse.Namespace) -> int:
    """Print the settings in force as TOML, without their secrets."""
    if config.database:
        config = replace(config, database=_without_password(config.database))
    for name in SETTINGS:
        value = getattr(config, name)
        shown = "***" if name in _SECRETS and value else value
        if name not in {"oidc", "ldap"}:
            print(f"{name} = {encode(shown).decode()}")
    for provider in config.oidc:
        print(f"[signin.oidc.{provider.name}]")
        for name, value in asdict(provider).items():
            if name != "name":
                shown = "***" if name == "client_secret" and value else value
                print(f"{name} = {encode(shown).decode()}")
    if config.ldap is not None:
        found = asdict(config.ldap)
        attributes = found.pop("attributes")
        for table, values in (("ldap", found), ("ldap.attributes", attributes)):
            print(f"[signin.{table}]")
            for name, value in values.items():
                print(f"{name} = {encode(value).decode()}")
    return 0


def check_config(options: argparse.Namespace) -> int:
    """Print every fault of the settings, and what to do about it; 2 when there are any."""
    from depesha.app.check import check_settings  # noqa: PLC0415 (as for serving)

    faults = check_settings(options.config, overrides=_given(options))
    for fault in faults:
        name = f"{fault.setting} ({fault.where})" if fault.setting else fault.where
        print(f"{name}: {fault.what}. What to do: {fault.remedy}", file=sys.stderr)
    if not faults:
        print("These settings can be served with")
    return 2 if faults else 0


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":***@") if parts.password else url


def _ask(config: Config, method: str, target: str, body: Content | None = None) -> Json:
    return asyncio.run(ask(config, method, target, body or {}))


def _user_id(config: Config, name: str) -> str:
    """The whole id, percent-encoded, of a username or an id."""
    return quote(name if name.startswith("@") else f"@{name}:{config.server_name}", safe="")


def _password(options: argparse.Namespace) -> Content:
    """The password on standard input, if one is to be read from there."""
    if not options.password_stdin:
        return {}
    return {"password": sys.stdin.readline().rstrip("\r\n")}


def create_user(config: Config, options: argparse.Namespace) -> int:
    """Make an account; print its id, and its password when it was made up."""
    body = {"username": options.user, "admin": options.admin, **_password(options)}
    found = _ask(config, "POST", f"{_ADMIN}/users", body)
    print(found["user_id"])
    return _show_password(found)


def _show_password(found: Content) -> int:
    if "password" in found:
        print(f"password: {found['password']}")
    return 0


def list_users(config: Config, options: argparse.Namespace) -> int:
    """Print a line for each account: its id and what is special about it."""
    for user in _users(config):
        marks = [name for name, value in user.items() if value is True]
        print(" ".join((user["user_id"], *marks)))
    return 0


def _users(config: Config) -> Iterator[Content]:
    after: str | None = ""
    while after is not None:
        found = _ask(config, "GET", f"{_ADMIN}/users?limit=500&after={quote(after, safe='')}")
        yield from found["users"]
        after = found.get("next")


def reset_password(config: Config, options: argparse.Namespace) -> int:
    """Give somebody another password; print it when it was made up."""
    body = {"logout_devices": not options.keep_devices, **_password(options)}
    target = f"{_ADMIN}/users/{_user_id(config, options.user)}/password"
    return _show_password(_ask(config, "PUT", target, body))


def reset_factors(config: Config, options: argparse.Namespace) -> int:
    """Take the second factor and the passkeys off an account."""
    _ask(config, "DELETE", f"{_ADMIN}/users/{_user_id(config, options.user)}/factors")
    return 0


def list_devices(config: Config, options: argparse.Namespace) -> int:
    """Print a line for each device: id, when (ms) and from where last seen, name."""
    target = f"{_ADMIN}/users/{_user_id(config, options.user)}/devices"
    for each in _ask(config, "GET", target)["devices"]:
        seen = f"{each['last_seen_ts'] or '-'} {each['last_seen_ip'] or '-'}"
        print(f"{each['device_id']} {seen} {each['display_name'] or '-'}")
    return 0


def sign_out(config: Config, options: argparse.Namespace) -> int:
    """End one session of somebody, or all."""
    target = f"{_ADMIN}/users/{_user_id(config, options.user)}/devices"
    if options.device is not None:
        target += f"/{quote(options.device, safe='')}"
    _ask(config, "DELETE", target)
    return 0


def deactivate_user(config: Config, options: argparse.Namespace) -> int:
    """End an account for ever."""
    target = f"{_ADMIN}/users/{_user_id(config, options.user)}/deactivate"
    _ask(config, "POST", target, {"erase": options.erase})
    return 0


def _setting(path: str, name: str, *, to: bool = True) -> Command:
    """The command that locks or suspends somebody, or undoes it."""

    def command(config: Config, options: argparse.Namespace) -> int:
        _ask(config, "PUT", path + _user_id(config, options.user), {name: to})
        return 0

    return command


def _set_admin(*, to: bool) -> Command:
    def command(config: Config, options: argparse.Namespace) -> int:
        target = f"{_ADMIN}/users/{_user_id(config, options.user)}/admin"
        _ask(config, "PUT", target, {"admin": to})
        return 0

    return command


def list_roles(config: Config, options: argparse.Namespace) -> int:
    """Print a line for each role that somebody has."""
    for each in _ask(config, "GET", f"{_ADMIN}/roles")["grants"]:
        unit = f" unit {each['unit_id']}" if "unit_id" in each else ""
        print(f"{each['user_id']} {each['role']}{unit}")
    return 0


def _role(config: Config, options: argparse.Namespace) -> str:
    return f"{_ADMIN}/users/{_user_id(config, options.user)}/roles/{options.role}"


def grant_role(config: Config, options: argparse.Namespace) -> int:
    """Give somebody a role."""
    _ask(config, "PUT", _role(config, options), {"unit_id": options.unit})
    return 0


def revoke_role(config: Config, options: argparse.Namespace) -> int:
    """Take a role back."""
    _ask(config, "DELETE", f"{_role(config, options)}?unit={options.unit}")
    return 0


def list_sign_in(config: Config, options: argparse.Namespace) -> int:
    """Print a line for each policy: the role, and what is asked."""
    for role, policy in _ask(config, "GET", f"{_ADMIN}/policies")["policies"].items():
        print(" ".join((role, *(f"{name}={value}" for name, value in policy.items()))))
    return 0


def set_sign_in(config: Config, options: argparse.Namespace) -> int:
    """Ask something of those with a role."""
    names = ("second_factor", "least_password", "session_hours", "idle_minutes")
    body: Content = {name: getattr(options, name) for name in names}
    _ask(config, "PUT", f"{_ADMIN}/policies/{options.role}", body)
    return 0


def unset_sign_in(config: Config, options: argparse.Namespace) -> int:
    """Ask nothing more of those with a role."""
    _ask(config, "DELETE", f"{_ADMIN}/policies/{options.role}")
    return 0


def create_token(config: Config, options: argparse.Namespace) -> int:
    """Make a registration token and print it."""
    body: Content = {"token": options.token, "uses_allowed": options.uses}
    if options.days is not None:
        body["expires_ts"] = Clock().now_ms() + options.days * _DAY_MS
    print(_ask(config, "POST", f"{_ADMIN}/registration_tokens", body)["token"])
    return 0


def list_tokens(config: Config, options: argparse.Namespace) -> int:
    """Print a line for each token: its text, its uses and when (ms) it ends."""
    for token in _ask(config, "GET", f"{_ADMIN}/registration_tokens")["tokens"]:
        most = "any" if token["uses_allowed"] is None else token["uses_allowed"]
        end = "never" if token["expires_ts"] is None else token["expires_ts"]
        print(f"{token['token']} uses {token['uses']} of {most} ends {end}")
    return 0


def revoke_token(config: Config, options: argparse.Namespace) -> int:
    """Let nobody else register with a token."""
    _ask(config, "DELETE", f"{_ADMIN}/registration_tokens/{quote(options.token, safe='')}")
    return 0


def send_notice(config: Config, options: argparse.Namespace) -> int:
    """Send a server notice to one person."""
    user_id = unquote(_user_id(config, options.user))
    _ask(config, "POST", f"{_ADMIN}/notices", {"user_id": user_id, "body": options.text})
    return 0


def send_notices(config: Config, options: argparse.Namespace) -> int:
    """Send a server notice to everybody who has an account; print how many have got it."""
    count = 0
    sender = f"@{config.notices_user}:{config.server_name}"
    for user in _users(config):
        if user["deactivated"] or user["user_id"] == sender or user["application_service"]:
            continue
        body = {"user_id": user["user_id"], "body": options.text}
        _ask(config, "POST", f"{_ADMIN}/notices", body)
        count += 1
    print(count)
    return 0


def export_audit(config: Config, options: argparse.Namespace) -> int:
    """Print the log of acts: the institution and its public key, then a line for each act."""
    after: int | None = 0
    while after is not None:
        found = _ask(config, "GET", f"{_ADMIN}/audit?limit=1000&after={after}")
        lines = found.pop("lines")
        if after == 0:
            print(encode({name: found[name] for name in ("server_name", "public_key")}).decode())
        for line in lines:
            print(encode(line).decode())
        after = found.get("next")
    return 0


def verify_audit(config: Config, options: argparse.Namespace) -> int:
    """Check an export; print every fault, and the last line's number and hash."""
    lines, faults = check_export(config, options.file, options.key, options.known)
    for fault in faults:
        print(f"line {fault.number}: {fault.reason}", file=sys.stderr)
    if faults:
        return 1
    last = f"{lines[-1].number}:{lines[-1].hash}" if lines else "0:"
    print(f"{len(lines)} lines, none changed; the last is {last}")
    return 0


def show_certificate(config: Config, options: argparse.Namespace) -> int:
    """Print what certificate there is; 1 when none is in force."""
    from depesha.app import cli_certificate  # noqa: PLC0415 (as for serving)

    return cli_certificate.show(config)


def obtain_certificate(config: Config, options: argparse.Namespace) -> int:
    """Ask the authority for a certificate, and print where it lies."""
    from depesha.app import cli_certificate  # noqa: PLC0415 (as for serving)

    return cli_certificate.obtain(config)


def back_up(config: Config, options: argparse.Namespace) -> int:
    """Write a backup, or check one; print how many files it has."""
    from depesha.app import backup  # noqa: PLC0415 (as for serving)

    if options.verify:
        print(f"{verify_archive(options.where)} files, all as they were written")
    else:
        print(f"{backup.back_up(config, Clock(), options.where, options.config)} files")
    return 0


def restore(config: Config, options: argparse.Namespace) -> int:
    """Put a backup in its place; print what it was."""
    from depesha.app import backup  # noqa: PLC0415 (as for serving)

    print(backup.restore(config, Clock(), options.where, replace=options.replace))
    return 0


def try_directory(config: Config, options: argparse.Namespace) -> int:
    """Sign in to the directory; print how many people it has."""
    print(_ask(config, "POST", f"{_ADMIN}/directory/test")["people"])
    return 0


def sync_directory(config: Config, options: argparse.Namespace) -> int:
    """Have the directory read; print the report."""
    body = {"dry_run": options.dry_run, "force": options.force}
    return print_report(_ask(config, "POST", f"{_ADMIN}/directory/sync", body))


def try_mail(config: Config, options: argparse.Namespace) -> int:
    """Send a letter at once; say why when it was not taken."""
    _ask(config, "POST", f"{_ADMIN}/mail/test", {"to": options.to})
    return 0


def try_turn(config: Config, options: argparse.Namespace) -> int:
    """Ask each relay for an address; print it, or why there is none."""
    relays = _ask(config, "POST", f"{_ADMIN}/turn/test")["relays"]
    for relay in relays:
        print(f"{relay['uri']} {relay.get('address') or relay['error']}")
    return 1 if any("error" in relay for relay in relays) else 0
