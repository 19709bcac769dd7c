"""The outermost handler: whatever a view raises becomes problem details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from entrypoints.http.doors.shapes import shape_at
from entrypoints.http.errors import INTERNAL_ERROR, problem_for
from entrypoints.http.exchange import exchange_of, note_failure
from entrypoints.http.outcomes import with_outcome
from entrypoints.http.request_bodies import ClientGone

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from entrypoints.http.routes import Handler

CLIENT_GONE = 499
"""Logged where the client went away before there was an answer; never sent."""


async def answered(request: web.Request, handler: Handler, logger: FilteringBoundLogger) -> web.StreamResponse:
    """Return the handler's answer, or the problem that it raised.

    What nobody foresaw is logged here, once and with its traceback, and answered without a word of its text.
    """
    try:
        return await handler(request)
    except ClientGone:
        # Nobody gets it; the request's line in the log has the status.
        exchange_of(request).is_client_gone = True
        return web.Response(status=CLIENT_GONE)
    except Exception as error:
        exchange = exchange_of(request)
        problem = problem_for(error)
        note_failure(request, error)
        if exchange.started_answer is not None:
            _abort(request, error, logger, foreseen=problem is not None)
            return exchange.started_answer
        if problem is None:
            logger.exception("unforeseen error", request_id=exchange.request_id)
            problem = INTERNAL_ERROR
        problem = with_outcome(problem, error, exchange)
        shape = shape_at(request.path) if exchange.route is None else exchange.route.problem_shape
        return shape.respond(problem, instance=request.path, request_id=exchange.request_id)


def _abort(request: web.Request, error: Exception, logger: FilteringBoundLogger, *, foreseen: bool) -> None:
    """Break the connection off, so that a cut answer cannot be taken for a whole one."""
    request_id = exchange_of(request).request_id
    if isinstance(error, ConnectionError):
        logger.info("the client went away", request_id=request_id)
    elif foreseen:
        logger.warning("answer broken off", request_id=request_id, code=getattr(error, "code", None))
    else:
        logger.error("unforeseen error", request_id=request_id, exc_info=error)
    if request.transport is not None:
        request.transport.abort()
