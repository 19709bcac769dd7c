"""How a route is added: its record stands on the view, and a view's method without one cannot be reached.

This is the example of CONTRIBUTING.md.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import getsource
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from aiohttp import web

from entrypoints.http.answers.response_model import ResponseModel
from entrypoints.http.authorization import Access
from entrypoints.http.documentation.openapi import openapi_document
from entrypoints.http.json_responses import json_response
from entrypoints.http.routes import Answer, endpoint, routes_of
from tests.http_service import Service, a_token

GUIDE = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text("utf-8")
PATH = "/api/ai/model-count"


class ModelCount(ResponseModel):
    """How many models there are."""

    models: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCountViews:
    """Turns a request for the number of models into its use case."""

    count_models: Callable[[], Awaitable[int]]

    @endpoint(
        "GET",
        "/api/ai/model-count",
        access=Access.VIEWER,
        tag="models",
        answers={200: Answer(description="The count.", schema=ModelCount)},
    )
    async def get_model_count(self, _: web.Request) -> web.Response:
        """Count the organization's models

        Models that were removed do not count.
        """
        return json_response(ModelCount(models=await self.count_models()))


async def _seven() -> int:
    return 7


VIEWS = ModelCountViews(count_models=_seven)


def test_the_guide_shows_the_view_that_is_tried_here() -> None:
    [block] = re.findall(r"^ *```python\n( *class ModelCount.*?)^ *```$", GUIDE, re.DOTALL | re.MULTILINE)
    assert dedent(block) == f"{getsource(ModelCount)}\n\n{getsource(ModelCountViews)}"


async def test_the_router_and_the_gate_read_the_record(serve: Callable[..., Awaitable[Service]]) -> None:
    service = await serve(*routes_of(VIEWS))
    assert (await service.ask("GET", PATH)).status == 401
    assert (await service.ask("GET", PATH, token=a_token())).document == {"models": 7}


def test_the_documentation_reads_the_record() -> None:
    operation: dict[str, Any] = openapi_document(routes_of(VIEWS), version="1.0.0")["paths"][PATH]["get"]
    assert (operation["operationId"], operation["x-access"]) == ("getModelCount", "viewer")
    assert operation["summary"] == "Count the organization's models"
    assert operation["description"].startswith("Models that were removed do not count.")


def test_a_method_without_a_record_is_no_route() -> None:
    class HalfDone:
        async def forgotten(self, request: web.Request) -> web.Response:
            raise NotImplementedError(request)

    assert routes_of(HalfDone()) == []


def test_a_record_without_access_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="access"):
        endpoint("GET", PATH)  # type: ignore[call-arg]
