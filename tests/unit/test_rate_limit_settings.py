"""Where rates are counted and how many requests there may be, as the environment says it."""

from __future__ import annotations

import pytest

from entrypoints.settings import WrongSettings, load_settings


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
    assert load_settings().rate_limits == {}
    monkeypatch.setenv("MODELBOOK_RATE_LIMITS", "tests=5,refresh=0")
    assert load_settings().rate_limits == {"tests": 5, "refresh": 0}


def test_a_number_that_is_none_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELBOOK_RATE_LIMITS", "tests=often")
    with pytest.raises(WrongSettings) as refused:
        load_settings()
    (line,) = refused.value.lines
    assert line.startswith("MODELBOOK_RATE_LIMITS takes names with numbers such as tests=60")
