"""The route for many model changes at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from aiohttp import web

from application.commands.change_models_in_bulk import ChangeModelsInBulk, OperationOutcome
from application.errors import BulkRefused, Conflict, QuotaReached
from application.ports.resource_documents import ModelDocuments
from application.run_in_thread import run_in_thread_if_large
from entrypoints.http.answers.models import BulkResult
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.convert_models import operation
from entrypoints.http.bodies.models import BulkOperations
from entrypoints.http.errors import INTERNAL_ERROR, problem_for
from entrypoints.http.json_responses import json_bytes, json_response
from entrypoints.http.parse_request import json_body
from entrypoints.http.problems import problem_error
from entrypoints.http.routes import Answer, endpoint

# To read an operation, or to write its result, takes some 10 µs.
_LARGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkViews:
    """Turns a bulk request into its use case."""

    documents: ModelDocuments
    change_in_bulk: Callable[[ChangeModelsInBulk], Awaitable[Sequence[OperationOutcome]]]

    @endpoint(
        "POST",
        "/api/ai/models/bulk",
        access=Access.EDITOR,
        body=BulkOperations,
        answers={200: Answer(description="Result of each.", schema=BulkResult, headers=("Log-Position",))},
        problems=(BulkRefused, Conflict, QuotaReached),
    )
    async def change_models_in_bulk(self, request: web.Request) -> web.Response:
        """Change many models in one request

        Up to 1,000 operations. Atomic: all of them in one transaction, or none and 422 with an error for each index.
        Otherwise each for itself, and the answer lists which were done. An operation's status is what the same
        request alone would have got.
        """
        body = await json_body(request, BulkOperations)
        operations = await run_in_thread_if_large(
            body.operations, lambda: [operation(part) for part in body.operations], large=_LARGE
        )
        outcomes = await self.change_in_bulk(ChangeModelsInBulk(operations=operations, atomic=body.atomic))
        documents = await self.documents.get_many(
            [outcome.recorded.aggregate_id for outcome in outcomes if outcome.recorded]
        )
        parts = list(zip(body.operations, outcomes, strict=True))

        def written() -> bytes:
            return json_bytes(
                {
                    "atomic": body.atomic,
                    "succeeded": sum(outcome.recorded is not None for outcome in outcomes),
                    "failed": sum(outcome.refusal is not None for outcome in outcomes),
                    "results": [_result(part.op, outcome, documents) for part, outcome in parts],
                }
            )

        return json_response(
            await run_in_thread_if_large(parts, written, large=_LARGE),
            position=max((o.recorded.position or 0 for o in outcomes if o.recorded), default=0) or None,
        )


def _result(op: str, outcome: OperationOutcome, documents: Mapping[UUID, bytes]) -> dict[str, Any]:
    result: dict[str, Any] = {"index": outcome.index, "op": op}
    if outcome.recorded is not None:
        model_id = outcome.recorded.aggregate_id
        statuses = {"create": 201, "delete": 204}
        result |= {"status": statuses.get(op, 200), "id": model_id, "revision": outcome.recorded.revision}
        if op != "delete" and model_id in documents:
            result["model"] = orjson.Fragment(documents[model_id])
        return result
    problem = (problem_for(outcome.refusal) if outcome.refusal else None) or INTERNAL_ERROR
    errors = [problem_error(error) for error in problem.errors]
    error = {"code": problem.code, "detail": problem.detail, "errors": errors}
    return result | {"status": problem.status, "error": error}
