"""A certificate authority that speaks ACME: Debian's Pebble, with a resolver of its own.

It refuses a fifth of all good nonces, as its makers want clients to bear; it asks for proof each
time; its certificates hold for twenty minutes; for `blocked.test` it gives none.
"""

import contextlib
import datetime
import ipaddress
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.harness.ports import free_port

LIFE_SECONDS = 1200
BLOCKED = "blocked.test"
CUSTOMER, CUSTOMER_KEY = (
    "customer-1",
    "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W",
)


class Missing(Exception):
    """Pebble is not installed here; the text names the package."""


class Pebble:
    """A running authority; made by `start_pebble`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._management = free_port(self.port + 1)
        self._dns = free_port(self._management + 1)
        # Where it looks for proofs; nobody listens there between two tests.
        self.proofs_port = free_port(25_000 + os.getpid() % 5_000)
        self.ca_file = str(folder / "own.pem")
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def directory(self) -> str:
        return f"https://127.0.0.1:{self.port}/dir"

    def start(self, *, customers_only: bool = False) -> None:
        """Listen on the same ports, knowing nobody, with new keys."""
        config = {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self._management}",
            "certificate": self.ca_file,
            "privateKey": str(self.folder / "own-key.pem"),
            "httpPort": self.proofs_port,
            "tlsPort": self.proofs_port,
            "ocspResponderURL": "",
            "certificateValidityPeriod": LIFE_SECONDS,
            "domainBlocklist": [BLOCKED],
            "externalAccountBindingRequired": customers_only,
            "externalAccountMACKeys": {CUSTOMER: CUSTOMER_KEY} if customers_only else {},
        }
        (self.folder / "config.json").write_text(json.dumps({"pebble": config}))
        names = ("-dns01", f"127.0.0.1:{self._dns}", "-defaultIPv6", "", "-management", "")
        nothing = ("-http01", "", "-https01", "", "-tlsalpn01", "")
        self._run("pebble-challtestsrv", *names, *nothing)
        config_file = str(self.folder / "config.json")
        resolver = f"127.0.0.1:{self._dns}"
        self._run("pebble", "-strict", "-config", config_file, "-dnsserver", resolver)
        for port in (self._dns, self.port, self._management):
            self._await(port)

    def _run(self, program: str, *words: str) -> None:
        quick = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "20", "PEBBLE_AUTHZREUSE": "0"}
        log = (self.folder / f"{program}.log").open("ab")
        with log:
            self._processes.append(
                subprocess.Popen(
                    [_program(program), *words],
                    stdout=log,
                    stderr=log,
                    env={**os.environ, **quick},
                )
            )

    def _await(self, port: int) -> None:
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            for process in self._processes:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.03)
                    raise RuntimeError((self.folder / "pebble.log").read_text())
        raise RuntimeError("pebble does not listen")

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
            process.wait(20)
        self._processes.clear()

    def roots(self) -> str:
        """What the certificates that it gives lead to, in PEM."""
        url = f"https://127.0.0.1:{self._management}/roots/0"
        context = ssl.create_default_context(cafile=self.ca_file)
        with urllib.request.urlopen(url, context=context) as answer:
            found: str = answer.read().decode()
        return found


def start_pebble() -> Pebble:
    """A running authority; raises Missing."""
    for name in ("pebble", "pebble-challtestsrv"):
        _program(name)
    folder = Path(tempfile.mkdtemp(prefix="depesha-pebble-"))
    write_own_certificate(folder)
    pebble = Pebble(folder)
    pebble.start()
    return pebble


def end_pebble(pebble: Pebble) -> None:
    pebble.stop()
    shutil.rmtree(pebble.folder)


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise Missing("Pebble is missing: apt-get install pebble")
    return path


def write_own_certificate(folder: Path) -> None:
    """What the authority itself is believed by: signed by itself, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tests")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    (folder / "own.pem").write_bytes(made.public_bytes(encoding))
    (folder / "own-key.pem").write_bytes(key.private_bytes(encoding, form, plain))
