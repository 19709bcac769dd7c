"""The errors of requests that the HTTP layer refuses before any use case runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


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

    def __init_subclass__(cls, *, code: str, status: int = 400) -> None:
        cls.code, cls.status = code, status

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


class MalformedJson(Refused, code="malformed-json"):
    """The body is not JSON that can be accepted."""


class InvalidRequest(Refused, status=422, code="invalid-input"):
    """Parts of the request are not allowed; `errors` names each."""


class MalformedCondition(Refused, code="malformed-if-match"):
    """If-Match must be the ETag of an earlier answer, such as "7", or *."""


class ConditionFailed(Refused, status=412, code="stale-revision"):
    """If-Match is not an ETag of this service. Read the resource again and use its ETag."""


class InvalidCursor(Refused, code="invalid-cursor"):
    """The cursor does not belong to this list. Start again without a cursor."""


class ContentTooLarge(Refused, status=413, code="content-too-large"):
    """The body is larger than this route accepts."""


class TooManyValues(Refused, status=413, code="too-many-values"):
    """The body contains too many values. Send it in several requests."""


class RequestTooSlow(Refused, status=408, code="request-too-slow"):
    """The body did not arrive in time: too little of it was received in 30 seconds. Send the request again."""


class MalformedBody(Refused, code="malformed-body"):
    """The framing of the body is not valid HTTP/1.1."""


class BodiesTooLarge(Refused, status=429, code="bodies-too-large"):
    """Your organization's concurrent request bodies are too large in total. Repeat this request shortly."""


class ServiceBusy(Refused, status=503, code="service-busy"):
    """The bodies of all concurrent requests are too large in total. Repeat this request shortly."""


class UnsupportedContent(Refused, status=415, code="unsupported-content-type"):
    """This route does not accept the Content-Type of the body."""


class NotAuthenticated(Refused, status=401, code="not-authenticated"):
    """This needs a valid token in the header "Authorization: Bearer ..."."""


class NotAllowed(Refused, status=403, code="not-allowed"):
    """Your role does not allow this."""


class CrossSiteRequest(Refused, status=403, code="cross-site-request"):
    """A session is for the console's own pages. Programs and other sites use a token or an access key."""


class NoAccountsHere(Refused, status=404, code="no-accounts-here"):
    """Nobody can sign in like this here, because MODELBOOK_PUBLIC_URL, the address of the console, is not set."""


class MalformedIdempotencyKey(Refused, code="malformed-idempotency-key"):
    """An Idempotency-Key must have 1 to 200 printable ASCII characters and must not be a provider key."""


class IdempotencyKeyReused(Refused, status=422, code="idempotency-key-reused"):
    """This Idempotency-Key was used with another request. Use a new key for a new request."""


class NotReplayable(Refused, status=422, code="not-replayable"):
    """The answer to this request cannot be stored for a repetition. Send the request without an Idempotency-Key."""


class CommandInFlight(Refused, status=409, code="command-in-flight"):
    """A request with this Idempotency-Key is still in progress. Repeat it shortly."""


class AnswerNotKept(Refused, status=409, code="answer-not-kept"):
    """This request was executed before, but its answer was a stream or too large to store. Do not repeat it."""
