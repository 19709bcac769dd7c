"""Tells who asks: with an access key of this service, or with a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from application.access_keys.key_text import PREFIX, parse_key
from entrypoints.http.principal import Principal, Role
from entrypoints.http.request_errors import NotAuthenticated

if TYPE_CHECKING:
    from application.access_keys.access_keys import KeyUses
    from application.access_keys.held_key import Refusal
    from application.access_keys.key_cache import AccessKeyCache
    from application.ports.clock import Clock
    from entrypoints.http.authentication import Verifier

_ROLES: Final = {"read": Role.VIEWER, "manage": Role.EDITOR}
_REASONS: Final[dict[Refusal, str]] = {
    "unknown": "it is not known here, or no longer",
    "disabled": "it is disabled",
    "expired": "it has expired",
}


class AccessKeyVerifier:
    """Implements `entrypoints.http.authentication.Verifier` for access keys; all else is another verifier's."""

    def __init__(self, tokens: Verifier, keys: AccessKeyCache, uses: KeyUses, clock: Clock) -> None:
        self._tokens = tokens
        self._keys = keys
        self._uses = uses
        self._clock = clock

    async def principal(self, authorization: str | None) -> Principal:
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not text.startswith(PREFIX):
            return await self._tokens.principal(authorization)
        parsed = parse_key(text)
        if parsed is None:
            raise _refused("it is not complete, or was changed")
        key = await self._keys.find(parsed.organization_id, parsed.key_id)
        refusal = "unknown" if key is None else key.refusal(parsed.digest, self._clock.now())
        if key is None or refusal is not None:
            raise _refused(_REASONS[refusal or "unknown"])
        self._uses.note(key.organization_id, key.id)
        return Principal(
            actor=str(key.id), organization_id=key.organization_id, role=_ROLES.get(key.scope), access_key=key
        )


def _refused(reason: str) -> NotAuthenticated:
    challenge = f'Bearer error="invalid_token", error_description="{reason}"'
    return NotAuthenticated(
        f"The access key is not accepted, because {reason}; ask an admin of your organization for another one.",
        headers={"WWW-Authenticate": challenge},
    )
