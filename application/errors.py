"""What an application of the rules can fail with, apart from the rules themselves (`domain.errors`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.ports.rate_limits import Quota


class ApplicationError(Exception):
    """The request could not be carried out; the command's `CommandOutcome` says whether something was changed."""

    code: ClassVar[str] = "application-error"
    pointer: str | None = None

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))

    @property
    def message(self) -> str:
        """One sentence for the person who asked, with what to do next."""
        return str(self.args[0])


class NotFound(ApplicationError):
    """There is no such thing in your organization."""

    code = "not-found"


class ProviderNotFound(NotFound):
    """Your organization has no such provider."""

    code = "provider-not-found"


class ModelNotFound(NotFound):
    """Your organization has no such model."""

    code = "model-not-found"


class OrganizationNotFound(NotFound):
    """There is no such organization: nothing was ever written for it."""

    code = "organization-not-found"


class OrganizationRemoved(ApplicationError):
    """This organization was removed: nothing can be written for it any more, only its log is kept."""

    code = "organization-removed"


class Conflict(ApplicationError):
    """Somebody else changed it at the same moment; read it again and repeat the change."""

    code = "conflict"


class ProviderNameTaken(Conflict):
    """Your organization has a provider of this name already; choose another name."""

    code = "provider-name-taken"
    pointer = "/name"


class ModelAlreadyRegistered(Conflict):
    """This model of the provider is registered already; change that one."""

    code = "model-already-registered"
    pointer = "/modelId"


class ProviderHasModels(Conflict):
    """The provider still has registered models: remove them first, or repeat with ?cascade=true."""

    code = "provider-has-models"

    def __init__(self, dependants: Sequence[tuple[UUID, str, str]] = (), count: int | None = None) -> None:
        """`dependants` holds the id, the provider's model id and the name of the first models, of so many."""
        super().__init__()
        self.dependants = tuple(dependants)
        self.count = count


class StaleRevision(ApplicationError):
    """It has changed since you read it: read it again, or merge your change into the newer state."""

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
    """A part of the request is something that the model's provider has nothing like."""

    code = "unsupported-parameter"


class EndpointRefused(InvalidInput):
    """The endpoint is not one this service may connect to."""

    code = "endpoint-refused"


class TooMuchHistory(InvalidInput):
    """The log up to then is too long to be read for a list: ask for single resources, or export the log."""

    code = "too-much-history"


class BulkRefused(ApplicationError):
    """Some of the operations cannot be done, so none was."""

    code = "bulk-refused"

    def __init__(self, failures: Sequence[tuple[int, str, str]]) -> None:
        """`failures` holds the index, the code and the message of each operation that was refused."""
        super().__init__()
        self.failures = tuple(failures)


class RateLimited(ApplicationError):
    """Your organization has asked for this too often; wait and try again."""

    code = "rate-limited"

    def __init__(self, quota: Quota, retry_after_seconds: int) -> None:
        super().__init__(
            f"Your organization may make {quota.requests} {quota.what} in {quota.seconds} seconds, and has; "
            f"try again in {retry_after_seconds} seconds."
        )
        self.quota = quota
        self.retry_after_seconds = retry_after_seconds


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
    """The connection to the database broke around a change, so that nobody knows yet whether it was made."""

    code = "outcome-unknown"


class CredentialUnreadable(ApplicationError):
    """The stored key cannot be decrypted for this provider and endpoint; give the key again."""

    code = "credential-unreadable"


class CredentialNotCurrent(CredentialUnreadable):
    """The stored key is not the one that the log speaks of: it was replaced or removed, and its row put back.

    It is not used. Give the provider's key again.
    """

    code = "credential-not-current"
