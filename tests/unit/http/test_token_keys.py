import asyncio
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from application.errors import Unavailable
from entrypoints.http.token_keys import FetchedKeys, SharedSecret, UnusableKeys, public_keys
from tests.tokens import RSA_KEY

RSA_JWK = RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True)
EC_JWK = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
SMALL_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
SMALL_JWK = RSAAlgorithm.to_jwk(SMALL_KEY.public_key(), as_dict=True)
P384_JWK = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)


def jwks(*keys: object) -> bytes:
    return json.dumps({"keys": keys}).encode()


class Issuer:
    """Serves a JWKS, slowly; counts how often it was asked."""

    def __init__(self, *key_ids: str) -> None:
        self.key_ids = list(key_ids)
        self.asked = 0
        self.is_down = False

    async def __call__(self) -> bytes:
        self.asked += 1
        await asyncio.sleep(0.01)
        if self.is_down:
            raise Unavailable
        return jwks(*({**EC_JWK, "kid": key_id} for key_id in self.key_ids))


def unheard(reason: str | None) -> None:
    assert reason is None


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_secret_has_32_bytes_at_least() -> None:
    with pytest.raises(UnusableKeys, match="at least 32"):
        SharedSecret("é" * 15 + "x")
    assert "é" not in repr(SharedSecret("é" * 16))


def test_only_keys_that_can_verify_are_taken() -> None:
    document = jwks(
        {**RSA_JWK, "kid": "good"},
        {**EC_JWK, "kid": "good-too", "use": "sig", "alg": "ES256", "key_ops": ["verify"]},
        {**RSA_JWK, "kid": "for-encryption", "use": "enc"},
        {**RSA_JWK, "kid": "other-algorithm", "alg": "PS256"},
        {**EC_JWK, "kid": "signing", "key_ops": ["sign"]},
        {**SMALL_JWK, "kid": "small"},
        {**P384_JWK, "kid": "other-curve"},
        {**RSA_JWK, "kid": "broken", "n": "!!"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"},
        {"kty": "OKP", "kid": "ed"},
        {"kty": "RSA", "kid": "empty"},
        "no object",
    )
    assert {key_id: key.algorithm for key_id, [key] in public_keys(document).items()} == {
        "good": "RS256",
        "good-too": "ES256",
    }


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"<html>", "not JSON"),
        (b"[]", "no list"),
        (b'{"keys": {}}', "no list"),
        (b'{"keys": []}', "no ES256 key"),
        (jwks({"kty": "oct", "k": "c2VjcmV0"}), "no ES256 key"),
        (jwks({**EC_JWK, "kid": ["a"]}), "no ES256 key"),
    ],
)
def test_a_document_without_use_is_refused(document: bytes, said: str) -> None:
    with pytest.raises(UnusableKeys, match=said):
        public_keys(document)


async def test_keys_are_fetched_once_for_many() -> None:
    issuer = Issuer("a")
    keys = FetchedKeys(issuer, clock=Clock(), on_fetched=unheard)
    found = await asyncio.gather(*(keys.find("a") for _ in range(20)))
    assert all(found)
    assert issuer.asked == 1


async def test_an_unknown_key_is_looked_for_once_a_minute_at_most() -> None:
    issuer, clock = Issuer("a"), Clock()
    ended: list[str | None] = []
    keys = FetchedKeys(issuer, clock=clock, on_fetched=ended.append)
    await keys.find("a")
    for _ in range(50):
        assert await keys.find("b") == ()
    assert issuer.asked == 1
    issuer.key_ids.append("b")
    clock.now += 60
    assert all(await asyncio.gather(*(keys.find("b") for _ in range(20))))
    assert issuer.asked == 2


async def test_keys_are_refreshed_so_that_a_withdrawn_one_goes() -> None:
    issuer, clock = Issuer("a", "b"), Clock()
    ended: list[str | None] = []
    keys = FetchedKeys(issuer, clock=clock, on_fetched=ended.append)
    assert await keys.find("b")
    issuer.key_ids.remove("b")
    clock.now += 599
    assert await keys.find("b")
    clock.now += 1
    assert await keys.find("b") == ()


async def test_known_keys_stay_good_while_the_issuer_is_down() -> None:
    issuer, clock = Issuer("a"), Clock()
    ended: list[str | None] = []
    keys = FetchedKeys(issuer, clock=clock, on_fetched=ended.append)
    await keys.find("a")
    issuer.is_down = True
    clock.now += 700
    assert await keys.find("a")
    assert await keys.find("b") == ()
    assert issuer.asked == 2


async def test_without_any_keys_nobody_can_be_verified_and_the_issuer_is_not_hammered() -> None:
    issuer, clock = Issuer("a"), Clock()
    issuer.is_down = True
    ended: list[str | None] = []
    keys = FetchedKeys(issuer, clock=clock, on_fetched=ended.append)
    for _ in range(5):
        with pytest.raises(Unavailable):
            await keys.find("a")
    assert issuer.asked == 1
    issuer.is_down = False
    clock.now += 60
    assert await keys.find("a")


async def test_a_token_without_a_key_id_means_the_only_key() -> None:
    assert await FetchedKeys(Issuer("a"), clock=Clock(), on_fetched=unheard).find(None)
    assert await FetchedKeys(Issuer("a", "b"), clock=Clock(), on_fetched=unheard).find(None) == ()


def test_keys_of_several_kinds_may_share_an_id() -> None:
    other = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
    document = jwks({**EC_JWK, "kid": "a"}, {**RSA_JWK, "kid": "a"}, {**other, "kid": "a"})
    assert [key.algorithm for key in public_keys(document)["a"]] == ["ES256", "RS256", "ES256"]


async def test_the_result_of_each_fetch_is_reported() -> None:
    issuer, clock = Issuer("a"), Clock()
    ended: list[str | None] = []
    keys = FetchedKeys(issuer, clock=clock, on_fetched=ended.append)
    await keys.find("a")
    issuer.is_down = True
    clock.now += 700
    await keys.find("a")
    issuer.is_down, issuer.key_ids = False, []
    clock.now += 700
    await keys.find("a")
    assert ended == [
        None,
        "The database cannot be reached at the moment.",
        "the JWKS has no ES256 key and no RS256 key of at least 2,048 bits",
    ]
