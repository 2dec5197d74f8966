"""Asking a certificate authority for a certificate: the account, the order and its proof (ACME).

Spec: RFC 8555, with the proof http-01; RFC 8738 for addresses; RFC 9773 for when to renew. Why
this is ours: docs/decisions/0032-acme.md.
"""

import ipaddress
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, TypeVar

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from depesha.base.canonical import Content, encode
from depesha.base.clock import Clock
from depesha.base.ids import is_address
from depesha.io.fetch import Answer, Fetcher, FetchError, Limits
from depesha.io.keyfile import key_text

_BAD_NONCE = "urn:ietf:params:acme:error:badNonce"
_MOST_NONCES = 10
_MOST_LOOKS = 120
_LOOK_SECONDS = 1.0
_MOST_LOOK_SECONDS = 30.0
_MOST_WAIT_SECONDS = 7 * 86_400.0
_LIMITS = Limits(size=256 * 1024, seconds=30)
_SIGNING = jws.JWSRegistry(algorithms=["ES256", "HS256"], strict_check_header=False)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,200}")
_UNFINISHED = frozenset({"pending", "processing"})

Prove = Callable[[str, str], None]
"""Lets `/.well-known/acme-challenge/<first>` answer with the second."""


class AcmeError(Exception):
    """There is no certificate; the text says why. It is not to be asked again before a while."""

    def __init__(self, what: str, wait_seconds: float = 0.0) -> None:
        super().__init__(what)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom certificates are asked of, and in whose name."""

    directory: str
    contact: str = ""
    """An e-mail address; it may be empty."""
    key_id: str = ""
    key: str = field(default="", repr=False)
    """What the authority gave to bind the account to a customer, in base64url (RFC 8555, 7.3.4)."""


class _Meta(msgspec.Struct, rename="camel"):
    external_account_required: bool = False


class _Directory(msgspec.Struct, rename="camel"):
    new_nonce: str
    new_account: str
    new_order: str
    renewal_info: str = ""
    meta: _Meta = msgspec.field(default_factory=_Meta)


class _Problem(msgspec.Struct):
    """RFC 8555, 6.7; the parts of it say more than the whole."""

    type: str = ""
    detail: str = ""
    subproblems: list["_Problem"] = []

    def __str__(self) -> str:
        texts = [self.detail or self.type, *(str(each) for each in self.subproblems)]
        return "; ".join(dict.fromkeys(filter(None, texts)))[:1000]


class _Challenge(msgspec.Struct):
    type: str
    url: str = ""
    token: str = ""
    error: _Problem = msgspec.field(default_factory=_Problem)


class _Identifier(msgspec.Struct):
    value: str


class _Authorization(msgspec.Struct):
    status: str
    identifier: _Identifier
    challenges: list[_Challenge]


class _Order(msgspec.Struct):
    status: str
    authorizations: list[str]
    finalize: str
    certificate: str = ""
    error: _Problem = msgspec.field(default_factory=_Problem)


_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Window(msgspec.Struct):
    start: _Moment
    end: _Moment


class _Renewal(msgspec.Struct, rename="camel"):
    suggested_window: _Window


_NO_ANSWER = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises; the last for what is too deep."""

_Read = TypeVar("_Read", _Directory, _Authorization, _Order, _Renewal)
_Awaited = TypeVar("_Awaited", _Authorization, _Order)


