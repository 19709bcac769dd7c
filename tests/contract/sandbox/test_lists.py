"""Each provider lists its models in its own shape, page by page where it has pages."""

import aiohttp
import pytest

from sandbox.providers.provider_registry import PROVIDERS
from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import SandboxClient


@pytest.fixture
def anthropic(sandbox: Sandbox, http: aiohttp.ClientSession) -> SandboxClient:
    return SandboxClient(sandbox, http, "anthropic")


@pytest.fixture
def google(sandbox: Sandbox, http: aiohttp.ClientSession) -> SandboxClient:
    return SandboxClient(sandbox, http, "google")


async def test_anthropics_last_page_says_so(anthropic: SandboxClient) -> None:
    everything = (await anthropic.list("?limit=1000")).json()
    rest = (await anthropic.list(f"?limit=20&after_id={everything['data'][39]['id']}")).json()
    assert rest["data"] == everything["data"][40:]
    assert (rest["has_more"], rest["last_id"]) == (False, everything["last_id"])


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?limit=0", "limit: Input should be greater than or equal to 1"),
        ("?limit=1001", "limit: Input should be less than or equal to 1000"),
        ("?limit=many", "limit: Input should be a valid integer"),
        ("?after_id=claude-99", "after_id: Invalid cursor"),
        ("?lifecycle[]=zombie", "lifecycle: Input should be"),
    ],
)
async def test_anthropic_refuses_a_wrong_page(anthropic: SandboxClient, query: str, message: str) -> None:
    answer = await anthropic.list(query)
    assert answer.status == 400
    assert answer.json()["error"]["message"].startswith(message)
    assert answer.json()["request_id"] == answer.headers["request-id"]


async def test_anthropic_wants_its_version(anthropic: SandboxClient) -> None:
    unknown = await anthropic.send("GET", "/v1/models", **{"anthropic-version": "2020-01-01"})
    url = anthropic.sandbox.endpoint("anthropic") + "/v1/models"
    async with anthropic.http.get(url, headers={"x-api-key": anthropic.key or ""}) as response:
        absent = await response.json()
    assert (unknown.status, response.status) == (400, 400)
    assert unknown.json()["error"]["message"] == 'anthropic-version: "2020-01-01" is not a valid version'
    assert absent["error"]["message"] == "anthropic-version: header is required"


async def test_anthropic_knows_models_by_alias(anthropic: SandboxClient) -> None:
    assert (await anthropic.send("GET", "/v1/models/claude-haiku-4-5")).json()["id"] == "claude-haiku-4-5-20251001"
    assert (await anthropic.send("GET", "/v1/models/claude-3-opus-20240229")).status == 404


async def test_a_model_with_unknown_limits_says_null(anthropic: SandboxClient) -> None:
    model = (await anthropic.send("GET", "/v1/models/claude-sandbox-03")).json()
    assert (model["max_input_tokens"], model["max_tokens"]) == (None, None)


async def test_googles_last_page_has_no_token(google: SandboxClient) -> None:
    page = (await google.list("?pageSize=1000")).json()
    assert list(page) == ["models"]
    assert {model["name"].partition("/")[0] for model in page["models"]} == {"models"}
    kinds = {method for model in page["models"] for method in model["supportedGenerationMethods"]}
    assert {"generateContent", "embedContent", "predict", "predictLongRunning", "bidiGenerateContent"} <= kinds
    assert "streamGenerateContent" not in kinds


@pytest.mark.parametrize("query", ["?pageToken=nonsense", "?pageToken=////", "?pageSize=-1", "?pageSize=x"])
async def test_google_refuses_a_wrong_page(google: SandboxClient, query: str) -> None:
    answer = await google.list(query)
    assert (answer.status, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("provider", "path", "fields"),
    [
        ("openai", "/models", {"id", "object", "created", "owned_by", "shutdown_date"}),
        ("deepseek", "/models", {"id", "object", "owned_by"}),
        ("xai", "/models", {"id", "object", "created", "owned_by"}),
        ("azure", "/openai/models?api-version=2024-10-21", {"id", "capabilities", "lifecycle_status", "deprecation"}),
        ("mistral", "/models", {"id", "capabilities", "aliases", "max_context_length", "type"}),
        ("groq", "/models", {"id", "active", "context_window", "max_completion_tokens", "pricing"}),
        ("openrouter", "/models", {"id", "canonical_slug", "architecture", "pricing", "top_provider", "links"}),
        ("vllm", "/models", {"id", "max_model_len", "root", "parent", "permission"}),
        ("llamacpp", "/models", {"id", "owned_by"}),
    ],
)
async def test_an_entry_has_the_fields_of_its_provider(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str, path: str, fields: set[str]
) -> None:
    entries = (await SandboxClient(sandbox, http, provider).send("GET", path)).json()["data"]
    assert entries
    assert fields <= entries[0].keys()
    assert "plays" not in entries[0]
    if provider in {"deepseek", "xai"}:
        assert fields == entries[0].keys()


