"""The candidates of one prompt: which is called next, given what is known of each at that moment.

Those that are not cooling down come first, and among them those with a weight; of these the lowest tier (the same
preference). Within it two are drawn by weight, and the one with fewer calls under way for its weight is called: a load
that is even without anybody counting all of them (the power of two choices, Mitzenmacher 2001). Those with the weight 0
follow, and last those that cool down, the one whose cool-down ends first before the others: nobody is refused because
of cool-downs alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from application.ports.clock import Timer
from application.ports.provider_gateway import CallOutcome
from application.prompts.cool_down_sharing import CoolDownSharing
from application.prompts.cool_downs import CoolDowns
from application.prompts.selection_candidates import Candidate, RankedCandidate


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecords:
    """What this process knows of the models that it calls: those that fail, and how many calls each has under way."""

    timer: Timer
    cool_downs: CoolDowns
    sharing: CoolDownSharing
    under_way: dict[UUID, int] = field(default_factory=dict)


class CandidateQueue:
    """Candidates that are left to try; what becomes of each call is noted here."""

    def __init__(self, ranked: Sequence[RankedCandidate], records: CallRecords, organization_id: UUID) -> None:
        self._left = list(ranked)
        self._records = records
        self._organization_id = organization_id

    def take(self) -> Candidate | None:
        """Return the next candidate, none when all were tried."""
        if not self._left:
            return None
        if len(self._left) == 1:
            return self._left.pop().candidate
        able = [each for each in self._left if not self._is_cooling(each.candidate)]
        chosen = self._drawn(able) if able else min(self._left, key=self._ends)
        self._left.remove(chosen)
        return chosen.candidate

    def has_alternative(self) -> bool:
        """Return whether a candidate is left that does not cool down."""
        return bool(self._left) and any(not self._is_cooling(each.candidate) for each in self._left)

    def keep_larger(self, window: int | None) -> None:
        """Leave out those that are known to read no more tokens than this."""
        if window is not None:
            self._left = [each for each in self._left if (each.candidate.context_window or window + 1) > window]

    def is_suspect(self, candidate: Candidate) -> bool:
        """Return whether the candidate has kept failing, and has not answered since."""
        return self._records.cool_downs.is_suspect(self._organization_id, candidate)

    def begun(self, candidate: Candidate) -> None:
        """Note that a call begins."""
        under_way = self._records.under_way
        under_way[candidate.id] = under_way.get(candidate.id, 0) + 1
        self._records.cool_downs.begun(self._organization_id, candidate)

    def ended(self, candidate: Candidate) -> None:
        """Note that a call is over, whatever its outcome."""
        left = self._records.under_way.pop(candidate.id) - 1
        if left:
            self._records.under_way[candidate.id] = left

    def answered(self, candidate: Candidate, called_at: float) -> None:
        """Note that a call made at this time was answered."""
        if self._records.cool_downs.answered(self._organization_id, candidate, called_at):
            self._records.sharing.changed(self._organization_id, candidate.id)

    def failed(self, candidate: Candidate, failure: CallOutcome, called_at: float) -> None:
        """Note that a call made at this time has failed."""
        if self._records.cool_downs.failed(self._organization_id, candidate, failure, called_at):
            self._records.sharing.changed(self._organization_id, candidate.id)

    def broken_off(self, candidate: Candidate) -> None:
        """Note that a call says nothing about the model."""
        self._records.cool_downs.broken_off(self._organization_id, candidate)

    def _is_cooling(self, candidate: Candidate) -> bool:
        return self._records.cool_downs.of(self._organization_id, candidate) is not None

    def _ends(self, ranked: RankedCandidate) -> float:
        cool_down = self._records.cool_downs.of(self._organization_id, ranked.candidate)
        return 0.0 if cool_down is None else cool_down.until

    def _drawn(self, able: Sequence[RankedCandidate]) -> RankedCandidate:
        weighty = [each for each in able if each.weight > 0] or able
        lowest = min(each.tier for each in weighty)
        tier = [each for each in weighty if each.tier == lowest]
        first = self._by_weight(tier)
        if len(tier) == 1:
            return first
        second = self._by_weight([each for each in tier if each is not first])
        return second if self._load(second) < self._load(first) else first

    def _by_weight(self, tier: Sequence[RankedCandidate]) -> RankedCandidate:
        if len(tier) == 1:
            return tier[0]
        weights = [each.weight or 1.0 for each in tier]
        point = self._records.timer.chance() * sum(weights)
        for each, weight in zip(tier, weights, strict=True):
            point -= weight
            if point < 0:
                return each
        return tier[-1]

    def _load(self, ranked: RankedCandidate) -> float:
        return self._records.under_way.get(ranked.candidate.id, 0) / (ranked.weight or 1.0)