class Account:
    """An account with an authority; made or found again by `open`, before all else."""

    def __init__(self, fetcher: Fetcher, clock: Clock, key: str) -> None:
        """`key` is a private key of P-256 in PEM."""
        self._fetcher = fetcher
        self._clock = clock
        self._key = ECKey.import_key(key)
        self._url = ""
        self._nonce = ""
        self._directory: _Directory | None = None

    async def open(self, authority: Authority) -> None:
        """Sign up, or in: the key is the account. Raises AcmeError."""
        found = await find_directory(self._fetcher, self._clock, authority)
        self._directory = found
        body: Content = {"termsOfServiceAgreed": True}
        if authority.contact:
            body["contact"] = [f"mailto:{authority.contact}"]
        if authority.key_id:
            body["externalAccountBinding"] = self._bind(authority, found.new_account)
        answer = await self._post(found.new_account, body)
        self._url = answer.headers.get("location", "")
        if not self._url:
            raise AcmeError("the authority does not say which account is ours")

    def _bind(self, authority: Authority, url: str) -> Content:
        header = {"alg": "HS256", "kid": authority.key_id, "url": url}
        payload = encode(self._key.as_dict(private=False))
        key = OctKey.import_key({"kty": "oct", "k": authority.key.rstrip("=")})
        return {**jws.serialize_json({"protected": header}, payload, key, registry=_SIGNING)}

    async def order(self, names: Sequence[str], prove: Prove, replaces: str = "") -> bytes:
        """A new key and the certificate chain of these names, in PEM. Raises AcmeError.

        `replaces` is the `renewal_id` of the certificate before, for an authority that asks so.
        """
        assert self._directory is not None
        body: Content = {"identifiers": [_identifier(name) for name in names]}
        if replaces and self._directory.renewal_info:
            body["replaces"] = replaces
        answer = await self._post(self._directory.new_order, body)
        url, order = answer.headers.get("location", ""), _decode(answer, _Order)
        for authorization in order.authorizations:
            await self._prove(authorization, prove)
        order = await self._wait(url, _Order)
        key = ec.generate_private_key(ec.SECP256R1())
        if order.status == "ready":
            await self._post(order.finalize, {"csr": _text(_request(key, names))})
            order = await self._wait(url, _Order)
        if order.status != "valid":
            raise AcmeError(f"the order is {order.status}: {order.error}")
        answer = await self._post(order.certificate, None, "application/pem-certificate-chain")
        _check_chain(answer.body, key)
        return key_text(key).encode() + answer.body

    async def _prove(self, url: str, prove: Prove) -> None:
        found = _decode(await self._post(url, None), _Authorization)
        name = found.identifier.value
        if found.status == "valid":
            return
        challenge = next((each for each in found.challenges if each.type == "http-01"), None)
        if challenge is None or not _TOKEN.fullmatch(challenge.token):
            offered = ", ".join(each.type for each in found.challenges)
            raise AcmeError(f"{name}: the authority takes no proof by http-01, but {offered}")
        prove(challenge.token, f"{challenge.token}.{self._key.thumbprint()}")
        await self._post(challenge.url, {})
        found = await self._wait(url, _Authorization)
        if found.status != "valid":
            errors = [str(each.error) for each in found.challenges if str(each.error)]
            raise AcmeError(f"{name}: {'; '.join(errors) or found.status}")

    async def _wait(self, url: str, kind: type[_Awaited]) -> _Awaited:
        """What is there when the authority has made up its mind."""
        for _ in range(_MOST_LOOKS):
            answer = await self._post(url, None)
            found = _decode(answer, kind)
            if found.status not in _UNFINISHED:
                return found
            seconds = _retry_after(answer, self._clock) or _LOOK_SECONDS
            await self._clock.sleep(min(seconds, _MOST_LOOK_SECONDS))
        raise AcmeError("the authority does not come to an end")

    async def _post(self, url: str, body: Content | None, accept: str = "*/*") -> Answer:
        """The answer to a signed request; without a body it only reads. Raises AcmeError."""
        headers = {"Content-Type": "application/jose+json", "Accept": accept}
        payload = b"" if body is None else encode(body)
        tries = 0
        while True:
            signed = await self._sign(url, payload)
            answer = await _fetch(self._fetcher, "POST", url, headers, signed)
            self._nonce = answer.headers.get("replay-nonce", "")
            if answer.status < 400:
                return answer
            tries += 1
            if _problem(answer).type != _BAD_NONCE or tries == _MOST_NONCES:
                raise _refused(answer, self._clock)

    async def _sign(self, url: str, payload: bytes) -> bytes:
        assert self._directory is not None
        if not self._nonce:
            answer = await _fetch(self._fetcher, "HEAD", self._directory.new_nonce)
            self._nonce = answer.headers.get("replay-nonce", "")
        header: Content = {"alg": "ES256", "nonce": self._nonce, "url": url}
        if self._url:
            header["kid"] = self._url
        else:
            header["jwk"] = self._key.as_dict(private=False)
        self._nonce = ""
        signed = jws.serialize_json({"protected": header}, payload, self._key, registry=_SIGNING)
        return encode({**signed})


