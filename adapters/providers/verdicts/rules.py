"""Rules by which a provider's particular refusals are told apart, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from adapters.providers.verdicts.facts import Facts
    from adapters.providers.verdicts.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A verdict and the marks it is known by; every kind of mark that is given must be there.

    `codes` are words the provider uses as an error's code, type, status or reason, in lower case: any of them will
    do. `message` is searched for in the provider's text, which is in lower case too, `quota` in the names of the
    quotas that were exceeded.
    """

    verdict: Verdict
    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    message: re.Pattern[str] | None = None
    quota: re.Pattern[str] | None = None

    def fits(self, facts: Facts) -> bool:
        """Return whether the refusal bears the marks."""
        return (
            (not self.statuses or facts.status in self.statuses)
            and (not self.codes or not self.codes.isdisjoint(facts.codes))
            and (self.message is None or self.message.search(facts.message) is not None)
            and (self.quota is None or any(self.quota.search(quota) for quota in facts.quotas))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one provider words its refusals: its name for people, and its rules, of which the first that fits counts."""

    label: str
    rules: Sequence[Rule] = ()

    def verdict(self, facts: Facts) -> Verdict | None:
        """Return what the refusal means here; none when it is not one of the provider's particular ones."""
        return next((rule.verdict for rule in self.rules if rule.fits(facts)), None)
