"""Google: two versions of the API, a key in a header or, where clients insist, in the query."""

from collections.abc import Mapping

from sandbox.model_catalogue import load_catalogue
from sandbox.parsed_request import ApiCall
from sandbox.providers.google.embed_content_endpoint import embed_many, embed_one
from sandbox.providers.google.generate_content_endpoint import count, error_frame, generate, refuse
from sandbox.providers.google.list_models import get_model, list_models
from sandbox.providers.google.model_entries import make_model
from sandbox.providers.google.refusal_cases import CASES
from sandbox.providers.simulated_provider import Route, SimulatedProvider

_MODELS = "/{version:v1|v1beta}/models"
_MODEL = _MODELS + "/{model:[^:/]+}"


def _find_key(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    return headers.get("x-goog-api-key") or query.get("key") or None


def _headers(_call: ApiCall) -> dict[str, str]:
    return {"server-timing": "gfet4t7; dur=11", "vary": "Origin, X-Origin, Referer"}


GOOGLE = SimulatedProvider(
    name="google",
    endpoint="/google/v1beta",
    routes=(
        Route(method="GET", path=_MODELS, operation="list", handle=list_models),
        Route(method="GET", path=_MODEL, operation="get", handle=get_model),
        Route(method="POST", path=_MODEL + ":generateContent", operation="chat", handle=generate),
        Route(method="POST", path=_MODEL + ":streamGenerateContent", operation="stream", handle=generate),
        Route(method="POST", path=_MODEL + ":countTokens", operation="count", handle=count),
        Route(method="POST", path=_MODEL + ":embedContent", operation="embed", handle=embed_one),
        Route(method="POST", path=_MODEL + ":batchEmbedContents", operation="embed", handle=embed_many),
    ),
    cases=CASES,
    key_prefix="AIzaSandbox-",
    find_key=_find_key,
    catalogue=lambda: load_catalogue("google", make_model),
    refuse=refuse,
    error_frame=error_frame,
    headers=_headers,
    page_parameters=frozenset({"pageToken"}),
)
