"""Whoever wants to know what the health monitor does: logs, figures, a progress bar."""

from typing import Protocol

from application.errors import ApplicationError
from application.health.check_provider import Checked
from application.health.monitor_election import ProviderToCheck


class HealthObserver(Protocol):
    """Receives every check; must not raise."""

    def elected(self) -> None:
        """Note that this process is the monitor from now on."""
        ...

    def deposed(self, error: ApplicationError) -> None:
        """Note that it is not, or could not be a candidate, because of the error."""
        ...

    def begun(self, count: int) -> None:
        """Note that this many providers are being checked from now on, besides those already under way."""
        ...

    def checked(self, provider: ProviderToCheck, checked: Checked) -> None:
        """Note how a provider was found."""
        ...

    def passed_over(self, provider: ProviderToCheck) -> None:
        """Note that a provider was disabled, removed or changed before the check could count."""
        ...

    def failed(self, provider: ProviderToCheck, error: BaseException) -> None:
        """Note that a check could not be executed or recorded, which says nothing about the provider."""
        ...
