"""Models that keep failing are left alone for a while, then tried by one prompt, and left alone longer if it fails too.

A cool-down belongs to one model of one provider, and to the endpoint, the key and the settings it was found with: it is
over when these change. It begins

* with a limit that names its end (`Retry-After`), for that long, at most an hour;
* at once when the same call would meet the same again (a key that is refused, an account without credit, a model that
  is not there), and when a model has sent nothing for as long as it may;
* after three failures in a row otherwise.

The first one lasts 5 seconds, each that follows without a success between them twice as long, at most 5 minutes. What a
caller has done wrong (a request that is refused, a filter, a prompt that is too long) says that the provider works.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application.ports.clock import Timer
from application.ports.provider_gateway import CallOutcome
from application.prompts.retry_policy import FINAL
from application.prompts.selection_candidates import Candidate

CALLERS_OWN: Final = frozenset({"bad_request", "content_filter", "context_length_exceeded"})
"""Categories that are about the prompt, and not about the model."""

FAILURES_IN_A_ROW: Final = 3
SHORTEST: Final = 5.0
LONGEST: Final = 300.0
LONGEST_NAMED: Final = 3_600.0

# A probe that takes longer than this keeps nobody else from trying.
_LONGEST_PROBE: Final = 60.0
_MOST_MODELS: Final = 10_000
_AT_ONCE: Final = (FINAL - CALLERS_OWN) | {"timeout"}

Key = tuple["UUID", "UUID"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolDown:
    """Until when, in the timer's seconds, a model is left alone, and why (the category of the failure)."""

    until: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCoolDown:
    """What one process has found of a model, for the others. Without a reason it has answered again.

    `seconds_left` may be negative; `round` counts cool-downs without a success between them; `changed_at` is the
    database's time, none before it was shared.
    """

    model_id: UUID
    mark: int
    reason: str | None
    lasts: float
    round: int
    seconds_left: float
    changed_at: datetime | None = None


@dataclass(slots=True)
class _Record:
    """What is known of one model. Times are the timer's."""

    mark: int
    failures: int = 0
    round: int = 0
    since: float = 0.0
    until: float = 0.0
    reason: str | None = None
    probed_at: float | None = None
    changed_at: datetime | None = None
    edition: int = 0
    shared: int = 0
    telling: int = 0

    @property
    def is_shared(self) -> bool:
        return self.shared == self.edition


