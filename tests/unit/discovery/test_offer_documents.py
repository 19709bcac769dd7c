"""An offer survives being kept."""

import json
from decimal import Decimal

from hypothesis import given

from application.discovery.kept_documents import offer_document, offer_from
from application.ports.provider_gateway import ROUTER, OfferedModel
from tests.unit.discovery.offer_strategies import offers


@given(offers())
def test_an_offer_comes_back_as_it_was(offer: OfferedModel) -> None:
    assert offer_from(json.loads(json.dumps(offer_document(offer)))) == offer


def test_an_amount_keeps_every_digit_and_has_no_exponent() -> None:
    document = offer_document(OfferedModel(model_id="a", input_per_1k=Decimal("1E-9"), output_per_1k=Decimal("0.10")))
    assert document == {"model_id": "a", "input_per_1k": "0.000000001", "output_per_1k": "0.10"}


def test_what_is_not_known_is_left_out_and_no_capability_is_something_known() -> None:
    assert offer_document(OfferedModel(model_id="a")) == {"model_id": "a"}
    assert offer_document(OfferedModel(model_id="a", capabilities=())) == {"model_id": "a", "capabilities": []}
    assert offer_document(OfferedModel(model_id="a", price_reason=ROUTER))["price_reason"] == ROUTER


def test_what_another_version_has_kept_besides_is_left_out() -> None:
    assert offer_from({"model_id": "a", "colour": "blue"}) == OfferedModel(model_id="a")
