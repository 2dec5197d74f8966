"""The record of the slice."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from depesha.accounts import Accounts
from depesha.base.canonical import Content
from depesha.base.providers import Provider
from depesha.io.fetch import Fetcher
from depesha.org import Org
from depesha.signin.discover import Discovered
from depesha.signin.emails import Emails
from depesha.signin.ldap import Way
from depesha.spine import Spine


@dataclass(frozen=True, slots=True)
class Names:
    """The display name of a user, which a higher slice keeps."""

    load: Callable[[str], Awaitable[str]]
    save: Callable[[str, str], Awaitable[None]]


KeepPicture = Callable[[str, bytes, str], Awaitable[str]]
"""(user, content, content type): the `mxc://` address of a picture that is kept."""


@dataclass(frozen=True, slots=True)
class Signin:
    """Ways to sign in to one institution."""

    spine: Spine
    accounts: Accounts
    names: Names
    fetcher: Fetcher
    emails: Emails
    org: Org
    keep_picture: KeepPicture
    way: Way | None = None
    """The way to the institution's directory, if there is one."""
    scim_token: str = ""
    """The token of a SCIM client; empty: there is none."""
    label: Content = field(default_factory=dict)
    """What is collected of people, as `GET /_depesha/v1/privacy` says it."""
    discovered: Discovered = field(default_factory=Discovered)

    def provider(self, name: str) -> Provider | None:
        """The OpenID Connect provider of this name in the settings."""
        return next((one for one in self.spine.config.oidc if one.name == name), None)

    def url(self, path: str) -> str:
        """The whole address of a path of ours."""
        return self.spine.config.base_url() + path