class CoolDowns:
    """The cool-downs of all organizations as this process knows them; of very many models the latest are kept."""

    def __init__(self, timer: Timer, *, most_models: int = _MOST_MODELS) -> None:
        self._timer = timer
        self._most_models = most_models
        self._records: OrderedDict[Key, _Record] = OrderedDict()

    def of(self, organization_id: UUID, candidate: Candidate) -> CoolDown | None:
        """Return the cool-down that keeps the model from being tried now; none once a prompt may probe it."""
        record = self._record(organization_id, candidate)
        if record is None or record.reason is None:
            return None
        now = self._timer.now()
        is_probed = record.probed_at is not None and now - record.probed_at < _LONGEST_PROBE
        if now >= record.until and not is_probed:
            return None
        return CoolDown(until=record.until, reason=record.reason)

    def is_suspect(self, organization_id: UUID, candidate: Candidate) -> bool:
        """Return whether the model has failed so that it was left alone, and has not answered since."""
        record = self._record(organization_id, candidate)
        return record is not None and record.reason is not None

    def begun(self, organization_id: UUID, candidate: Candidate) -> None:
        """Note that a model is called: after a cool-down no other prompt tries it until this one knows more."""
        record = self._record(organization_id, candidate)
        if record is not None and record.reason is not None:
            record.probed_at = self._timer.now()

    def answered(self, organization_id: UUID, candidate: Candidate, called_at: float) -> bool:
        """Note that a call made at this time was answered; return whether others should know.

        One that was made before the cool-down began does not end it.
        """
        record = self._record(organization_id, candidate)
        if record is None or called_at < record.since:
            return False
        if record.reason is None:
            record.failures = 0
            return False
        record.failures = record.round = 0
        record.reason = record.probed_at = None
        record.since = record.until = self._timer.now()
        record.edition += 1
        return True

    def broken_off(self, organization_id: UUID, candidate: Candidate) -> None:
        """Note that a call has ended without a finding: another prompt may try."""
        record = self._record(organization_id, candidate)
        if record is not None:
            record.probed_at = None

    def failed(self, organization_id: UUID, candidate: Candidate, failure: CallOutcome, called_at: float) -> bool:
        """Note that a call made at this time has failed; return whether others should know."""
        if failure.category in CALLERS_OWN:
            return self.answered(organization_id, candidate, called_at)
        record = self._record(organization_id, candidate) or self._made(organization_id, candidate)
        if called_at < record.since:
            # It was under way when the model was found to fail.
            return False
        record.failures += 1
        now, named = self._timer.now(), failure.retry_after_seconds
        if named is not None and named > 0:
            seconds = min(named, LONGEST_NAMED)
        elif record.reason is not None and now < record.until:
            # It was tried because nothing better was left, and is no worse for that.
            return False
        elif record.reason is not None or failure.category in _AT_ONCE or record.failures >= FAILURES_IN_A_ROW:
            seconds = min(LONGEST, SHORTEST * 2.0 ** min(record.round, 30))
            record.round += 1
        else:
            return False
        record.reason, record.since, record.until = failure.category, now, now + seconds
        record.probed_at = None
        record.edition += 1
        return True

    def unshared(self, organization_id: UUID, model_ids: Iterable[UUID]) -> list[SharedCoolDown]:
        """Return what the other processes do not know of these models; `note_shared` records that they do."""
        found = []
        for model_id in model_ids:
            record = self._records.get((organization_id, model_id))
            if record is not None and not record.is_shared:
                record.telling = record.edition
                found.append(self._shared(model_id, record))
        return found

    def note_shared(self, organization_id: UUID, times: Iterable[tuple[UUID, datetime]]) -> None:
        """Note when the database took in what this process has found."""
        for model_id, changed_at in times:
            record = self._records.get((organization_id, model_id))
            if record is not None:
                record.changed_at, record.shared = changed_at, record.telling

    def note_others(self, organization_id: UUID, shared: Sequence[SharedCoolDown]) -> None:
        """Take over what is newer than what this process knows."""
        for each in shared:
            key = (organization_id, each.model_id)
            record = self._records.get(key)
            if record is not None and not record.is_shared:
                continue
            if record is not None and record.changed_at is not None and each.changed_at is not None:
                if each.changed_at <= record.changed_at:
                    continue
            elif each.reason is None:
                # It has answered again; nothing else is known of it here.
                self._records.pop(key, None)
                continue
            now = self._timer.now()
            until = now + each.seconds_left
            self._keep(
                key,
                _Record(
                    mark=each.mark,
                    round=each.round,
                    since=max(0.0, min(now, until - each.lasts)),
                    until=until,
                    reason=each.reason,
                    changed_at=each.changed_at,
                ),
            )

    def _record(self, organization_id: UUID, candidate: Candidate) -> _Record | None:
        if not self._records:
            return None
        record = self._records.get((organization_id, candidate.id))
        return record if record is not None and record.mark == candidate.mark else None

    def _made(self, organization_id: UUID, candidate: Candidate) -> _Record:
        record = _Record(mark=candidate.mark)
        self._keep((organization_id, candidate.id), record)
        return record

    def _keep(self, key: Key, record: _Record) -> None:
        self._records[key] = record
        self._records.move_to_end(key)
        while len(self._records) > self._most_models:
            self._records.popitem(last=False)

    def _shared(self, model_id: UUID, record: _Record) -> SharedCoolDown:
        return SharedCoolDown(
            model_id=model_id,
            mark=record.mark,
            reason=record.reason,
            lasts=record.until - record.since,
            round=record.round,
            seconds_left=record.until - self._timer.now(),
        )
