from prometheus_client import CollectorRegistry

from entrypoints.monitoring.token_key_fetches import TokenKeyFetches
from tests.http_service import CapturedLog


def test_failures_are_counted_and_each_reason_is_logged_once() -> None:
    log, registry = CapturedLog(), CollectorRegistry()
    fetches = TokenKeyFetches(log.logger, registry)
    for reason in (None, "It is away.", "It is away.", "It is no JWKS.", None, None):
        fetches.ended(reason)
    assert registry.get_sample_value("modelbook_jwks_fetches_total", {"outcome": "failure"}) == 3
    assert registry.get_sample_value("modelbook_jwks_fetches_total", {"outcome": "success"}) == 3
    assert [(entry["log_level"], entry.get("reason")) for entry in log.capture.entries] == [
        ("warning", "It is away."),
        ("warning", "It is no JWKS."),
        ("info", None),
    ]