async def find_directory(fetcher: Fetcher, clock: Clock, authority: Authority) -> _Directory:
    """Where the authority takes what; raises AcmeError."""
    answer = await _fetch(fetcher, "GET", authority.directory)
    if answer.status >= 400:
        raise _refused(answer, clock)
    found = _decode(answer, _Directory)
    if found.meta.external_account_required and not authority.key_id:
        raise AcmeError("the authority knows its customers by acme_key_id and acme_key_file")
    return found


async def ask_renewal(
    fetcher: Fetcher, clock: Clock, authority: Authority, certificate: x509.Certificate
) -> tuple[int, int] | None:
    """From when until when (ms) the authority wants to be asked anew, if it says so (RFC 9773).

    Raises AcmeError.
    """
    directory, name = await find_directory(fetcher, clock, authority), renewal_id(certificate)
    if not directory.renewal_info or not name:
        return None
    answer = await _fetch(fetcher, "GET", f"{directory.renewal_info.rstrip('/')}/{name}")
    if answer.status >= 400:
        return None
    window = _decode(answer, _Renewal).suggested_window
    start, end = (round(each.timestamp() * 1000) for each in (window.start, window.end))
    return start, max(start, end)


def renewal_id(certificate: x509.Certificate) -> str:
    """By what an authority knows a certificate of its own; "" for one that has no such name.

    Spec: RFC 9773, 4.1.
    """
    try:
        issuer = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound:
        return ""
    number = certificate.serial_number
    serial = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return f"{_text(issuer.value.key_identifier or b'')}.{_text(serial)}"


def _identifier(name: str) -> Content:
    return {"type": "ip" if is_address(name) else "dns", "value": name}


def _request(key: ec.EllipticCurvePrivateKey, names: Sequence[str]) -> bytes:
    """The request for a certificate (PKCS #10, DER)."""
    alternatives = x509.SubjectAlternativeName(
        [
            x509.IPAddress(ipaddress.ip_address(name)) if is_address(name) else x509.DNSName(name)
            for name in names
        ]
    )
    builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
    made = builder.add_extension(alternatives, critical=True).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def _check_chain(chain: bytes, key: ec.EllipticCurvePrivateKey) -> None:
    try:
        first = x509.load_pem_x509_certificates(chain)[0]
    except ValueError as error:
        raise AcmeError(f"the authority gives no certificate: {error}") from error
    if first.public_key() != key.public_key():
        raise AcmeError("the authority gives a certificate of another key")


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


async def _fetch(
    fetcher: Fetcher,
    method: str,
    url: str,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    if not url.startswith("https://"):
        raise AcmeError("the authority names an address without TLS")
    try:
        return await fetcher.fetch(method, url, headers=headers, body=body, limits=_LIMITS)
    except FetchError as error:
        raise AcmeError(str(error)) from error


def _decode(answer: Answer, kind: type[_Read]) -> _Read:
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except _NO_ANSWER as error:
        raise AcmeError(f"{answer.url}: this is no answer of ACME: {error}") from error


def _problem(answer: Answer) -> _Problem:
    try:
        return msgspec.json.decode(answer.body, type=_Problem)
    except _NO_ANSWER:
        return _Problem(detail=f"HTTP {answer.status}")


def _refused(answer: Answer, clock: Clock) -> AcmeError:
    return AcmeError(f"{answer.url}: {_problem(answer)}", _retry_after(answer, clock))


def _retry_after(answer: Answer, clock: Clock) -> float:
    """Seconds that the authority asks to wait; 0 when it says nothing that can be understood."""
    text = answer.headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - clock.now_ms() / 1000
        except ValueError:
            return 0.0
    return min(max(seconds, 0.0), _MOST_WAIT_SECONDS)
