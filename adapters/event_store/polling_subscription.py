"""A polling subscription to the event log."""

from collections.abc import Sequence
from threading import Thread
from time import sleep
from typing import Final

from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription

_POLL_SECONDS: Final = 0.1


class PollingSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """Polls for new events ten times a second, which needs no connection of its own and loses no notification."""

    def __init__(self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._clock_thread = Thread(target=self._wake, daemon=True)
        self._clock_thread.start()

    def __exit__(self, *args: object, **kwargs: object) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._clock_thread.join()

    def _wake(self) -> None:
        while not self._has_been_stopped:
            sleep(_POLL_SECONDS)
            self._has_been_notified.set()
