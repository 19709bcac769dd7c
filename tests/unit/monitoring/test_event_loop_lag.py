import asyncio
import threading

from prometheus_client import CollectorRegistry

from entrypoints.monitoring.event_loop_lag import EventLoopLag, measured_event_loop
from tests.http_service import CapturedLog


def hold_the_loop(held: threading.Event, released: threading.Event) -> None:
    held.set()
    assert released.wait(60), "nobody looked"


async def test_a_loop_that_is_held_is_logged_with_what_ran() -> None:
    log, registry, now = CapturedLog(), CollectorRegistry(), [0.0]
    held, released = threading.Event(), threading.Event()
    lag = EventLoopLag(log.logger, registry, ticks=lambda: now[0])

    def look() -> None:
        assert held.wait(60)
        lag.look()
        now[0] += 1
        lag.look()
        released.set()

    threading.Thread(target=look).start()
    hold_the_loop(held, released)
    lag.measured(1.0)
    lag.measured(0.3)
    seen, unseen = log.capture.entries
    assert (seen["event"], seen["log_level"], seen["seconds"]) == ("the event loop was held", "warning", 1.0)
    assert "hold_the_loop (test_event_loop_lag.py:" in seen["ran"]
    assert unseen["ran"] == "unknown"


def test_a_short_lag_is_measured_and_not_logged() -> None:
    log, registry = CapturedLog(), CollectorRegistry()
    lag = EventLoopLag(log.logger, registry)
    for seconds in (0.002, 0.25, 0.01):
        lag.measured(seconds)
    assert registry.get_sample_value("modelbook_event_loop_lag_seconds_count") == 3
    assert registry.get_sample_value("modelbook_event_loop_longest_lag_seconds") == 0.25
    assert log.capture.entries == []


async def test_the_running_loop_is_measured_as_long_as_the_block_lasts() -> None:
    registry = CollectorRegistry()
    async with measured_event_loop(CapturedLog().logger, registry):
        for _ in range(6_000):
            if registry.get_sample_value("modelbook_event_loop_lag_seconds_count"):
                break
            await asyncio.sleep(0.01)
    assert registry.get_sample_value("modelbook_event_loop_lag_seconds_count"), "no beat came"
