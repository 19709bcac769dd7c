"""Notices when exports begin to fail and when they work again, where the SDK itself would write a line for each try."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

_LONGEST_REASON: Final = 500


class ExportReports(logging.Handler):
    """Takes the SDK's log, and calls `changed` with the reason when exports fail, and none when all work again."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.changed: Callable[[str | None], None] = lambda _: None
        self._sdk = logging.getLogger("opentelemetry")
        self._failing: set[str] = set()
        self._reason: str | None = None
        self._turn = threading.Lock()

    def begin(self) -> None:
        """Keep the SDK's own lines from the log from now on."""
        self._sdk.addHandler(self)
        self._sdk.propagate = False

    def close(self) -> None:
        self._sdk.removeHandler(self)
        self._sdk.propagate = not any(isinstance(each, ExportReports) for each in self._sdk.handlers)
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        # The first of several lines about an export has the cause.
        self._reason = self._reason or " ".join(record.getMessage().split())[:_LONGEST_REASON]

    def ended(self, signal: str, *, is_exported: bool) -> None:
        """Note how an export has ended."""
        with self._turn:
            before = bool(self._failing)
            (self._failing.discard if is_exported else self._failing.add)(signal)
            now, reason = bool(self._failing), self._reason
            if is_exported:
                self._reason = None
        if now != before:
            self.changed((reason or "unknown") if now else None)


class ReportedSpans(SpanExporter):
    """An exporter of spans whose exports are reported."""

    def __init__(self, exporter: SpanExporter, reports: ExportReports) -> None:
        self._exporter = exporter
        self._reports = reports

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        self._reports.ended("traces", is_exported=result is SpanExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class ReportedLogs(LogRecordExporter):
    """An exporter of log records whose exports are reported."""

    def __init__(self, exporter: LogRecordExporter, reports: ExportReports) -> None:
        self._exporter = exporter
        self._reports = reports

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        result = self._exporter.export(batch)
        self._reports.ended("logs", is_exported=result is LogRecordExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()  # type: ignore[no-untyped-call]

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._exporter.force_flush(timeout_millis)
