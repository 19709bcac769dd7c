"""Logs what the health monitor does and updates its metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.errors import ApplicationError

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from application.health.check_provider import Checked
    from application.health.monitor_election import ProviderToCheck
    from entrypoints.monitoring.health_metrics import HealthFigures


class LoggedHealth:
    """Implements `application.health.health_observer.HealthObserver`: one log line for each change of status."""

    def __init__(self, logger: FilteringBoundLogger, figures: HealthFigures) -> None:
        self._logger = logger
        self._figures = figures
        self._complained = False

    def elected(self) -> None:
        self._figures.elected()
        self._complained = False
        self._logger.info("this process is the health monitor")

    def deposed(self, error: ApplicationError) -> None:
        self._figures.deposed()
        if not self._complained:
            self._logger.warning("not the health monitor", reason=error.message)
        self._complained = True

    def begun(self, count: int) -> None:
        """Do nothing: only results are logged."""

    def checked(self, provider: ProviderToCheck, checked: Checked) -> None:
        self._figures.checked(provider, checked)
        if checked.before != checked.after:
            self._logger.info(
                "provider health changed",
                organization=str(provider.organization_id),
                provider=str(provider.provider_id),
                before=checked.before,
                after=checked.after,
                category=checked.report.outcome.category,
            )

    def passed_over(self, provider: ProviderToCheck) -> None:
        self._logger.debug("check does not count", provider=str(provider.provider_id))

    def failed(self, provider: ProviderToCheck, error: BaseException) -> None:
        self._figures.failed()
        facts = {"organization": str(provider.organization_id), "provider": str(provider.provider_id)}
        if isinstance(error, ApplicationError):
            self._logger.warning("provider not checked", code=error.code, reason=error.message, **facts)
        else:
            self._logger.error("unforeseen error in a check", exc_info=error, **facts)
