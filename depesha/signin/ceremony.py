"""What a device is asked for with a passkey, and whether its answer fits.

Loaded by `passkeys` when the first one is needed: the library beneath takes 7 MB of memory.

Spec: Web Authentication, level 2. Requirement U3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from depesha.base.canonical import Content

_WRONG = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError)
"""What the library raises for answers that do not fit, and for those that are none."""


class New(NamedTuple):
    """A passkey that a device has made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class Ceremony:
    """Asking a device, for `host`, which a passkey is bound to, from pages of `origin`."""

    host: str
    origin: str
    name: str

    def registration_options(
        self, user_id: str, handle: bytes, challenge: bytes, there: Sequence[bytes]
    ) -> str:
        """What a browser asks a device for to make a passkey beside those `there`, as JSON."""
        options = webauthn.generate_registration_options(
            rp_id=self.host,
            rp_name=self.name,
            user_name=user_id,
            user_id=handle,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in there],
        )
        return webauthn.options_to_json(options)

    def authentication_options(self, challenge: bytes) -> str:
        """What a browser asks a device for to sign somebody in, as JSON."""
        options = webauthn.generate_authentication_options(
            rp_id=self.host,
            challenge=challenge,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    def read_registration(self, credential: Content, challenge: bytes) -> New | None:
        """The passkey that a device's answer brings; None when the answer does not fit."""
        try:
            found = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except _WRONG:
            return None
        return New(found.credential_id, found.credential_public_key, found.sign_count)

    def read_authentication(
        self, credential: Content, challenge: bytes, public_key: bytes, sign_count: int
    ) -> int | None:
        """How often the passkey has signed by now, which grows, or is always 0; None as above."""
        try:
            return webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin,
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            ).new_sign_count
        except _WRONG:
            return None