async def test_together_lists_a_bare_array(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    models = (await SandboxClient(sandbox, http, "together").list()).json()
    assert isinstance(models, list)
    assert {"chat", "image", "embedding", "moderation", "rerank"} <= {model["type"] for model in models}


async def test_xai_lists_prices_by_kind(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "xai")
    language = (await talk.send("GET", "/language-models")).json()["models"]
    images = (await talk.send("GET", "/image-generation-models")).json()["models"]
    assert {model["id"]: model["prompt_text_token_price"] for model in language}["grok-3"] == 30_000
    assert [model["id"] for model in images] == ["grok-2-image-1212"]
    assert (await talk.send("GET", "/video-generation-models")).json() == {"models": []}


async def test_azure_lists_deployments_in_one_version_only(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "azure")
    old = await talk.send("GET", "/openai/deployments?api-version=2023-03-15-preview")
    new = await talk.send("GET", "/openai/deployments?api-version=2024-10-21")
    assert [entry["id"] for entry in old.json()["data"]] == ["gpt-4o", "assistant-prod", "reasoner", "embeddings"]
    assert (new.status, new.json()) == (404, {"error": {"code": "404", "message": "Resource not found"}})
    assert (await talk.send("GET", "/openai/models")).status == 404
    assert (await talk.send("GET", "/openai/deployments/gpt-4o/models?api-version=2024-10-21")).status == 404


async def test_mistral_lists_a_model_once_per_alias(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    models = (await SandboxClient(sandbox, http, "mistral").list()).json()["data"]
    same = [model["id"] for model in models if model["name"] == "mistral-large-2512"]
    assert same == ["mistral-large-2512", "mistral-large-latest"]
    assert next(model["id"] for model in models if model["type"] == "fine-tuned").startswith("ft:")


async def test_openrouter_lists_what_writes_text_unless_asked(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "openrouter")
    plain = {model["id"] for model in (await talk.list()).json()["data"]}
    everything = {model["id"] for model in (await talk.list("?output_modalities=all")).json()["data"]}
    embedding = (await talk.send("GET", "/embeddings/models")).json()["data"]
    assert everything - plain == {"openai/text-embedding-3-small", "openai/text-embedding-3-large"}
    assert len(embedding) == 2
    prices = {model["id"]: model["pricing"]["prompt"] for model in (await talk.list()).json()["data"]}
    assert prices["openrouter/auto"] == "-1"
    assert "openai/gpt-oss-120b:free" in prices


async def test_ollama_reports_more_of_one_model_than_of_all(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    talk = SandboxClient(sandbox, http, "ollama")
    tags = (await talk.list()).json()["models"]
    shown = (await talk.send("POST", "/api/show", {"model": "gemma3:12b"})).json()
    unknown = await talk.send("POST", "/api/show", {"model": "llama9"})
    assert {"name", "model", "modified_at", "size", "digest", "details"} == tags[0].keys()
    assert shown["model_info"]["gemma3.context_length"] == 131_072
    assert shown["capabilities"] == ["completion", "vision"]
    assert (unknown.status, unknown.json()) == (404, {"error": "model 'llama9' not found"})
    assert (await talk.send("GET", "/v1/models")).json()["data"][0]["owned_by"] == "library"
    assert "version" in (await talk.send("GET", "/api/version")).json()


async def test_accounts_report_what_is_left(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    rich = SandboxClient(sandbox, http, "deepseek")
    poor = SandboxClient(sandbox, http, "deepseek", sandbox.key("deepseek", "no_credit"))
    assert (await rich.account()).json()["is_available"] is True
    assert (await poor.account()).json()["balance_infos"][0]["total_balance"] == "0.00"
    assert (await SandboxClient(sandbox, http, "openrouter").account()).json()["data"]["limit_remaining"] == 74.5
    blocked = SandboxClient(sandbox, http, "xai", sandbox.key("xai", "suspended"))
    assert (await blocked.account()).json()["api_key_blocked"] is True


async def test_local_servers_report_their_health_at_their_root(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{sandbox.url}/vllm/health") as vllm, http.get(f"{sandbox.url}/llamacpp/health") as llama:
        assert (vllm.status, await vllm.read()) == (200, b"")
        assert await llama.json() == {"status": "ok"}


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_wrong_address_is_refused_as_json_and_recorded(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str
) -> None:
    answer = await SandboxClient(sandbox, http, provider).send("PUT", "/nonsense")
    assert answer.status == 404
    assert any(word in answer.text for word in ("error", "Invalid URL"))
    assert sandbox.requests[-1].operation == "other"


async def test_google_ignores_what_it_cannot_call(google: SandboxClient) -> None:
    answer = await google.chat(model="gemini-embedding-001")
    assert answer.status == 404
    assert "is not supported for generateContent" in answer.json()["error"]["message"]
