"""Windows that are over take no room for ever."""

from uuid import uuid4

from adapters.rate_limits.windows_in_memory import WindowsInMemory
from application.bounds.rate_limits import Quota

QUOTA = Quota(name="tests", what="tests", requests=1, seconds=60)


def test_windows_that_are_over_are_forgotten() -> None:
    now = 0.0
    windows = WindowsInMemory(lambda: now)
    subjects = [uuid4() for _ in range(10_000)]
    for number, subject_id in enumerate(subjects):
        now = float(number)
        assert windows.take(QUOTA, subject_id).is_granted
    assert len(windows) <= 1_000
    assert not windows.take(QUOTA, subjects[-1]).is_granted
