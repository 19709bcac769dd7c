"""The errors of requests that the HTTP layer refuses before any use case runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one part of the request.

    The pointer is a JSON pointer into the body (RFC 6901), `?name` for a query parameter, `{name}` for a part of the
    path and `name:` for a header.
    """

    pointer: str
    message: str
    code: str | None = None


class Refused(Exception):
    """The request cannot be accepted as it is."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad-request"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail or " ".join((type(self).__doc__ or "").split()))
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})

    @property
    def detail(self) -> str:
        """One sentence for the user."""
        return str(self.args[0])


class MalformedJson(Refused):
    """The body is not JSON that can be accepted."""

    code = "malformed-json"


class InvalidRequest(Refused):
    """Parts of the request are not allowed; `errors` names each."""

    status = 422
    code = "invalid-input"


class MalformedCondition(Refused):
    """If-Match must be the ETag of an earlier answer, such as "7", or *."""

    code = "malformed-if-match"


class ConditionFailed(Refused):
    """If-Match is not an ETag of this service. Read the resource again and use its ETag."""

    status = 412
    code = "stale-revision"


class InvalidCursor(Refused):
    """The cursor does not belong to this list. Start again without a cursor."""

    code = "invalid-cursor"


class ContentTooLarge(Refused):
    """The body is larger than this route accepts."""

    status = 413
    code = "content-too-large"


class TooManyValues(Refused):
    """The body contains too many values. Send it in several requests."""

    status = 413
    code = "too-many-values"


class RequestTooSlow(Refused):
    """The body did not arrive in time: too little of it was received in 30 seconds. Send the request again."""

    status = 408
    code = "request-too-slow"


class MalformedBody(Refused):
    """The framing of the body is not valid HTTP/1.1."""

    code = "malformed-body"


class BodiesTooLarge(Refused):
    """Your organization's concurrent request bodies are too large in total. Repeat this request shortly."""

    status = 429
    code = "bodies-too-large"


class ServiceBusy(Refused):
    """The bodies of all concurrent requests are too large in total. Repeat this request shortly."""

    status = 503
    code = "service-busy"


class UnsupportedContent(Refused):
    """This route does not accept the Content-Type of the body."""

    status = 415
    code = "unsupported-content-type"


class NotAuthenticated(Refused):
    """This needs a valid token in the header "Authorization: Bearer ..."."""

    status = 401
    code = "not-authenticated"


class NotAllowed(Refused):
    """Your role does not allow this."""

    status = 403
    code = "not-allowed"


class CrossSiteRequest(Refused):
    """A session is for the console's own pages. Programs and other sites use a token or an access key."""

    status = 403
    code = "cross-site-request"


class NoAccountsHere(Refused):
    """Nobody can sign in like this here, because MODELBOOK_PUBLIC_URL, the address of the console, is not set."""

    status = 404
    code = "no-accounts-here"


class MalformedIdempotencyKey(Refused):
    """An Idempotency-Key must have 1 to 200 printable ASCII characters and must not be a provider key."""

    code = "malformed-idempotency-key"


class IdempotencyKeyReused(Refused):
    """This Idempotency-Key was used with another request. Use a new key for a new request."""

    status = 422
    code = "idempotency-key-reused"


class NotReplayable(Refused):
    """The answer to this request cannot be stored for a repetition. Send the request without an Idempotency-Key."""

    status = 422
    code = "not-replayable"


class CommandInFlight(Refused):
    """A request with this Idempotency-Key is still in progress. Repeat it shortly."""

    status = 409
    code = "command-in-flight"


class AnswerNotKept(Refused):
    """This request was executed before, but its answer was a stream or too large to store. Do not repeat it."""

    status = 409
    code = "answer-not-kept"
