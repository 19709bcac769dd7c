"""Where rates are counted and how many requests there may be, as the environment says it."""

import re
from pathlib import Path

import pytest

from application.bounds.quotas import QUOTAS
from entrypoints.settings import WrongSettings, load_settings, settings_help


@pytest.mark.parametrize(
    "storage",
    ["memory", "redis://host:6379/0", "rediss://:swordfish@host/1", "redis+unix:///run/redis.sock?db=0"],
)
def test_rates_are_counted_in_memory_or_in_redis(storage: str) -> None:
    settings = load_settings(rate_limit_storage=storage)
    assert settings.rate_limit_storage.get_secret_value() == storage
    assert "swordfish" not in repr(settings)


@pytest.mark.parametrize(
    "storage", ["", "Memory", "memcached://host:11211", "http://host", "mongodb://:swordfish@host"]
)
def test_they_are_counted_nowhere_else(storage: str) -> None:
    with pytest.raises(WrongSettings) as refused:
        load_settings(rate_limit_storage=storage)
    (line,) = refused.value.lines
    assert line.startswith("MODELBOOK_RATE_LIMIT_STORAGE is neither memory nor a Redis URL")
    assert "swordfish" not in line


def test_the_numbers_are_those_of_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().quotas == {}
    monkeypatch.setenv("MODELBOOK_QUOTAS", " tests=5, refresh=0,models=7,tests=6,")
    assert load_settings().quotas == {"tests": 6, "refresh": 0, "models": 7}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tests=often", "has 'often' for tests: write a whole number, such as tests=60, or 0 for no limit"),
        ("tests", "has '' for tests: write"),
        ("models=-1", "has '-1' for models: write a whole number, such as models=100000"),
        ("models=1.5", "has '1.5' for models: write"),
        ("models=1000000000001", "has '1000000000001' for models: write"),
        (f"models={'9' * 5000}", "has '9999"),
        ("tests=\u0665", "has "),
        ("test=5", "names 'test', which is not a quota: name some of requestsPerSecond, "),
        ("=5", "names '', which is not a quota: name some of "),
    ],
)
def test_what_is_no_number_of_a_quota_is_refused_in_one_line(
    text: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELBOOK_QUOTAS", text)
    with pytest.raises(WrongSettings) as refused:
        load_settings()
    (line,) = refused.value.lines
    assert line.startswith(f"MODELBOOK_QUOTAS {words}")
    assert "\n" not in line


def test_every_quota_is_in_the_help() -> None:
    (line,) = [line for line in settings_help() if line.startswith("MODELBOOK_QUOTAS:")]
    assert all(f"{name}={kind.default}" in line for name, kind in QUOTAS.items())


def test_the_page_has_every_quota_and_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "quotas.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.MULTILINE)
    assert [(name, int(default)) for name, default in rows] == [(kind.name, kind.default) for kind in QUOTAS.values()]
