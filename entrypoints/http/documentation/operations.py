"""Builds the OpenAPI operation of a route from its record."""

import re
from typing import Any

from entrypoints.http.authorization import ORGANIZATION_FILTER, Access
from entrypoints.http.change_reasons import HEADER, MEMBER
from entrypoints.http.csv_answers import CSV_TYPE
from entrypoints.http.documentation.examples import example_of
from entrypoints.http.documentation.problems import problem_responses
from entrypoints.http.documentation.schemas import Schema, Schemas
from entrypoints.http.documentation.streams import stream_content
from entrypoints.http.rate_limits import RATE_LIMIT_HEADERS
from entrypoints.http.routes import EVENT_STREAM_TYPE, Answer, Route

_PATH_PART = re.compile(r"\{(\w+)(?::[^}]*)?\}")

_TEXT: Schema = {"type": "string"}
HEADERS: dict[str, Schema] = {
    "X-Request-Id": {"description": "The id of the request, as sent or made here.", "schema": _TEXT},
    "ETag": {"description": "The revision, for If-Match.", "schema": {**_TEXT, "examples": ['"7"']}},
    "Location": {"description": "The path of what was made.", "schema": {**_TEXT, "format": "uri-reference"}},
    "Log-Position": {
        "description": "The position in the log of the last event that this led to.",
        "schema": {"type": "integer"},
    },
    "Log-Ahead-Seconds": {
        "description": "There when the newest event is dated after the database's clock, which was set back since: by "
        "how many seconds. What has happened since then is not of any time up to now.",
        "schema": {"type": "integer"},
    },
    "Idempotency-Replayed": {"description": "true when this is the answer to an earlier request.", "schema": _TEXT},
    "RateLimit-Policy": {
        "description": "Each limit that counts here: so many requests (q) of the organization in so many seconds (w).",
        "schema": {**_TEXT, "examples": ['"tests";q=60;w=60']},
    },
    "RateLimit": {
        "description": "Of each limit, how many requests remain (r), and in how many seconds there are more (t).",
        "schema": {**_TEXT, "examples": ['"tests";r=59;t=60']},
    },
    "Retry-After": {"description": "Seconds to wait before a repetition.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "What is wrong with the token (RFC 6750).", "schema": _TEXT},
    "Content-Disposition": {"description": "A name for the file.", "schema": _TEXT},
}

IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes a repetition harmless: it gets the first answer. 1 to 200 printable ASCII characters, a new "
    "one for each new request.",
    "schema": {**_TEXT, "minLength": 1, "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the state that the change was made for; 412 when there is a newer one.",
    "schema": _TEXT,
    "examples": {"revision": {"value": '"7"'}, "any": {"value": "*"}},
}
SEEN_POSITION: Schema = {
    "name": "Log-Position",
    "in": "header",
    "description": "The newest Log-Position, or position of an event, that the caller has seen: the answer is at least "
    "as new, also where lists come from a replica of the database.",
    "schema": {"type": "integer", "minimum": 0},
}
CHANGE_REASON: Schema = {
    "name": HEADER,
    "in": "header",
    "description": f"The {MEMBER} of the body in a header, in UTF-8, in ISO 8859-1, or in the form of RFC 8187, which "
    "any client can send. Both may be sent if they are equal.",
    "schema": {**_TEXT, "minLength": 1},
    "examples": {
        "plain": {"value": "Costs less"},
        "RFC 8187": {"value": "UTF-8''zu%20teuer%20%E2%80%93%20Ticket%207"},
    },
}
ORGANIZATION: Schema = {
    "name": ORGANIZATION_FILTER,
    "in": "query",
    "description": "Can only name the token's own organization; another one is answered with 403.",
    "schema": {**_TEXT, "format": "uuid"},
}


def operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    """Return the operation as keyword arguments of `aiohttp_apispec.docs`."""
    described: dict[str, Any] = {
        "tags": [route.tag],
        "summary": route.summary,
        "description": _description(route),
        "operationId": route.operation_id,
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas), *_shared_parameters(route)],
        "responses": {
            **{str(status): _response(answer, route, schemas) for status, answer in route.answers.items()},
            **problem_responses(route),
        },
        "security": [] if route.access is Access.PUBLIC else [{"token": []}],
        "x-access": route.access.name.lower(),
    }
    if route.body is not None:
        described["requestBody"] = _request_body(route, route.body, schemas)
    return described


def openapi_path(route: Route) -> str:
    """Return the path with its parts in braces, without the patterns they must match."""
    return _PATH_PART.sub(r"{\1}", route.path)


def _description(route: Route) -> str:
    keys = ", and access keys of the scope run" if route.open_to_run_keys else ""
    return "\n\n".join(filter(None, [route.description, f"For {route.access.value}{keys}."]))


def _path_parameters(route: Route) -> list[Schema]:
    return [
        {"name": name, "in": "path", "required": True, "description": _named(name), "schema": _path_schema(name)}
        for name in _PATH_PART.findall(route.path)
    ]


def _named(name: str) -> str:
    words = name.replace("_", " ")
    return f"The {words}."


def _path_schema(name: str) -> Schema:
    return {**_TEXT, "format": "uuid"} if name == "id" or name.endswith("_id") else _TEXT


def _query_parameters(route: Route, schemas: Schemas) -> list[Schema]:
    if route.query is None:
        return []
    parameters: list[Schema] = []
    for name, schema, required in schemas.of_query(route.query):
        described = {"description": schema["description"]} if "description" in schema else {}
        kept = {word: part for word, part in schema.items() if word != "description"}
        parameters.append({"name": name, "in": "query", "required": required, **described, "schema": kept})
    return parameters


def _shared_parameters(route: Route) -> list[Schema]:
    is_open = route.access is Access.PUBLIC
    chosen = (
        (ORGANIZATION, route.access.is_for_organizations),
        (IF_MATCH, route.is_conditional),
        (SEEN_POSITION, route.replicated),
        (IDEMPOTENCY_KEY, route.takes_keys and not is_open),
        (CHANGE_REASON, route.takes_reason),
    )
    # Written out, because aiohttp-apispec looks into each and follows no references.
    return [parameter for parameter, is_chosen in chosen if is_chosen]


def _request_body(route: Route, body: type[Any], schemas: Schemas) -> dict[str, Any]:
    schema = schemas.of_body(body)
    example = example_of(schema, schemas) if route.body_example is None else route.body_example
    return {
        "required": route.body_required,
        "description": f"At most {route.largest_body:,} bytes.",
        "content": {kind: {"schema": schema, "example": example} for kind in route.content_types},
    }


def _response(answer: Answer, route: Route, schemas: Schemas) -> dict[str, Any]:
    names = ["X-Request-Id", *answer.headers, *(["Idempotency-Replayed"] if route.takes_keys else [])]
    names += RATE_LIMIT_HEADERS if route.rate_limit is not None else ()
    response: dict[str, Any] = {
        "description": answer.description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in dict.fromkeys(names)},
    }
    content: dict[str, Any] = {}
    if answer.schema is not None:
        schema = schemas.of_answer(answer.schema)
        example = example_of(schema, schemas) if answer.example is None else answer.example
        content[answer.content_type] = {"schema": schema, "example": example}
    if answer.csv is not None:
        content[CSV_TYPE] = {"schema": _TEXT, "example": answer.csv}
    if answer.events:
        content[EVENT_STREAM_TYPE] = stream_content(answer.events, schemas)
    return {**response, "content": content} if content else response
