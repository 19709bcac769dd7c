"""Verifies tokens: a token in the header "Authorization: Bearer", verified after RFC 8725 and remembered for seconds.

In the compatible APIs it may also be where clients send an API key: in `x-api-key` (Anthropic) or `api-key` (Azure).
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from types import NoneType
from typing import Any, Protocol

import jwt

from entrypoints.http.authorization import Principal
from entrypoints.http.request_errors import NotAuthenticated, Refused
from entrypoints.http.strict_json import parse_json
from entrypoints.http.token_claims import principal_from, token_refused
from entrypoints.http.token_keys import TokenKeys, VerificationKey

LONGEST_TOKEN = 6 * 1024
"""Characters, so that the header fits what proxies and this server take."""

API_KEY_HEADERS = ("x-api-key", "api-key")

LEEWAY_SECONDS = 30
REMEMBERED_SECONDS = 30
REMEMBERED_TOKENS = 2048

LATEST_TIME = 2**53
"""Seconds: as far as a double counts them one by one. No issuer means more, and no clock gets there."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    principal: Principal
    until: float


class Verifier(Protocol):
    """Authenticates callers."""

    async def principal(self, authorization: str | None) -> Principal:
        """Return who the value of the Authorization header is proof of.

        Raises:
            NotAuthenticated: nobody; it says what is wrong with the header, without quoting it.
            Unavailable: what is needed to verify it cannot be reached.
        """
        ...


class TokenVerifier:
    """Verifies tokens with one family of keys; claims that were configured must be there and match."""

    def __init__(
        self,
        keys: TokenKeys,
        *,
        audience: str | None = None,
        issuer: str | None = None,
        clock: Callable[[], float] = time.time,
        remembered_tokens: int = REMEMBERED_TOKENS,
    ) -> None:
        self._keys = keys
        self._audience = audience
        self._issuer = issuer
        self._clock = clock
        self._remembered_tokens = remembered_tokens
        self._remembered: OrderedDict[bytes, _Remembered] = OrderedDict()

    async def principal(self, authorization: str | None) -> Principal:
        """Return who the value of the Authorization header is proof of.

        Raises:
            NotAuthenticated: nobody; it says what is wrong with the header or the token, without quoting it.
            Unavailable: the keys to verify it with cannot be fetched.
        """
        token = bearer_token(authorization)
        digest = hashlib.sha256(token.encode()).digest()
        remembered = self._remembered.get(digest)
        if remembered is not None and self._clock() < remembered.until:
            self._remembered.move_to_end(digest)
            return remembered.principal
        claims = await self.verified_claims(token)
        principal = principal_from(claims)
        self._remember(digest, _Remembered(principal, min(float(claims["exp"]), self._clock() + REMEMBERED_SECONDS)))
        return principal

    def _remember(self, digest: bytes, remembered: _Remembered) -> None:
        self._remembered[digest] = remembered
        self._remembered.move_to_end(digest)
        if len(self._remembered) > self._remembered_tokens:
            self._remembered.popitem(last=False)

    async def verified_claims(self, token: str) -> dict[str, Any]:
        """Return the claims of a token of three parts, in ASCII; raises what `principal` does."""
        header = _object(token.split(".", maxsplit=1)[0], "header")
        key_id = header.get("kid")
        if {"crit", "b64"} & header.keys() or not isinstance(key_id, str | NoneType):
            raise token_refused("its header is not one this service understands")
        keys = await self._keys.find(key_id)
        if not keys:
            raise token_refused("the key it was signed with is not known here")
        fitting = [key for key in keys if header.get("alg") == key.algorithm]
        if not fitting:
            raise token_refused(f"it is not signed with {' or '.join(sorted({key.algorithm for key in keys}))}")
        claims = _parsed(_signed(token, fitting), "payload")
        self._check_times(claims)
        self._check_parties(claims)
        return claims

    def _check_times(self, claims: dict[str, Any]) -> None:
        now = self._clock()
        times = {name: _time(claims, name) for name in ("exp", "nbf", "iat")}
        expires = times["exp"]
        if expires is None:
            raise token_refused("it has no exp")
        if expires <= now - LEEWAY_SECONDS:
            raise token_refused("it has expired", expired=True)
        if (times["nbf"] or 0) > now + LEEWAY_SECONDS:
            raise token_refused("it is not valid yet (nbf)")
        if (times["iat"] or 0) > now + LEEWAY_SECONDS:
            raise token_refused("it was issued in the future (iat)")

    def _check_parties(self, claims: dict[str, Any]) -> None:
        if self._issuer is not None and claims.get("iss") != self._issuer:
            raise token_refused("its issuer (iss) is another")
        stated = claims.get("aud")
        audiences = stated if isinstance(stated, list) else [stated]
        if self._audience is not None and self._audience not in audiences:
            raise token_refused("it is for another audience (aud)")


def one_credential(values: Sequence[str]) -> str | None:
    """Return the value of the Authorization header that all of these amount to, none where there are none.

    Raises:
        NotAuthenticated: they are not the same: another reader might take another one.
    """
    found = {_scheme_lowered(value) for value in values}
    if len(found) > 1:
        raise NotAuthenticated(
            "The headers Authorization, x-api-key and api-key hold different tokens: send one.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return values[0] if values else None


def _scheme_lowered(value: str) -> str:
    scheme, _, token = value.partition(" ")
    return f"{scheme.lower()} {token}"


def bearer_token(authorization: str | None) -> str:
    """Return the token of the header's value.

    Raises:
        NotAuthenticated: there is none, or it cannot be a signed token.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated(headers={"WWW-Authenticate": "Bearer"})
    if len(token) > LONGEST_TOKEN:
        raise token_refused(f"it is longer than {LONGEST_TOKEN:,} characters")
    if token.count(".") != 2 or not token.isascii():  # noqa: PLR2004 - header, payload and signature
        raise token_refused("it is not a signed token of three parts")
    return token


def _object(segment: str, name: str) -> dict[str, Any]:
    try:
        decoded = jwt.utils.base64url_decode(segment)
    except ValueError:
        raise token_refused(f"its {name} is not base64url") from None
    return _parsed(decoded, name)


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    """Return an object of the token; one with a claim twice is refused, for readers differ on which counts."""
    try:
        parsed = parse_json(content)
    except Refused:
        raise token_refused(f"its {name} is not JSON, or names something twice") from None
    if not isinstance(parsed, dict):
        raise token_refused(f"its {name} is not an object")
    return parsed


def _signed(token: str, keys: Sequence[VerificationKey]) -> bytes:
    """Return the content that one of the keys has signed."""
    for key in keys:
        with suppress(jwt.InvalidTokenError):
            content: bytes = jwt.api_jws.decode(token, key=key.key, algorithms=[key.algorithm])
            return content
    raise token_refused("its signature does not match")


def _time(claims: dict[str, Any], name: str) -> float | None:
    stated = claims.get(name)
    if stated is None:
        return None
    if isinstance(stated, bool) or not isinstance(stated, int | float | Decimal):
        raise token_refused(f"its {name} is not a number")
    # Compared before it is converted: a whole number may have more digits than a float can say.
    if not -LATEST_TIME <= stated <= LATEST_TIME:
        raise token_refused(f"its {name} is not a time")
    return float(stated)
