"""Signing in with passkeys (Web Authentication Level 3), as far as it needs cryptography."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

from application.errors import InvalidInput
from application.members.accounts import NewPasskey, Passkey

CHALLENGE_SECONDS: Final = 300


class PasskeyRefused(InvalidInput):
    """The passkey could not be verified. Try again."""

    code = "passkey-refused"

    def __init__(self, reason: str) -> None:
        super().__init__("/passkey", f"The passkey could not be verified: {reason}. Try again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredPasskey:
    """Which passkey a browser answers with, and whose it claims to be; nothing of it is verified."""

    credential_id: bytes
    person_id: UUID


class PasskeyVerifier(Protocol):
    """Makes the options that browsers are given, and verifies what comes back. Options and answers are JSON objects."""

    @property
    def is_available(self) -> bool:
        """Whether browsers can make passkeys for this service: not where its address is a number."""
        ...

    def creation_options(
        self, challenge: bytes, person_id: UUID, *, address: str, name: str, known: Sequence[bytes]
    ) -> Mapping[str, Any]:
        """Return how to make a passkey that can be found without an address and verifies the user."""
        ...

    def request_options(self, challenge: bytes) -> Mapping[str, Any]:
        """Return how to sign in with whatever passkey the person chooses."""
        ...

    def verify_creation(self, answer: Mapping[str, Any], challenge: bytes, *, name: str) -> NewPasskey:
        """Return the passkey that was made.

        Raises:
            PasskeyRefused: it was made for something else, or is not of the kind that was requested.
        """
        ...

    def answered(self, answer: Mapping[str, Any]) -> AnsweredPasskey:
        """Return which passkey the answer is of.

        Raises:
            PasskeyRefused: it is no answer.
        """
        ...

    def verify_answer(self, answer: Mapping[str, Any], challenge: bytes, passkey: Passkey) -> int:
        """Return the passkey's count after its answer.

        Raises:
            PasskeyRefused: the answer is another's, or to another challenge, or the count has not grown.
        """
        ...
