"""Authenticates callers by an access key of this service, or by a token."""

from typing import Final

from application.access_keys.access_keys import KeyUses
from application.access_keys.key_cache import AccessKeyCache
from application.access_keys.key_text import PREFIX, parse_key
from application.access_keys.stored_key import Refusal, StoredKey
from application.ports.clock import Clock
from entrypoints.http.authentication import Verifier
from entrypoints.http.authorization import Principal, Role
from entrypoints.http.request_errors import NotAuthenticated

_ROLES: Final = {"read": Role.VIEWER, "manage": Role.EDITOR}
_REASONS: Final[dict[Refusal, str]] = {
    "unknown": "it is not known here, or not any more",
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
        refusal = self._refusal(key, parsed.digest)
        if key is not None and refusal == "unknown":
            key = await self._keys.read_again(parsed.organization_id, parsed.key_id)
            refusal = self._refusal(key, parsed.digest)
        if key is None or refusal is not None:
            raise _refused(_REASONS[refusal or "unknown"])
        self._uses.note(key.organization_id, key.id)
        return Principal(
            actor=str(key.id), organization_id=key.organization_id, role=_ROLES.get(key.scope), access_key=key
        )

    def _refusal(self, key: StoredKey | None, digest: bytes) -> Refusal | None:
        return "unknown" if key is None else key.refusal(digest, self._clock.now())


def _refused(reason: str) -> NotAuthenticated:
    challenge = f'Bearer error="invalid_token", error_description="{reason}"'
    return NotAuthenticated(
        f"The access key is not accepted, because {reason}; request another one from an admin of your organization.",
        headers={"WWW-Authenticate": challenge},
    )
