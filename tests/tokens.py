"""Tokens, good and bad, and verifiers that read them at a known time."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from entrypoints.http.authentication import TokenVerifier
from entrypoints.http.request_errors import NotAuthenticated
from entrypoints.http.token_keys import SharedSecret, TokenKeys

SECRET = "a secret of the tests, longer than 32 bytes"
OTHER_SECRET = "another secret of the tests, 32 bytes and more"
ORGANIZATION = "aaaaaaaa-0000-4000-8000-000000000001"
NOW = 1_800_000_000.0

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def jwk(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, **members: str) -> dict[str, Any]:
    public = key.public_key()
    written = (
        jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True)
        if isinstance(public, rsa.RSAPublicKey)
        else jwt.algorithms.ECAlgorithm.to_jwk(public, as_dict=True)
    )
    return {**written, **members}


def jwks(*keys: Mapping[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


JWKS = jwks(jwk(RSA_KEY, kid="rsa-1", alg="RS256", use="sig"), jwk(EC_KEY, kid="ec-1"))


def claims(**changed: object) -> dict[str, Any]:
    """Claims of a good token; a claim changed to `...` is left out."""
    whole: dict[str, Any] = {
        "sub": "user-1",
        "iat": int(NOW) - 10,
        "exp": int(NOW) + 600,
        "aud": "authenticated",
        "iss": "https://issuer.example/auth/v1",
        "app_metadata": {"organization_id": ORGANIZATION, "org_role": "editor"},
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(payload: bytes, header: bytes = b'{"alg":"HS256"}', secret: str = SECRET) -> str:
    """A token of exactly these bytes, with a signature that matches."""
    signing_input = f"{segment(header)}.{segment(payload)}"
    hashing = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return f"{signing_input}.{segment(hashing.sign(signing_input.encode(), secret.encode()))}"


def encoded(**changed: object) -> str:
    return signed(json.dumps(claims(**changed)).encode())


def verifier(*, keys: TokenKeys | None = None, audience: str | None = None, issuer: str | None = None) -> TokenVerifier:
    return TokenVerifier(keys or SharedSecret(SECRET), clock=Clock(), audience=audience, issuer=issuer)


async def refusal_of(token: str, verified_by: TokenVerifier) -> str:
    """What the verifier says about a token that it must not accept."""
    with pytest.raises(NotAuthenticated) as refusal:
        await verified_by.principal(f"Bearer {token}")
    assert refusal.value.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    assert token[-20:] not in refusal.value.detail
    return refusal.value.detail
