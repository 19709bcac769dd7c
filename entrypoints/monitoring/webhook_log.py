"""Logs what happens to webhooks and updates their metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.errors import ApplicationError

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from application.webhooks.outbox import DueWebhook, FailedMessage
    from application.webhooks.send_message import Attempt
    from entrypoints.monitoring.webhook_metrics import WebhookFigures


class LoggedDeliveries:
    """Implements `application.webhooks.outbox.DeliveryObserver`: one log line when a webhook begins to fail."""

    def __init__(self, logger: FilteringBoundLogger, figures: WebhookFigures) -> None:
        self._logger = logger
        self._figures = figures
        self._complained = False

    def elected(self) -> None:
        self._figures.elected()
        self._complained = False
        self._logger.info("this process delivers the messages of webhooks")

    def deposed(self, reason: str) -> None:
        self._figures.deposed()
        if not self._complained:
            self._logger.warning("not delivering the messages of webhooks", reason=reason)
        self._complained = True

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
        if isinstance(error, ApplicationError):
            self._logger.warning("webhook not served", code=error.code, reason=error.message, **_facts(webhook))
        else:
            self._logger.error("unforeseen error with a webhook", exc_info=error, **_facts(webhook))


def _facts(webhook: DueWebhook) -> dict[str, str]:
    return {"organization": str(webhook.organization_id), "webhook": str(webhook.webhook_id)}
