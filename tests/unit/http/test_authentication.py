import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from entrypoints.http.authentication import LONGEST_TOKEN
from entrypoints.http.request_errors import NotAuthenticated
from entrypoints.http.token_keys import PublicKeys, SharedSecret, UnusableKeys
from tests.tokens import (
    EC_KEY,
    JWKS,
    OTHER_RSA_KEY,
    OTHER_SECRET,
    RSA_KEY,
    SECRET,
    claims,
    encoded,
    jwk,
    refusal_of,
    signed,
    verifier,
)

PAYLOAD = json.dumps(claims()).encode()


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (jwt.encode(claims(), OTHER_SECRET), "its signature does not match"),
        (jwt.encode(claims(), SECRET * 2, algorithm="HS512"), "it is not signed with HS256"),
        (jwt.encode(claims(), "", algorithm="none"), "it is not signed with HS256"),
        (signed(PAYLOAD, b'{"alg":"none"}'), "it is not signed with HS256"),
        (signed(PAYLOAD, b'{"alg":"hs256"}'), "it is not signed with HS256"),
        (signed(PAYLOAD, b"{}"), "it is not signed with HS256"),
        (signed(PAYLOAD, b'{"alg":"HS256","crit":["exp"]}'), "its header is not one"),
        (signed(PAYLOAD, b'{"alg":"HS256","b64":false}'), "its header is not one"),
        (signed(PAYLOAD, b'{"alg":"HS256","kid":5}'), "its header is not one"),
        (signed(PAYLOAD, b'{"alg":"none","alg":"HS256"}'), "names something twice"),
        (signed(PAYLOAD[:-1] + b',"sub":"user-2"}'), "names something twice"),
        (signed(b'{"app_metadata":{"org_role":"viewer","org_role":"admin"},' + PAYLOAD[1:]), "names something twice"),
        (signed(b"[]"), "its payload is not an object"),
        (signed(b"not json"), "its payload is not JSON"),
        (signed(PAYLOAD, b"[]"), "its header is not an object"),
        (signed(PAYLOAD)[:-2] + "!!", "its signature does not match"),
        ("e.e.e", "its header is not base64url"),
        ("e30.e30.e30.e30", "three parts"),
        ("e30.e30", "three parts"),
        ("e30.e30.\u00e9", "three parts"),
        ("a" * (LONGEST_TOKEN + 1), "longer than"),
    ],
)
async def test_a_forged_or_broken_token_is_refused(token: str, reason: str) -> None:
    assert reason in await refusal_of(token, verifier())


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token e30.e30.e30", encoded()]
)
async def test_without_a_bearer_token_the_answer_says_how(header: str | None) -> None:
    with pytest.raises(NotAuthenticated) as refusal:
        await verifier().principal(header)
    assert refusal.value.headers == {"WWW-Authenticate": "Bearer"}
    assert "Authorization: Bearer" in refusal.value.detail


@pytest.mark.parametrize(("key", "kid", "algorithm"), [(RSA_KEY, "rsa-1", "RS256"), (EC_KEY, "ec-1", "ES256")])
async def test_a_token_signed_with_a_private_key_is_verified(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, kid: str, algorithm: str
) -> None:
    token = jwt.encode(claims(), key, algorithm=algorithm, headers={"kid": kid})
    assert (await verifier(keys=PublicKeys(JWKS)).principal(f"Bearer {token}")).actor == "user-1"


@pytest.mark.parametrize(("key", "algorithm"), [(RSA_KEY, "RS256"), (EC_KEY, "ES256")])
async def test_keys_of_two_kinds_may_share_an_id(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, algorithm: str
) -> None:
    keys = json.loads(JWKS)["keys"]
    shared = PublicKeys(json.dumps({"keys": [entry | {"kid": "shared"} for entry in keys]}).encode())
    token = jwt.encode(claims(), key, algorithm=algorithm, headers={"kid": "shared"})
    assert (await verifier(keys=shared).principal(f"Bearer {token}")).actor == "user-1"


async def test_the_public_key_is_no_shared_secret() -> None:
    pem = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for secret in (pem, JWKS):
        token = signed(PAYLOAD, b'{"alg":"HS256","kid":"rsa-1"}', secret.decode())
        assert "it is not signed with RS256" in await refusal_of(token, verifier(keys=PublicKeys(JWKS)))


async def test_a_public_key_cannot_be_configured_as_the_secret() -> None:
    pem = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(UnusableKeys, match="PEM"):
        SharedSecret(pem.decode())


@pytest.mark.parametrize(
    ("key", "header", "reason"),
    [
        (RSA_KEY, {"kid": "rsa-2"}, "is not known here"),
        (RSA_KEY, {}, "is not known here"),
        (RSA_KEY, {"kid": "ec-1"}, "it is not signed with ES256"),
        (OTHER_RSA_KEY, {"kid": "rsa-1"}, "signature does not match"),
    ],
)
async def test_a_token_of_another_key_is_refused(key: rsa.RSAPrivateKey, header: dict[str, str], reason: str) -> None:
    token = jwt.encode(claims(), key, algorithm="RS256", headers=header)
    assert reason in await refusal_of(token, verifier(keys=PublicKeys(JWKS)))


async def test_a_key_that_the_token_brings_along_is_not_used() -> None:
    header = {
        "kid": "rsa-1",
        "jku": "https://attacker.example/jwks",
        "x5u": "https://attacker.example/x",
        "jwk": jwk(OTHER_RSA_KEY),
    }
    token = jwt.encode(claims(), OTHER_RSA_KEY, algorithm="RS256", headers=header)
    assert "signature does not match" in await refusal_of(token, verifier(keys=PublicKeys(JWKS)))
