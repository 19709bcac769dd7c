"""Rules, as data, that recognise a provider's specific error responses."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import KW_ONLY, dataclass

from adapters.providers.error_mapping.error_details import ErrorDetails
from adapters.providers.error_mapping.error_kinds import ErrorKind


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """An error kind and the conditions for it; all conditions that are given must hold.

    `codes` are words the provider uses as an error's code, type, status or reason, in lower case: any of them will
    do. `message` is searched for in the provider's text, which is in lower case too, `quota` in the names of the
    quotas that were exceeded.
    """

    error_kind: ErrorKind
    _: KW_ONLY
    statuses: AbstractSet[int] = frozenset()
    codes: AbstractSet[str] = frozenset()
    message: re.Pattern[str] | None = None
    quota: re.Pattern[str] | None = None

    def matches(self, details: ErrorDetails) -> bool:
        """Return whether the error response meets the conditions."""
        return (
            (not self.statuses or details.status in self.statuses)
            and (not self.codes or not self.codes.isdisjoint(details.codes))
            and (self.message is None or self.message.search(details.message) is not None)
            and (self.quota is None or any(self.quota.search(quota) for quota in details.quotas))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRules:
    """A provider's display name and its error rules; the first rule that matches applies."""

    label: str
    rules: Sequence[ErrorRule] = ()

    def error_kind(self, details: ErrorDetails) -> ErrorKind | None:
        """Return the error kind of the first matching rule, or None."""
        return next((rule.error_kind for rule in self.rules if rule.matches(details)), None)
