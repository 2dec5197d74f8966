"""The errors of OAuth 2.0, which have a form of their own.

Spec: RFC 6749, section 5.2.
"""

from depesha.base.canonical import Content
from depesha.base.errors import MatrixError


class OAuthError(MatrixError):
    """A refusal answered as `{"error", "error_description"}`."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(status, error, description, headers={"Cache-Control": "no-store"})

    def body(self) -> Content:
        return {"error": self.errcode, "error_description": self.message}


def invalid_grant(description: str) -> OAuthError:
    """What was brought to the token endpoint is good for nothing."""
    return OAuthError("invalid_grant", description)


def invalid_request(description: str) -> OAuthError:
    return OAuthError("invalid_request", description)
