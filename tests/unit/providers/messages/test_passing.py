"""A client's own Messages request goes through whole, but for what this service answers for."""

from typing import Any

import pytest

from adapters.providers.messages.protocol import Messages
from application.prompts.conversation import Reasoning
from application.prompts.opaque_blobs import blob_of
from tests.fakes.client import FakeClient, a_conversation
from tests.unit.providers.prompted_providers import ORIGIN, Prompted, a_request
from tests.unit.providers.sample_lists import KEY
from tests.unit.providers.wire_protocols import MESSAGES, a_call, hand_on, sample

OLD = "claude-sonnet-4-5"
ASK = {"role": "user", "content": "Ask"}
RESULT = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "4"}]}
CALL = {"type": "tool_use", "id": "call_1", "name": "get_weather", "input": {}}
WORDS = {"type": "text", "text": "Well"}


def _thinking(part: Reasoning) -> dict[str, Any]:
    return {"type": "thinking", "thinking": part.text, "signature": blob_of(part)}


def _hidden(part: Any) -> dict[str, Any]:  # noqa: ANN401 - a thought or a call
    return {"type": "redacted_thinking", "data": blob_of(part)}


def _said(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


@pytest.mark.parametrize("name", ["anthropic/message.tools.request", "anthropic/message.structured.request"])
def test_all_of_it_is_sent_on(name: str) -> None:
    body = sample(name)
    wire = hand_on(MESSAGES, {**body, "some_new_field": [1], "stream": True}, stream=True)
    assert wire.body == {**body, "some_new_field": [1], "model": "model-1", "stream": True}
    assert wire.ignored == ()


def test_limits_and_defaults_of_the_model_are_put_in() -> None:
    own = {"most_tokens": 100, "temperature": 0.2, "stop": ("END",), "system_prompt": "Ours."}
    body = hand_on(MESSAGES, {"messages": [ASK], "max_tokens": 500}, model_id=OLD, defaults=own).body
    assert body == {
        "messages": [ASK],
        "max_tokens": 100,
        "model": OLD,
        "temperature": 0.2,
        "stop_sequences": ["END"],
        "system": "Ours.",
    }
    asked = {"messages": [ASK], "temperature": 1, "stop_sequences": [], "system": "Theirs.", "max_tokens": 9}
    assert hand_on(MESSAGES, asked, model_id=OLD, defaults=own).body == {**asked, "model": OLD}


@pytest.mark.parametrize(
    ("facts", "body"),
    [
        ({"model_id": "claude-opus-4-7"}, {}),
        ({"headers": {"anthropic-version": "2026-10-21"}}, {}),
        ({}, {"thinking": {"type": "enabled", "budget_tokens": 2_000}}),
        ({}, {"temperature": 0.9}),
    ],
)
def test_no_default_is_put_in_that_anthropic_would_refuse(facts: dict[str, Any], body: dict[str, Any]) -> None:
    own = {"top_p": 0.5} if "temperature" in body else {"temperature": 0.2, "top_p": 0.5}
    asked = {"messages": [ASK], "max_tokens": 9} | body
    sent = hand_on(MESSAGES, asked, **{"model_id": OLD} | facts, defaults=own).body
    assert sent.keys() == asked.keys() | {"model"}


def test_fields_are_left_out_as_the_model_says() -> None:
    wire = hand_on(MESSAGES, {"messages": [ASK], "top_k": 3}, defaults={"drop": frozenset({"top_k", "speed"})})
    assert ("top_k" in wire.body, wire.ignored) == (False, ("top_k",))


def test_thoughts_of_the_same_protocol_go_back_byte_for_byte() -> None:
    thoughts = [
        {"type": "thinking", "thinking": "", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "cg=="},
    ]
    messages = [ASK, _said(*thoughts, CALL), RESULT]
    assert hand_on(MESSAGES, {"messages": messages}).body["messages"] == messages


def test_thoughts_of_other_providers_are_taken_out() -> None:
    foreign = Reasoning(text="Hm", encrypted="gAAA", origin="other:model")
    google = a_call(signature="Zml4", origin="google:gemini")
    messages = [ASK, _said(_thinking(foreign), _hidden(foreign), _hidden(google), WORDS), ASK, _said(_hidden(foreign))]
    assert hand_on(MESSAGES, {"messages": messages}).body["messages"] == [ASK, _said(WORDS), ASK]


def test_thoughts_that_came_through_another_api_are_its_own_again() -> None:
    own = Reasoning(text="Two towns.", signature="c2ln", origin=ORIGIN)
    hidden = Reasoning(redacted="cg==", origin=ORIGIN)
    sent = hand_on(MESSAGES, {"messages": [ASK, _said(_thinking(own), _hidden(hidden), WORDS)]}).body
    assert sent["messages"][1]["content"][:2] == [
        {"type": "thinking", "thinking": "Two towns.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "cg=="},
    ]


def test_thinking_is_left_out_and_named_where_there_are_no_thoughts_to_hand_back() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2_000}
    foreign = _hidden(Reasoning(encrypted="gAAA", origin="other:model"))
    for said in (_said(CALL), _said(foreign, CALL)):
        wire = hand_on(MESSAGES, {"messages": [ASK, said, RESULT], "thinking": thinking})
        assert ("thinking" in wire.body, wire.ignored) == (False, ("thinking",))
        measured = hand_on(MESSAGES, {"messages": [ASK, said, RESULT], "thinking": {"type": "adaptive"}})
        assert measured.body["thinking"] == {"type": "adaptive"}
    thought = {"type": "thinking", "thinking": "Hm", "signature": "c2ln"}
    # Within one turn only its first message has to begin with thoughts.
    messages = [ASK, _said(thought, CALL), RESULT, _said(WORDS, CALL), RESULT]
    assert hand_on(MESSAGES, {"messages": messages, "thinking": thinking}).body["thinking"] == thinking
    assert (
        hand_on(MESSAGES, {"messages": [ASK, _said(CALL), RESULT, _said(WORDS), ASK], "thinking": thinking}).ignored
        == ()
    )


@pytest.mark.parametrize("messages", [None, "text", ["text"], [{"role": "assistant", "content": None}], [{}]])
def test_what_makes_no_sense_is_anthropics_to_refuse(messages: object) -> None:
    body = {"messages": messages, "thinking": {"type": "enabled"}, "max_tokens": "many"}
    assert hand_on(MESSAGES, body).body == {**body, "model": "model-1"}


async def test_version_and_betas_go_to_anthropic_and_nothing_else_of_the_headers_does() -> None:
    sent = {"anthropic-version": "2026-10-21", "anthropic-beta": "a,b", "authorization": "Bearer ours"}
    prompted = Prompted("anthropic")
    client = FakeClient(protocol="messages", body={"messages": [ASK], "max_tokens": 1}, headers=sent)
    await prompted.sent(a_request(client))
    headers = prompted.outbound.requests[-1].headers
    assert (headers["anthropic-version"], headers["anthropic-beta"], headers["x-api-key"]) == ("2026-10-21", "a,b", KEY)
    assert "authorization" not in {name.lower() for name in headers}
    other = Prompted("anthropic")
    await other.sent(a_request(FakeClient(asked=a_conversation(), headers=sent, protocol=None)))
    assert other.outbound.requests[-1].headers["anthropic-version"] == "2023-06-01"


def test_the_version_of_the_connection_counts_where_the_client_names_none() -> None:
    newer = Messages("2026-10-21")
    asked = {"messages": [ASK], "max_tokens": 9}
    assert hand_on(newer, asked, model_id=OLD, defaults={"temperature": 0.2}).body.keys() == asked.keys() | {"model"}
