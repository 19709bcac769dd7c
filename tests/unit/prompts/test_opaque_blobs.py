"""What a model wants handed back, on its way through a client that speaks another protocol."""

from base64 import urlsafe_b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.prompts.conversation import Reasoning, ToolCall
from application.prompts.opaque_blobs import PREFIX, blob_of, call_with_blob, is_ours, signature_of, with_blob

texts = st.text(max_size=20)
some_text = st.text(min_size=1, max_size=20)
optional = st.none() | some_text


@given(
    text=texts,
    summary=st.lists(texts, max_size=3),
    signature=optional,
    redacted=optional,
    encrypted=optional,
    item_id=optional,
    origin=some_text,
)
def test_a_thought_comes_back_as_it_was_with_who_made_it(
    text: str,
    summary: list[str],
    signature: str | None,
    redacted: str | None,
    encrypted: str | None,
    item_id: str | None,
    origin: str,
) -> None:
    thought = Reasoning(
        text=text,
        summary=tuple(summary),
        signature=signature,
        redacted=redacted,
        encrypted=encrypted,
        item_id=item_id,
        origin=origin,
    )
    blob = blob_of(thought)
    if signature is redacted is encrypted is None:
        assert blob is None
        return
    assert blob is not None
    assert blob.isascii()
    assert is_ours(blob)
    assert with_blob(Reasoning(text=text), blob) == thought


def test_a_thought_is_signed_where_nothing_must_come_back() -> None:
    thought = Reasoning(text="Hm.", origin="account:model")
    assert blob_of(thought) is None
    assert is_ours(signature_of(thought))
    assert with_blob(Reasoning(text="Hm."), signature_of(thought)) == thought
    sealed = replace(thought, signature="sealed")
    assert signature_of(sealed) == blob_of(sealed)


def test_a_call_comes_back_with_its_signature() -> None:
    call = ToolCall(id="c", name="f", arguments="{}", signature="sealed", origin="account:model")
    blob = blob_of(call)
    assert blob is not None
    assert call_with_blob(replace(call, signature=None, origin=None), blob) == call
    assert blob_of(ToolCall(id="c", name="f", arguments="{}", origin="account:model")) is None


DEEP = urlsafe_b64encode(b"[" * 100_000).decode()
NOT_OURS = ["", "EqoBCkgIBh", *(PREFIX + held for held in ("", "!", "W10", "bm8", "4pyT", DEEP))]


@pytest.mark.parametrize("blob", NOT_OURS, ids=lambda blob: blob[:9])
def test_what_is_not_ours_is_the_providers_own(blob: str) -> None:
    assert not is_ours(blob)
    assert with_blob(Reasoning(text="x"), blob) == Reasoning(text="x", signature=blob)
    assert call_with_blob(ToolCall(id="c", name="f", arguments=""), blob).signature == blob


@given(st.text(max_size=60))
def test_nothing_that_a_client_makes_of_it_is_an_error(text: str) -> None:
    for blob in (text, PREFIX + text):
        part = with_blob(Reasoning(), blob)
        assert part.signature is None or isinstance(part.signature, str)
        assert isinstance(call_with_blob(ToolCall(id="c", name="f", arguments=""), blob), ToolCall)


def test_values_of_another_kind_are_left_out() -> None:
    forged = PREFIX + urlsafe_b64encode(b'{"s": 5, "o": ["x"], "t": {"a": 1}, "i": null}').decode()
    assert with_blob(Reasoning(text="x"), forged) == Reasoning(text="x")
    assert call_with_blob(ToolCall(id="c", name="f", arguments=""), forged) == ToolCall(id="c", name="f", arguments="")


def test_a_signature_that_travels_beside_its_call_says_whose_it_is() -> None:
    blob = blob_of(ToolCall(id="c", name="f", arguments="{}", signature="sealed", origin="account:model"))
    assert blob is not None
    assert with_blob(Reasoning(), blob) == Reasoning(signature="sealed", call_id="c", origin="account:model")
