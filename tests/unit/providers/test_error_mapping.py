"""Every known refusal is recognized: the cases are in data/refusals, in the providers' own shapes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.providers.error_mapping import provider_rules
from adapters.providers.error_mapping.anthropic_rules import ANTHROPIC
from adapters.providers.error_mapping.classify_error import Purpose, classify_error
from adapters.providers.error_mapping.error_rule import ProviderRules
from adapters.providers.error_mapping.google_rules import GOOGLE
from application.ports.provider_gateway import CallOutcome

NOW: Final = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
PROVIDER_RULES: Final[dict[str, ProviderRules]] = {
    "anthropic": ANTHROPIC,
    "azure": provider_rules.AZURE,
    "compatible": provider_rules.COMPATIBLE,
    "deepseek": provider_rules.DEEPSEEK,
    "google": GOOGLE,
    "groq": provider_rules.GROQ,
    "llamacpp": provider_rules.LLAMACPP,
    "mistral": provider_rules.MISTRAL,
    "ollama": provider_rules.OLLAMA,
    "openai": provider_rules.OPENAI,
    "openrouter": provider_rules.OPENROUTER,
    "vllm": provider_rules.VLLM,
    "xai": provider_rules.XAI,
}


def cases() -> list[Any]:
    found = []
    for path in sorted((Path(__file__).parent / "data" / "refusals").glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        found += [
            pytest.param(document["rules"], case, id=f"{path.stem}: {case['case']}") for case in document["cases"]
        ]
    return found


def outcome_of(rules: str, case: dict[str, Any]) -> CallOutcome:
    body = case["body"]
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return classify_error(PROVIDER_RULES[rules], case["status"], case.get("headers", {}), raw, now=NOW)


@pytest.mark.parametrize(("rules", "case"), cases())
def test_a_refusal_is_understood_and_users_get_a_hint(rules: str, case: dict[str, Any]) -> None:
    outcome = outcome_of(rules, case)
    means = case["means"]
    assert outcome.category == means["category"]
    assert outcome.authenticated is means["authenticated"]
    assert outcome.is_retryable is means["isRetryable"]
    assert outcome.concerns == means.get("concerns", "provider")
    assert outcome.http_status == case["status"]
    wait = outcome.rate_limit.retry_after_seconds if outcome.rate_limit else None
    assert wait == (pytest.approx(means["wait"]) if "wait" in means else None)
    # Users get a hint in our own words.
    assert outcome.hint
    assert "{" not in outcome.message + outcome.hint
    assert case["means"].get("hint", "") in outcome.hint
    shows = case["means"].get("shows")
    assert outcome.message.endswith(f"({shows})" if shows else (".", ")"))


@pytest.mark.parametrize(
    "text", ["You can find your API key", "Please go to Plans", "has not been used in project", "nginx", "xa***na"]
)
def test_nothing_of_a_body_is_echoed(text: str) -> None:
    for case in cases():
        rules, refusal = case.values
        outcome = outcome_of(rules, refusal)
        assert text.lower() not in f"{outcome.message} {outcome.hint}".lower()


def test_some_case_holds_each_text_that_must_not_be_echoed() -> None:
    folder = Path(__file__).parent / "data" / "refusals"
    everything = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.json"))
    assert "You can find your API key" in everything
    assert "xa***na" in everything


@pytest.mark.parametrize(("status", "purpose", "concerns"), [(403, "listing", "listing"), (403, "prompt", "provider")])
def test_a_permission_that_lacks_for_the_list_is_not_one_that_lacks_for_prompts(
    status: int, purpose: Purpose, concerns: str
) -> None:
    body = b'{"type": "error", "error": {"type": "permission_error", "message": "no"}}'
    assert classify_error(ANTHROPIC, status, {}, body, now=NOW, purpose=purpose).concerns == concerns


@pytest.mark.parametrize("code", ["sk-proj-abcdefgh12345678", "a b", "<script>", "x" * 500, "Ünlesbar", "sk1234567890"])
def test_a_code_that_is_no_plain_word_is_not_shown(code: str) -> None:
    body = json.dumps({"error": {"code": code, "message": "no"}}).encode()
    assert (
        classify_error(provider_rules.OPENAI, 400, {}, body, now=NOW).message
        == "OpenAI does not understand the request."
    )


def test_a_code_or_a_request_id_that_shares_a_piece_with_the_key_is_not_shown() -> None:
    key = "sk-thisismysecret"
    body = b'{"error": {"code": "thisismysecret", "message": "no"}}'
    outcome = classify_error(provider_rules.OPENAI, 400, {"x-request-id": key}, body, now=NOW, secrets=[key])
    assert "secret" not in outcome.message
    assert outcome.upstream_request_id is None


@pytest.mark.parametrize(
    ("headers", "body", "request_id"),
    [
        ({"x-request-id": "req_1"}, b"{}", "req_1"),
        ({"request-id": "req_2"}, b"{}", "req_2"),
        ({"apim-request-id": "a-b-c"}, b"{}", "a-b-c"),
        ({}, b'{"type": "error", "error": {"type": "api_error"}, "request_id": "req_3"}', "req_3"),
        ({"x-request-id": "no id\x7f"}, b"{}", None),
        ({"x-request-id": "x" * 200}, b"{}", None),
    ],
)
def test_the_request_can_be_found_again(headers: dict[str, str], body: bytes, request_id: str | None) -> None:
    assert classify_error(ANTHROPIC, 500, headers, body, now=NOW).upstream_request_id == request_id
