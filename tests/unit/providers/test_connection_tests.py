"""The free question that each provider is asked, and what its answer is taken for."""

import pytest

from tests.unit.providers.sample_lists import Prepared, a_connection, sample

ONE_MODEL = {"data": [{"id": "m"}], "models": [{"name": "m"}]}


@pytest.mark.parametrize(("more", "count"), [(True, None), (False, 1), (None, None)])
async def test_anthropics_count_is_known_when_all_are_on_the_page(more: bool | None, count: int | None) -> None:
    prepared = Prepared({"/models?limit=1": {"data": [{"id": "a"}], "has_more": more}})
    assert (await prepared.gateway.probe(a_connection("anthropic"))).outcome.model_count == count


@pytest.mark.parametrize(("token", "count"), [("next", None), (None, 1)])
async def test_googles_count_is_known_when_all_are_on_the_page(token: str | None, count: int | None) -> None:
    base = "https://provider.example/v1beta"
    prepared = Prepared({"/models?pageSize=1": {"models": [{"name": "models/a"}], "nextPageToken": token}}, base=base)
    assert (await prepared.gateway.probe(a_connection("google", base=base))).outcome.model_count == count


@pytest.mark.parametrize(
    ("limit_remaining", "category"),
    [(74.5, "ok"), (None, "ok"), (0, "billing_exhausted"), (-1.5, "billing_exhausted"), (False, "ok"), ("0", "ok")],
)
async def test_openrouters_key_page_shows_whether_the_key_has_money(limit_remaining: object, category: str) -> None:
    prepared = Prepared({"/key": {"data": {"label": "x", "limit_remaining": limit_remaining}}})
    report = await prepared.gateway.probe(a_connection("openai_compatible", preset="openrouter"))
    assert (report.outcome.category, report.outcome.authenticated) == (category, True)


async def test_openrouters_public_list_proves_nothing() -> None:
    prepared = Prepared({"/models?output_modalities=all": sample("openrouter"), "/models": sample("openrouter")})
    prepared.answers("/key", {"error": {"message": "No auth credentials found", "code": 401}}, status=401)
    report = await prepared.gateway.probe(a_connection("openai_compatible", preset="openrouter"))
    assert (report.outcome.category, report.outcome.authenticated) == ("auth_invalid", False)


@pytest.mark.parametrize(
    ("balance", "category", "authenticated"),
    [
        ({"is_available": True}, "ok", True),
        ({"is_available": False}, "billing_exhausted", True),
        ({"is_available": "yes"}, "unexpected_body", None),
        ([], "unexpected_body", None),
    ],
)
@pytest.mark.parametrize("path", ["", "/v1"])
async def test_deepseeks_balance_shows_whether_there_is_money(
    balance: object, category: str, authenticated: bool | None, path: str
) -> None:
    base = "https://provider.example"
    prepared = Prepared({"/user/balance": balance, f"{path}/models": ONE_MODEL}, base=base)
    report = await prepared.gateway.probe(a_connection("openai_compatible", base=f"{base}{path}", preset="deepseek"))
    assert (report.outcome.category, report.outcome.authenticated) == (category, authenticated)


@pytest.mark.parametrize(
    ("flag", "category", "status"),
    [
        (None, "ok", "healthy"),
        ("team_blocked", "auth_forbidden", "unhealthy"),
        ("api_key_blocked", "auth_forbidden", "unhealthy"),
        ("api_key_disabled", "auth_forbidden", "unhealthy"),
    ],
)
async def test_xais_key_page_shows_whether_the_key_is_blocked(flag: str | None, category: str, status: str) -> None:
    page = {"team_blocked": False, "api_key_blocked": False, "api_key_disabled": False} | ({flag: True} if flag else {})
    prepared = Prepared({"/api-key": page, "/models": ONE_MODEL})
    report = await prepared.gateway.probe(a_connection("openai_compatible", preset="xai"))
    assert (report.outcome.category, report.status, report.outcome.authenticated) == (category, status, True)


