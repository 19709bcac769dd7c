"""What processes tell each other of models, without a database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from application.prompts.cool_downs import SharedCoolDown


class FakeSharedCoolDowns:
    """Keeps what was shared last of each model; each write is a second later than the one before."""

    def __init__(self) -> None:
        self.kept: dict[UUID, SharedCoolDown] = {}
        self.failure: Exception | None = None
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    async def share(self, found: Sequence[SharedCoolDown]) -> Sequence[tuple[UUID, datetime]]:
        if self.failure is not None:
            raise self.failure
        self._now += timedelta(seconds=1)
        for each in found:
            self.kept[each.model_id] = replace(each, changed_at=self._now)
        return [(each.model_id, self._now) for each in found]
