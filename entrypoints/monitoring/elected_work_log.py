"""Logs what the elected process does in the background, health checks and deliveries, and updates their metrics."""

from structlog.typing import FilteringBoundLogger

from application.errors import ApplicationError
from application.health.check_provider import Checked
from application.health.monitor_election import ProviderToCheck
from application.webhooks.outbox import DueWebhook, FailedMessage
from application.webhooks.send_message import Attempt
from entrypoints.monitoring.health_metrics import HealthFigures
from entrypoints.monitoring.webhook_metrics import WebhookFigures


class LoggedHealth:
    """Implements `application.health.health_observer.HealthObserver`: one log line for each change of status."""

    def __init__(self, logger: FilteringBoundLogger, figures: HealthFigures) -> None:
        self._logger = logger
        self._figures = figures
        self._election = _ElectionLog(
            logger, elected="this process is the health monitor", deposed="not the health monitor"
        )

    def elected(self) -> None:
        self._figures.elected()
        self._election.elected()

    def deposed(self, error: ApplicationError) -> None:
        self._figures.deposed()
        self._election.deposed(error.message)

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
        _log_error(self._logger, error, "provider not checked", "unforeseen error in a check", facts)


class LoggedDeliveries:
    """Implements `application.webhooks.outbox.DeliveryObserver`: one log line when a webhook begins to fail."""

    def __init__(self, logger: FilteringBoundLogger, figures: WebhookFigures) -> None:
        self._logger = logger
        self._figures = figures
        self._election = _ElectionLog(
            logger,
            elected="this process delivers the messages of webhooks",
            deposed="not delivering the messages of webhooks",
        )

    def elected(self) -> None:
        self._figures.elected()
        self._election.elected()

    def deposed(self, reason: str) -> None:
        self._figures.deposed()
        self._election.deposed(reason)

    def found_due(self, count: int) -> None:
        self._figures.found_due(count)

    def delivered(self, webhook: DueWebhook, seconds: float) -> None:  # noqa: ARG002 - one is like another
        self._figures.delivered(seconds)

    def failed(self, webhook: DueWebhook, attempt: Attempt, message: FailedMessage) -> None:
        self._figures.failed()
        if message.attempts == 1:
            self._logger.info("webhook fails", reason=attempt.failure, **_facts(webhook))

    def switched_off(self, webhook: DueWebhook, cause: str) -> None:
        self._figures.switched_off()
        self._logger.warning("webhook switched off", reason=cause, **_facts(webhook))

    def broke_off(self, webhook: DueWebhook, error: BaseException) -> None:
        _log_error(self._logger, error, "webhook not served", "unforeseen error with a webhook", _facts(webhook))


class _ElectionLog:
    """One line when this process is elected, and one when it is not, however often that is found again."""

    def __init__(self, logger: FilteringBoundLogger, *, elected: str, deposed: str) -> None:
        self._logger = logger
        self._elected = elected
        self._deposed = deposed
        self._complained = False

    def elected(self) -> None:
        self._complained = False
        self._logger.info(self._elected)

    def deposed(self, reason: str) -> None:
        if not self._complained:
            self._logger.warning(self._deposed, reason=reason)
        self._complained = True


def _log_error(
    logger: FilteringBoundLogger, error: BaseException, foreseen: str, unforeseen: str, facts: dict[str, str]
) -> None:
    if isinstance(error, ApplicationError):
        logger.warning(foreseen, code=error.code, reason=error.message, **facts)
    else:
        logger.error(unforeseen, exc_info=error, **facts)


def _facts(webhook: DueWebhook) -> dict[str, str]:
    return {"organization": str(webhook.organization_id), "webhook": str(webhook.webhook_id)}
