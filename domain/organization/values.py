"""The value objects of an organization."""

from collections.abc import Mapping
from typing import Final

from domain.errors import InvalidValue

LARGEST_QUOTA: Final = 1_000_000_000_000


def checked_quotas(quotas: Mapping[str, int]) -> dict[str, int]:
    """Return the quotas, sorted by name.

    Raises:
        InvalidValue: one is not a whole number from 0 to 1,000,000,000,000.
    """
    for name, value in quotas.items():
        if not 0 <= value <= LARGEST_QUOTA:
            raise InvalidValue(name, f"A quota is a whole number from 0 (no limit) to {LARGEST_QUOTA:,}.")
    return dict(sorted(quotas.items()))
