"""The two forms in which figures are written: Prometheus' own, and OpenMetrics, which has exemplars."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from prometheus_client import exposition, parser
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as open_exposition
from prometheus_client.openmetrics import parser as open_parser
from prometheus_client.registry import Collector


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How figures are written and read; `accepted` is what requests them in this form."""

    content_type: str
    accepted: str
    write: Callable[[Collector], bytes]
    read: Callable[[str], Iterable[Metric]]


PROMETHEUS: Final = TextFormat(
    exposition.CONTENT_TYPE_LATEST, "text/plain", exposition.generate_latest, parser.text_string_to_metric_families
)
OPEN_METRICS: Final = TextFormat(
    open_exposition.CONTENT_TYPE_LATEST,
    "application/openmetrics-text",
    open_exposition.generate_latest,
    open_parser.text_string_to_metric_families,
)


def text_format_for(request: web.BaseRequest) -> TextFormat:
    """Return the form that the request accepts."""
    accepted = request.headers.get("Accept", "")
    return OPEN_METRICS if OPEN_METRICS.accepted in accepted.lower() else PROMETHEUS
