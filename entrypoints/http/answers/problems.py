"""Problem details (RFC 9457), and the further members that some kinds of problem have."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from application.ports.provider_gateway import CallOutcome, Category
from entrypoints.http.answers.prompts import CallMade, CandidateModel
from entrypoints.http.answers.response_model import Amount, ResponseModel, at, document_of
from entrypoints.http.optional_fields import NULLABLE


class PartRefused(ResponseModel):
    """A part of the request that is not allowed."""

    pointer: Annotated[
        str,
        Field(
            description="A JSON pointer into the body; ?name for a query parameter, {name} for a part of the path, "
            "Name: for a header."
        ),
    ]
    message: str
    code: str | None = None


class ProblemDetails(ResponseModel):
    """What went wrong, after RFC 9457."""

    type: Annotated[str, Field(description="Names the kind of problem.", json_schema_extra={"format": "uri-reference"})]
    title: Annotated[str, Field(description="The kind of problem in words.")]
    status: Annotated[int, Field(description="The HTTP status.")]
    detail: Annotated[str, Field(description="What went wrong, and what to do next.")]
    instance: Annotated[str, Field(description="The path of the request.")]
    errors: Annotated[list[PartRefused], Field(description="Each part of the request that is not allowed.")]
    request_id: Annotated[str, Field(description="Also in X-Request-Id; the log has it.")]


class Dependant(ResponseModel):
    """A model that prevents the removal of its provider."""

    id: UUID
    model_id: str
    name: str


class ProviderHasModelsProblem(ProblemDetails):
    """The provider still has registered models, the first hundred of which are named.

    `dependantCount` counts all of them; it is null where somebody registered one in this very moment.
    """

    code: Literal["provider-has-models"]
    dependants: list[Dependant]
    dependant_count: int | None


class StaleRevisionProblem(ProblemDetails):
    """If-Match names another revision than the current one, which is left out where no revision was named."""

    code: Literal["stale-revision"]
    current_revision: int | None = None


class FailedOperation(ResponseModel):
    """An operation that would not have been executed."""

    index: int
    code: str
    message: str


class BulkRefusedProblem(ProblemDetails):
    """An atomic bulk request of which nothing was executed, and why."""

    code: Literal["bulk-refused"]
    failures: list[FailedOperation]


class RateLimitedProblem(ProblemDetails):
    """The quota that is used up, and after how many seconds there is more."""

    code: Literal["rate-limited"]
    quota: str
    retry_after_seconds: int


class BudgetExceededProblem(ProblemDetails):
    """The budget that is spent, in USD for each period, and when it is whole again; null: never."""

    code: Literal["budget-exceeded"]
    budget_usd: Amount
    period: Literal["day", "week", "month", "total"]
    resets_at: datetime | None


class ContentTooLargeProblem(ProblemDetails):
    """A body that is too large, and how many bytes are taken."""

    code: Literal["content-too-large"]
    largest_body: int


class MalformedJsonProblem(ProblemDetails):
    """A body that is no JSON, and where it ceases to be."""

    code: Literal["malformed-json"]
    line: int | None = None
    column: int | None = None


class ProviderFailure(ResponseModel):
    """Why a provider failed. `category` is one word for all providers; `hint` says what to do.

    The two numbers of tokens are of a prompt that is too long; null where the provider does not report them.
    """

    category: Category
    hint: str | None
    upstream_status: Annotated[int | None, at("http_status")]
    upstream_message: str | None
    upstream_request_id: str | None
    retryable: Annotated[bool, at("is_retryable")]
    max_context_tokens: Annotated[int | None, NULLABLE, at("context.limit")] = None
    prompt_tokens: Annotated[int | None, NULLABLE, at("context.used")] = None

    @classmethod
    def members(cls, failure: CallOutcome) -> dict[str, object]:
        """Return the failure as members of a problem."""
        return document_of(cls.model_validate(failure))


class UpstreamFailureProblem(ProblemDetails, ProviderFailure):
    """A provider failed; `attempts` are the calls of a prompt, in order."""

    code: Literal["upstream-failure"]
    attempts: list[CallMade] | None = None


class NoModelFitsProblem(ProblemDetails):
    """No registered model is what was requested; `candidates` says why each is not."""

    code: Literal["no-model-fits"]
    candidates: list[CandidateModel]


class ModelOutOfUseProblem(ProblemDetails):
    """The model that was requested by name or id cannot be used; `candidates` says why."""

    code: Literal["model-out-of-use"]
    candidates: list[CandidateModel]


class ChangeOutcome(ResponseModel):
    """The outcome of the requested change; left out where the request changes nothing."""

    outcome: Annotated[
        Literal["made", "partial", "unknown", "unchanged"] | None,
        Field(
            description="made: the change is in the log; partial: some of it certainly is, the rest is not or not yet; "
            "unchanged: it certainly is not and will not be; unknown: repeat the request with the same "
            "Idempotency-Key, or look for its commandId."
        ),
    ] = None
    command_id: Annotated[
        UUID | None, Field(description="What the events of the change have, for `GET /api/ai/audit?commandId=`.")
    ] = None
    log_position: Annotated[
        int | None, Field(description="The position of the newest of its events, as in Log-Position.")
    ] = None


class UnavailableProblem(ProblemDetails, ChangeOutcome):
    """The database cannot be reached, and what is known of the change."""

    code: Literal["unavailable"]


class OutcomeUnknownProblem(ProblemDetails, ChangeOutcome):
    """Nobody knows yet whether the change was made, and how to find out."""

    code: Literal["outcome-unknown"]


class InternalErrorProblem(ProblemDetails, ChangeOutcome):
    """Something went wrong in the service, and what is known of the change."""

    code: Literal["internal-error"]


WITH_MEMBERS: Final[tuple[type[ProblemDetails], ...]] = (
    BudgetExceededProblem,
    BulkRefusedProblem,
    ContentTooLargeProblem,
    InternalErrorProblem,
    MalformedJsonProblem,
    ModelOutOfUseProblem,
    NoModelFitsProblem,
    OutcomeUnknownProblem,
    ProviderHasModelsProblem,
    RateLimitedProblem,
    StaleRevisionProblem,
    UnavailableProblem,
    UpstreamFailureProblem,
)
"""The kinds of problem that have members of their own; each is identified by its `code`."""


def code_of(kind: type[ProblemDetails]) -> Any:  # noqa: ANN401 - a literal's value
    """Return the code that identifies problems of this kind."""
    (code,) = kind.model_fields["code"].annotation.__args__  # type: ignore[union-attr]
    return code
