"""When a health check changes a provider's status: immediately for people, after several checks for the monitor."""

from collections.abc import Mapping
from typing import Final

from application.health.health_checks import Seen, Streak
from application.ports.provider_gateway import Category, HealthStatus

INCONCLUSIVE: Final[frozenset[Category]] = frozenset(
    {"bad_request", "content_filter", "context_length_exceeded", "not_found", "endpoint_refused"}
)
"""Failures that our own question or our own rules caused: they say neither that the provider is up nor that it is down.
"""

NEEDED: Final[Mapping[HealthStatus, Mapping[Seen, int]]] = {
    "unknown": {"healthy": 1, "degraded": 1, "unhealthy": 1},
    "healthy": {"degraded": 2, "unhealthy": 3},
    "degraded": {"healthy": 2, "unhealthy": 3},
    "unhealthy": {"healthy": 2, "degraded": 2},
}
"""How many checks in a row the monitor needs for a change, from the status that is held to the one that was seen."""


def conclusion(status: HealthStatus, category: Category) -> Seen | None:
    """Return what a check is sure of, none when it says nothing about the provider."""
    return None if category in INCONCLUSIVE or status == "unknown" else status


def patient_status(held: HealthStatus, seen: Seen | None, streak: Streak) -> HealthStatus:
    """Return the status after a check by the monitor; the streak has the check in it."""
    if seen is None or seen == held:
        return held
    return seen if _in_a_row(held, seen, streak) >= NEEDED[held][seen] else held


def _in_a_row(held: HealthStatus, seen: Seen, streak: Streak) -> int:
    """Return how many checks in a row speak for the change: out of a failure leads whatever is none."""
    if seen == "unhealthy":
        return streak.failures
    return streak.successes if held == "unhealthy" else streak.repeats
