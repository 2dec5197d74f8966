"""What a client may say of itself and ask for.

Spec: client-server API, "Client registration", "Scope"; RFC 7591, RFC 7636, RFC 8252.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import SplitResult, urlencode, urlsplit

from depesha.base.canonical import Content, Json
from depesha.base.ids import is_address

API_SCOPE = "urn:matrix:client:api:*"
DEVICE_SCOPE = "urn:matrix:client:device:"

# COMPAT(matrix-js-sdk, Element X): the names before v1.15.
_OLD_API_SCOPE = "urn:matrix:org.matrix.msc2967.client:api:*"
_OLD_DEVICE_SCOPE = "urn:matrix:org.matrix.msc2967.client:device:"

CODE_GRANT = "authorization_code"
REFRESH_GRANT = "refresh_token"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
GRANTS = (CODE_GRANT, REFRESH_GRANT, DEVICE_GRANT)

_MOST_URIS = 20
_MOST_CHARACTERS = 2000
_MOST_NAME = 100
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,99}")
_HARMFUL = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "filesystem"})
_TAGGED = re.compile(r"(client_name|logo_uri|tos_uri|policy_uri)(#[A-Za-z0-9-]{1,20})?")
_AUTHORITY = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")
_DEVICE_ID = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class BadMetadata(ValueError):
    """The metadata cannot be registered; `code` is the error of RFC 7591."""

    def __init__(self, message: str, code: str = "invalid_client_metadata") -> None:
        super().__init__(message)
        self.code = code


def check_metadata(given: Content) -> Content:
    """What is registered of the metadata that a client gives, with its defaults filled in.

    Raises BadMetadata. What is not understood is left out.
    """
    base = _web_uri(given.get("client_uri"), "client_uri")
    kept: Content = {}
    for name, value in given.items():
        if _TAGGED.fullmatch(name):
            kept[name] = _name(value) if name.startswith("client_name") else value
            if not name.startswith("client_name"):
                _check_below(_web_uri(value, name), base, name)
    if sum("#" in name for name in kept) > 4 * _MOST_URIS:
        raise BadMetadata("Too many languages")
    kind = given.get("application_type", "web")
    if kind not in {"web", "native"}:
        raise BadMetadata("application_type must be web or native")
    if given.get("token_endpoint_auth_method", "none") != "none":
        raise BadMetadata("Only public clients, whose token_endpoint_auth_method is none")
    grants = _known(given, "grant_types", GRANTS, (CODE_GRANT,))
    if not {CODE_GRANT, DEVICE_GRANT} & set(grants):
        raise BadMetadata("grant_types must have a grant that signs somebody in")
    uris = _redirect_uris(given.get("redirect_uris", []), base, kind)
    responses = _known(given, "response_types", ("code",), ("code",))
    if CODE_GRANT in grants and not (uris and responses):
        raise BadMetadata("The authorization code grant needs redirect_uris and the type code")
    return {
        **kept,
        "client_uri": given["client_uri"],
        "redirect_uris": uris,
        "response_types": responses,
        "grant_types": grants,
        "token_endpoint_auth_method": "none",
        "application_type": kind,
    }


def _known(
    given: Content, name: str, known: tuple[str, ...], default: tuple[str, ...]
) -> list[str]:
    """Those of the values that are understood, each once."""
    values = given.get(name, list(default))
    if not isinstance(values, list):
        raise BadMetadata(f"{name} must be an array")
    return [value for value in known if value in values]


def _name(value: Json) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _MOST_NAME:
        raise BadMetadata(f"client_name must have 1 to {_MOST_NAME} characters")
    return value


def _split(value: Json, name: str, code: str = "invalid_client_metadata") -> SplitResult:
    if not isinstance(value, str) or not 0 < len(value) <= _MOST_CHARACTERS:
        raise BadMetadata(f"{name} must be a URI", code)
    if any(ch <= " " or ch in '\\"<>^`{|}' or ch > "~" for ch in value):
        raise BadMetadata(f"{name} has characters that a URI cannot have", code)
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise BadMetadata(f"{name} is not a URI", code) from None
    return parts


def _web_uri(value: Json, name: str, code: str = "invalid_client_metadata") -> SplitResult:
    """A URI with https, a host and no user; raises BadMetadata."""
    parts = _split(value, name, code)
    if parts.scheme != "https" or not parts.hostname:
        raise BadMetadata(f"{name} must be an https URI", code)
    if "@" in parts.netloc:
        raise BadMetadata(f"{name} must not name a user", code)
    return parts


def _is_below(parts: SplitResult, base: SplitResult) -> bool:
    """Whether the host is that of `base`, or a subdomain of it."""
    host, above = parts.hostname or "", base.hostname or ""
    return host == above or (host.endswith("." + above) and not is_address(above))


def _check_below(parts: SplitResult, base: SplitResult, name: str) -> None:
    if not _is_below(parts, base):
        raise BadMetadata(f"{name} must be on the host of client_uri or below it")


def _redirect_uris(given: Json, base: SplitResult, kind: str) -> list[str]:
    if not isinstance(given, list) or len(given) > _MOST_URIS:
        raise BadMetadata(f"redirect_uris must be an array of at most {_MOST_URIS} URIs")
    for uri in given:
        _check_redirect(uri, base, kind)
    return list(dict.fromkeys(given))


def _check_redirect(uri: Json, base: SplitResult, kind: str) -> None:
    """Spec: "Redirect URI validation"."""
    code = "invalid_redirect_uri"
    parts = _split(uri, "redirect_uri", code)
    if "#" in str(uri):
        raise BadMetadata("A redirect URI must not have a fragment", code)
    if parts.scheme == "https":
        if not _is_below(_web_uri(uri, "redirect_uri", code), base):
            raise BadMetadata("A redirect URI must be on the host of client_uri or below it", code)
    elif kind == "web":
        raise BadMetadata("A web client must use https redirect URIs", code)
    elif parts.scheme == "http":
        if parts.hostname not in _LOOPBACK or "@" in parts.netloc:
            raise BadMetadata("A redirect URI with http must be on the loopback interface", code)
        if parts.port is not None or parts.netloc.endswith(":"):
            raise BadMetadata("A loopback redirect URI must not have a port", code)
    else:
        _check_private(parts, base, code)


def _check_private(parts: SplitResult, base: SplitResult, code: str) -> None:
    """A private-use scheme begins with the host of the client in reverse."""
    reverse = ".".join(reversed((base.hostname or "").split(".")))
    if parts.scheme != reverse and not parts.scheme.startswith(reverse + "."):
        raise BadMetadata(f"The scheme of a redirect URI must begin with {reverse}", code)
    if parts.netloc or parts.path.startswith("//"):
        raise BadMetadata("A redirect URI with its own scheme must not have a host", code)


def is_registered(uri: str, registered: list[str]) -> bool:
    """Whether a redirect URI is one of those registered; on loopback its port does not matter."""
    if uri in registered:
        return True
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK or port is None:
        return False
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.netloc != f"{host}:{port}":
        return False
    return parts._replace(netloc=host).geturl() in registered


def parse_scope(text: str) -> str | None:
    """The device id of a scope that signs a device in; None for any other scope.

    Tokens that are not known, such as `openid`, are passed over.
    """
    tokens = set(text.split(" "))
    if not tokens & {API_SCOPE, _OLD_API_SCOPE}:
        return None
    devices = {
        token.removeprefix(prefix)
        for token in tokens
        for prefix in (DEVICE_SCOPE, _OLD_DEVICE_SCOPE)
        if token.startswith(prefix)
    }
    if len(devices) != 1:
        return None
    device_id = devices.pop()
    return device_id if _DEVICE_ID.fullmatch(device_id) else None


def scope_of(device_id: str) -> str:
    """The scope that a session has."""
    return f"{API_SCOPE} {DEVICE_SCOPE}{device_id}"


def is_challenge(text: str) -> bool:
    """True for the form that a code challenge has with the method S256."""
    return _CHALLENGE.fullmatch(text) is not None


def is_verified(challenge: str, verifier: str) -> bool:
    """True when the challenge was made from this verifier."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = urlsafe_b64encode(sha256(verifier.encode()).digest())
    return digest.rstrip(b"=").decode() == challenge


def with_answer(uri: str, mode: str, answer: Mapping[str, str]) -> str:
    """The redirect URI with the answer in its fragment or its query."""
    text = urlencode(answer)
    if mode == "fragment":
        return f"{uri}#{text}"
    return f"{uri}{'&' if '?' in uri else '?'}{text}"


def is_own_path(text: str) -> bool:
    """True for a path of our own pages, where somebody may be sent on to."""
    return text.startswith("/_depesha/") and "\\" not in text and "//" not in text.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a browser is sent with what was asked for: a host or a scheme, shown and allowed."""

    shown: str
    source: str
    """As in `form-action` of a content security policy."""


def find_target(uri: str) -> Target | None:
    """Who answers at this address; None for an address that nobody may be sent to."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    if not _SCHEME.fullmatch(parts.scheme) or parts.scheme in _HARMFUL:
        return None
    if any(ch <= " " for ch in uri):
        return None
    if parts.scheme in {"http", "https"}:
        if not _AUTHORITY.fullmatch(parts.netloc):
            return None
        return Target(parts.netloc, f"{parts.scheme}://{parts.netloc}")
    return Target(f"{parts.scheme}:", f"{parts.scheme}:")
