"""What this service remembers of a sign-in while the person is at the identity provider."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSignIn:
    """What ties the answer to the browser (state), the ID token to the request (nonce), and the code to us."""

    state: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)


def new_sign_in() -> PendingSignIn:
    """Return new secrets, of 256 bits each."""
    return PendingSignIn(
        state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), code_verifier=secrets.token_urlsafe(32)
    )
