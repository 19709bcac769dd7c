"""Whether a model can be used, and why not: the same in every document of it, in the filter, and for a prompt."""

from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import pytest

from adapters.event_store.ledger import Ledger
from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.historical_documents import PostgresHistoricalDocuments
from adapters.postgres.resource_documents import PostgresModelDocuments
from adapters.postgres.tenant_statements import Tenant
from application.ports.resource_documents import Document, ModelFilter, PageRequest
from application.prompts.model_selection import REFUSALS, select
from application.queries.resource_as_of import AtRevision, AtTime, model_as_of
from tests.builders import a_model, a_provider, acting
from tests.integration.prompts.test_fitting_models import KEYED, Registry, candidates, registry

__all__ = ["registry"]

BY_RULE = {"disabled": "model-disabled", "provider-disabled": "provider-disabled", "no-key": "provider-has-no-key"}


async def documents(models: PostgresModelDocuments, **filters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    found: list[dict[str, Any]] = []
    after, total = None, None
    while total is None or after is not None:
        request = PageRequest(limit=200, after=after, include_total=True)
        page = await models.page(ModelFilter(**filters), request)
        found += orjson.loads(b"[" + page.joined + b"]")
        after, total = page.next_after, page.total
    assert len(found) == total
    return found


async def test_what_prompts_refuse_is_shown_as_unusable(registry: Registry, tenant: Tenant) -> None:
    models = PostgresModelDocuments(tenant, KEYED)
    with acting(registry.organization_id):
        ranked = select(candidates(await registry.reader.first(10_000)), None).ranked_candidates
        shown = {document["id"]: document for document in await documents(models)}
        usable = await documents(models, is_usable=True)
        unusable = await documents(models, is_usable=False)
    # A config of before it was typed: what of it cannot be used is said where the model is requested.
    refusals = {
        str(each.candidate.id): [rule.rule for rule in each.findings if rule.rule in REFUSALS - {"config"}]
        for each in ranked
    }
    assert shown.keys() == refusals.keys()
    for model_id, rules in refusals.items():
        reason = shown[model_id]["unusableBecause"]
        if rules:
            assert reason == BY_RULE[rules[0]]
        else:
            assert reason in (None, "retired", "type-cannot-be-run")
        assert shown[model_id]["isUsable"] is (reason is None)
        assert reason != "retired" or shown[model_id]["lifecycle"] == "retired"
        assert (reason == "type-cannot-be-run") <= (shown[model_id]["type"] == "image")
    assert {each["id"] for each in usable} == {model_id for model_id, each in shown.items() if each["isUsable"]}
    assert {each["id"] for each in unusable} == shown.keys() - {each["id"] for each in usable}
    assert len(Counter(each["unusableBecause"] for each in shown.values())) == 6


@pytest.fixture
async def model_id(providers: EventSourcedProviders, models: EventSourcedModels, organization_id: UUID) -> UUID:
    provider = a_provider(credential=None)
    model = a_model(provider_id=provider.id)
    with acting(organization_id):
        await providers.save(provider)
    with acting(organization_id):
        await models.save(model)
    return model.id


async def test_a_past_moment_goes_by_the_provider_of_that_moment(
    tenant: Tenant,
    ledger: Ledger,
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    organization_id: UUID,
    model_id: UUID,
) -> None:
    live, past = PostgresModelDocuments(tenant), PostgresHistoricalDocuments(tenant)
    as_of = partial(model_as_of, model_id, log=PostgresAuditLog(tenant), rows=ledger, past=past)

    def reason(document: Document) -> str | None:
        shown = orjson.loads(document.json)
        assert shown["isUsable"] is (shown["unusableBecause"] is None)
        because: str | None = shown["unusableBecause"]
        return because

    before = datetime.now(UTC)
    with acting(organization_id):
        model = await models.get(model_id)
        provider = await providers.get(model.provider_id)
        provider.disable()
        await providers.save(provider)
    disabled = datetime.now(UTC)
    with acting(organization_id):
        provider.enable()
        await providers.save(provider)
    with acting(organization_id):
        assert reason(await live.get(model_id)) is None
        assert reason(await as_of(AtTime(before))) is None
        assert reason(await as_of(AtTime(disabled))) == "provider-disabled"
        assert reason(await as_of(AtRevision(1))) is None
        for usable, count in ((True, 0), (False, 1)):
            page = await past.models(ModelFilter(is_usable=usable), PageRequest(limit=10, include_total=True), disabled)
            assert page.total == count


async def test_a_type_that_needs_a_key_cannot_be_used_without_one(
    tenant: Tenant, organization_id: UUID, model_id: UUID
) -> None:
    with acting(organization_id):
        reasons = [
            orjson.loads((await PostgresModelDocuments(tenant, keyed).get(model_id)).json)["unusableBecause"]
            for keyed in (["openai"], ["anthropic"], [])
        ]
    assert reasons == ["provider-has-no-key", None, None]
