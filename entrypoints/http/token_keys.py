"""The keys that tokens are verified with: one shared secret, or the public keys of a JWKS (RFC 7517)."""

import time
from asyncio import Lock
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import InvalidKeyError, PyJWK, PyJWTError
from jwt.algorithms import HMACAlgorithm

from application.errors import Unavailable
from entrypoints.http.request_errors import MalformedJson
from entrypoints.http.strict_json import parse_json

SHORTEST_SECRET = 32
"""Bytes: an HS256 key must be at least as long as its hash (RFC 7518, section 3.2)."""

SMALLEST_RSA_KEY = 2048
"""Bits (RFC 7518, section 3.3)."""

REFETCH_SECONDS = 60.0
REFRESH_SECONDS = 600.0

Fetch = Callable[[], Awaitable[bytes]]
"""Gets the JWKS document, bounded in time and size, or raises `Unavailable`."""


class UnusableKeys(ValueError):
    """The configured keys cannot verify tokens."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key and the one algorithm it is good for."""

    key: EllipticCurvePublicKey | RSAPublicKey | bytes = field(repr=False)
    algorithm: str


KeysById = Mapping[str | None, Sequence[VerificationKey]]


class TokenKeys(Protocol):
    """Finds the key that a token names."""

    async def find(self, key_id: str | None) -> Sequence[VerificationKey]:
        """Return the keys of this id: an issuer may give one id to keys of several kinds (RFC 7517, section 4.5).

        Raises:
            Unavailable: the keys have not been fetched yet, and cannot be at the moment.
        """
        ...


class SharedSecret:
    """One secret for HS256, which the issuer of the tokens knows too. Key ids do not matter."""

    def __init__(self, secret: str) -> None:
        encoded = secret.encode()
        if len(encoded) < SHORTEST_SECRET:
            message = f"the JWT secret has {len(encoded)} bytes; HS256 takes at least {SHORTEST_SECRET}"
            raise UnusableKeys(message)
        try:
            # It refuses a public key in PEM, with which everybody could sign.
            HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(encoded)
        except InvalidKeyError:
            raise UnusableKeys("the JWT secret is a key in PEM or SSH form; give public keys as a JWKS") from None
        self._keys = (VerificationKey(encoded, "HS256"),)

    async def find(self, key_id: str | None) -> Sequence[VerificationKey]:  # noqa: ARG002 - there is but one key
        return self._keys


class NoKeys:
    """Where people sign in and programs have access keys, there may be no tokens at all."""

    async def find(self, key_id: str | None) -> Sequence[VerificationKey]:  # noqa: ARG002 - there is none
        return ()


class PublicKeys:
    """The ES256 and RS256 keys of a JWKS document that does not change while the process runs."""

    def __init__(self, document: bytes) -> None:
        self._keys = public_keys(document)

    async def find(self, key_id: str | None) -> Sequence[VerificationKey]:
        return pick(self._keys, key_id)


class FetchedKeys:
    """The ES256 and RS256 keys of a JWKS that is fetched, at first use, every ten minutes and for an unknown key id.

    Fetches are at least a minute apart, whatever tokens are sent. While a fetch fails the keys known so far stay good;
    `on_fetched` receives how each ended: the reason why it failed, or none.
    """

    def __init__(
        self, fetch: Fetch, *, clock: Callable[[], float] = time.monotonic, on_fetched: Callable[[str | None], None]
    ) -> None:
        self._fetch = fetch
        self._on_fetched = on_fetched
        self._clock = clock
        self._lock = Lock()
        self._keys: KeysById = {}
        self._tried: float | None = None

    async def find(self, key_id: str | None) -> Sequence[VerificationKey]:
        # While one request refreshes known keys, the others continue with them.
        if self._is_older_than(REFRESH_SECONDS) and not (self._keys and self._lock.locked()):
            await self._refresh(REFRESH_SECONDS)
        found = pick(self._keys, key_id)
        if not found and self._is_older_than(REFETCH_SECONDS):
            await self._refresh(REFETCH_SECONDS)
            found = pick(self._keys, key_id)
        if not self._keys:
            raise Unavailable("The keys that tokens are verified with cannot be fetched: try again in a minute.")
        return found

    def _is_older_than(self, seconds: float) -> bool:
        return self._tried is None or self._clock() - self._tried >= seconds

    async def _refresh(self, seconds: float) -> None:
        async with self._lock:
            if not self._is_older_than(seconds):
                return  # Another request fetched while this one waited.
            try:
                self._keys = public_keys(await self._fetch())
            except (Unavailable, UnusableKeys) as error:
                self._on_fetched(str(error))  # The keys known so far stay good.
            else:
                self._on_fetched(None)
            finally:
                self._tried = self._clock()


def pick(keys: KeysById, key_id: str | None) -> Sequence[VerificationKey]:
    """Return the keys of this id; a token that names no key means those of the only id there is."""
    if key_id is None and len(keys) == 1:
        return next(iter(keys.values()))
    return keys.get(key_id, ())


def public_keys(document: bytes) -> KeysById:
    """Return the keys of a JWKS that can verify ES256 and RS256, by key id; others are left out.

    Raises:
        UnusableKeys: it is not a JWKS, or none of the keys is of use.
    """
    try:
        jwks = parse_json(document)
    except MalformedJson as error:
        raise UnusableKeys(f"the JWKS is not JSON: {error.detail}") from None
    entries = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(entries, list):
        raise UnusableKeys('the JWKS has no list of "keys"')
    keys: dict[str | None, list[VerificationKey]] = {}
    for entry in entries:
        key = _verification_key(entry)
        if key is not None:
            keys.setdefault(entry.get("kid"), []).append(key)
    if not keys:
        raise UnusableKeys("the JWKS has no ES256 key and no RS256 key of at least 2,048 bits")
    return keys


def _verification_key(entry: object) -> VerificationKey | None:
    """Return the key of a JWKS entry, or none when it is for another purpose or algorithm."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("kty") not in {"EC", "RSA"}:
        return None
    operations = entry.get("key_ops", ["verify"])
    if not isinstance(entry.get("kid"), str | NoneType):
        return None
    algorithm = "ES256" if entry["kty"] == "EC" else "RS256"
    if entry.get("alg", algorithm) != algorithm or not isinstance(operations, list) or "verify" not in operations:
        return None
    return _good_key(_loaded(entry, algorithm), algorithm)


def _loaded(entry: dict[str, Any], algorithm: str) -> object:
    # Only what is public: an issuer that publishes a private key by mistake still verifies with the public half.
    public: dict[str, Any] = {name: entry[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in entry}
    try:
        return PyJWK(public, algorithm).key
    except (PyJWTError, ValueError):
        return None


def _good_key(key: object, algorithm: str) -> VerificationKey | None:
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return VerificationKey(key, algorithm)
    if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_RSA_KEY:
        return VerificationKey(key, algorithm)
    return None
