"""Keys are found wherever they stand and however they are written; what people call things is no key."""

import base64
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.policies.keys_in_text import holds_key, places_of_keys
from domain.errors import InvalidValue
from domain.key_patterns import has_key_form
from domain.organization.aggregate import Organization

KEYS = [
    "sk-proj-CaseCanary0000000000000000011112222333344445555",
    "sk-svcacct-abcdefghijklmnopqrst",
    "sk-ant-api03-abc_DEF-0123456789abcdefghij",
    "sk-or-v1-" + "0a" * 32,
    "sk-" + "aB3" * 16,
    "AIzaSyA1234567890abcdefghijklmnopqrstuvw",
    "gsk_" + "aB3x" * 13,
    "xai-" + "aB3x" * 20,
    "csk-" + "a3b4" * 12,
    "pplx-" + "aB3x" * 12,
    "nvapi-" + "a_B-" * 16,
    "tgp_v1_" + "aB3x" * 10,
    "fw_" + "aB3x" * 6,
    "r8_" + "aB3x" * 9,
    "hf_" + "aBcd" * 9,
    "mbk_0c8f7d5e_abcdefghijkl_abc123",
    "ghp_" + "aB3x" * 9,
    "github_pat_" + "aB3x" * 10,
    "glpat-" + "aB3x" * 5,
    "AKIAIOSFODNN7EXAMPLE",
    "ABSK" + "QmVk" * 20,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.x",
    "Bearer abcdefghijklmnop",
]
NAMES = [
    "sk-learn-classifier-for-the-team",
    "gpt-4o-2024-08-06",
    "claude-sonnet-4-5@20250929",
    "accounts/fireworks/models/llama-v3p1-405b-instruct",
    "task-management-is-not-what-this-is-for",
    "commit 3f2a9c0d1e5b7a8899aabbccddeeff0011223344",
    "0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d",
    "Use Bearer authentication with the header Authorization",
    "https://api.example.com/v1/accounts/0123456789abcdef0123456789abcdef/ai",
    "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude",
    "100% of the AIzaz and hf_models",
    "Größere Kontexte für die Übersetzung",
]


@pytest.mark.parametrize("key", KEYS)
def test_a_known_form_is_found_wherever_it_stands(key: str) -> None:
    for text in (
        key,
        f"the key {key}.",
        f"https://host/{key}/v1",
        f"x={key}&y",
        quote(key, safe=""),
        quote(quote(f"%{key}")),
    ):
        assert has_key_form(text), text


@pytest.mark.parametrize("name", NAMES)
def test_what_people_call_things_has_no_such_form(name: str) -> None:
    assert not has_key_form(name)
    assert not has_key_form(quote(name))


@given(
    key=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=80).filter(
        lambda key: "%" not in key
    ),
    before=st.text(st.characters(codec="utf-8", exclude_characters="%"), max_size=10),
    after=st.text(st.characters(codec="utf-8", exclude_characters="%"), max_size=10),
    encoded=st.sets(st.integers(min_value=0, max_value=79)),
    is_upper=st.booleans(),
)
def test_the_own_key_is_found_however_much_of_it_is_percent_encoded(
    *, key: str, before: str, after: str, encoded: set[int], is_upper: bool
) -> None:
    form = "%{:02X}" if is_upper else "%{:02x}"
    written = "".join(form.format(ord(each)) if place in encoded else each for place, each in enumerate(key))
    for text in (written, before + written + after, written.upper(), written.lower()):
        assert holds_key(text, key)
    assert holds_key(base64.b64encode(key.encode()).decode(), key)
    assert list(places_of_keys({"a": [{"b": before + written + after}], written: 1}, key)) == [(), ("a", 0, "b")]


@pytest.mark.parametrize("key", ["none", "ollama", "EMPTY"])
def test_a_word_as_a_key_is_a_mistake_only_as_the_whole_of_a_text(key: str) -> None:
    assert holds_key(key, key)
    assert not holds_key(f"{key} on the second floor", key)
    assert not holds_key("another", key)


def test_no_event_takes_a_key_from_wherever_it_comes() -> None:
    with pytest.raises(InvalidValue) as refusal:
        Organization.register(uuid4(), name=f"the key is {KEYS[0]}")
    assert refusal.value.field == "name"
    assert KEYS[0] not in str(refusal.value)
    organization = Organization.register(uuid4(), name="A")
    organization.drain()
    with pytest.raises(InvalidValue):
        organization.rename(quote(KEYS[1], safe=""))
    assert (organization.drain(), organization.name) == ([], "A")
