"""What OpenID Connect providers say of themselves, remembered for a while.

Spec: OpenID Connect Discovery 1.0; RFC 7517.
"""

from dataclasses import dataclass, field

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from depesha.base.providers import Provider
from depesha.io.fetch import Fetcher, FetchError, Limits

LIFE_MS = 3600 * 1000
"""How long it is remembered."""

AGAIN_MS = 60_000
"""How soon keys are asked for again when a token is signed by an unknown one."""

_LIMITS = Limits(size=512 * 1024, seconds=10)


class ProviderFailed(Exception):
    """The provider cannot be reached, or says what cannot be right."""


class Metadata(msgspec.Struct):
    """The part of a provider's metadata that is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


@dataclass(frozen=True, slots=True)
class Known:
    """A provider's metadata and keys, and when (ms) they were asked for."""

    metadata: Metadata
    keys: KeySet
    asked_ts: int


@dataclass(slots=True)
class Discovered:
    """Providers by name: no more than the settings have."""

    known: dict[str, Known] = field(default_factory=dict)


async def discover(
    discovered: Discovered, fetcher: Fetcher, provider: Provider, now: int, life: int = LIFE_MS
) -> Known:
    """What is known of a provider, no older than `life` ms; raises ProviderFailed."""
    known = discovered.known.get(provider.name)
    if known is not None and now - known.asked_ts < life:
        return known
    url = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        answer = await fetcher.fetch("GET", url, limits=_LIMITS)
        metadata = msgspec.json.decode(answer.body, type=Metadata)
        _check(provider, metadata)
        answer = await fetcher.fetch("GET", metadata.jwks_uri, limits=_LIMITS)
        keys = KeySet.import_key_set(msgspec.json.decode(answer.body))
    except (FetchError, msgspec.MsgspecError, JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderFailed(f"{provider.name}: {error}") from error
    known = discovered.known[provider.name] = Known(metadata, keys, now)
    return known


def _check(provider: Provider, metadata: Metadata) -> None:
    """Raise ProviderFailed for somebody else's metadata, or addresses without TLS."""
    if metadata.issuer.rstrip("/") != provider.issuer.rstrip("/"):
        raise ProviderFailed(f"{provider.name}: it calls itself {metadata.issuer}")
    urls = [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri]
    if metadata.userinfo_endpoint is not None:
        urls.append(metadata.userinfo_endpoint)
    scheme = provider.issuer.partition(":")[0]
    if not all(url.startswith(("https://", f"{scheme}://")) for url in urls):
        raise ProviderFailed(f"{provider.name}: an address is not https")
