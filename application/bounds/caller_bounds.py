"""What bounds the calls of an access key or of an organization."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from application.bounds.quotas import Quotas
from application.caller import current_caller
from domain.access_key.values import Limits
from domain.budget import Budget

SubjectKind = Literal["access-key", "organization"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerBounds:
    """The limits and the budget of one of the two; `subject_id` is the key's id, or the organization's."""

    kind: SubjectKind
    subject_id: UUID
    limits: Limits
    budget: Budget | None = None

    @property
    def whose(self) -> str:
        """Whose they are, for a sentence."""
        return "This access key" if self.kind == "access-key" else "Your organization"


def bounds_of_caller(quotas: Quotas, budget: Budget | None) -> list[CallerBounds]:
    """Return what bounds the current caller, the key's bounds first; those of the organization are given."""
    caller = current_caller()
    found = []
    key = caller.access_key
    if key is not None and (key.budget is not None or key.limits.any):
        found.append(CallerBounds(kind="access-key", subject_id=key.id, limits=key.limits, budget=key.budget))
    limits = quotas.prompt_limits
    if budget is not None or limits.any:
        found.append(CallerBounds(kind="organization", subject_id=caller.organization_id, limits=limits, budget=budget))
    return found
