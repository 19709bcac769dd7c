from datetime import timedelta
from uuid import uuid4

import pytest

from application.access_keys.stored_key import StoredKey, StoredSecret
from domain.access_key.values import NO_LIMITS
from tests.builders import NOW

NEW, OLD = b"n" * 32, b"o" * 32
LATER = NOW + timedelta(seconds=1)


def a_stored_key(**changes: object) -> StoredKey:
    facts: dict[str, object] = {
        "id": uuid4(),
        "organization_id": uuid4(),
        "scope": "run",
        "is_enabled": True,
        "expires_at": None,
        "secrets": [StoredSecret(NEW), StoredSecret(OLD, NOW)],
        "labels": {},
        "limits": NO_LIMITS,
    }
    return StoredKey(**{**facts, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("digest", "changes", "refusal"),
    [
        (NEW, {}, None),
        (OLD, {}, "unknown"),
        (OLD, {"secrets": [StoredSecret(NEW), StoredSecret(OLD, LATER)]}, None),
        (b"x" * 32, {}, "unknown"),
        (NEW, {"secrets": []}, "unknown"),
        (NEW, {"is_enabled": False}, "disabled"),
        (NEW, {"expires_at": NOW}, "expired"),
        (NEW, {"expires_at": LATER}, None),
        # Without the right secret nothing is said about what became of the key.
        (b"x" * 32, {"is_enabled": False, "expires_at": NOW}, "unknown"),
    ],
)
def test_a_secret_is_accepted_as_long_as_it_and_the_key_are_good(
    digest: bytes, changes: dict[str, object], refusal: str | None
) -> None:
    assert a_stored_key(**changes).refusal(digest, NOW) == refusal


def test_no_representation_shows_a_digest() -> None:
    assert repr(NEW)[1:] not in repr(a_stored_key())
