"""A client's own Responses request on its way to OpenAI: all of it is sent on, known here or not."""

from collections.abc import Mapping
from typing import Any

from adapters.providers.openai.protocol_choice import is_reasoning_model
from adapters.providers.prompting.model_defaults import limited, without_dropped
from adapters.providers.prompting.prompt_protocol import WireRequest
from adapters.providers.responses.reasoning_rules import effort_for, is_reasoning
from adapters.providers.responses.request import ENCRYPTED
from application.prompts.conversation import Reasoning
from application.prompts.generation import GenerationRequest
from application.prompts.opaque_blobs import is_ours, with_blob


def pass_through(body: Mapping[str, Any], request: GenerationRequest, *, stream: bool) -> WireRequest:
    """Return the client's own body for this model.

    Nothing is kept at the provider, which would keep it in the organization's account: `store` is sent as false, and
    encrypted thoughts are requested from models that reason, without which the next turn could not hand them back.
    Those of other providers' models within the same conversation are taken out.
    """
    sent = dict(body)
    defaults = request.defaults
    sent["model"] = request.model_id
    sent["store"] = False
    if isinstance(sent.get("input"), list):
        sent["input"] = [kept for item in sent["input"] if (kept := _item(item, request.origin)) is not None]
    wish = sent.get("max_output_tokens")
    limit = limited(wish if type(wish) is int else None, defaults)
    if limit is not None and (wish is None or type(wish) is int):
        sent["max_output_tokens"] = limit
    for name, value in _defaults(sent, request).items():
        if value is not None and sent.get(name) is None:
            sent[name] = value
    if is_reasoning_model(defaults.base_model or request.model_id):
        include = sent.get("include")
        kept = [each for each in include if each != ENCRYPTED] if isinstance(include, list) else []
        sent["include"] = [*kept, ENCRYPTED]
    sent.pop("stream", None)
    if stream:
        sent["stream"] = True
    else:
        sent.pop("stream_options", None)
    sent, dropped = without_dropped(sent, defaults)
    return WireRequest(body=sent, ignored=dropped)


def _defaults(sent: Mapping[str, Any], request: GenerationRequest) -> dict[str, Any]:
    """Return the defaults of the registered model's config that the model accepts."""
    defaults = request.defaults
    model_id = defaults.base_model or request.model_id
    encoded: dict[str, Any] = {"instructions": defaults.system_prompt}
    effort = effort_for(model_id, defaults.reasoning_effort)
    if effort is not None and is_reasoning_model(model_id):
        encoded["reasoning"] = {"effort": effort}
    asked = sent.get("reasoning")
    if isinstance(asked, dict):
        effort = asked.get("effort")
    if not is_reasoning(model_id, effort):
        encoded |= {"temperature": defaults.temperature, "top_p": defaults.top_p}
    return encoded


def _item(item: Any, origin: str) -> Any:  # noqa: ANN401 - JSON
    """Return the item with the provider's own encrypted thoughts; none for thoughts of another account or model."""
    blob = item.get("encrypted_content") if isinstance(item, dict) else None
    if not isinstance(blob, str) or not is_ours(blob):
        return item
    part = with_blob(Reasoning(), blob)
    if part.encrypted is None or part.origin != origin:
        return None
    named = {"id": part.item_id} if part.item_id else {}
    summary = [{"type": "summary_text", "text": text} for text in part.summary]
    return {"type": "reasoning", **named, "summary": summary, "encrypted_content": part.encrypted}
