"""Requests that nobody thought of, made from the service's own description: none makes it stumble or answer otherwise.

The description is read from the running service; requests are the same in each run.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, CheckContext, GenerationMode, Response
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from entrypoints.http.authorization import Role
from tests.databases import Databases
from tests.e2e.api_client import PROVIDERS, Api
from tests.e2e.running_service import RunningService, service_on

EXAMPLES = 3
# The first job that a service starts waits for the process that jobs are forked from.
PATIENCE_SECONDS = 60
# Nobody listens there, and nothing else is to be called.
NOWHERE = "http://127.0.0.1:1/v1"
# Streams that end when their reader goes away, and not before.
ENDLESS = {"/api/ai/events"}


def nobody_stumbled(_context: CheckContext, response: Response, _case: Case[Any]) -> None:
    """Refuse a 500; that a provider cannot be reached, which the service says with 502, is no fault of its own."""
    assert response.status_code != HTTPStatus.INTERNAL_SERVER_ERROR, response.text


CHECKS = [
    nobody_stumbled,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.fixture(scope="module")
def generated_service(databases: Databases) -> Iterator[RunningService]:
    """Give a service of its own: some of what is generated administers all of it."""
    database = databases.migrated()
    with service_on(database) as running:
        yield running
    databases.drop(database)


@dataclass(frozen=True, slots=True)
class Resources:
    """An organization with a provider and a model, which some of the requests are about."""

    headers: dict[str, str]
    ids: dict[str, str]

    def lend(self, case: Case[Any]) -> None:
        """Put an id that there is in place of every other one that was made up, and let nothing go far."""
        parameters = case.path_parameters
        if "id" in parameters and hash(str(parameters["id"])) % 2:
            kind = case.path.removeprefix("/api/ai/").split("/")[0]
            parameters["id"] = self.ids.get(kind, parameters["id"])
        if case.path.startswith(f"{PROVIDERS}/test") and isinstance(case.body, dict):
            case.body["endpoint"] = NOWHERE


async def made(url: str) -> Resources:
    """Make an organization with a provider and a model."""
    async with aiohttp.ClientSession() as session:
        api = Api(session, url, None, None).elsewhere().of(Role.ADMIN, is_platform_admin=True)
        provider = await api.provider(endpoint=NOWHERE)
        model = await api.model(provider)
    return Resources({"Authorization": f"Bearer {api.token}"}, {"providers": provider["id"], "models": model["id"]})


def stumbles(
    operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, service: RunningService, read: Resources
) -> str | None:
    """Return how the service answers one of many requests to an operation as it should not, or nothing.

    What it reads may be that of others; what it could change is its own.
    """
    changes = operation.method in {"put", "patch", "delete"} or (operation.method == "post" and "{" in operation.path)
    resources = asyncio.run(made(service.url)) if changes else read

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered_as_described(case: Case[Any]) -> None:
        resources.lend(case)
        answer = case.call(base_url=service.url, headers=resources.headers, timeout=PATIENCE_SECONDS)
        # What was made up may be part of no path there is: a line break, or two dots.
        if "There is nothing at this path" not in answer.text:
            case.validate_response(answer, checks=CHECKS)

    try:
        answered_as_described()
    except FailureGroup as failures:
        return f"{operation.label} ({mode.value}): {failures.exceptions[0]}"
    except Unsatisfiable:
        # A route without parameters cannot be requested wrongly.
        return None
    return None


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_no_request_makes_the_service_stumble(generated_service: RunningService, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"{generated_service.url}/api/docs/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    operations = [operation for operation in operations if operation.path not in ENDLESS]
    assert len(operations) > 20
    read = asyncio.run(made(generated_service.url))
    found = [stumbles(operation, mode, generated_service, read) for operation in operations]
    assert [failure for failure in found if failure is not None] == []
