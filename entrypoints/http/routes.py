"""The records of routes: body, query, access, answers. `@endpoint` puts the record on the view."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, TypedDict, TypeVar, Unpack

from aiohttp import web
from pydantic import BaseModel

from entrypoints.http.authorization import Access
from entrypoints.http.field_types import ChangeReason, camel
from entrypoints.http.problems import PROBLEM_DETAILS, ProblemShape

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
AnyHandler = TypeVar("AnyHandler", bound=Callable[..., Awaitable[web.StreamResponse]])

MEBIBYTE = 1024 * 1024
LARGEST_PUBLIC_BODY = 64 * 1024
"""Bytes that anybody at all may send."""

JSON_TYPE = "application/json"
MERGE_PATCH_TYPE = "application/merge-patch+json"
EVENT_STREAM_TYPE = "text/event-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedEvent:
    """A kind of server-sent event, by its name where it has one; its data is JSON of this schema, or this very text.

    Without an `example` one is made from the schema.
    """

    description: str
    name: str | None = None
    schema: type[BaseModel] | Mapping[str, Any] | None = None
    text: str | None = None
    example: object = None
    has_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A successful answer of an operation.

    `schema` is a pydantic model or a JSON Schema (none: no body); `headers` are names that the documentation knows.
    `events` are those of an answer that comes as a stream, or may; `csv` is an example of one that may come as CSV.
    """

    description: str
    schema: type[BaseModel] | Mapping[str, Any] | None = None
    content_type: str = JSON_TYPE
    example: object = None
    headers: tuple[str, ...] = ()
    events: tuple[StreamedEvent, ...] = ()
    csv: str | None = None


class Facts(TypedDict, total=False):
    """The options of a route.

    `problems` are the refusals that belong to the operation itself; those any route can give are documented anyway.
    `largest_body` is in bytes. `replayable=False` is for streams and for answers too large to keep: an
    Idempotency-Key is refused there. `keeps_answers=False` is for questions that cost nothing to repeat: a key is taken
    there, and nothing is kept under it. `conditional` is for a POST that heeds If-Match, `changes_nothing` for one
    whose words never enter the log: prompts, and questions that lead to no event. `open_to_run_keys` lets access keys
    of the scope `run` use it. `rate_limit` names the quota that requests count against, `refresh_limit` another one for
    those with refresh=true, and `share` the one that requests count against while they are under way. `replicated` is
    for answers that may come from a read replica, unless it is behind the Log-Position of the request.
    """

    tag: str
    summary: str
    body: type[BaseModel] | None
    body_required: bool
    body_example: object
    largest_body: int
    query: type[BaseModel] | None
    answers: Mapping[int, Answer]
    problems: tuple[type[Exception], ...]
    problem_shape: ProblemShape
    replayable: bool
    keeps_answers: bool
    conditional: bool
    changes_nothing: bool
    open_to_run_keys: bool
    documented: bool
    rate_limit: str
    refresh_limit: str
    share: str
    replicated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """All there is to know about a route: the router, the documentation and the tests of authorization read it."""

    method: str
    path: str
    handler: Handler
    access: Access
    tag: str
    summary: str
    description: str
    operation_id: str
    body: type[BaseModel] | None = None
    body_required: bool = True
    body_example: object = None
    largest_body: int = MEBIBYTE
    query: type[BaseModel] | None = None
    answers: Mapping[int, Answer] = field(default_factory=lambda: {200: Answer(description="Done.")})
    problems: tuple[type[Exception], ...] = ()
    problem_shape: ProblemShape = PROBLEM_DETAILS
    replayable: bool = True
    keeps_answers: bool = True
    conditional: bool = False
    changes_nothing: bool = False
    open_to_run_keys: bool = False
    documented: bool = True
    rate_limit: str | None = None
    refresh_limit: str | None = None
    share: str = "requestsUnderWay"
    replicated: bool = False

    @property
    def content_types(self) -> tuple[str, ...]:
        """Return the kinds of body it reads, the preferred one first."""
        return (MERGE_PATCH_TYPE, JSON_TYPE) if self.method == "PATCH" else (JSON_TYPE,)

    @property
    def is_conditional(self) -> bool:
        """Return whether the condition If-Match means something to it."""
        return self.conditional or self.method in {"PUT", "PATCH", "DELETE"}

    @property
    def is_command(self) -> bool:
        """Return whether a request may change something, and the log with it."""
        return not self.changes_nothing and self.method not in {"GET", "HEAD"}

    @property
    def takes_reason(self) -> bool:
        """Return whether it makes changes that may have a reason; the compatible APIs have no such field."""
        return self.is_command and self.access is not Access.PUBLIC and self.problem_shape is PROBLEM_DETAILS

    @property
    def takes_keys(self) -> bool:
        """Return whether an Idempotency-Key makes repetitions harmless."""
        return self.method == "POST" and self.replayable and self.keeps_answers


_RECORD: Final = "__route__"


def endpoint(method: str, path: str, *, access: Access, **facts: Unpack[Facts]) -> Callable[[AnyHandler], AnyHandler]:
    """Make a view's method the handler of a route. A method without this decorator cannot be reached."""

    def recorded(handler: AnyHandler) -> AnyHandler:
        setattr(handler, _RECORD, route(method, path, handler, access=access, **facts))
        return handler

    return recorded


def routes_of(*views: object) -> list[Route]:
    """Return the routes of the views, in the order of the views and of their methods."""
    return [
        replace(record, handler=getattr(view, name))
        for view in views
        for name, member in vars(type(view)).items()
        if (record := getattr(member, _RECORD, None)) is not None
    ]


def route(method: str, path: str, handler: Handler, *, access: Access, **facts: Unpack[Facts]) -> Route:
    """Return the record of a route.

    The first line of the handler's docstring becomes the summary, the rest the description; its name becomes the
    operation's, and the path gives the tag where none is given.
    """
    named = _unwrapped(handler)
    title, _, text = (inspect.getdoc(named) or "").partition("\n")
    largest = LARGEST_PUBLIC_BODY if access is Access.PUBLIC else MEBIBYTE
    defaults: Facts = {"tag": _tag(path), "summary": title.strip(), "largest_body": largest, **facts}
    record = Route(
        method=method,
        path=path,
        handler=handler,
        access=access,
        description=text.strip(),
        operation_id=camel(getattr(named, "__name__", type(named).__name__)),
        **defaults,
    )
    if record.takes_reason and record.body is None:
        return replace(record, body=ChangeReason, body_required=False)
    return record


def _unwrapped(handler: Handler) -> Any:  # noqa: ANN401 - a function, or an object that can be called
    return inspect.unwrap(handler.func if isinstance(handler, partial) else handler)


def _tag(path: str) -> str:
    """Return the first part of the path that names the resource: `providers` in `/api/ai/providers/{id}`."""
    parts = [part for part in path.split("/") if part not in {"", "api", "ai"}]
    return parts[0] if parts else "service"
