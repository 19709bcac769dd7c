"""Offers as providers may make them, for property tests: few ids, so that they come and go and take each other's."""

from decimal import Decimal

from hypothesis import strategies as st

from application.ports.provider_gateway import OfferedModel
from domain.model.values import LIFECYCLES, MODEL_TYPES

ids = st.sampled_from(["a", "b", "c", "d", "e:latest", "e"])
amounts = st.none() | st.sampled_from([Decimal(text) for text in ("0", "0.001", "0.0011", "0.0100", "0.01", "5")])
tokens = st.none() | st.integers(1, 3)
dates = st.none() | st.just("2027-01-14")
capabilities = st.none() | st.lists(st.sampled_from(["text", "vision"]), unique=True).map(tuple)


def offers(model_id: st.SearchStrategy[str] = ids) -> st.SearchStrategy[OfferedModel]:
    return st.builds(
        OfferedModel,
        model_id=model_id,
        name=st.none() | st.just("A name"),
        version=st.none() | st.just("1"),
        type=st.none() | st.sampled_from(MODEL_TYPES),
        capabilities=capabilities,
        context_window=tokens,
        max_tokens=tokens,
        input_per_1k=amounts,
        output_per_1k=amounts,
        lifecycle=st.none() | st.sampled_from(LIFECYCLES),
        retires_on=dates,
        created_on=dates,
        extras=st.just({})
        | st.fixed_dictionaries({"aliases": st.lists(ids, max_size=2), "owned_by": st.just("somebody")}),
    )


answers = st.lists(offers(), max_size=6, unique_by=lambda offer: offer.model_id)
