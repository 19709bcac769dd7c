"""The prompt routes on a real socket, with models that answer as a test tells them to."""

import json
from functools import partial
from typing import Any
from uuid import UUID

from application.prompts.callable_models import callable_models
from application.prompts.count_tokens import count_tokens
from application.prompts.embed_texts import embed_texts
from application.prompts.generation import Generation
from application.prompts.run_prompt import run_prompt, stream_prompt
from application.prompts.select_model import select_model
from application.usage.report_usage import report_usage
from entrypoints.http.routes import Route, routes_of
from entrypoints.http.views.compatible_apis import CompatibleApiViews
from entrypoints.http.views.compatible_models import CompatibleModelViews
from entrypoints.http.views.embeddings import EmbeddingViews
from entrypoints.http.views.prompts import PromptViews
from entrypoints.http.views.requests import RequestViews
from entrypoints.http.views.usage import UsageViews
from tests.fakes.embeddings import FakeEmbeddings
from tests.http_service import ORGANIZATION, Reply, Service, a_token
from tests.prompt_setup import PromptSetup

GENERATE = "/api/ai/generate"
CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
MESSAGES = "/v1/messages"


def a_setup() -> PromptSetup:
    """Return the setup of the organization whose tokens `a_token` makes."""
    return PromptSetup(organization_id=ORGANIZATION)


def prompt_routes(
    setup: PromptSetup, *, heartbeat_seconds: float = 15.0, generation: Generation | None = None
) -> list[Route]:
    """Return the routes; with `generation`, that runs the prompts in place of the setup's own."""
    ports = setup.ports if generation is None else setup.ports | {"generation": generation}
    select = partial(
        select_model,
        runnable_models=setup.runnable_models,
        cool_downs=setup.cool_downs,
        clock=setup.clock,
        timer=setup.timer,
    )
    run = partial(run_prompt, **ports)
    stream = partial(stream_prompt, **ports)
    report = partial(report_usage, reports=setup.usage, clock=setup.clock)
    prompts = PromptViews(select=select, run=run, stream=stream, heartbeat_seconds=heartbeat_seconds)
    count = partial(count_tokens, **ports)
    apis = CompatibleApiViews(run=run, stream=stream, count=count, heartbeat_seconds=heartbeat_seconds)
    models = CompatibleModelViews(
        select=select, callable_models=partial(callable_models, runnable_models=setup.runnable_models)
    )
    embeddings = EmbeddingViews(embed_texts=partial(embed_texts, runner=setup.runner, embeddings=FakeEmbeddings()))
    requests = RequestViews(log=setup.usage)
    usage = UsageViews(report=report, find_key=_no_key)
    return routes_of(prompts, embeddings, usage, requests, apis, models)


async def _no_key(key_id: UUID) -> None:
    """Find no access key: there is none here."""


async def post(service: Service, path: str, body: object, **headers: str) -> Reply:
    content = json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **headers}
    return await service.ask("POST", path, token=a_token(), data=content, headers=sent)


def events(reply: Reply) -> list[tuple[str | None, Any]]:
    """The name and the data of each event of a stream; data that is not JSON as it is, comments left out."""
    found = []
    for block in reply.content.decode().split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        fields = dict(line.split(": ", 1) for line in lines)
        if fields:
            data = fields["data"]
            found.append((fields.get("event"), json.loads(data) if data.startswith("{") else data))
    return found
