"""What the log says about the monitor: changes, and what it could not do; never each check."""

import pytest
from prometheus_client import CollectorRegistry

from application.errors import CredentialUnreadable, Unavailable
from entrypoints.monitoring.elected_work_log import LoggedHealth
from entrypoints.monitoring.health_metrics import HealthFigures
from tests.http_service import CapturedLog
from tests.unit.monitoring.check_results import a_check, a_watched_provider


@pytest.fixture
def log() -> CapturedLog:
    return CapturedLog()


@pytest.fixture
def watcher(log: CapturedLog) -> LoggedHealth:
    return LoggedHealth(log.logger, HealthFigures(CollectorRegistry(), 60.0))


def said(log: CapturedLog) -> list[tuple[str, str]]:
    return [(line["log_level"], line["event"]) for line in log.capture.entries]


def test_a_change_is_said_and_everything_else_is_not(watcher: LoggedHealth, log: CapturedLog) -> None:
    provider = a_watched_provider()
    watcher.begun(3)
    watcher.checked(provider, a_check())
    watcher.checked(provider, a_check(after="unhealthy", category="timeout"))
    (line,) = log.capture.entries
    assert line == {
        "event": "provider health changed",
        "log_level": "info",
        "organization": str(provider.organization_id),
        "provider": str(provider.provider_id),
        "before": "healthy",
        "after": "unhealthy",
        "category": "timeout",
    }


def test_a_database_that_is_away_is_complained_about_once(watcher: LoggedHealth, log: CapturedLog) -> None:
    for _ in range(3):
        watcher.deposed(Unavailable())
    watcher.elected()
    watcher.deposed(Unavailable())
    assert said(log) == [
        ("warning", "not the health monitor"),
        ("info", "this process is the health monitor"),
        ("warning", "not the health monitor"),
    ]


def test_what_could_not_be_checked_is_said_with_the_reason(watcher: LoggedHealth, log: CapturedLog) -> None:
    provider = a_watched_provider()
    watcher.failed(provider, CredentialUnreadable())
    watcher.failed(provider, ZeroDivisionError())
    watcher.passed_over(provider)
    assert said(log) == [
        ("warning", "provider not checked"),
        ("error", "unforeseen error in a check"),
        ("debug", "check does not count"),
    ]
    assert log.capture.entries[0]["code"] == "credential-unreadable"
    assert isinstance(log.capture.entries[1]["exc_info"], ZeroDivisionError)
