"""Error kinds of rejected prompts: most often the prompt is at fault, not the provider.

From the providers' error references and from bodies that users pasted into public threads (openai-python#1724,
smolagents#1671, litellm#15097, eca#231, anon-kode#53, compl-ai#20, rikkahub#1433).
"""

import re
from dataclasses import replace
from typing import Final

from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.error_details import ErrorDetails
from adapters.providers.error_mapping.error_kinds import ErrorKind
from adapters.providers.error_mapping.error_rule import ErrorRule

# What is known only by its status, or is said about everything that was requested.
_GENERAL: Final = frozenset(
    {error_kinds.BAD_REQUEST, error_kinds.FORBIDDEN, error_kinds.NO_SUCH_PATH, error_kinds.NO_LIST_HERE}
)
_ADDRESS: Final = frozenset({error_kinds.NO_SUCH_PATH, error_kinds.NO_LIST_HERE})

# What speaks of the prompt whatever its status: in a stream there is none, and some servers take 403 or 500 for it.
_DECISIVE: Final = (
    ErrorRule(
        error_kinds.CONTENT_FILTERED,
        codes=frozenset(
            {
                "content_filter",
                "content_policy_violation",
                "data_inspection_failed",
                "moderation_blocked",
                "responsibleaipolicyviolation",
            }
        ),
    ),
    ErrorRule(
        error_kinds.CONTENT_FILTERED,
        message=re.compile(
            r"(?:input|prompt) was flagged|content management policy|violates? .{0,20}usage guidelines"
            r"|content filter(?:ing)? policy|as a result of our safety system|content exists risk"
        ),
    ),
    ErrorRule(
        error_kinds.PROMPT_TOO_LONG, codes={"context_length_exceeded", "exceed_context_size_error", "prompt_too_long"}
    ),
    ErrorRule(
        error_kinds.PROMPT_TOO_LONG,
        message=re.compile(
            r"prompt is too long|prompt too long|prompt_too_long|maximum (?:context|prompt|model) length"
            r"|exceeds? (?:the |this )?(?:model's |available )?context"
            r"|input token count .{0,40}(?:exceeds the maximum|only supports up to)"
            r"|reduce the length of the (?:messages|prompt|input)|`max_new_tokens` must be <="
        ),
    ),
)
_OF_THE_ACCOUNT: Final = frozenset({"auth_invalid", "billing_exhausted", "rate_limited"})
_RULES: Final = (
    # What the client names in the prompt; the model itself is there, for everybody else.
    ErrorRule(
        error_kinds.BAD_PROMPT,
        statuses={404},
        message=re.compile(
            r"^(?:file|item|vector store|container|(?:previous )?response|prompt|conversation|skill)\b"
            r".{0,200}\bnot found\b"
        ),
    ),
    ErrorRule(
        error_kinds.NOT_FOR_PROMPTS,
        message=re.compile(
            r"not a chat model|operation does not work with the specified model|does not support chat"
            r"|not supported for generatecontent"
        ),
    ),
    ErrorRule(
        error_kinds.NO_IMAGES,
        message=re.compile(
            r"image_url is only supported by|unknown variant [`']image_url|(?:does|do) not support images?\b"
            r"|image input modality is not enabled|support image input|multimodal .{0,20}not supported"
        ),
    ),
    ErrorRule(
        error_kinds.BAD_IMAGE,
        codes={"invalid_image_format", "invalid_image_url", "image_parse_error", "invalid_base64_image"},
    ),
    ErrorRule(
        error_kinds.BAD_IMAGE,
        message=re.compile(
            r"could not process image|unable to process input image|unsupported image|invalid image|image\.source"
            r"|unsupported (?:mime|media) type|inline_data|illegal base64"
        ),
    ),
)
# Names of parameters at the providers, and what they are called here.
_OUR_NAMES: Final = {
    "temperature": "temperature",
    "top_p": "topP",
    "topp": "topP",
    "max_tokens": "maxTokens",
    "max_completion_tokens": "maxTokens",
    "max_output_tokens": "maxTokens",
    "maxoutputtokens": "maxTokens",
    "stop": "stop",
    "stop_sequences": "stop",
    "stopsequences": "stop",
}
# "stop" is a word as well, so it counts only where it is marked as a name.
_NAMED: Final = re.compile(
    r"\b(temperature|top_?p|max_?(?:output_?|completion_)?tokens|stop_?sequences)\b|['\"`](stop)['\"`]|^(stop):"
)


def prompt_error_kind(error_kind: ErrorKind, details: ErrorDetails) -> ErrorKind:
    """Return the error kind for a rejected prompt; unchanged if it is specific already."""
    if details.is_error and error_kind.category not in _OF_THE_ACCOUNT:
        decisive = next((rule.error_kind for rule in _DECISIVE if rule.matches(details)), None)
        if decisive is not None:
            return decisive
    if error_kind not in _GENERAL:
        return error_kind
    particular = next((rule.error_kind for rule in _RULES if rule.matches(details)), None)
    if particular is not None:
        return particular
    if error_kind in _ADDRESS:
        return error_kinds.NO_PROMPTS_HERE
    if error_kind == error_kinds.BAD_REQUEST:
        names = _names(details)
        return _refused(names) if names else error_kinds.BAD_PROMPT
    return error_kind


def _names(details: ErrorDetails) -> list[str]:
    named_parameters = [details.parameter] if details.parameter else []
    mentioned = [next(name for name in found if name) for found in _NAMED.findall(details.message)]
    return list(dict.fromkeys(_OUR_NAMES[name] for name in (*named_parameters, *mentioned) if name in _OUR_NAMES))


def _refused(names: list[str]) -> ErrorKind:
    """Return the error kind with the names, which are our own words and nothing of the answer."""
    named = " and ".join(names)
    error_kind = error_kinds.PARAMETER_REFUSED
    return replace(
        error_kind,
        message=error_kind.message.replace("{names}", named),
        hint=(error_kind.hint or "").replace("{names}", named),
    )
