"""A directory of Debian's own packages, on a free port, for one test session."""

import base64
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.harness.ports import free_port

PACKAGES = ("slapd", "ldap-utils")
SUFFIX = "dc=city,dc=test"
PEOPLE = f"ou=people,{SUFFIX}"
READER, READER_PASSWORD = f"cn=reader,{SUFFIX}", "the reader's own"
_ADMIN, _ADMIN_PASSWORD = f"cn=admin,{SUFFIX}", "may write"
_PROGRAMS = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"

_CONF = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
attributetype ( 1.3.6.1.4.1.99999.1 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.99999.2 NAME 'accountState' AUXILIARY MAY userAccountControl )
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
maxsize 1073741824
suffix "{suffix}"
rootdn "{admin}"
rootpw "{password}"
directory {folder}/data
dbnosync
limits dn.exact="{reader}" size.soft=100 size.hard=100 size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""


class Missing(Exception):
    """The directory is not installed here; the text names the packages."""


class Slapd:
    """A running directory; made by `start_slapd`, ended by `stop`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.tls_port = free_port(self.port + 1)
        self.ca_file = str(folder / "ca.pem")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Listen again on the same ports, with the same entries."""
        places = f"ldap://127.0.0.1:{self.port}/ ldaps://127.0.0.1:{self.tls_port}/"
        self._process = subprocess.Popen(
            [_program("slapd"), "-d", "0", "-f", str(self.folder / "slapd.conf"), "-h", places],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            if self._process.poll() is not None:
                raise RuntimeError("slapd has ended")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
        raise RuntimeError("slapd does not listen")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def clear(self) -> None:
        """Begin anew with no people and no units."""
        self.stop()
        shutil.rmtree(self.folder / "data")
        (self.folder / "data").mkdir()
        self.load(_BEGINNING)
        self.start()

    def load(self, ldif: str) -> None:
        """Write entries while the directory is stopped."""
        path = self.folder / "load.ldif"
        path.write_text(ldif)
        conf = str(self.folder / "slapd.conf")
        _run(_program("slapadd"), "-q", "-f", conf, "-l", str(path))

    def add(self, *entries: str) -> None:
        """Add entries while it runs."""
        self._change("ldapadd", "\n".join(entries))

    def modify(self, dn: str, attribute: str, *values: str) -> None:
        """Let these be the values of an attribute."""
        lines = [f"dn: {dn}", "changetype: modify", f"replace: {attribute}"]
        self._change("ldapmodify", "\n".join((*lines, *(f"{attribute}: {v}" for v in values))))

    def move(self, dn: str, rdn: str, above: str) -> None:
        """Give an entry another name or place."""
        lines = [f"dn: {dn}", "changetype: modrdn", f"newrdn: {rdn}", "deleteoldrdn: 1"]
        self._change("ldapmodify", "\n".join((*lines, f"newsuperior: {above}")))

    def delete(self, dn: str) -> None:
        self._change("ldapmodify", f"dn: {dn}\nchangetype: delete")

    def _change(self, program: str, ldif: str) -> None:
        url = f"ldap://127.0.0.1:{self.port}"
        command = [_program(program), "-x", "-H", url, "-D", _ADMIN, "-w", _ADMIN_PASSWORD]
        done = subprocess.run(
            command, check=False, input=ldif + "\n", text=True, capture_output=True
        )
        assert done.returncode == 0, done.stderr


def unit(*path: str) -> str:
    """An organisational unit as LDIF; the path begins with the highest."""
    return f"dn: {unit_dn(*path)}\nobjectClass: organizationalUnit\n"


def unit_dn(*path: str) -> str:
    return ",".join((*(f"ou={name}" for name in reversed(path)), PEOPLE))


def person_dn(uid: str, *path: str) -> str:
    return f"uid={uid},{unit_dn(*path)}"


def person(uid: str, *path: str, **values: str | bytes) -> str:
    """Somebody as LDIF, whose password is "the password of" and the uid."""
    found: Mapping[str, str | bytes] = {
        "cn": uid.title(),
        "sn": uid.title(),
        "userPassword": f"the password of {uid}",
        **values,
    }
    lines = [f"dn: {person_dn(uid, *path)}", "objectClass: inetOrgPerson"]
    lines += ["objectClass: accountState", f"uid: {uid}"]
    for name, value in found.items():
        raw = value if isinstance(value, bytes) else value.encode()
        lines.append(f"{name}:: {base64.b64encode(raw).decode()}")
    return "\n".join(lines) + "\n"


def group(name: str, kind: str, *lines: str) -> str:
    """A group of people as LDIF, beside them."""
    return "\n".join((f"dn: cn={name},{SUFFIX}", f"objectClass: {kind}", *lines)) + "\n"


def start_slapd() -> Slapd:
    """A running directory with a certificate of its own authority; raises Missing."""
    for name in ("slapd", "slapadd", "ldapmodify", "openssl"):
        _program(name)
    folder = Path(tempfile.mkdtemp(prefix="depesha-slapd-"))
    (folder / "data").mkdir()
    _make_certificates(folder)
    names = {"suffix": SUFFIX, "admin": _ADMIN, "password": _ADMIN_PASSWORD, "reader": READER}
    (folder / "slapd.conf").write_text(_CONF.format(folder=folder, **names))
    slapd = Slapd(folder)
    slapd.load(_BEGINNING)
    slapd.start()
    return slapd


def end_slapd(slapd: Slapd) -> None:
    slapd.stop()
    shutil.rmtree(slapd.folder)


_BEGINNING = f"""dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
o: City
dc: city

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: {READER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {READER_PASSWORD}
"""


def _make_certificates(folder: Path) -> None:
    def openssl(*words: str) -> None:
        _run(_program("openssl"), *words)

    for name, subject in (("ca", "/CN=Tests"), ("key", "/CN=127.0.0.1")):
        key = str(folder / ("key.pem" if name == "key" else "ca-key.pem"))
        out = str(folder / ("ca.pem" if name == "ca" else "request.pem"))
        kind = ("-x509", "-days", "30") if name == "ca" else ()
        elliptic = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", *kind, *elliptic, "-subj", subject, "-keyout", key, "-out", out)
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(
        *("x509", "-req", "-days", "30", "-in", str(folder / "request.pem")),
        *("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca-key.pem")),
        *("-extfile", str(folder / "names"), "-out", str(folder / "cert.pem")),
    )


def _program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":" + _PROGRAMS)
    if found is None:
        raise Missing(f"{name} is missing: apt-get install {' '.join(PACKAGES)}")
    return found


def _run(*words: str) -> None:
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
