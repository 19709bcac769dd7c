"""What is read out of each provider's own list."""

from decimal import Decimal

import pytest

from application.ports.provider_gateway import ROUTER, SOLD_OTHERWISE
from tests.unit.providers.sample_lists import Prepared, a_connection, sample


async def test_openai_reports_ids_and_dates_alone() -> None:
    models = await Prepared({"/models": sample("openai")}).models(a_connection("openai"))
    assert list(models) == ["gpt-5-nano", "gpt-4o-2024-08-06", "ft:gpt-4.1-mini-2025-04-14:acme::BxYz"]
    nano, dated, tuned = models.values()
    assert (nano.lifecycle, nano.retires_on, nano.created_on) == ("deprecated", "2026-12-11", "2025-08-05")
    assert (dated.version, dated.lifecycle, dated.retires_on) == ("2024-08-06", None, None)
    assert tuned.created_on is None
    assert {model.type for model in models.values()} == {None}
    assert {model.capabilities for model in models.values()} == {None}
    assert nano.extras == {"owned_by": "system"}


async def test_anthropic_reports_limits_and_capabilities() -> None:
    prepared = Prepared({"/models?limit=1000": sample("anthropic")})
    opus, haiku, retired = (await prepared.models(a_connection("anthropic"))).values()
    assert (opus.name, opus.type, opus.context_window, opus.max_tokens) == (
        "Claude Opus 5",
        "multimodal",
        1_000_000,
        128_000,
    )
    assert opus.capabilities == (
        "batch",
        "code_execution",
        "pdf_input",
        "reasoning",
        "server_tools",
        "structured_output",
        "vision",
        "web_search",
    )
    assert (opus.lifecycle, opus.retires_on, opus.created_on) == ("deprecated", "2027-07-01", "2026-07-24")
    assert (haiku.version, haiku.type, haiku.created_on) == ("20251001", "language", None)
    assert haiku.extras == {"brand_new_field": {"a": 1}}
    assert (retired.type, retired.capabilities, retired.lifecycle) == (None, None, "retired")


async def test_google_reports_an_embedding_and_leaves_the_rest_open() -> None:
    prepared = Prepared({"/models?pageSize=1000": sample("google")}, base="https://provider.example/v1beta")
    models = await prepared.models(a_connection("google", base="https://provider.example"))
    pro, embedding, video, tuned = models.values()
    assert (pro.model_id, pro.name, pro.version, pro.type) == ("gemini-2.5-pro", "Gemini 2.5 Pro", "2.5", None)
    assert (pro.context_window, pro.max_tokens) == (1_048_576, 65_536)
    assert pro.extras["thinking"] is True
    assert (embedding.type, embedding.context_window, embedding.max_tokens) == ("embedding", 2_048, None)
    assert video.type is None
    assert (tuned.model_id, tuned.version) == ("tunedModels/mine", None)


async def test_openrouter_reports_everything_prices_included() -> None:
    prepared = Prepared(
        {
            "/models?output_modalities=all": sample("openrouter"),
            "/embeddings/models": sample("openrouter_embeddings"),
        }
    )
    models = await prepared.models(a_connection("openai_compatible", preset="openrouter"))
    opus, router, free, image, embedding = models.values()
    assert (opus.version, opus.type, opus.max_tokens) == ("20260205", "multimodal", 128_000)
    assert opus.capabilities == ("function_calling", "pdf_input", "reasoning", "structured_output", "vision")
    assert (opus.input_per_1k, opus.output_per_1k) == (Decimal("0.005"), Decimal("0.025"))
    assert (opus.lifecycle, opus.retires_on) == ("deprecated", "2027-02-01")
    assert len(opus.extras["description"]) == 300
    assert (router.input_per_1k, router.output_per_1k, router.max_tokens) == (None, None, None)
    assert [model.price_reason for model in (opus, router, free)] == [None, ROUTER, None]
    assert (free.input_per_1k, free.type) == (Decimal(0), "language")
    assert (image.type, image.capabilities) == ("image", ("image_output", "vision"))
    assert (embedding.type, embedding.input_per_1k) == ("embedding", Decimal("0.00002"))