@pytest.mark.parametrize(
    ("health", "status", "category", "count"),
    [
        (200, "healthy", "ok", 1),
        (404, "healthy", "ok", 1),
        (403, "healthy", "ok", 1),
        (503, "degraded", "overloaded", 1),
    ],
)
async def test_vllms_engine_may_be_dead_behind_a_list_that_answers(
    health: int, status: str, category: str, count: int
) -> None:
    prepared = Prepared({"/v1/models": ONE_MODEL}, base="http://localhost:8000")
    prepared.answers("/health", b"", status=health)
    connection = a_connection("openai_compatible", base="http://localhost:8000/v1", preset="vllm")
    report = await prepared.gateway.probe(connection)
    assert (report.status, report.outcome.category, report.outcome.model_count) == (status, category, count)


@pytest.mark.parametrize(("props", "category"), [(200, "ok"), (404, "ok"), (403, "ok"), (401, "auth_invalid")])
async def test_llamacpps_list_is_open_but_its_properties_are_not(props: int, category: str) -> None:
    prepared = Prepared({"/v1/models": ONE_MODEL}, base="http://localhost:8080")
    prepared.answers("/props", {}, status=props)
    connection = a_connection("openai_compatible", base="http://localhost:8080/v1", preset="llamacpp")
    assert (await prepared.gateway.probe(connection)).outcome.category == category
    without_key = a_connection("openai_compatible", base="http://localhost:8080/v1", key=None, preset="llamacpp")
    assert (await prepared.gateway.probe(without_key)).outcome.category == "ok"


async def test_ollama_is_known_by_its_version() -> None:
    prepared = Prepared({"/api/version": {"version": "0.12.6"}, "/api/tags": ONE_MODEL}, base="http://localhost:11434")
    connection = a_connection("openai_compatible", base="http://localhost:11434/v1", key=None, preset="ollama")
    report = await prepared.gateway.probe(connection)
    assert (report.status, report.outcome.authenticated, report.outcome.model_count) == ("healthy", None, 1)
    other = Prepared({"/api/version": {"hello": "world"}, "/api/tags": ONE_MODEL}, base="http://localhost:11434")
    assert (await other.gateway.probe(connection)).outcome.category == "unexpected_body"


async def test_a_list_that_anybody_may_read_does_not_prove_a_key() -> None:
    report = await Prepared({"/models": ONE_MODEL}).gateway.probe(a_connection("openai_compatible"))
    assert (report.status, report.outcome.authenticated, report.outcome.model_count) == ("healthy", None, 1)
    assert report.outcome.hint is not None
    assert "first prompt" in report.outcome.hint


async def test_a_server_without_a_list_is_neither_well_nor_ill() -> None:
    prepared = Prepared()
    prepared.answers("/models", {"detail": "Not Found"}, status=404)
    report = await prepared.gateway.probe(a_connection("openai_compatible"))
    assert (report.status, report.outcome.category, report.reachable) == ("unknown", "not_found", True)
    assert (await prepared.gateway.probe(a_connection("openai"))).status == "unhealthy"


@pytest.mark.parametrize("preset", ["mistral", "groq", "together"])
async def test_a_list_that_needs_a_key_proves_it(preset: str) -> None:
    report = await Prepared({"/models": ONE_MODEL}).gateway.probe(a_connection("openai_compatible", preset=preset))
    assert (report.status, report.outcome.authenticated, report.outcome.model_count) == ("healthy", True, 1)


async def test_azure_is_queried_for_the_list_that_was_chosen() -> None:
    base = "https://mine.openai.azure.com"
    prepared = Prepared(
        {
            "/openai/models?api-version=2025-01-01": sample("azure_models"),
            "/openai/deployments?api-version=2023-03-15-preview": sample("azure_deployments"),
        },
        base=base,
    )
    models = await prepared.gateway.probe(a_connection("azure_openai", base=base, apiVersion="2025-01-01"))
    deployments = await prepared.gateway.probe(a_connection("azure_openai", base=base, listing="deployments"))
    assert (models.outcome.model_count, deployments.outcome.model_count) == (3, 1)
