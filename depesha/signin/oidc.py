"""Signing in with an OpenID Connect provider: there and back, and whose account it is.

Spec: OpenID Connect Core 1.0, sections 3.1 and 5.3; RFC 7636; client-server API, "Client login
via SSO".
"""

from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b, sha256
from urllib.parse import quote, urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from depesha.accounts import (
    NewUser,
    check_free,
    check_usable,
    find_user,
    insert_account,
    new_user_id,
    token_hash,
)
from depesha.base.canonical import Content, Json
from depesha.base.errors import MatrixError, forbidden, not_found
from depesha.base.providers import Provider
from depesha.eventlog.append import Writing
from depesha.io.fetch import FetchError, Limits
from depesha.signin import store
from depesha.signin.browser import Browser
from depesha.signin.discover import AGAIN_MS, LIFE_MS, Known, ProviderFailed, discover
from depesha.signin.record import Signin

CALLBACK = "/_depesha/signin/oidc/callback"
VISIT_MS = 15 * 60_000
"""How long somebody may take at the provider."""

LEEWAY_S = 60
"""By how much the clocks of provider and server may differ."""

_ALGORITHMS = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519", "EdDSA"),
]
_LIMITS = Limits(size=256 * 1024, seconds=10)
_ALLOWED = "abcdefghijklmnopqrstuvwxyz0123456789._=/+-"


@dataclass(frozen=True, slots=True)
class Person:
    """Who came back from a provider; `link_user` wants it added to their account."""

    provider: Provider
    claims: Content
    next: str
    link_user: str

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])


def access_provider(signin: Signin, name: str) -> Provider:
    """The provider; 404 M_NOT_FOUND."""
    provider = signin.provider(name)
    if provider is None:
        raise not_found("There is no such provider")
    return provider


async def leave_for(
    signin: Signin, browser: Browser, provider: Provider, next_path: str, link_user: str
) -> str:
    """The address at the provider where the browser goes to; raises ProviderFailed."""
    spine = signin.spine
    now = spine.clock.now_ms()
    known = await discover(signin.discovered, signin.fetcher, provider, now)
    state = spine.clock.new_id(32)
    row = store.VisitRow(
        token_hash(browser.secret), provider.name, next_path, link_user, now + VISIT_MS
    )
    await spine.db.write(store.insert_visit, spine.institution.id, token_hash(state), row)
    digest = sha256(_verifier(browser, state).encode()).digest()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": signin.url(CALLBACK),
        "scope": provider.scopes,
        "state": state,
        "nonce": _nonce(browser, state),
        "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    address = known.metadata.authorization_endpoint
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def _derive(browser: Browser, state: str, use: bytes) -> str:
    """A secret of this visit, which nobody can tell who does not have the browser's cookie."""
    key = browser.secret.encode()
    return blake2b(state.encode(), key=key, digest_size=32, person=use).hexdigest()


def _verifier(browser: Browser, state: str) -> str:
    return _derive(browser, state, b"verifier")


def _nonce(browser: Browser, state: str) -> str:
    return _derive(browser, state, b"nonce")


async def come_back(signin: Signin, browser: Browser, state: str, code: str) -> Person:
    """Who has come back with this code.

    Raises 403 M_FORBIDDEN for a visit that is over or was another browser's; ProviderFailed.
    """
    spine = signin.spine
    now = spine.clock.now_ms()
    visit = await spine.db.write(
        store.delete_visit, spine.institution.id, token_hash(state), token_hash(browser.secret), now
    )
    if visit is None:
        raise forbidden("This sign-in is over, or began elsewhere")
    provider = access_provider(signin, visit.provider)
    known = await discover(signin.discovered, signin.fetcher, provider, now)
    tokens = await _exchange(signin, provider, known, code, _verifier(browser, state))
    claims = await _verify(signin, provider, known, tokens.id_token, _nonce(browser, state))
    claims = await _with_userinfo(signin, provider, known, claims, tokens.access_token)
    return Person(provider, claims, visit.next, visit.link_user)


class _TokenAnswer(msgspec.Struct):
    id_token: str
    access_token: str = ""


async def _exchange(
    signin: Signin, provider: Provider, known: Known, code: str, verifier: str
) -> _TokenAnswer:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": signin.url(CALLBACK),
        "code_verifier": verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    methods = known.metadata.token_endpoint_auth_methods_supported
    if provider.client_secret and "client_secret_basic" in methods:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
    else:
        form["client_id"] = provider.client_id
        if provider.client_secret:
            form["client_secret"] = provider.client_secret
    try:
        answer = await signin.fetcher.fetch(
            "POST",
            known.metadata.token_endpoint,
            headers=headers,
            body=urlencode(form).encode(),
            limits=_LIMITS,
        )
        if answer.status != 200:
            raise ProviderFailed(f"{provider.name}: the token endpoint answers {answer.status}")
        return msgspec.json.decode(answer.body, type=_TokenAnswer)
    except (FetchError, msgspec.MsgspecError) as error:
        raise ProviderFailed(f"{provider.name}: {error}") from error