async def test_mistral_lists_a_model_once_however_many_names_it_has() -> None:
    models = await Prepared({"/models": sample("mistral")}).models(a_connection("openai_compatible", preset="mistral"))
    assert list(models) == ["mistral-small-2603", "mistral-embed", "mistral-ocr-latest", "ft:open-mistral-7b:xxx"]
    small, embed, ocr, tuned = models.values()
    assert small.extras["aliases"] == ["magistral-small-latest", "mistral-small-latest"]
    assert (small.type, small.capabilities) == ("multimodal", ("function_calling", "vision"))
    assert small.context_window == 262_144
    assert (embed.type, embed.capabilities) == (None, ())
    assert (ocr.type, ocr.lifecycle, ocr.retires_on) == ("vision", "deprecated", "2026-12-31")
    assert (tuned.type, tuned.lifecycle) == ("language", "retired")


async def test_groq_reports_media_and_prices_of_the_newer_entries() -> None:
    models = await Prepared({"/models": sample("groq")}).models(a_connection("openai_compatible", preset="groq"))
    qwen, whisper = models.values()
    assert (qwen.model_id, qwen.type, qwen.max_tokens) == ("qwen/qwen3.6-27b", "multimodal", 16_384)
    assert (qwen.input_per_1k, qwen.output_per_1k) == (Decimal("0.0006"), Decimal("0.003"))
    assert (qwen.lifecycle, whisper.lifecycle) == ("active", "retired")
    assert (whisper.type, whisper.input_per_1k) == (None, None)


async def test_xai_joins_its_lists_and_turns_cents_into_dollars() -> None:
    prepared = Prepared(
        {
            "/models": sample("xai_models"),
            "/language-models": sample("xai_language"),
            "/image-generation-models": sample("xai_images"),
        }
    )
    prepared.answers("/video-generation-models", {"code": "not found", "error": "nothing here"}, status=404)
    models = await prepared.models(a_connection("openai_compatible", preset="xai"))
    assert sorted(models) == ["grok-2-image-1212", "grok-2-vision-1212", "grok-3", "grok-embedding-1"]
    grok, vision = models["grok-3"], models["grok-2-vision-1212"]
    assert (grok.input_per_1k, grok.output_per_1k) == (Decimal("0.003"), Decimal("0.015"))
    assert grok.cached_input_per_1k == Decimal("0.00075")
    assert (grok.type, grok.version) == ("language", "1.0")
    assert (vision.type, vision.context_window) == ("multimodal", 32_768)
    assert (models["grok-2-image-1212"].type, models["grok-2-image-1212"].input_per_1k) == ("image", None)
    assert models["grok-embedding-1"].type is None
    reasons = {model_id: model.price_reason for model_id, model in models.items()}
    assert {model_id for model_id, reason in reasons.items() if reason == SOLD_OTHERWISE} == {"grok-2-image-1212"}


async def test_together_sends_a_bare_array_with_prices_for_a_million() -> None:
    models = await Prepared({"/models": sample("together")}).models(
        a_connection("openai_compatible", preset="together")
    )
    llama, flux, embedding = models.values()
    assert (llama.input_per_1k, llama.type) == (Decimal("0.00088"), None)
    assert (flux.type, flux.input_per_1k, flux.price_reason) == ("image", None, SOLD_OTHERWISE)
    assert llama.price_reason is None
    assert (embedding.type, embedding.input_per_1k) == ("embedding", Decimal("0.00002"))


@pytest.mark.parametrize("path", ["", "/v1"])
async def test_ollama_reports_each_model_on_a_page_of_its_own(path: str) -> None:
    base = "http://localhost:11434"
    prepared = Prepared({"/api/tags": sample("ollama_tags")}, base=base)
    prepared.answers("/api/show", sample("ollama_show_llava"), method="POST")
    prepared.answers("/api/show", sample("ollama_show_nomic"), method="POST")
    connection = a_connection("openai_compatible", base=f"{base}{path}", key=None, preset="ollama")
    llava, nomic = (await prepared.models(connection)).values()
    assert (llava.model_id, llava.type, llava.context_window) == ("llava:13b", "multimodal", 8_192)
    assert llava.capabilities == ("function_calling", "vision")
    assert llava.created_on == "2026-05-12"
    assert "license" not in str(llava.extras)
    assert (nomic.model_id, nomic.type, nomic.context_window) == ("nomic-embed-text:latest", "embedding", 2_048)
    assert (nomic.capabilities, nomic.created_on) == ((), None)
    asked = [request.json for request in prepared.outbound.requests if request.json]
    assert asked == [{"model": "llava:13b"}, {"model": "nomic-embed-text:latest"}]


