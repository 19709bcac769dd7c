"""Parses requests: the body, the query, the ids in the path, and If-Match."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from application.request_cleanup import at_request_end
from entrypoints.http.authorization import ORGANIZATION_FILTER
from entrypoints.http.change_reasons import take_reason
from entrypoints.http.field_types import Query, parse_uuid
from entrypoints.http.json_pointers import pointer_within
from entrypoints.http.misplaced_secrets import refuse_keys
from entrypoints.http.request_bodies import LARGE, REQUEST_BODIES
from entrypoints.http.request_context import context_of
from entrypoints.http.request_errors import (
    ConditionFailed,
    FieldError,
    InvalidRequest,
    MalformedCondition,
    RequestTooSlow,
    TooManyValues,
    UnsupportedContent,
)
from entrypoints.http.routes import Route
from entrypoints.http.secret_fields import with_lifted_headers
from entrypoints.http.strict_json import parse_json, parse_json_to_hand_on
from entrypoints.http.transport import close_after_answer
from entrypoints.validation_messages import refusal_of

Model = TypeVar("Model", bound=BaseModel)
Result = TypeVar("Result")

MOST_FINDINGS = 5000
"""Listing more than that takes longer than anybody reads."""

_ENTITY_TAGS = re.compile(r'\s*(?:W/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W/)?"[\x21\x23-\x7e]*")*\s*')
_REVISION = re.compile(r'(?<!W/)"(\d{1,18})"', re.ASCII)


async def read_body(request: web.Request) -> bytes:
    """Return the whole body, at most as long as the route allows; later calls return the same bytes.

    Raises what `RequestBodies.read` does.
    """
    context = context_of(request)
    if context.body is not None:
        return context.body
    bodies = request.app[REQUEST_BODIES]
    largest = context.route.largest_body if context.route else 0
    try:
        context.body = body = await bodies.read(request, _organization_of(request), largest)
    except (RequestTooSlow, TooManyValues):
        close_after_answer(request)
        raise
    if len(body) > LARGE:
        at_request_end(context.forget_body)
    return body


async def work_on_body(request: web.Request, work: Callable[[bytes], Result]) -> Result:
    """Return what the work makes of the body; a large one is worked on in a thread."""
    body = await read_body(request)
    if len(body) <= LARGE:
        return work(body)
    return await request.app[REQUEST_BODIES].work_on(_organization_of(request), partial(work, body))


def _organization_of(request: web.Request) -> UUID | None:
    principal = context_of(request).principal
    return None if principal is None else principal.organization_id


async def json_body(request: web.Request, model: type[Model]) -> Model:
    """Return the JSON body as the model that the route names, checked.

    Raises:
        UnsupportedContent: its content type is not one of the route's.
        MalformedJson: it is not JSON.
        TooManyValues: it holds more of them than any request needs.
        InvalidRequest: a part of it is not allowed; each has its JSON pointer.
    """
    route = context_of(request).route
    if route is None or route.body is not model:
        message = f"{model.__name__} is not the body that the route documents"
        raise TypeError(message)
    if not await read_body(request) and not route.body_required:
        return validated(model, {})
    _check_content_type(request, route)

    def read(body: bytes) -> object:
        document = parse_json(body)
        if "extra_headers" in model.model_fields:
            document = with_lifted_headers(document)
        # A question that takes a key is kept too, with its answer, where it has an Idempotency-Key.
        if route.is_command or "api_key" in model.model_fields:
            refuse_keys(document, context_of(request), getattr(model, "SEALED_FIELD", None))
        return document

    document = await work_on_body(request, read)
    if route.takes_reason and isinstance(document, dict):
        take_reason(request, document, model)
    return await work_on_body(request, lambda _: validated(model, document))


async def json_to_hand_on(request: web.Request, model: type[Model]) -> tuple[Model, dict[str, Any]]:
    """Return what this service itself reads of the JSON body, checked, and the whole of it; errors as for `json_body`.

    The model names few fields and allows all others.
    """
    route = context_of(request).route
    if route is None or route.body is not model:
        message = f"{model.__name__} is not the body that the route documents"
        raise TypeError(message)
    _check_content_type(request, route)

    def read(body: bytes) -> tuple[Model, dict[str, Any]]:
        document = parse_json_to_hand_on(body)
        return validated(model, document), document

    return await work_on_body(request, read)


def _check_content_type(request: web.Request, route: Route) -> None:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in route.content_types:
        raise UnsupportedContent(
            f"Send the body with Content-Type: {route.content_types[0]}.",
            headers={"Accept-Patch" if route.method == "PATCH" else "Accept": ", ".join(route.content_types)},
        )


def query_of(request: web.Request, model: type[Model]) -> Model:
    """Return the query parameters as the model that the route names, checked.

    Raises:
        InvalidRequest: one is unknown, repeated or not allowed; each is pointed to as `?name`.
    """
    route = context_of(request).route
    if route is None or route.query is not model:
        message = f"{model.__name__} is not the query that the route documents"
        raise TypeError(message)
    return validated(model, _parameters(request, route), prefix="?")


def _parameters(request: web.Request, route: Route) -> Mapping[str, str]:
    sent = request.query
    parameters = dict(sent)
    if route.access.is_for_organizations:
        # The gate has looked at it.
        parameters.pop(ORGANIZATION_FILTER, None)
    repeated = route.query.REPEATED if route.query is not None and issubclass(route.query, Query) else frozenset()
    parameters |= {name: ",".join(sent.getall(name)) for name in repeated & parameters.keys()}
    more = [name for name in parameters if len(sent.getall(name)) > 1 and name not in repeated]
    errors = [FieldError(f"?{name}", "is given more than once") for name in more]
    unfit = [name for name, text in parameters.items() if "\x00" in name + text]
    errors += [FieldError(f"?{name}", "holds a character that no text can hold (U+0000)") for name in unfit]
    if errors:
        raise InvalidRequest("The query is not valid.", errors=errors)
    return parameters


def path_id(request: web.Request, name: str) -> UUID:
    """Return an id in the path.

    Raises:
        InvalidRequest: it is not an id; the pointer is the name in braces.
    """
    try:
        parsed = parse_uuid(request.match_info[name])
    except PydanticCustomError as error:
        message = f"The {name.replace('_', ' ')} in the path {error.message()}."
        raise InvalidRequest(message, errors=[FieldError(f"{{{name}}}", error.message())]) from None
    if not isinstance(parsed, UUID):  # pragma: no cover - parts of a path are text
        raise TypeError(name)
    return parsed


def expected_revision(request: web.Request) -> int | None:
    """Return the revision that If-Match demands, or none where there is no demand or it is `*`.

    Of a list the newest counts: revisions only grow, so at worst a change is refused that could have been made.

    Raises:
        MalformedCondition: it is not a list of entity tags (RFC 9110, section 13.1.1).
        ConditionFailed: none of the tags is a strong one that this service gives out.
    """
    tags = request.headers.getall("If-Match", None)
    if tags is None or tags == ["*"]:
        return None
    text = ",".join(tags)
    if _ENTITY_TAGS.fullmatch(text) is None:
        raise MalformedCondition
    revisions = [int(digits) for digits in _REVISION.findall(text)]
    if not revisions:
        raise ConditionFailed
    return max(revisions)


def validated(model: type[Model], document: object, *, prefix: str = "") -> Model:
    """Return the document as the model.

    Raises:
        InvalidRequest: with a pointer for each part that is not allowed; a prefix takes the place of the first slash.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise invalid(error, document, prefix=prefix) from None


def invalid(error: ValidationError, document: object, *, prefix: str = "") -> InvalidRequest:
    """Return the refusal that a validator's findings amount to. Never quotes what was sent, which may be a key."""
    where = "query" if prefix else "body"
    if error.error_count() > MOST_FINDINGS:
        return InvalidRequest(f"The {where} is not allowed in {error.error_count():,} places.")
    messages: dict[str, list[str]] = {}
    for finding in error.errors(include_url=False, include_input=False)[:100]:
        messages.setdefault(_pointer(document, finding["loc"], prefix), []).append(refusal_of(finding))
    # Of several findings about one place each is an alternative that it does not fit.
    found = [FieldError(pointer, " or ".join(dict.fromkeys(reasons))) for pointer, reasons in messages.items()]
    first = f": {found[0].pointer or 'it'} {found[0].message}" if found else ""
    return InvalidRequest(f"The {where} is not allowed{first}.", errors=found)


def _pointer(document: object, place: tuple[str | int, ...], prefix: str) -> str:
    pointer = pointer_within(document, place)
    return prefix + pointer[1:] if prefix else pointer
