"""The meanings that all providers share, each with what a person can do about it."""

from __future__ import annotations

from typing import Final

from adapters.providers.verdicts.verdict import Verdict

FINE: Final = Verdict(category="ok", says="{label} answered and accepts the key.", authenticated=True)
FINE_WITHOUT_KEY: Final = Verdict(category="ok", says="{label} answered; no key was sent.")
FINE_WITH_ANY_KEY: Final = Verdict(
    category="ok",
    says="{label} answered.",
    hint="Its model list may be open to anybody; whether the key is accepted shows with the first prompt.",
)

BAD_KEY: Final = Verdict(
    category="auth_invalid",
    says="{label} does not accept the key.",
    hint="Check that the whole key was copied, that it has not been revoked, and that it belongs to this endpoint.",
    authenticated=False,
)
NO_KEY: Final = Verdict(
    category="auth_invalid",
    says="{label} asks for a key, and none was given.",
    hint="Give the provider an API key.",
    authenticated=False,
)
UNUSABLE_KEY: Final = Verdict(
    category="auth_invalid",
    says="The key for {label} has a blank, a line break or a character that no key has.",
    hint="Copy the key again, without anything around it.",
    authenticated=False,
)
NO_PERMISSION: Final = Verdict(
    category="auth_forbidden",
    says="{label} knows the key, but it may not do this.",
    hint="Give the key the permission at the provider, or use another key.",
    authenticated=True,
)
MAY_NOT_LIST: Final = Verdict(
    category="auth_forbidden",
    says="{label} knows the key, but it may not list models.",
    hint="Prompts may still work. To discover models, allow the key to read the model list.",
    authenticated=True,
    concerns="listing",
)
FORBIDDEN: Final = Verdict(
    category="auth_forbidden",
    says="{label} refuses this request.",
    hint="Check the permissions of the key and of its account or project, and any address restriction.",
)
KEY_RESTRICTED: Final = Verdict(
    category="auth_forbidden",
    says="{label} knows the key, but its restrictions forbid this call.",
    hint="Allow this service's address and this API in the restrictions of the key.",
    authenticated=True,
)
ACCOUNT_CLOSED: Final = Verdict(
    category="auth_forbidden",
    says="{label} knows the key, but its account, team or project is blocked.",
    hint="Sign in at the provider to see why, or use a key of another project.",
    authenticated=True,
)
REGION_BLOCKED: Final = Verdict(
    category="region_blocked",
    says="{label} does not serve the region that this service calls from.",
    hint="Run the service in a supported region, or use another provider. The key has not been looked at.",
)
SPENT: Final = Verdict(
    category="billing_exhausted",
    says="{label} knows the key, but its credit or spending limit is used up.",
    hint="Add credit or raise the limit at the provider; trying again will not help.",
    authenticated=True,
)
RATE_LIMITED: Final = Verdict(
    category="rate_limited",
    says="{label} is receiving too many requests for this key.",
    hint="Wait and try again; spread requests out or ask the provider for a higher limit.",
    is_retryable=True,
)
DAY_SPENT: Final = Verdict(
    category="rate_limited",
    says="{label} has no more requests for this key today.",
    hint="Wait until the daily quota starts anew, or move to a plan with a higher one.",
    authenticated=True,
)
TOO_LARGE_FOR_LIMIT: Final = Verdict(
    category="rate_limited",
    says="The request needs more tokens than {label} allows this key in a minute.",
    hint="Shorten the prompt, or ask the provider for a higher limit; trying again will not help.",
    authenticated=True,
)
OVERLOADED: Final = Verdict(
    category="overloaded",
    says="{label} is overloaded or not ready at the moment.",
    hint="Wait and try again.",
    is_retryable=True,
)
NO_SUCH_MODEL: Final = Verdict(
    category="not_found",
    says="{label} has no such model, or this key may not use it.",
    hint="Discover the models again: it may have been renamed or retired.",
    authenticated=True,
)
NO_SUCH_PATH: Final = Verdict(
    category="not_found",
    says="{label} has nothing at this address.",
    hint="Check the endpoint: most end with the API's base path, such as /v1.",
)
NO_LIST_HERE: Final = Verdict(
    category="not_found",
    says="The server answered, but has no model list at this address.",
    hint="Check that the endpoint ends with the API's base path, such as /v1. "
    "A server without a list can be used but not tested.",
    concerns="listing",
)
BAD_REQUEST: Final = Verdict(
    category="bad_request",
    says="{label} does not understand the request.",
    hint="Check the provider's settings, such as versions; this tells nothing of the provider's health.",
)
TOO_LARGE: Final = Verdict(
    category="bad_request",
    says="The request is larger than {label} accepts.",
    hint="Shorten the prompt or send smaller images.",
)
PROVIDER_ERROR: Final = Verdict(
    category="provider_error",
    says="{label} failed while answering.",
    hint="Try again later; if it lasts, look at the provider's status page.",
    is_retryable=True,
)
NOT_IMPLEMENTED: Final = Verdict(
    category="provider_error",
    says="{label} does not offer this function.",
    hint="Check that the provider type and the preset match the server behind the endpoint.",
)
OUT_OF_TIME: Final = Verdict(
    category="timeout",
    says="{label} ran out of time while answering.",
    hint="Try again; if it lasts, look at the provider's status page.",
    is_retryable=True,
)
REDIRECTED: Final = Verdict(
    category="unexpected_body",
    says="The endpoint redirects elsewhere, and a key is never taken along.",
    hint="Give the final address as the endpoint.",
)
NOT_AN_API: Final = Verdict(
    category="unexpected_body",
    says="A web page came back instead of an API's answer, as from a proxy, a gateway or a sign-in page.",
    hint="Check the endpoint's address, and whether a proxy stands between; {label} itself may not have been asked.",
)
UNREADABLE: Final = Verdict(
    category="unexpected_body",
    says="The answer is not in the form that {label} uses.",
    hint="Check that the endpoint is the API's base address and that the provider type or preset fits it.",
)
ENDLESS: Final = Verdict(
    category="unexpected_body",
    says="The model list of {label} repeats itself or does not end, so nothing of it is used.",
    hint="Try again later; the models known so far stay as they are.",
)
TRUNCATED: Final = Verdict(
    category="unexpected_body",
    says="{label} ended the stream before the answer was whole.",
    hint="Try again; if it lasts, look for a proxy between that cuts long answers off.",
    is_retryable=True,
)
SILENT: Final = Verdict(
    category="timeout",
    says="{label} fell silent in the middle of its answer.",
    hint="Try again; if it lasts, look at the provider's status page.",
    is_retryable=True,
)
EVENT_TOO_LARGE: Final = Verdict(
    category="unexpected_body",
    says="An event in the stream of {label} is larger than this service takes in.",
    hint="Ask for an answer in text; pictures and sound are not passed on.",
)
BAD_PROMPT: Final = Verdict(
    category="bad_request",
    says="{label} does not accept the prompt as it is.",
    hint="Look at its parameters, the order of its messages and its images, and at what this model takes.",
)
PARAMETER_REFUSED: Final = Verdict(
    category="bad_request",
    says="{label} does not accept {names} as sent, with this model.",
    hint="Leave {names} out of the prompt and of the model's config, or choose what the model allows.",
)
PROMPT_TOO_LONG: Final = Verdict(
    category="context_length_exceeded",
    says="The prompt is longer than this model of {label} can read, or leaves no room for the answer.",
    hint="Shorten the prompt, ask for fewer tokens, or use a model with a larger context window.",
)
NO_IMAGES: Final = Verdict(
    category="bad_request",
    says="This model of {label} does not take images.",
    hint="Use a model that can see, or leave the images out.",
)
BAD_IMAGE: Final = Verdict(
    category="bad_request",
    says="{label} cannot read an image of the prompt.",
    hint="Check that it is whole, of the media type that was given, and can be fetched when it is an address.",
)
NOT_FOR_PROMPTS: Final = Verdict(
    category="bad_request",
    says="This model of {label} does not answer prompts.",
    hint="Use a language or multimodal model.",
)
FLAGGED: Final = Verdict(
    category="content_filter",
    says="The content filter of {label} has refused the prompt.",
    hint="Change the prompt, or the filter's settings at the provider.",
    authenticated=True,
)
NO_PROMPTS_HERE: Final = Verdict(
    category="not_found",
    says="{label} has no such model, or runs no prompts at this address.",
    hint="Check the model's id, and the endpoint: most end with the API's base path, such as /v1.",
)
