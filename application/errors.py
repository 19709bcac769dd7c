"""What an application of the rules can fail with, apart from the rules themselves (`domain.errors`)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from application.bounds.rate_limits import Quota
from application.plurals import counted
from domain.errors import DomainError


class ApplicationError(Exception):
    """The request could not be executed; the command's `CommandOutcome` says whether something was changed."""

    code: ClassVar[str] = "application-error"
    pointer: str | None = None

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))

    @property
    def message(self) -> str:
        """One sentence for the user, with what to do next."""
        return str(self.args[0])


class NotFound(ApplicationError):
    """Your organization has no such resource."""

    code = "not-found"


class ProviderNotFound(NotFound):
    """Your organization has no such provider."""

    code = "provider-not-found"


class ModelNotFound(NotFound):
    """Your organization has no such model."""

    code = "model-not-found"


class AccessKeyNotFound(NotFound):
    """Your organization has no such access key."""

    code = "access-key-not-found"


class OrganizationNotFound(NotFound):
    """There is no such organization: it has no events."""

    code = "organization-not-found"


class OrganizationRemoved(ApplicationError):
    """This organization was removed. It can no longer be changed; only its log remains."""

    code = "organization-removed"


class Conflict(ApplicationError):
    """Another request changed this resource at the same time. Read it again and repeat the change."""

    code = "conflict"


class FieldsChanged(Conflict):
    """Another request changed the same fields at the same time. Read the resource again and repeat the change."""

    def __init__(self, pointers: Sequence[str] = ()) -> None:
        """`pointers` are those of the fields, in the body of the change."""
        super().__init__()
        self.pointers = tuple(pointers)


class ProviderNameTaken(Conflict):
    """Your organization already has a provider with this name. Choose another name."""

    code = "provider-name-taken"
    pointer = "/name"


class ModelAlreadyRegistered(Conflict):
    """This model of the provider is already registered. Change the registered model instead."""

    code = "model-already-registered"
    pointer = "/modelId"


class QuotaReached(Conflict):
    """Your organization has as many of them as it may have. Remove some, or ask a platform administrator for more."""

    code = "quota-reached"

    def __init__(self, quota: str, what: str, most: int) -> None:
        """`quota` is the name of the quota, `what` it bounds in words, and `most` how many there may be."""
        super().__init__(
            f"Your organization may have {most:,} {what}, and has no room for more: remove some, or ask a platform "
            "administrator for more."
        )
        self.quota = quota


class ProviderHasModels(Conflict):
    """The provider still has registered models. Remove them first, or repeat the request with ?cascade=true."""

    code = "provider-has-models"

    def __init__(self, dependants: Sequence[tuple[UUID, str, str]] = (), count: int | None = None) -> None:
        """`dependants` holds the id, the provider's model id and the name of the first models, of so many."""
        super().__init__()
        self.dependants = tuple(dependants)
        self.count = count


class StaleRevision(ApplicationError):
    """This resource has changed since you read it. Read it again and repeat your change on the newer state."""

    code = "stale-revision"

    def __init__(self, current: int) -> None:
        super().__init__()
        self.current = current


class InvalidInput(ApplicationError):
    """A value in the request is not allowed."""

    code = "invalid-input"

    def __init__(self, pointer: str | None, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer


class UnsupportedInput(InvalidInput):
    """The model's provider does not support a part of the request."""

    code = "unsupported-parameter"


class EndpointRefused(InvalidInput):
    """This service is not allowed to connect to this endpoint."""

    code = "endpoint-refused"


class TooMuchHistory(InvalidInput):
    """The log up to this time is too long for a list. Read single resources as of this time, or export the log."""

    code = "too-much-history"


class BulkRefused(ApplicationError):
    """Some operations are not possible, so none was executed."""

    code = "bulk-refused"

    def __init__(self, failures: Sequence[tuple[int, ApplicationError | DomainError]]) -> None:
        """`failures` holds the index and the refusal of each operation that is not possible."""
        super().__init__()
        self.failures = tuple(failures)


class RateLimited(ApplicationError):
    """Your organization has sent too many requests. Wait and try again."""

    code = "rate-limited"

    def __init__(self, quota: Quota, retry_after_seconds: int, message: str | None = None) -> None:
        super().__init__(
            message
            or f"Your organization has used up its quota of {quota.what}: {quota.requests:,} in "
            f"{counted(quota.seconds, 'second')}. Try again in {counted(retry_after_seconds, 'second')}."
        )
        self.quota = quota
        self.retry_after_seconds = retry_after_seconds


class BudgetExceeded(ApplicationError):
    """The budget of your access key or organization is spent. Wait for the next period, or request a larger one."""

    code = "budget-exceeded"

    def __init__(
        self,
        *,
        whose: str,
        usd: Decimal,
        period: str,
        resets_at: datetime | None,
        retry_after_seconds: int | None,
    ) -> None:
        """`whose` budget it is, in USD for each period; `resets_at` is when it is whole again, None: never."""
        opens = "It is not renewed" if resets_at is None else f"It opens again at {resets_at:%Y-%m-%dT%H:%M:%SZ}"
        super().__init__(
            f"{whose} has spent its budget of {usd.normalize():f} USD {_PERIODS[period]}. {opens}; an admin can raise "
            "it."
        )
        self.usd = usd
        self.period = period
        self.resets_at = resets_at
        self.retry_after_seconds = retry_after_seconds


_PERIODS = {"day": "a day", "week": "a week", "month": "a month", "total": "in all"}


class CostUnknown(ApplicationError):
    """There is a budget, and the price of a model that would be called is not known. Set the model's pricing."""

    code = "cost-unknown"


class Unavailable(ApplicationError):
    """The database cannot be reached at the moment."""

    code = "unavailable"


class LogAheadOfClock(Unavailable):
    """The newest event of your organization is dated in the future of the database's clock: no other can be dated."""

    code = "log-ahead-of-clock"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The newest event of your organization is dated {seconds:.0f} seconds in the future: the database's clock "
            "was ahead when it was recorded. Nothing can be written until the clock has caught up with it."
        )
        self.seconds = seconds


class CommandOutcomeUnknown(ApplicationError):
    """The connection to the database broke during the change, so it is not known whether the change was made."""

    code = "outcome-unknown"


class CredentialUnreadable(ApplicationError):
    """The stored API key cannot be decrypted for this provider and endpoint. Set the apiKey again."""

    code = "credential-unreadable"


class CredentialNotCurrent(CredentialUnreadable):
    """The stored key is not the one that the log speaks of: it was replaced or removed, and its row put back.

    It is not used. Give the provider's key again.
    """

    code = "credential-not-current"
