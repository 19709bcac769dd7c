"""Passkeys, verified by py_webauthn: discoverable ones with user verification, for this service alone."""

import json
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from application.members.accounts import NewPasskey, Passkey
from application.members.passkeys import CHALLENGE_SECONDS, AnsweredPasskey, PasskeyRefused

# The library takes a while to load, and most processes never need it: it is imported where it is used.
# ruff: noqa: PLC0415

SERVICE: Final = "Modelbook"
LONGEST_CREDENTIAL_ID: Final = 1023
"""Bytes (Web Authentication Level 3, section 5.1)."""


class WebauthnPasskeys:
    """Implements `application.members.passkeys.PasskeyVerifier` for the origin of the console's pages."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._host = urlsplit(origin).hostname or ""

    @property
    def is_available(self) -> bool:
        try:
            ip_address(self._host)
        except ValueError:
            return self._host != ""
        return False

    def creation_options(
        self, challenge: bytes, person_id: UUID, *, address: str, name: str, known: Sequence[bytes]
    ) -> Mapping[str, Any]:
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers import structs

        options = generate_registration_options(
            rp_id=self._host,
            rp_name=SERVICE,
            user_name=address,
            user_id=person_id.bytes,
            user_display_name=name,
            challenge=challenge,
            timeout=CHALLENGE_SECONDS * 1000,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=each) for each in known],
        )
        return _object(options_to_json(options))

    def request_options(self, challenge: bytes) -> Mapping[str, Any]:
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers import structs

        options = generate_authentication_options(
            rp_id=self._host,
            challenge=challenge,
            timeout=CHALLENGE_SECONDS * 1000,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return _object(options_to_json(options))

    def verify_creation(self, answer: Mapping[str, Any], challenge: bytes, *, name: str) -> NewPasskey:
        from webauthn import verify_registration_response
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            verified = verify_registration_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError) as error:
            raise PasskeyRefused(_reason(error)) from error
        if len(verified.credential_id) > LONGEST_CREDENTIAL_ID:
            raise PasskeyRefused("its id is too long")
        return NewPasskey(
            id=uuid4(),
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=name,
        )

    def answered(self, answer: Mapping[str, Any]) -> AnsweredPasskey:
        from webauthn.helpers import parse_authentication_credential_json
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            credential = parse_authentication_credential_json(dict(answer))
            handle = credential.response.user_handle
            if handle is None:
                raise PasskeyRefused("it does not name its account")
            # The handle is bytes that are the person's id, and no text.
            return AnsweredPasskey(credential_id=credential.raw_id, person_id=UUID(bytes=bytes(handle)))
        except (WebAuthnException, ValueError) as error:
            raise PasskeyRefused(_reason(error)) from error

    def verify_answer(self, answer: Mapping[str, Any], challenge: bytes, passkey: Passkey) -> int:
        from webauthn import verify_authentication_response
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            verified = verify_authentication_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError) as error:
            raise PasskeyRefused(_reason(error)) from error
        return verified.new_sign_count


def _object(text: str) -> Mapping[str, Any]:
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def _reason(error: Exception) -> str:
    """Return the kind of what is wrong; the text may quote what a browser has sent."""
    return {
        "InvalidJSONStructure": "it is incomplete",
        "SignatureVerificationException": "its signature does not match",
    }.get(type(error).__name__, "it was made for something else, or nobody was there to confirm it")
