"""What is limited, and to how much if the operator says nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from application.ports.rate_limits import Quota

if TYPE_CHECKING:
    from collections.abc import Mapping

_MINUTE: Final = 60

QUOTAS: Final = {
    quota.name: quota
    for quota in (
        Quota(name="tests", what="connection tests", requests=60, seconds=_MINUTE),
        Quota(name="discovery", what="requests for models on offer", requests=120, seconds=_MINUTE),
        # Each of these makes every provider list all its models, whoever pays for that.
        Quota(name="refresh", what="requests with refresh=true", requests=12, seconds=_MINUTE),
    )
}
"""By name; each counts for an organization."""


def quotas_of(requests: Mapping[str, int]) -> Mapping[str, Quota]:
    """Return the quotas, those that are mentioned with so many requests a minute."""
    changed = {name: replace(QUOTAS[name], requests=number, seconds=_MINUTE) for name, number in requests.items()}
    return QUOTAS | changed


def quota_requests(text: str) -> Mapping[str, int]:
    """Return what `tests=60,refresh=12` says: requests a minute by the quota's name.

    Raises:
        ValueError: a part is not a known name with a number of at least 0.
    """
    parts = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    for name, _, number in parts:
        if name not in QUOTAS or not (number.isascii() and number.isdigit()):
            known = ",".join(f"{quota.name}={quota.requests}" for quota in QUOTAS.values())
            raise ValueError(f"takes names with numbers such as {known}")
    return {name: int(number) for name, _, number in parts}
