from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.commands.change_model import apply_change
from application.prompts.model_parameters import read_defaults
from entrypoints.http.bodies.convert_models import change
from entrypoints.http.bodies.model_config import ModelConfig, ModelConfigPatch
from entrypoints.http.bodies.models import BulkOperations, ModelPatch, NewModel
from entrypoints.http.parse_request import validated
from entrypoints.http.request_errors import InvalidRequest
from tests.builders import a_model

EVERYTHING: dict[str, Any] = {
    "temperature": Decimal("0.5"),
    "topP": 1,
    "maxTokens": 100,
    "stop": ["END", "."],
    "systemPrompt": "Be brief.",
    "reasoningEffort": "low",
    "preference": -2,
    "weight": Decimal("0.5"),
    "firstByteSeconds": 5,
    "idleSeconds": Decimal("0.1"),
    "deadlineSeconds": 600,
    "drop": ["seed"],
    "baseModel": "gpt-4o",
    "metadata": {"team": {"cost": Decimal("0.25")}, "tags": [None]},
}


def test_a_config_is_stored_as_it_was_sent() -> None:
    fractions: dict[str, Any] = {"temperature": 0.5, "weight": 0.5, "idleSeconds": 0.1}
    fractions["metadata"] = {"team": {"cost": 0.25}, "tags": [None]}
    assert ModelConfig.model_validate(EVERYTHING).document() == EVERYTHING | fractions
    assert read_defaults(EVERYTHING | fractions).problem is None


def test_null_is_as_good_as_absent_but_in_a_patch() -> None:
    assert ModelConfig.model_validate({"topP": None, "stop": "END"}).document() == {"stop": "END"}
    patch = ModelConfigPatch.model_validate({"topP": None, "temprature": None, "metadata": {"a": None}})
    assert patch.patch() == {"topP": None, "temprature": None, "metadata": {"a": None}}


def test_the_spelling_of_other_apis_is_taken_as_it_is() -> None:
    old = {"top_p": 1, "max_tokens": 7, "system_prompt": "S"}
    assert ModelConfig.model_validate(old).document() == old
    assert ModelConfigPatch.model_validate({"top_p": None}).patch() == {"top_p": None}


@pytest.mark.parametrize(
    ("config", "pointer"),
    [
        ({"temperature": "hot"}, "/temperature"),
        ({"temperature": Decimal("2.1")}, "/temperature"),
        ({"temperature": True}, "/temperature"),
        ({"topP": -1}, "/topP"),
        ({"top_p": 2}, "/top_p"),
        ({"maxTokens": -5}, "/maxTokens"),
        ({"maxTokens": Decimal("1.5")}, "/maxTokens"),
        ({"max_tokens": 0}, "/max_tokens"),
        ({"stop": 5}, "/stop"),
        ({"stop": ["x"] * 17}, "/stop"),
        ({"systemPrompt": 3}, "/systemPrompt"),
        ({"reasoningEffort": "much"}, "/reasoningEffort"),
        ({"preference": "first"}, "/preference"),
        ({"weight": 1001}, "/weight"),
        ({"firstByteSeconds": 0}, "/firstByteSeconds"),
        ({"idleSeconds": 601}, "/idleSeconds"),
        ({"deadlineSeconds": "60"}, "/deadlineSeconds"),
        ({"drop": "seed"}, "/drop"),
        ({"drop": [""]}, "/drop/0"),
        ({"baseModel": ""}, "/baseModel"),
        ({"metadata": ["a"]}, "/metadata"),
        ({"temprature": Decimal("0.1")}, "/temprature"),
    ],
)
def test_what_cannot_be_used_is_refused_on_every_way_in(config: dict[str, Any], pointer: str) -> None:
    provider_id = "0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d"
    new = {"providerId": provider_id, "modelId": "m", "config": config}
    operations = [{"op": "create", **new}, {"op": "update", "id": provider_id, "config": config}]
    assert refused(NewModel, new) == {f"/config{pointer}"}
    assert refused(ModelPatch, {"config": config}) == {f"/config{pointer}"}
    assert refused(BulkOperations, {"operations": operations}) == {
        f"/operations/{number}/config{pointer}" for number in range(2)
    }


def refused(body: type[NewModel | ModelPatch | BulkOperations], document: dict[str, Any]) -> set[str]:
    with pytest.raises(InvalidRequest) as caught:
        validated(body, document)
    return {error.pointer for error in caught.value.errors}


def test_a_patch_leaves_what_was_saved_before_and_can_remove_it() -> None:
    model = a_model(config={"temperature": "hot", "temprature": 0.1, "maxTokens": 5})
    before = dict(model.config)
    apply_change(model, change(model.id, ModelPatch.model_validate({"name": "Another"}), None))
    assert (model.name, model.config) == ("Another", before)
    apply_change(model, change(model.id, ModelPatch.model_validate({"config": {"topP": 1}}), None))
    assert model.config == before | {"topP": 1}
    repair = {"config": {"temprature": None, "temperature": 1}}
    apply_change(model, change(model.id, ModelPatch.model_validate(repair), None))
    assert model.config == {"temperature": 1, "maxTokens": 5, "topP": 1}


_names = st.sampled_from([*EVERYTHING, "top_p", "max_tokens", "system_prompt"])
_values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.lists(st.text(), max_size=20)
    | st.sampled_from([1, Decimal("0.5"), "low", "END", ["seed"]])
)


@given(st.dictionaries(_names, _values, max_size=3))
def test_whatever_is_saved_can_be_used(config: dict[str, Any]) -> None:
    try:
        accepted = validated(ModelConfig, config)
    except InvalidRequest:
        return
    assert read_defaults(accepted.document()).problem is None
