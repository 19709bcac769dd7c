"""The one way to add a route: a record that says what it takes, who may use it and what it answers."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from entrypoints.http.authorization import Access

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MEBIBYTE = 1024 * 1024

JSON_TYPE = "application/json"
MERGE_PATCH_TYPE = "application/merge-patch+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One way an operation answers when all goes well.

    `schema` is a pydantic model or a JSON Schema (none: no body); `headers` are names that the documentation knows.
    """

    description: str
    schema: type[BaseModel] | Mapping[str, Any] | None = None
    content_type: str = JSON_TYPE
    example: object = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """All there is to know about a route. Made by `route`, kept in lists, handed to `build_app`."""

    method: str
    path: str
    handler: Handler
    access: Access
    summary: str
    description: str
    operation_id: str
    tag: str
    body: type[BaseModel] | None
    body_required: bool
    body_example: object
    content_types: tuple[str, ...]
    largest_body: int
    query: type[BaseModel] | None
    answers: Mapping[int, Answer]
    problems: tuple[type[Exception], ...]
    replayable: bool
    conditional: bool
    documented: bool = field(default=True)


def route(
    method: str,
    path: str,
    handler: Handler,
    *,
    access: Access,
    summary: str = "",
    tag: str | None = None,
    body: type[BaseModel] | None = None,
    body_required: bool = True,
    body_example: object = None,
    largest_body: int = MEBIBYTE,
    query: type[BaseModel] | None = None,
    answers: Mapping[int, Answer] | None = None,
    problems: tuple[type[Exception], ...] = (),
    replayable: bool = True,
    documented: bool = True,
) -> Route:
    """Return the record of a route.

    The handler's docstring becomes the description; without a `summary` its first line is that. `problems` are the
    refusals that belong to the operation itself; those any route can give are documented anyway. `largest_body` is in
    bytes. `replayable=False` is for streams and for answers too large to keep: an Idempotency-Key is refused there.
    """
    named = _unwrapped(handler)
    title, _, text = (inspect.getdoc(named) or "").partition("\n")
    return Route(
        method=method,
        path=path,
        handler=handler,
        access=access,
        summary=summary or title.strip(),
        description=text.strip() if not summary else f"{title}\n{text}".strip(),
        operation_id=_camel(getattr(named, "__name__", type(named).__name__)),
        tag=tag or _tag(path),
        body=body,
        body_required=body_required,
        body_example=body_example,
        content_types=(MERGE_PATCH_TYPE, JSON_TYPE) if method == "PATCH" else (JSON_TYPE,),
        largest_body=largest_body,
        query=query,
        answers=answers or {200: Answer(description="Done.")},
        problems=problems,
        replayable=replayable and method == "POST",
        conditional=method in {"PUT", "PATCH", "DELETE"},
        documented=documented,
    )


def _unwrapped(handler: Handler) -> Any:  # noqa: ANN401 - a function, or an object that can be called
    return inspect.unwrap(handler.func if isinstance(handler, partial) else handler)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _tag(path: str) -> str:
    """Return the first part of the path that says what it is about: `providers` in `/api/ai/providers/{id}`."""
    parts = [part for part in path.split("/") if part not in {"", "api", "ai"}]
    return parts[0] if parts else "service"
