"""Logs when nothing can be exported any more, and when it can be again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger


class ExportLog:
    """One line when exports of telemetry begin to fail, one when they work again."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        self._logger = logger

    def changed(self, reason: str | None) -> None:
        """Note why exports fail; none: they work again. Called from any thread."""
        if reason is None:
            self._logger.info("telemetry is exported again")
        else:
            self._logger.warning("telemetry cannot be exported; what does not wait is dropped", reason=reason)
