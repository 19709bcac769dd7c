"""Turns every exception that a handler raises into problem details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from entrypoints.http.change_outcomes import with_outcome
from entrypoints.http.doors.error_shapes import shape_at
from entrypoints.http.errors import INTERNAL_ERROR, problem_for
from entrypoints.http.request_bodies import ClientGone
from entrypoints.http.request_context import context_of, note_failure

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from entrypoints.http.routes import Handler

CLIENT_GONE = 499
"""Logged where the client disconnected before there was an answer; never sent."""


async def answer_or_problem(request: web.Request, handler: Handler, logger: FilteringBoundLogger) -> web.StreamResponse:
    """Return the handler's answer, or a problem document for the exception that it raised.

    An unexpected exception is logged here, once, with its traceback; the answer does not repeat its text.
    """
    try:
        return await handler(request)
    except ClientGone:
        # Nobody gets it; the request's line in the log has the status.
        context_of(request).is_client_gone = True
        return web.Response(status=CLIENT_GONE)
    except Exception as error:
        context = context_of(request)
        problem = problem_for(error)
        note_failure(request, error)
        if context.started_answer is not None:
            _abort(request, error, logger, foreseen=problem is not None)
            return context.started_answer
        if problem is None:
            logger.exception("unforeseen error", request_id=context.request_id)
            problem = INTERNAL_ERROR
        problem = with_outcome(problem, error, context)
        shape = shape_at(request.path) if context.route is None else context.route.problem_shape
        return shape.respond(problem, instance=request.path, request_id=context.request_id)


def _abort(request: web.Request, error: Exception, logger: FilteringBoundLogger, *, foreseen: bool) -> None:
    """Break the connection off, so that a cut answer cannot be taken for a whole one."""
    request_id = context_of(request).request_id
    if isinstance(error, ConnectionError):
        context_of(request).is_client_gone = True
    elif foreseen:
        logger.warning("answer broken off", request_id=request_id, code=getattr(error, "code", None))
    else:
        logger.error("unforeseen error", request_id=request_id, exc_info=error)
    if request.transport is not None:
        request.transport.abort()