async def test_an_ollama_model_that_was_removed_meanwhile_is_listed_without_details() -> None:
    prepared = Prepared({"/api/tags": sample("ollama_tags")}, base="http://localhost:11434")
    prepared.answers("/api/show", {"error": "model 'llava:13b' not found"}, method="POST", status=404)
    connection = a_connection("openai_compatible", base="http://localhost:11434", key=None, preset="ollama")
    models = await prepared.models(connection)
    assert models["llava:13b"].capabilities is None


async def test_local_servers_report_what_they_know() -> None:
    vllm = await Prepared({"/models": sample("vllm")}).models(a_connection("openai_compatible", preset="vllm"))
    assert vllm["meta-llama/Llama-3.1-8B-Instruct"].context_window == 131_072
    models = await Prepared({"/models": sample("llamacpp")}).models(
        a_connection("openai_compatible", preset="llamacpp")
    )
    gemma = models["D:\\LLM\\gemma-4-31B_q4_0-it.gguf"]
    assert (gemma.type, gemma.context_window) == ("multimodal", 16_384)


async def test_azure_lists_base_models_or_deployments() -> None:
    base = "https://mine.openai.azure.com"
    prepared = Prepared(
        {
            "/openai/models?api-version=2024-10-21": sample("azure_models"),
            "/openai/deployments?api-version=2023-03-15-preview": sample("azure_deployments"),
        },
        base=base,
    )
    chat, embedding, text = (await prepared.models(a_connection("azure_openai", base=base))).values()
    assert (chat.type, chat.version, chat.retires_on, chat.lifecycle) == (None, "2024-05-13", "2025-06-30", "active")
    assert (embedding.type, embedding.lifecycle) == ("embedding", "preview")
    assert (text.type, text.lifecycle) == ("language", "deprecated")
    deployed = await prepared.models(a_connection("azure_openai", base=base, listing="deployments"))
    assert deployed["my-chat"].version == "2024-05-13"
    assert deployed["my-chat"].base_model == "gpt-4o-2024-05-13"


async def test_a_list_of_an_unknown_server_is_read_by_the_names_that_many_use() -> None:
    models = await Prepared({"/models": sample("groq")}).models(a_connection("openai_compatible"))
    qwen = models["qwen/qwen3.6-27b"]
    assert (qwen.type, qwen.context_window, qwen.max_tokens) == ("multimodal", 131_072, 16_384)
    # Nobody knows what unit an unknown server quotes in.
    assert qwen.input_per_1k is None
    bare = await Prepared({"/models": sample("deepseek")}).models(a_connection("openai_compatible", preset="deepseek"))
    assert bare["deepseek-chat"].created_on is None


@pytest.mark.parametrize(
    ("model_id", "writes", "pricing", "expected"),
    [
        ("acme/gift:free", ["text"], {}, (0, 0, None)),
        ("acme/song:free", ["text", "audio"], {}, (0, 0, None)),
        ("acme/stealth", ["text"], {}, (0, 0, None)),
        ("acme/song", ["text", "audio"], {}, (None, None, SOLD_OTHERWISE)),
        ("acme/painter", ["image"], {}, (None, None, SOLD_OTHERWISE)),
        ("acme/each", ["text"], {"request": "0.005"}, (None, None, SOLD_OTHERWISE)),
        ("acme/half", ["text", "audio"], {"prompt": "0.000001"}, (Decimal("0.001"), 0, None)),
    ],
)
async def test_tokens_that_cost_nothing_are_not_taken_for_a_gift_where_something_else_is_sold(
    model_id: str, writes: list[str], pricing: dict[str, str], expected: tuple[object, ...]
) -> None:
    entry = {
        "id": model_id,
        "architecture": {"input_modalities": ["text"], "output_modalities": writes},
        "pricing": {"prompt": "0", "completion": "0", "request": "0", **pricing},
    }
    listed = {"/models?output_modalities=all": {"data": [entry]}, "/embeddings/models": {"data": []}}
    [model] = (await Prepared(listed).models(a_connection("openai_compatible", preset="openrouter"))).values()
    assert (model.input_per_1k, model.output_per_1k, model.price_reason) == expected