async def _verify(
    signin: Signin, provider: Provider, known: Known, id_token: str, nonce: str
) -> Content:
    """The claims of an id_token that is signed by the provider, for us, now and for this visit."""
    clock = signin.spine.clock
    try:
        try:
            token = jwt.decode(id_token, known.keys, algorithms=_ALGORITHMS)
        except (InvalidKeyIdError, ValueError):
            # The provider may have changed its keys.
            now = clock.now_ms()
            life = min(AGAIN_MS, LIFE_MS)
            known = await discover(signin.discovered, signin.fetcher, provider, now, life)
            token = jwt.decode(id_token, known.keys, algorithms=_ALGORITHMS)
        registry = jwt.JWTClaimsRegistry(
            now=clock.now_ms() // 1000,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": known.metadata.issuer},
            aud={"essential": True, "value": provider.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
        )
        registry.validate(token.claims)
    except (JoseError, ValueError) as error:
        raise ProviderFailed(f"{provider.name}: its token cannot be used: {error}") from error
    claims: Content = dict(token.claims)
    authorized = claims.get("azp", provider.client_id)
    subject = claims["sub"]
    if authorized != provider.client_id or not isinstance(subject, str) or not subject:
        raise ProviderFailed(f"{provider.name}: its token is for somebody else")
    return claims


async def _with_userinfo(
    signin: Signin, provider: Provider, known: Known, claims: Content, access_token: str
) -> Content:
    """The claims, with those of the userinfo endpoint when the username is not among them."""
    url = known.metadata.userinfo_endpoint
    if provider.username_claim in claims or url is None or not access_token:
        return claims
    headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
    try:
        answer = await signin.fetcher.fetch("GET", url, headers=headers, limits=_LIMITS)
        more: Json = msgspec.json.decode(answer.body)
    except (FetchError, msgspec.MsgspecError) as error:
        raise ProviderFailed(f"{provider.name}: {error}") from error
    if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
        raise ProviderFailed(f"{provider.name}: its userinfo is of somebody else")
    return {**more, **claims}


# --- whose account it is -------------------------------------------------------------


class Taken(Exception):
    """The username that somebody has at a provider is another's here."""


class Stranger(Exception):
    """Somebody has no account, and gets none in this way."""


def username_of(person: Person) -> str:
    """The username that the provider's claim becomes, or ""."""
    claim: Json = person.claims.get(person.provider.username_claim)
    text = claim.partition("@")[0].lower() if isinstance(claim, str) else ""
    return "".join(ch if ch in _ALLOWED else "-" for ch in text).strip("-")


def _is_exact(person: Person) -> bool:
    """Whether the claim is the username as it stands, and the provider vouches for it.

    What others can bend into somebody's name opens nobody's account.
    """
    claim: Json = person.claims.get(person.provider.username_claim)
    if (
        person.provider.username_claim == "email"
        and person.claims.get("email_verified") is not True
    ):
        return False
    return isinstance(claim, str) and claim.partition("@")[0].lower() == username_of(person)


async def find_or_make_user(signin: Signin, person: Person) -> str:
    """The account of who came back, made if the provider may make some.

    Raises Taken, Stranger; 401 M_USER_LOCKED, 403 M_USER_DEACTIVATED.
    """
    username = username_of(person)
    user_id = new_user_id(signin.accounts, username) if username else ""
    is_free = user_id != "" and await _is_free(signin, user_id)

    async def plan(w: Writing) -> tuple[str, bool]:
        found = await store.select_subject(
            w.tx, w.institution.id, person.provider.name, person.subject
        )
        if found is None:
            return await _settle(w, person, user_id, is_free=is_free)
        user = await find_user(w.tx, w.institution.id, found)
        if user is None:
            raise Stranger
        check_usable(user)
        return found, False

    user_id, is_new = await signin.spine.log.commit(plan)
    name: Json = person.claims.get("name")
    if is_new and isinstance(name, str) and name.strip():
        await signin.names.save(user_id, name.strip()[:255])
    return user_id


async def _is_free(signin: Signin, user_id: str) -> bool:
    try:
        await check_free(signin.accounts, user_id)
    except MatrixError:
        return False
    return True


async def _settle(w: Writing, person: Person, user_id: str, *, is_free: bool) -> tuple[str, bool]:
    """The account of somebody who has come for the first time, and whether it was made."""
    provider = person.provider
    if not user_id:
        raise Stranger
    user = await find_user(w.tx, w.institution.id, user_id)
    if user is not None:
        is_trusted = provider.trusts_usernames and _is_exact(person)
        if not is_trusted or user.is_guest or user.appservice is not None:
            raise Taken
        check_usable(user)
    elif not is_free:
        raise Taken
    elif not provider.creates_accounts:
        raise Stranger
    else:
        await insert_account(w, NewUser(user_id, None, None))
    await store.insert_subject(w.tx, w.institution.id, provider.name, person.subject, user_id)
    return user_id, user is None


async def connect(signin: Signin, person: Person) -> None:
    """Let the provider sign the person in to the account that they came from.

    Raises Taken when they have another account already.
    """
    spine = signin.spine

    async def plan(w: Writing) -> None:
        key = (person.provider.name, person.subject)
        found = await store.select_subject(w.tx, w.institution.id, *key)
        if found is not None:
            if found != person.link_user:
                raise Taken
            return
        await store.insert_subject(w.tx, w.institution.id, *key, person.link_user)

    await spine.log.commit(plan)


async def connected(signin: Signin, user_id: str) -> list[str]:
    """The names of the providers that sign somebody in."""
    spine = signin.spine
    rows = await spine.db.read(store.select_subjects_of, spine.institution.id, user_id)
    return [row.provider for row in rows]
